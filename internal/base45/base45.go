// Package base45 encodes bytes in the 45 characters that a QR code's alphanumeric mode stores at 5.5 bits
// each (RFC 9285).
package base45

import (
	"errors"
	"fmt"
)

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"

const invalid = 0xff

var values = func() (table [256]byte) {
	for i := range table {
		table[i] = invalid
	}
	for i := range len(alphabet) {
		table[alphabet[i]] = byte(i)
	}
	return table
}()

// ErrLength is returned for a text that no bytes encode to: its length is 1 more than a multiple of 3.
var ErrLength = errors.New("decoding base45: the length is 1 more than a multiple of 3; the text is cut or has a character too many")

// CharacterError names the first character outside the alphabet. Lower case is outside it.
type CharacterError struct {
	Offset    int
	Character byte
}

func (e *CharacterError) Error() string {
	return fmt.Sprintf("decoding base45: byte %d is %q; only 0-9, A-Z, space and $%%*+-./: are allowed", e.Offset, e.Character)
}

// OverflowError names a group of characters that stands for more than its bytes hold: a triplet above
// 65535, or a closing pair above 255.
type OverflowError struct {
	Offset int
	Group  string
}

func (e *OverflowError) Error() string {
	return fmt.Sprintf("decoding base45: %q at byte %d stands for a number that is too large", e.Group, e.Offset)
}

// Encode returns the base45 text of src: 3 characters for each 2 bytes, and 2 for a last odd byte.
func Encode(src []byte) string {
	return string(Append(make([]byte, 0, len(src)/2*3+len(src)%2*2), src))
}

// Append adds the base45 text of src to dst.
func Append(dst, src []byte) []byte {
	for ; len(src) >= 2; src = src[2:] {
		n := uint32(src[0])<<8 | uint32(src[1])
		dst = append(dst, alphabet[n%45], alphabet[n/45%45], alphabet[n/(45*45)])
	}
	if len(src) == 1 {
		dst = append(dst, alphabet[src[0]%45], alphabet[src[0]/45])
	}
	return dst
}

// Decode returns the bytes of a base45 text. It takes only what Encode produces, so each byte string has
// one text. Its errors are ErrLength, *CharacterError and *OverflowError.
func Decode(s string) ([]byte, error) {
	if len(s)%3 == 1 {
		return nil, ErrLength
	}
	dst := make([]byte, 0, len(s)/3*2+len(s)%3/2)
	i := 0
	for ; i+3 <= len(s); i += 3 {
		a, b, c := values[s[i]], values[s[i+1]], values[s[i+2]]
		if a == invalid || b == invalid || c == invalid {
			return nil, characterError(s, i)
		}
		n := uint32(a) + 45*uint32(b) + 45*45*uint32(c)
		if n > 0xffff {
			return nil, &OverflowError{Offset: i, Group: s[i : i+3]}
		}
		dst = append(dst, byte(n>>8), byte(n))
	}
	if i < len(s) {
		a, b := values[s[i]], values[s[i+1]]
		if a == invalid || b == invalid {
			return nil, characterError(s, i)
		}
		n := uint32(a) + 45*uint32(b)
		if n > 0xff {
			return nil, &OverflowError{Offset: i, Group: s[i:]}
		}
		dst = append(dst, byte(n))
	}
	return dst, nil
}

func characterError(s string, from int) error {
	for values[s[from]] != invalid {
		from++
	}
	return &CharacterError{Offset: from, Character: s[from]}
}
