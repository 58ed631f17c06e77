package certificate

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/url"
	"strings"
)

// FormatSMART is a SMART Health Card: a JWS whose payload is a FHIR bundle. It is read, not issued.
const FormatSMART Format = "smart-health-card"

// SMARTPrefix opens the text of a SMART Health Card's QR code; digits follow.
const SMARTPrefix = "shc:/"

// looksLikeSMART tells a SMART Health Card by how it begins.
func looksLikeSMART(text string) bool { return strings.HasPrefix(text, SMARTPrefix) }

// decodeSMART takes a SMART Health Card apart (SMART Health Cards Framework 1.4). Its signature covers the first two
// parts of the JWS as they are written.
func decodeSMART(text string) (*Document, *Failure) {
	token, failure := smartDigits(strings.TrimPrefix(text, SMARTPrefix))
	if failure != nil {
		return nil, failure
	}
	d, err := smartDocument(token)
	if err != nil {
		return nil, asFailure(COSE, err)
	}
	return d, nil
}

// smartDigits turns pairs of digits into characters: each is its code less 45.
func smartDigits(digits string) (string, *Failure) {
	if strings.Contains(digits, "/") {
		return "", fail(Base45, "the card is split over several codes; ask for the one-code form")
	}
	if len(digits)%2 != 0 || len(digits) > maxText || digits == "" {
		return "", fail(Base45, "%d digits are no SMART Health Card", len(digits))
	}
	b := make([]byte, len(digits)/2)
	for i := range b {
		high, low := digits[2*i]-'0', digits[2*i+1]-'0'
		if high > 9 || low > 9 || high*10+low > 'z'-45 {
			return "", fail(Base45, "characters %d and %d are not a number from 00 to 77", 2*i+1, 2*i+2)
		}
		b[i] = high*10 + low + 45
	}
	return string(b), nil
}

func smartDocument(token string) (*Document, error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil, fmt.Errorf("reading the card: it has %d parts, a JWS has 3", len(parts))
	}
	raw := make([][]byte, len(parts))
	for i, part := range parts {
		var err error
		if raw[i], err = base64.RawURLEncoding.Strict().DecodeString(part); err != nil {
			return nil, fmt.Errorf("reading the card: part %d is not base64url: %w", i+1, err)
		}
	}
	var header struct {
		Algorithm string `json:"alg"`
		Packed    string `json:"zip"`
		KeyID     string `json:"kid"`
	}
	if err := json.Unmarshal(raw[0], &header); err != nil {
		return nil, fmt.Errorf("reading the card's header: %w", err)
	}
	if header.Algorithm != "ES256" || header.Packed != "DEF" {
		return nil, fmt.Errorf("reading the card's header: alg %q and zip %q; a SMART Health Card has ES256 and DEF", header.Algorithm, header.Packed)
	}
	key, err := base64.RawURLEncoding.DecodeString(header.KeyID)
	if err != nil || len(key) != smartKeyID {
		return nil, fmt.Errorf("reading the card's header: kid is not a key's thumbprint")
	}
	payload, err := smartInflate(raw[1])
	if err != nil {
		return nil, err
	}
	d := &Document{Message: &Message{Algorithm: ES256, KeyID: key, Payload: []byte(parts[0] + "." + parts[1]), Signature: raw[2], bare: true},
		Format: FormatSMART, parts: 1}
	return d, d.readSMARTClaims(payload)
}

func smartInflate(packed []byte) ([]byte, error) {
	payload, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(packed)), maxInflated+1))
	if err != nil {
		return nil, fail(Zlib, "the content is not a DEFLATE stream: %v", err)
	}
	if len(payload) > maxInflated {
		return nil, fail(Zlib, "the content inflates to more than %d bytes; no card is that large", maxInflated)
	}
	return payload, nil
}

func (d *Document) readSMARTClaims(payload []byte) error {
	if err := json.Unmarshal(payload, &d.Content); err != nil {
		return fmt.Errorf("reading the card's claims: %w", err)
	}
	var err error
	claim := func(name string) any {
		if n, ok := d.fields()[name].(float64); ok && !math.IsNaN(n) {
			return n
		}
		return nil
	}
	if d.NotBefore, err = claimTime(claim("nbf")); err != nil {
		return fmt.Errorf("reading the card's nbf: %w", err)
	}
	d.IssuedAt = d.NotBefore
	if d.Expires, err = claimTime(claim("exp")); err != nil {
		return fmt.Errorf("reading the card's exp: %w", err)
	}
	return nil
}

// smartIssuer is the address of whoever says that they signed the card; "" where that is no https address.
func (d *Document) smartIssuer() string {
	iss, _ := d.fields()["iss"].(string)
	if u, err := url.Parse(iss); err != nil || u.Scheme != "https" || u.Host == "" {
		return ""
	}
	return strings.TrimSuffix(iss, "/")
}

// smartKeys leaves the keys of the issuer that the card names: anybody may hold a key, under another name.
func (d *Document) smartKeys(keys []*Key) []*Key {
	var own []*Key
	for _, k := range keys {
		if iss := d.smartIssuer(); iss != "" && strings.TrimSuffix(k.Source, "/") == iss {
			own = append(own, k)
		}
	}
	return own
}

// smart checks that the card says who it is about, and of whom.
func (c *schemaCheck) smart(d *Document) {
	if d.smartIssuer() == "" {
		c.problem("iss must be an https address")
	}
	if d.NotBefore.IsZero() {
		c.problem("nbf must be a number of seconds")
	}
	vc := c.object("vc", d.fields()["vc"])
	kinds, _ := vc["type"].([]any)
	health := false
	for _, kind := range kinds {
		health = health || kind == "https://smarthealth.cards#health-card"
	}
	if !health {
		c.problem("vc.type must name https://smarthealth.cards#health-card")
	}
	if len(d.SMARTResources("Patient")) != 1 {
		c.problem("the bundle must hold one Patient")
	}
}

// SMARTResources gives the resources of a type in a SMART Health Card's bundle, as JSON has them.
func (d *Document) SMARTResources(kind string) []map[string]any {
	vc, _ := d.fields()["vc"].(map[string]any)
	subject, _ := vc["credentialSubject"].(map[string]any)
	bundle, _ := subject["fhirBundle"].(map[string]any)
	entries, _ := bundle["entry"].([]any)
	var list []map[string]any
	for _, entry := range entries {
		e, _ := entry.(map[string]any)
		if resource, _ := e["resource"].(map[string]any); resource["resourceType"] == kind {
			list = append(list, resource)
		}
	}
	return list
}
