package web

import (
	"fmt"

	"golang.org/x/text/language"

	"healthcode"
)

// catalogue holds every text that was made with say, so that a test can look at all of them.
var catalogue []healthcode.Text

// say puts a text into the catalogue. Both languages may have fmt verbs, the
// same ones; where their order differs they are numbered (%[2]s).
func say(zh, en string) healthcode.Text {
	t := healthcode.Text{ZH: zh, EN: en}
	catalogue = append(catalogue, t)
	return t
}

// in returns a text in a language, its verbs filled with args.
func in(lang healthcode.Language, t healthcode.Text, args ...any) string {
	if len(args) == 0 {
		return t.In(lang)
	}
	return fmt.Sprintf(t.In(lang), args...)
}

// A browser that names neither language reads English sooner than Chinese.
var matcher = language.NewMatcher([]language.Tag{language.English, language.Chinese})

// preferred returns the language of an Accept-Language header; the product's default where there is none.
func preferred(header string) healthcode.Language {
	if header == "" {
		return healthcode.Languages[0]
	}
	tag, _ := language.MatchStrings(matcher, header)
	if base, _ := tag.Base(); base.String() == "zh" {
		return healthcode.ZH
	}
	return healthcode.EN
}

// htmlLang is the value of a lang attribute.
func htmlLang(lang healthcode.Language) string {
	if lang == healthcode.ZH {
		return "zh-Hans"
	}
	return "en"
}
