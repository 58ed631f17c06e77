package certificate

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"time"
)

// Format names what a certificate holds.
type Format string

const (
	FormatDCC        Format = "eu-dcc"      // EU Digital COVID Certificate, sub-claim 1
	FormatDDCCVS     Format = "ddcc-vs"     // WHO vaccination status, sub-claim 3
	FormatDDCCTR     Format = "ddcc-tr"     // WHO test result, sub-claim 4
	FormatHealthLink Format = "health-link" // a link to an encrypted file, sub-claim 5
	FormatICVP       Format = "icvp"        // WHO vaccination certificate of 2026, sub-claim -6
	FormatDVC        Format = "dvc"         // its generation before, sub-claim -6
)

// CWT claims (RFC 8392) and the health claim.
const (
	claimIssuer    = int64(1)
	claimExpires   = int64(4)
	claimNotBefore = int64(5)
	claimIssuedAt  = int64(6)
	claimHealth    = int64(-260)
)

// Sub-claims of the health claim, in the order in which they are looked for.
const (
	subDCC        = int64(1)
	subDDCCVS     = int64(3)
	subDDCCTR     = int64(4)
	subHealthLink = int64(5)
	subDVC        = int64(-6)
)

var subClaims = []int64{subDCC, subDDCCVS, subDDCCTR, subDVC, subHealthLink}

// Document is a certificate that was taken apart. Nothing of it is proven until a Verifier says so.
type Document struct {
	Message   *Message
	Issuer    string    // claim 1: ISO 3166-1 alpha-2 as written, may be empty
	IssuedAt  time.Time // claim 6; zero when absent
	NotBefore time.Time // claim 5; zero when absent
	Expires   time.Time // claim 4; zero when absent
	Format    Format
	Content   any // the content as JSON has it: a map[string]any, or for a health link a string or list

	certificate []byte // the signer's certificate, where the document brings it along (DER)

	parts int // how many documents the health claim holds; more than one is refused
}

// Decode takes an HC1 text, or an ICAO seal, apart without checking anything that needs a key or a clock. The error is a
// *Failure with one of the stages NotHC1 to COSE.
func Decode(text string) (*Document, error) {
	d, failure := decode(text)
	if failure != nil {
		return nil, failure
	}
	return d, nil
}

func decode(text string) (*Document, *Failure) {
	switch trimmed := strings.TrimSpace(text); {
	case looksLikeVDS(trimmed):
		return decodeVDS(trimmed)
	case looksLikeStatement(trimmed):
		return decodeStatement(trimmed)
	case looksLikeSMART(trimmed):
		return decodeSMART(trimmed)
	}
	data, failure := unwrap(text)
	if failure != nil {
		return nil, failure
	}
	message, err := readMessage(data)
	if err != nil {
		return nil, asFailure(COSE, err)
	}
	d := &Document{Message: message}
	if err := d.readClaims(message.Payload); err != nil {
		return nil, asFailure(COSE, err)
	}
	return d, nil
}

func (d *Document) readClaims(payload []byte) error {
	item, err := readCBOR(payload)
	if err != nil {
		return fmt.Errorf("reading the claims: %w", err)
	}
	if bare, ok := item.(map[string]any); ok {
		return d.readBareContent(bare)
	}
	claims, ok := item.(map[any]any)
	if !ok {
		return errors.New("reading the claims: they are not a map")
	}
	d.Issuer, _ = claims[claimIssuer].(string)
	for _, c := range []struct {
		label int64
		into  *time.Time
	}{{claimExpires, &d.Expires}, {claimNotBefore, &d.NotBefore}, {claimIssuedAt, &d.IssuedAt}} {
		if *c.into, err = claimTime(claims[c.label]); err != nil {
			return fmt.Errorf("reading claim %d: %w", c.label, err)
		}
	}
	health, ok := claims[claimHealth].(map[any]any)
	if !ok {
		return fmt.Errorf("reading the claims: there is no health claim (%d)", claimHealth)
	}
	for _, sub := range subClaims {
		content := health[sub]
		if content == nil {
			continue
		}
		if d.parts++; d.parts == 1 {
			d.setContent(sub, content)
		}
	}
	if d.parts == 0 {
		return errors.New("reading the health claim: it holds none of the known documents (1, 3, 4, 5, -6)")
	}
	return nil
}

func (d *Document) setContent(sub int64, content any) {
	if list, ok := content.([]any); ok && len(list) == 1 && sub != subHealthLink {
		content = list[0]
	}
	d.Content = content
	switch sub {
	case subDCC:
		d.Format = FormatDCC
	case subDDCCVS:
		d.Format = FormatDDCCVS
	case subDDCCTR:
		d.Format = FormatDDCCTR
	case subHealthLink:
		d.Format = FormatHealthLink
	case subDVC:
		d.Format = FormatDVC
		if m, ok := content.(map[string]any); ok && m["vx"] != nil {
			d.Format = FormatICVP
		}
	}
}

// readBareContent reads the first WHO codes, whose content stands in the place of the claims.
func (d *Document) readBareContent(content map[string]any) error {
	switch {
	case content["test"] != nil:
		d.Format = FormatDDCCTR
	case content["vaccination"] != nil || content["vaccine"] != nil:
		d.Format = FormatDDCCVS
	default:
		return errors.New("reading the claims: there are no CWT claims and no WHO document")
	}
	d.Content, d.parts = content, 1
	return nil
}

// maxUnix is the last second of the year 9999, past which RFC 3339 cannot write a time.
const maxUnix = 253402300799

// claimTime reads seconds since 1970, whole or not. An absent or null claim is the zero time.
func claimTime(v any) (time.Time, error) {
	var seconds float64
	switch n := v.(type) {
	case nil:
		return time.Time{}, nil
	case int64:
		seconds = float64(n)
	case float64:
		seconds = n
	default:
		return time.Time{}, fmt.Errorf("a time must be a number of seconds, not %T", v)
	}
	if seconds < 0 || seconds > maxUnix {
		return time.Time{}, fmt.Errorf("%v seconds is no time", seconds)
	}
	whole, part := math.Modf(seconds)
	return time.Unix(int64(whole), int64(part*1e9)).UTC(), nil
}

// fields gives the content as a map; nil for a health link.
func (d *Document) fields() map[string]any {
	m, _ := d.Content.(map[string]any)
	return m
}

// kind gives what a signer must be allowed to sign for this content.
func (d *Document) kind() Usage {
	switch d.Format {
	case FormatDCC:
		for key, kind := range map[string]Usage{"v": UsageVaccination, "t": UsageTest, "r": UsageRecovery} {
			if entries, ok := d.fields()[key].([]any); ok && len(entries) > 0 {
				return kind
			}
		}
	case FormatVDSNC:
		return map[string]Usage{"icao.test": UsageTest, "icao.vacc": UsageVaccination}[d.sealType()]
	case FormatDDCCTR:
		return UsageTest
	case FormatDDCCVS, FormatICVP, FormatDVC:
		return UsageVaccination
	}
	return 0
}
