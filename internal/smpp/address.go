package smpp

import (
	"fmt"
	"strings"
)

// Address is a phone, a short code or a name. TON and NPI say what kind
// (sections 5.2.5 and 5.2.6).
type Address struct {
	TON, NPI byte
	Number   string
}

// ParseAddress reads +8613800138000 (international), 10690123 (left to the
// SMSC) or HEALTH (a name, at most 11 characters of ASCII).
func ParseAddress(s string) (Address, error) {
	digits, international := strings.CutPrefix(s, "+")
	switch {
	case international && isDigits(digits) && len(digits) <= 15:
		return Address{TON: 1, NPI: 1, Number: digits}, nil
	case isDigits(s) && len(s) <= 20:
		return Address{TON: 0, NPI: 1, Number: s}, nil
	case !international && isName(s):
		return Address{TON: 5, NPI: 0, Number: s}, nil
	}
	// The address itself isn't repeated: it may be somebody's number.
	return Address{}, fmt.Errorf("reading an address of %d characters: want + and up to 15 digits, up to 20 digits, or a name of up to 11 characters", len(s))
}

func isDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

func isName(s string) bool {
	for _, r := range s {
		if r < ' ' || r > '~' {
			return false
		}
	}
	return s != "" && len(s) <= 11
}

// E164 returns an international number as +digits, and any other address as it is.
func (a Address) E164() string {
	if a.TON == 1 && isDigits(a.Number) {
		return "+" + a.Number
	}
	return a.Number
}
