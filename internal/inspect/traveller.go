package inspect

import (
	"strings"

	"healthcode/certificate"
)

// travellerOf finds the holder in the content of any format.
func travellerOf(d *certificate.Document) traveller {
	content, _ := d.Content.(map[string]any)
	text := func(m map[string]any, names ...string) string {
		for _, name := range names {
			if s, _ := m[name].(string); s != "" {
				return strings.TrimSpace(s)
			}
		}
		return ""
	}
	inner := func(name string) map[string]any { m, _ := content[name].(map[string]any); return m }
	switch d.Format {
	case certificate.FormatDCC:
		names := inner("nam")
		t := traveller{name: strings.TrimSpace(text(names, "fn", "fnt") + " " + text(names, "gn", "gnt")), birth: day(text(content, "dob"))}
		if zone := text(names, "fnt"); zone != "" || text(names, "gnt") != "" {
			t.zone = strings.TrimRight(zone+"<<"+text(names, "gnt"), "<")
		}
		return t
	case certificate.FormatICVP, certificate.FormatDVC:
		return traveller{name: text(content, "n"), birth: day(text(content, "dob")), number: text(content, "id", "nid")}
	case certificate.FormatVDSNC:
		msg := inner("msg")
		pid, _ := msg["pid"].(map[string]any)
		// A seal has the name as the machine readable zone has it, with two spaces between its parts.
		name := text(pid, "n")
		return traveller{name: name, zone: strings.NewReplacer("  ", "<<", " ", "<").Replace(name), birth: day(text(pid, "dob")), number: text(pid, "dn", "i")}
	case certificate.FormatStatement:
		if s, err := d.Statement(); err == nil {
			return traveller{name: s.Name, zone: s.Zone, birth: s.Birth, statement: &s}
		}
	case certificate.FormatSMART:
		return patientOf(d.Content, 0)
	case certificate.FormatDDCCTR, certificate.FormatDDCCVS:
		return traveller{name: text(content, "name"), birth: day(text(content, "birthDate")), number: text(content, "identifier")}
	}
	return traveller{}
}

// day leaves the time of a date out.
func day(s string) string {
	date, _, _ := strings.Cut(s, "T")
	return date
}

// maxNesting is deeper than any card nests its patient.
const maxNesting = 12

// patientOf finds the Patient of a FHIR bundle, wherever it stands in the card.
func patientOf(v any, depth int) (t traveller) {
	if depth > maxNesting {
		return t
	}
	var inner []any
	switch v := v.(type) {
	case map[string]any:
		if v["resourceType"] == "Patient" {
			t.birth, _ = v["birthDate"].(string)
			names, _ := v["name"].([]any)
			if len(names) == 0 {
				return t
			}
			name, _ := names[0].(map[string]any)
			t.name, _ = name["family"].(string)
			given, _ := name["given"].([]any)
			for _, g := range given {
				if g, ok := g.(string); ok {
					t.name += " " + g
				}
			}
			return t
		}
		for _, item := range v {
			inner = append(inner, item)
		}
	case []any:
		inner = v
	}
	for _, item := range inner {
		if t = patientOf(item, depth+1); t != (traveller{}) {
			return t
		}
	}
	return t
}
