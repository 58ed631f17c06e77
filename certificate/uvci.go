package certificate

import (
	"errors"
	"fmt"
	"strings"
)

// uvciPrefix opens an identifier: the scheme and its version.
const uvciPrefix = "URN:UVCI:01:"

// uvciAlphabet are the characters that the checksum counts, in their order (eHealth Network, interoperability
// guidelines, annex 2).
const uvciAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/:"

// maxUVCI is the longest identifier that the DCC schema holds.
const maxUVCI = 80

// NewUVCI makes an identifier from the issuing country (ISO 3166-1 alpha-2) and the issuer's own part, such
// as "CDC/7F3K…" or an opaque text. It must not be derived from personal data.
func NewUVCI(country, own string) (string, error) {
	id := uvciPrefix + country + ":" + own
	if !uvciStrict.MatchString(id) || len(id) > maxUVCI {
		return "", fmt.Errorf("making the identifier %q: it must be two letters of country and A-Z, 0-9, / or :, at most %d characters in all", id, maxUVCI)
	}
	return id, nil
}

// WithChecksum adds # and the check character (Luhn mod 38 over the whole identifier, URN:UVCI: included). It guards typing
// from paper; signed codes go without it.
func WithChecksum(uvci string) (string, error) {
	c, err := uvciCheck(uvci)
	if err != nil {
		return "", err
	}
	return uvci + "#" + string(c), nil
}

// CheckUVCI reports whether the identifier's check character is right. One without a check character passes:
// it is optional.
func CheckUVCI(uvci string) error {
	id, given, found := strings.Cut(uvci, "#")
	if !found {
		return nil
	}
	want, err := uvciCheck(id)
	if err != nil {
		return err
	}
	if given != string(want) {
		return errors.New("checking the identifier: its check character does not fit; read it again from the paper")
	}
	return nil
}

func uvciCheck(uvci string) (byte, error) {
	base := len(uvciAlphabet)
	sum, factor := 0, 2
	for at := len(uvci) - 1; at >= 0; at-- {
		value := strings.IndexByte(uvciAlphabet, uvci[at])
		if value < 0 {
			return 0, fmt.Errorf("checking the identifier: %q is none of the characters A-Z, 0-9, / and colon", uvci[at])
		}
		product := value * factor
		sum += product/base + product%base
		factor = 3 - factor
	}
	return uvciAlphabet[(base-sum%base)%base], nil
}
