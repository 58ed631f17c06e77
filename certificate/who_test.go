package certificate

import (
	"testing"
	"time"
)

func whoClaims(sub int64, content any) map[int64]any {
	return map[int64]any{
		claimIssuer: "CN", claimIssuedAt: noon.Unix(), claimHealth: map[int64]any{sub: content},
	}
}

type m = map[string]any

func oldGeneration() m {
	return m{
		"n": "Aulo Agerio", "s": "M", "dob": "1985-08-23", "nid": "16337361-9", "ntl": "CL", "gn": "Parent/Juan Medina",
		"v": m{
			"bo": "123123123", "cn": "Clinician", "dn": "Primary", "dt": "2026-02-07", "is": "Authority", "ma": "Maker",
			"mp": "1", "tg": "1D47", "vp": "XM0N24", "vls": "2026-02-17", "vle": "2026-03-01",
		},
	}
}

func TestWHODocumentsAreRead(t *testing.T) {
	s := newECSigner(t)
	antibody := m{
		"name": "WANG XIAOMING", "birthDate": "1979-04-14",
		"test": m{
			"type": m{"code": "94563-4", "system": LOINC}, "pathogen": m{"code": "XN109", "system": ICD11MMS},
			"date": "2026-04-30T06:15:00Z", "country": m{"code": "CHN", "system": ISO3166}, "centre": "Lab 7",
		},
	}
	flatDose := m{
		"name": "WANG XIAOMING", "vaccine": m{"code": "1119349007", "system": SNOMED}, "brand": m{"code": "B"},
		"date": "2026-03-01", "dose": 1, "lot": "PT1", "hcid": "CN1112223334", "valid_until": "2026-12-31",
	}
	nestedDose := m{"name": "WANG XIAOMING", "vaccination": m{"vaccine": m{"code": "1119349007"}, "date": "2026-03-01"}}
	icvp := m{
		"n": "WANG", "dob": "1979-04-14", "s": "male", "nt": "CHN", "v": "1",
		"vx": m{"vp": "YellowFeverProductx", "dv": "2026-01-01", "bo": "B", "cn": "Dr Li"},
	}
	for name, c := range map[string]struct {
		claims any
		format Format
	}{
		"test":              {whoClaims(4, antibody), FormatDDCCTR},
		"test in a list":    {whoClaims(4, []any{antibody}), FormatDDCCTR},
		"dose, nested":      {whoClaims(3, nestedDose), FormatDDCCVS},
		"dose, flat":        {whoClaims(3, flatDose), FormatDDCCVS},
		"vaccination 2026":  {whoClaims(-6, icvp), FormatICVP},
		"vaccination older": {whoClaims(-6, oldGeneration()), FormatDVC},
		"link as text":      {whoClaims(5, soundLink().Text(WHOLinkPrefix)), FormatHealthLink},
		"link as list":      {whoClaims(5, []any{m{"u": "shlink://" + soundLink().Text("")}}), FormatHealthLink},
		"test without CWT":  {antibody, FormatDDCCTR},
		"dose without CWT":  {flatDose, FormatDDCCVS},
	} {
		r := s.verifier().Verify(s.forgeClaims(t, c.claims), noon)
		if !r.OK() || r.Document.Format != c.format {
			t.Errorf("%s: %s, %s", name, r.Document.Format, describe(r))
		}
	}
}

func TestWHODocumentsAreRefused(t *testing.T) {
	s := newECSigner(t)
	without := func(content m, key string) m { delete(content, key); return content }
	withVaccine := func(key string, value any) m {
		c := oldGeneration()
		c["v"].(m)[key] = value
		return c
	}
	over := soundLink()
	over.Expires = noon.AddDate(0, 0, -1)
	for name, c := range map[string]struct {
		claims any
		want   Stage
	}{
		"no name":         {whoClaims(-6, without(oldGeneration(), "n")), Schema},
		"no batch":        {whoClaims(-6, withVaccine("bo", nil)), Schema},
		"other disease":   {whoClaims(-6, m{"n": "x", "v": m{"vp": "X", "tg": "Y", "dt": "2026-01-01", "bo": "B", "vle": "2026-04-30"}}), Expired},
		"day nine":        {whoClaims(-6, m{"n": "x", "v": m{"vp": "XM0N24", "dt": "2026-04-22", "bo": "B"}}), NotYetValid},
		"period over":     {whoClaims(4, m{"name": "x", "test": m{"type": "a", "pathogen": "b", "date": "2026-01-01"}, "certificate": m{"period": m{"end": "2026-04-30"}}}), Expired},
		"period to begin": {whoClaims(4, m{"name": "x", "test": m{"type": "a", "pathogen": "b", "date": "2026-01-01"}, "certificate": m{"period": m{"start": "2026-05-02"}}}), NotYetValid},
		"no pathogen":     {whoClaims(4, m{"name": "x", "test": m{"type": "a", "date": "2026-01-01"}}), Schema},
		"link no link":    {whoClaims(5, "https://example.org"), Schema},
		"two links":       {whoClaims(5, []any{"shlink:/a", "shlink:/b"}), Schema},
		"link over":       {whoClaims(5, over.Text(SMARTLinkPrefix)), Expired},
		"neither claims":  {m{"name": "x"}, COSE},
	} {
		if r := s.verifier().Verify(s.forgeClaims(t, c.claims), noon); r.Stage() != c.want {
			t.Errorf("%s: stage %q, want %q (%s)", name, r.Stage(), c.want, describe(r))
		}
	}
}

func TestHealthLinkForms(t *testing.T) {
	want := HealthLink{URL: "https://example.com/manifest", Key: "abcdef123456", Flag: "P", Label: "Vaccination Record", Expires: time.Unix(1698768000, 0).UTC()}
	body := "eyJ1cmwiOiJodHRwczovL2V4YW1wbGUuY29tL21hbmlmZXN0IiwiZmxhZyI6IlAiLCJrZXkiOiJhYmNkZWYxMjM0NTYiLCJsYWJlbCI6IlZhY2NpbmF0aW9uIFJlY29yZCIsImV4cCI6MTY5ODc2ODAwMH0"
	for _, text := range []string{"vhlink:/" + body + "=", "shlink:/" + body, "shlink://" + body, "https://viewer.example.org#shlink:/" + body + "\n"} {
		if got, err := ParseHealthLink(text); err != nil || got != want {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "shlink:/", "shlink:/!!!", "shlink:/e30", "shlink:/eyJ1cmwiOiJ4IiwiZXhwIjotMX0"} {
		if got, err := ParseHealthLink(text); err == nil {
			t.Errorf("%q was read as %+v", text, got)
		}
	}
}
