package area

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Report says what became of the files and names of an import.
type Report struct {
	Files      int // that were found
	Snapshots  int // instants of which a list was read
	Duplicates int // files of an instant that another file has too
	Places     int // rows read, of all files together
	First      time.Time
	Last       time.Time
	Broken     []FileNote // files that were left out, and why
	Warnings   []FileNote // files that were used though something is odd
	Mapped     []Mapping  // names that aren't a county's own, by name
	Unmapped   []Mapping  // names for which no county was found, by name
}

// FileNote is a remark on one file.
type FileNote struct {
	File, Note string
}

// Mapping says which counties a name of the list was taken for.
type Mapping struct {
	Province, City, County string
	Match                  Match    // "" if unmapped
	Codes                  []string // every county that it was taken for
	Rows                   int      // how often it was there
	File                   string   // the first file, by name, that has it
}

// Guessed lists the mappings that rest on the city alone.
func (r *Report) Guessed() []Mapping {
	var guessed []Mapping
	for _, m := range r.Mapped {
		if m.Match == MatchSeat {
			guessed = append(guessed, m)
		}
	}
	return guessed
}

// String is the report as lines for a terminal.
func (r *Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d files: %d snapshots, %d duplicates, %d broken; %d places\n", r.Files, r.Snapshots, r.Duplicates, len(r.Broken), r.Places)
	if r.Snapshots > 0 {
		fmt.Fprintf(&b, "from %s to %s\n", r.First.Format("2006-01-02 15:04"), r.Last.Format("2006-01-02 15:04"))
	}
	for _, n := range r.Broken {
		fmt.Fprintf(&b, "broken: %s: %s\n", n.File, n.Note)
	}
	for _, n := range r.Warnings {
		fmt.Fprintf(&b, "odd: %s: %s\n", n.File, n.Note)
	}
	for _, m := range r.Mapped {
		fmt.Fprintf(&b, "%s: %s\n", m.Match, m)
	}
	for _, m := range r.Unmapped {
		fmt.Fprintf(&b, "not mapped: %s\n", m)
	}
	return b.String()
}

// String is "吉林省 长春市 净月区 (15 rows, from FILE) → 220172 长春净月高新技术产业开发区".
func (m Mapping) String() string {
	s := fmt.Sprintf("%s %s %s (%d rows, from %s)", m.Province, m.City, m.County, m.Rows, m.File)
	for i, code := range m.Codes {
		d, _ := Lookup(code)
		s += []string{" → ", ", "}[min(i, 1)] + code + " " + d.Name.ZH
	}
	return s
}

// ledger counts names while files are read.
type ledger map[[3]string]*Mapping

func (l ledger) note(p place, file string, codes []string, match Match) {
	key := [3]string{p.Province, p.City, p.County}
	m := l[key]
	if m == nil {
		m = &Mapping{Province: p.Province, City: p.City, County: p.County, Match: match, File: file}
		l[key] = m
	}
	m.Rows++
	m.File = min(m.File, file)
	if rank(match) > rank(m.Match) { // a zone may be found by its streets in one file, by the table in another
		m.Match = match
	}
	for _, code := range codes {
		if !slices.Contains(m.Codes, code) {
			m.Codes = append(m.Codes, code)
			slices.Sort(m.Codes)
		}
	}
}

func rank(m Match) int {
	return slices.Index([]Match{MatchExact, MatchFormer, MatchTown, MatchZone, MatchSeat}, m)
}

// into puts the names into a report, sorted; exact names are left out.
func (l ledger) into(r *Report) {
	for _, m := range l {
		switch m.Match {
		case "":
			r.Unmapped = append(r.Unmapped, *m)
		case MatchExact:
		default:
			r.Mapped = append(r.Mapped, *m)
		}
	}
	byName := func(a, b Mapping) int {
		return slices.Compare([]string{a.Province, a.City, a.County}, []string{b.Province, b.City, b.County})
	}
	slices.SortFunc(r.Mapped, byName)
	slices.SortFunc(r.Unmapped, byName)
}
