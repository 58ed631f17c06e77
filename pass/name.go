package pass

import (
	"strings"
	"unicode"
)

// MaxName is the most bytes that MaskName returns: two initials of up to 4 bytes, each with its stars.
const MaxName = 15

// MaskName returns what a door may see of a name: enough to hold it against a document that it is shown,
// too little to tell who it is. A name in Chinese, Japanese or Korean script keeps its first
// character ("张三丰": "张*"); any other keeps the first letter of its first and last word ("zhang van der
// San": "Z*** S***"). Words are parted by spaces, commas or <. The number of stars tells nothing. The
// result has at most MaxName bytes and is empty for a name without letters; masking it again changes nothing.
func MaskName(name string) string {
	var initials []rune
	for _, word := range strings.FieldsFunc(name, func(r rune) bool { return unicode.IsSpace(r) || r == ',' || r == '<' }) {
		if at := strings.IndexFunc(word, unicode.IsLetter); at >= 0 {
			initials = append(initials, firstRune(word[at:]))
		}
	}
	switch {
	case len(initials) == 0:
		return ""
	case unicode.In(initials[0], unicode.Han, unicode.Hangul, unicode.Hiragana, unicode.Katakana, unicode.Bopomofo):
		return string(initials[0]) + "*"
	case len(initials) == 1:
		return maskWord(initials[0])
	}
	return maskWord(initials[0]) + " " + maskWord(initials[len(initials)-1])
}

func maskWord(initial rune) string { return string(unicode.ToUpper(initial)) + "***" }

func firstRune(s string) rune {
	for _, r := range s {
		return r
	}
	return unicode.ReplacementChar
}
