package healthcode

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Level is a county's risk level. A county is at the level of its worst place.
type Level string

// The levels, lowest first.
const (
	LevelLow    Level = "low"
	LevelMedium Level = "medium"
	LevelHigh   Level = "high"
)

// Levels lists the levels, lowest first.
var Levels = []Level{LevelLow, LevelMedium, LevelHigh}

// Rank orders levels: 0 for low (and for a county without an entry), 2 for high.
func (l Level) Rank() int { return max(0, slices.Index(Levels, l)) }

// AreaHistory says what is known of counties over time. A county that it
// doesn't name is low and has had no cases.
type AreaHistory struct {
	Areas []County
}

// County is one county-level area (county, district, county-level city, banner) and its history.
type County struct {
	Code       string // 6 digits, GB/T 2260; or ISO 3166-1 alpha-2 for a country
	Name       Text
	LandPort   bool          // has a land border port
	HardestHit []Period      // when it was on the list of hardest-hit areas
	Levels     []LevelChange // by time; before the first, low
	LocalCases []CaseCount   // by date
}

// Period is [From, To); To is zero while it is still going on.
type Period struct {
	From, To time.Time
}

// LevelChange is the level that a county has from an instant on.
type LevelChange struct {
	From  time.Time
	Level Level
}

// CaseCount is the number of local cases of one day, which begins at Date.
type CaseCount struct {
	Date  time.Time
	Count int
}

// LevelAt returns the county's level at an instant.
func (c *County) LevelAt(at time.Time) Level {
	level := LevelLow
	for _, change := range c.Levels {
		if change.From.After(at) {
			break
		}
		level = change.Level
	}
	return level
}

// ValidAreaCode reports whether code is six digits, or two capital letters for
// a country.
func ValidAreaCode(code string) bool {
	switch len(code) {
	case 6:
		return strings.Trim(code, "0123456789") == ""
	case 2:
		return 'A' <= code[0] && code[0] <= 'Z' && 'A' <= code[1] && code[1] <= 'Z'
	}
	return false
}

type historyWire struct {
	Areas []countyWire `json:"areas"`
}

type countyWire struct {
	Code       string       `json:"code"`
	Name       Text         `json:"name"`
	LandPort   bool         `json:"land_port,omitempty"`
	HardestHit []periodWire `json:"hardest_hit,omitempty"`
	Levels     []levelWire  `json:"levels,omitempty"`
	LocalCases []caseWire   `json:"local_cases,omitempty"`
}

type periodWire struct {
	From string `json:"from"`
	To   string `json:"to,omitempty"`
}

type levelWire struct {
	From  string `json:"from"`
	Level Level  `json:"level"`
}

type caseWire struct {
	Date  string `json:"date"`
	Count int    `json:"count"`
}

// ParseAreaHistory reads the JSON form {"areas":[…]} (contract). A date without
// a time is 00:00 in loc. Unknown fields, unknown levels and a county named twice are
// refused, with the county's code and the field. What is read comes back in order of time.
func ParseAreaHistory(data []byte, loc *time.Location) (AreaHistory, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	var wire historyWire
	if err := dec.Decode(&wire); err != nil {
		return AreaHistory{}, fmt.Errorf("areas: %s", lineOf(data, err))
	}
	history := AreaHistory{Areas: make([]County, 0, len(wire.Areas))}
	seen := make(map[string]bool, len(wire.Areas))
	for i, w := range wire.Areas {
		if !ValidAreaCode(w.Code) {
			return AreaHistory{}, fmt.Errorf("areas[%d].code: %q is neither six digits nor an alpha-2 country", i, w.Code)
		}
		if seen[w.Code] {
			return AreaHistory{}, fmt.Errorf("areas[%d].code: %s is there twice; put its history into one entry", i, w.Code)
		}
		seen[w.Code] = true
		county, err := w.county(loc)
		if err != nil {
			return AreaHistory{}, fmt.Errorf("area %s: %w", w.Code, err)
		}
		history.Areas = append(history.Areas, county)
	}
	return history, nil
}

func (w countyWire) county(loc *time.Location) (County, error) {
	c := County{Code: w.Code, Name: w.Name, LandPort: w.LandPort}
	for _, p := range w.HardestHit {
		from, err := parseMoment(p.From, loc)
		if err != nil {
			return c, fmt.Errorf("hardest_hit.from: %w", err)
		}
		var to time.Time
		if p.To != "" {
			if to, err = parseMoment(p.To, loc); err != nil {
				return c, fmt.Errorf("hardest_hit.to: %w", err)
			}
		}
		c.HardestHit = append(c.HardestHit, Period{from, to})
	}
	for _, l := range w.Levels {
		from, err := parseMoment(l.From, loc)
		if err != nil {
			return c, fmt.Errorf("levels.from: %w", err)
		}
		if !slices.Contains(Levels, l.Level) {
			return c, fmt.Errorf("levels.level: %q is none of low, medium, high", l.Level)
		}
		c.Levels = append(c.Levels, LevelChange{from, l.Level})
	}
	for _, n := range w.LocalCases {
		date, err := parseMoment(n.Date, loc)
		if err != nil {
			return c, fmt.Errorf("local_cases.date: %w", err)
		}
		if n.Count < 0 {
			return c, fmt.Errorf("local_cases.count: can't be negative")
		}
		c.LocalCases = append(c.LocalCases, CaseCount{startOfDay(date, loc), n.Count})
	}
	slices.SortStableFunc(c.HardestHit, func(a, b Period) int { return a.From.Compare(b.From) })
	slices.SortStableFunc(c.Levels, func(a, b LevelChange) int { return a.From.Compare(b.From) })
	slices.SortStableFunc(c.LocalCases, func(a, b CaseCount) int { return a.Date.Compare(b.Date) })
	return c, nil
}

// MarshalJSON writes the contract form; case dates are days in their own location.
func (h AreaHistory) MarshalJSON() ([]byte, error) {
	wire := historyWire{Areas: make([]countyWire, 0, len(h.Areas))}
	for _, c := range h.Areas {
		w := countyWire{Code: c.Code, Name: c.Name, LandPort: c.LandPort}
		for _, p := range c.HardestHit {
			to := ""
			if !p.To.IsZero() {
				to = p.To.Format(time.RFC3339)
			}
			w.HardestHit = append(w.HardestHit, periodWire{p.From.Format(time.RFC3339), to})
		}
		for _, l := range c.Levels {
			w.Levels = append(w.Levels, levelWire{l.From.Format(time.RFC3339), l.Level})
		}
		for _, n := range c.LocalCases {
			w.LocalCases = append(w.LocalCases, caseWire{n.Date.Format(time.DateOnly), n.Count})
		}
		wire.Areas = append(wire.Areas, w)
	}
	return json.Marshal(wire)
}

func parseMoment(s string, loc *time.Location) (time.Time, error) {
	if t, err := time.ParseInLocation(time.DateOnly, s, loc); err == nil {
		return t, nil
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return t, fmt.Errorf("%q is neither a date (2022-04-25) nor RFC 3339 with an offset", s)
	}
	return t, nil
}

func startOfDay(t time.Time, loc *time.Location) time.Time {
	y, m, d := t.In(loc).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, loc)
}

// lineOf puts the line number in front of a JSON error where it is known.
func lineOf(data []byte, err error) string {
	var offset int64
	switch e := err.(type) {
	case *json.SyntaxError:
		offset = e.Offset
	case *json.UnmarshalTypeError:
		offset = e.Offset
	default:
		return strings.TrimPrefix(err.Error(), "json: ")
	}
	line := 1 + bytes.Count(data[:min(int(offset), len(data))], []byte("\n"))
	return fmt.Sprintf("line %d: %s", line, strings.TrimPrefix(err.Error(), "json: "))
}
