package identity

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// maxTyped is the number of bytes of any one-line field beyond which nothing is looked at.
const maxTyped = 400

// normaliseNumber turns what a person types for a document number into upper
// case A–Z and 0–9: full-width forms and the Roman numeral Ⅹ become plain ones,
// and spaces, invisible characters, dashes and the filler < are dropped, as
// none of them distinguishes two documents. What is none of these stays, for
// the rule of the type to refuse.
func normaliseNumber(typed string) string {
	var b strings.Builder
	for _, r := range norm.NFKC.String(typed) {
		switch {
		case unicode.IsSpace(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Dash, r), r == '<':
		case r < unicode.MaxASCII:
			b.WriteRune(unicode.ToUpper(r))
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// foreignAt returns the 1-based position, in characters, of the first character
// that is neither A–Z nor 0–9, and 0 if there is none.
func foreignAt(number string) int {
	at := 0
	for _, r := range number {
		at++
		if !(r >= 'A' && r <= 'Z' || r >= '0' && r <= '9') {
			return at
		}
	}
	return 0
}
