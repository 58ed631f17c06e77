package healthcode

// Language is a language of the product: ZH or EN.
type Language string

// The languages in which every text exists.
const (
	ZH Language = "zh"
	EN Language = "en"
)

// Languages lists every language, the default first.
var Languages = []Language{ZH, EN}

// ParseLanguage returns the language for "zh", "en" or a tag that starts with
// one of them (such as "zh-CN"), and ok = false for any other.
func ParseLanguage(tag string) (lang Language, ok bool) {
	if len(tag) < 2 || len(tag) > 2 && tag[2] != '-' {
		return ZH, false
	}
	switch Language(tag[:2]) {
	case ZH:
		return ZH, true
	case EN:
		return EN, true
	}
	return ZH, false
}

// Text is one text in every language of the product.
type Text struct {
	ZH string `json:"zh" yaml:"zh"`
	EN string `json:"en" yaml:"en"`
}

// In returns the text in the given language.
func (t Text) In(lang Language) string {
	if lang == EN {
		return t.EN
	}
	return t.ZH
}

// Complete reports whether no translation is missing.
func (t Text) Complete() bool { return t.ZH != "" && t.EN != "" }
