package certificate

import (
	_ "embed"
	"encoding/json"
	"slices"
	"strings"
	"time"
)

//go:embed lasting.json
var lastingJSON []byte

// lasting says how long the International Health Regulations let a vaccination count.
type lasting struct {
	Name            string   `json:"name"`
	Source          string   `json:"source"`
	ProductPrefixes []string `json:"productPrefixes"`
	Vaccines        []string `json:"vaccines"` // ICD-11 vaccine codes
	Agents          []string `json:"agents"`   // ICD-11 disease codes
	BeginsAfterDays int      `json:"beginsAfterDays"`
	ForLife         bool     `json:"forLife"`
}

var lastings = func() (all []lasting) {
	if err := json.Unmarshal(lastingJSON, &all); err != nil {
		panic("reading lasting.json: " + err.Error())
	}
	return all
}()

// lastingOf finds what the regulations say of a vaccine entry; the zero value where they say nothing.
func lastingOf(entry map[string]any) lasting {
	product, _ := entry["vp"].(string)
	agent, _ := entry["tg"].(string)
	for _, l := range lastings {
		if slices.Contains(l.Agents, agent) || slices.Contains(l.Vaccines, product) ||
			slices.ContainsFunc(l.ProductPrefixes, func(p string) bool { return strings.HasPrefix(product, p) }) {
			return l
		}
	}
	return lasting{}
}

// vaccineEntry gives the dose of a WHO vaccination certificate and the field with its date.
func (d *Document) vaccineEntry() (entry map[string]any, dateField string) {
	key, dateField := "vx", "dv"
	if d.Format == FormatDVC {
		key, dateField = "v", "dt"
	}
	entry, _ = d.fields()[key].(map[string]any)
	return entry, dateField
}

// contentBegin gives when the content starts to count; zero where it names no such time.
func (d *Document) contentBegin(zone *time.Location) time.Time {
	switch d.Format {
	case FormatICVP, FormatDVC:
		entry, dateField := d.vaccineEntry()
		begin := dateIn(entry["vls"], zone)
		if given := dateIn(entry[dateField], zone); !given.IsZero() {
			if protects := given.AddDate(0, 0, lastingOf(entry).BeginsAfterDays); protects.After(begin) {
				begin = protects
			}
		}
		return begin
	case FormatDDCCTR, FormatDDCCVS:
		return dateIn(d.period()["start"], zone)
	}
	return time.Time{}
}

// contentEnd gives the instant from which the content no longer counts; zero where it names no such time.
func (d *Document) contentEnd(zone *time.Location) time.Time {
	switch d.Format {
	case FormatDVC:
		entry, _ := d.vaccineEntry()
		if lastingOf(entry).ForLife {
			return time.Time{}
		}
		return endOf(entry["vle"], zone)
	case FormatDDCCTR, FormatDDCCVS:
		if end := endOf(d.period()["end"], zone); !end.IsZero() {
			return end
		}
		return endOf(d.fields()["valid_until"], zone)
	case FormatHealthLink:
		if link, err := readHealthLink(d.Content); err == nil {
			return link.Expires
		}
	}
	return time.Time{}
}

func (d *Document) period() map[string]any {
	certificate, _ := d.fields()["certificate"].(map[string]any)
	period, _ := certificate["period"].(map[string]any)
	return period
}

// dateIn reads a date, or a date with a time; a bare date is its first instant in the zone. Anything else
// is the zero time: the schema check is what speaks of it.
func dateIn(v any, zone *time.Location) time.Time {
	s, _ := v.(string)
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t
	}
	if t, err := time.ParseInLocation(time.DateOnly, s, zone); err == nil {
		return t
	}
	return time.Time{}
}

// endOf is dateIn for a last moment: a bare date lasts to its end.
func endOf(v any, zone *time.Location) time.Time {
	t := dateIn(v, zone)
	if s, _ := v.(string); !t.IsZero() && len(s) == len(time.DateOnly) {
		return t.AddDate(0, 0, 1)
	}
	return t
}
