package certificate

import (
	"encoding/base64"
	"fmt"
	"time"
)

// Report is a Result in the form that programs exchange (JSON).
type Report struct {
	OK       bool           `json:"ok"`
	Stage    Stage          `json:"stage"` // the first failed check; empty when ok
	Reason   string         `json:"reason,omitempty"`
	Format   Format         `json:"format"` // empty when the text could not be taken apart
	Claims   map[string]any `json:"claims"` // the signed content; of a health link: {"link": …}
	Issuer   ReportIssuer   `json:"issuer"`
	Issued   *time.Time     `json:"issued,omitempty"`
	Expires  *time.Time     `json:"expires,omitempty"`
	Failures []*Failure     `json:"failures,omitempty"` // all failed checks, in order
}

// ReportIssuer says who signed. All but KeyID and Algorithm come from the trusted key, and the country from
// the certificate where the key names none.
type ReportIssuer struct {
	Country   string     `json:"country,omitempty"` // ISO 3166-1 alpha-2
	Subject   string     `json:"subject,omitempty"`
	KeyID     string     `json:"kid,omitempty"` // base64
	Algorithm string     `json:"algorithm,omitempty"`
	NotBefore *time.Time `json:"not_before,omitempty"`
	NotAfter  *time.Time `json:"not_after,omitempty"`
}

// Report gives the result as a Report.
func (r *Result) Report() Report {
	report := Report{OK: r.OK(), Stage: r.Stage(), Failures: r.Failures, Claims: map[string]any{}}
	if !r.OK() {
		report.Reason = r.Failures[0].Reason
	}
	d := r.Document
	if d == nil {
		return report
	}
	report.Format = d.Format
	report.Claims = claimsOf(d)
	report.Issued, report.Expires = set(d.IssuedAt), set(d.Expires)
	report.Issuer = ReportIssuer{
		Country: normalCountry(d.Issuer), Algorithm: d.Message.Algorithm.String(),
		KeyID: base64.StdEncoding.EncodeToString(d.Message.KeyID),
	}
	if k := r.Signer; k != nil {
		report.Issuer.Subject = k.Subject
		report.Issuer.NotBefore, report.Issuer.NotAfter = set(k.NotBefore), set(k.NotAfter)
		if report.Issuer.Country == "" {
			report.Issuer.Country = k.Country
		}
	}
	return report
}

func set(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func claimsOf(d *Document) map[string]any {
	switch content := forJSON(d.Content).(type) {
	case map[string]any:
		return content
	default:
		claims := map[string]any{"content": content}
		if link, err := d.HealthLink(); err == nil {
			claims["link"] = map[string]any{"url": link.URL, "flag": link.Flag, "label": link.Label, "exp": set(link.Expires)}
		}
		return claims
	}
}

// forJSON replaces maps that JSON cannot write: those with a key that is a number.
func forJSON(v any) any {
	switch v := v.(type) {
	case map[any]any:
		m := make(map[string]any, len(v))
		for key, value := range v {
			m[fmt.Sprint(key)] = forJSON(value)
		}
		return m
	case map[string]any:
		m := make(map[string]any, len(v))
		for key, value := range v {
			m[key] = forJSON(value)
		}
		return m
	case []any:
		list := make([]any, len(v))
		for n, item := range v {
			list[n] = forJSON(item)
		}
		return list
	}
	return v
}
