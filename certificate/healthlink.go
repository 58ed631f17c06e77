package certificate

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"
)

// HealthLink points to an encrypted file (SMART Health Links; WHO Verifiable Health Link).
type HealthLink struct {
	URL     string    // https address of the manifest, at most 128 characters
	Key     string    // 43 characters: 32 random bytes in base64url
	Flag    string    // of L (changes over time), P (asks a passcode), U (one file, no manifest); in order
	Label   string    // at most 80 characters
	Expires time.Time // zero: does not end
	Version int       // 0 and 1 are the first version
}

// Prefixes of a link's text. The WHO model and the SMART specification each have their own.
const (
	WHOLinkPrefix   = "vhlink:/"
	SMARTLinkPrefix = "shlink:/"
)

type healthLinkPayload struct {
	URL     string      `json:"url"`
	Key     string      `json:"key,omitempty"`
	Flag    string      `json:"flag,omitempty"`
	Expires json.Number `json:"exp,omitempty"`
	Label   string      `json:"label,omitempty"`
	Version json.Number `json:"v,omitempty"`
}

// Text gives the link with one of the prefixes.
func (l HealthLink) Text(prefix string) string {
	p := healthLinkPayload{URL: l.URL, Key: l.Key, Flag: l.Flag, Label: l.Label}
	if !l.Expires.IsZero() {
		p.Expires = json.Number(fmt.Sprint(l.Expires.Unix()))
	}
	if l.Version > 1 {
		p.Version = json.Number(fmt.Sprint(l.Version))
	}
	raw, err := json.Marshal(p)
	if err != nil {
		panic(err) // texts and digits always marshal
	}
	return prefix + base64.RawURLEncoding.EncodeToString(raw)
}

// ParseHealthLink reads a link with either prefix, with one slash or two, padded or not, or behind the # of
// a viewer's address.
func ParseHealthLink(text string) (HealthLink, error) {
	var l HealthLink
	at := max(strings.Index(text, "shlink:/"), strings.Index(text, "vhlink:/"))
	if at < 0 {
		return l, errors.New("reading the health link: it holds neither shlink:/ nor vhlink:/")
	}
	body := strings.Trim(text[at+len(SMARTLinkPrefix):], "/ \t\r\n")
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(body, "="))
	if err != nil {
		return l, fmt.Errorf("reading the health link: %w", err)
	}
	var p healthLinkPayload
	if err := json.Unmarshal(raw, &p); err != nil {
		return l, fmt.Errorf("reading the health link: %w", err)
	}
	if p.URL == "" {
		return l, errors.New("reading the health link: it has no url")
	}
	l = HealthLink{URL: p.URL, Key: p.Key, Flag: p.Flag, Label: p.Label}
	if p.Expires != "" {
		seconds, err := p.Expires.Float64()
		if err != nil || seconds < 0 || seconds > maxUnix {
			return l, fmt.Errorf("reading the health link: exp %q is no time", p.Expires)
		}
		l.Expires = time.Unix(int64(seconds), 0).UTC()
	}
	if version, err := p.Version.Int64(); err == nil {
		l.Version = int(version)
	}
	return l, nil
}

// readHealthLink reads sub-claim 5 in both of its shapes.
func readHealthLink(content any) (HealthLink, error) {
	if list, ok := content.([]any); ok {
		if len(list) != 1 {
			return HealthLink{}, fmt.Errorf("reading the health link: there are %d; one is allowed", len(list))
		}
		content = list[0]
	}
	if entry, ok := content.(map[string]any); ok {
		content = entry["u"]
	}
	text, ok := content.(string)
	if !ok {
		return HealthLink{}, errors.New("reading the health link: it is neither a text nor a list of {u}")
	}
	return ParseHealthLink(text)
}

// check applies the limits of the SMART Health Links specification.
func (l HealthLink) check() error {
	if u, err := url.Parse(l.URL); err != nil || u.Scheme != "https" || u.Host == "" || len(l.URL) > 128 {
		return errors.New("checking the health link: url must be an https address of at most 128 characters")
	}
	if raw, err := base64.RawURLEncoding.DecodeString(l.Key); err != nil || len(raw) != 32 {
		return errors.New("checking the health link: key must be 32 bytes in base64url")
	}
	switch l.Flag {
	case "", "L", "LP", "P", "LU", "U":
	default:
		return fmt.Errorf("checking the health link: flag %q is not one of L, LP, LU, P, U", l.Flag)
	}
	if utf8.RuneCountInString(l.Label) > 80 {
		return errors.New("checking the health link: label is longer than 80 characters")
	}
	return nil
}
