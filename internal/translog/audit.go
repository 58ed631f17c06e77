package translog

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"healthcode"
)

// Ledger is what an audit reads of a database.
type Ledger interface {
	ChangesApplied(ctx context.Context, after string, limit int) ([]healthcode.Change, error)
	FactsFrom(ctx context.Context, prefix string, each func(healthcode.PersonID, healthcode.Fact) error) error
}

// Finding is one thing in which database and log differ. It names a change, a fact or an entry, and no person.
type Finding struct {
	Code   string `json:"code"`
	Change string `json:"change,omitempty"`
	Source string `json:"source,omitempty"` // of a fact
	ID     string `json:"id,omitempty"`
	Entry  *int64 `json:"entry,omitempty"`
	Text   string `json:"text"`
}

// The codes of findings.
const (
	FoundChangeAltered = "change_altered"
	FoundNotLogged     = "change_not_logged"
	FoundOneOfficer    = "one_officer"
	FoundNoChange      = "change_missing" // an entry whose change is gone
	FoundFactInserted  = "fact_inserted"
	FoundFactAltered   = "fact_altered"
	FoundFactRemoved   = "fact_removed"
)

// Audit compares a database with the log's entries: each applied change must be the one that was logged, each manual
// fact must be that of a change, and each entry must have its change.
func Audit(ctx context.Context, ledger Ledger, entries []Entry, zone Zone) ([]Finding, error) {
	a := audit{entries: entries, zone: zone, taken: make([]bool, len(entries)), facts: map[healthcode.FactRef]*manual{}, waiting: map[string]string{}}
	for after := ""; ; {
		page, err := ledger.ChangesApplied(ctx, after, perPass)
		if err != nil {
			return nil, err
		}
		for i := range page {
			a.change(&page[i])
			after = page[i].ID
		}
		if len(page) < perPass {
			break
		}
	}
	a.unrecorded()
	for i, taken := range a.taken {
		if !taken {
			index, e := int64(i), entries[i]
			a.add(Finding{Code: FoundNoChange, Entry: &index,
				Text: fmt.Sprintf("entry %d (%s, %s, %s of %s) has no change in the database: it was taken out or altered", i, e.Kind, e.Ground, e.Jurisdiction, e.Month)})
		}
	}
	if err := ledger.FactsFrom(ctx, healthcode.ManualSource, a.fact); err != nil {
		return nil, err
	}
	for ref, m := range a.facts {
		if !m.seen {
			a.add(Finding{Code: FoundFactRemoved, Change: m.change, Source: ref.Source, ID: ref.ID,
				Text: fmt.Sprintf("fact %s of %s, which change %s made, isn't in the database", ref.ID, ref.Source, m.change)})
		}
	}
	return a.found, nil
}

type audit struct {
	entries []Entry
	zone    Zone
	taken   []bool
	facts   map[healthcode.FactRef]*manual
	found   []Finding
	// waiting are the changes whose index isn't recorded, by their hashes.
	waiting map[string]string
}

// manual is the fact that a change made.
type manual struct {
	change string
	person healthcode.PersonID
	fact   healthcode.Fact
	seen   bool
}

func (a *audit) add(f Finding) { a.found = append(a.found, f) }

func (a *audit) change(c *healthcode.Change) {
	a.facts[healthcode.FactRef{Source: healthcode.ManualSource + c.By, ID: c.ID}] = &manual{change: c.ID, person: c.Person, fact: c.Fact}
	if c.Agreed == "" || c.Agreed == c.By && c.By != healthcode.SystemOfficer {
		a.add(Finding{Code: FoundOneOfficer, Change: c.ID, Text: fmt.Sprintf("change %s has no second officer", c.ID)})
	}
	want, err := EntryOf(c, a.zone)
	if c.Index < 0 && err == nil {
		a.waiting[string(want.Hash)] = c.ID
		return
	}
	if err == nil && c.Index < int64(len(a.entries)) && want.equal(a.entries[c.Index]) && !a.taken[c.Index] {
		a.taken[c.Index] = true
		return
	}
	a.add(Finding{Code: FoundChangeAltered, Change: c.ID, Entry: &c.Index,
		Text: fmt.Sprintf("change %s isn't what entry %d says: its row was altered", c.ID, c.Index)})
}

// unrecorded finds the entries of changes whose index isn't recorded: the process that wrote them has ended before it could.
func (a *audit) unrecorded() {
	for i, e := range a.entries {
		if _, waits := a.waiting[string(e.Hash)]; waits && !a.taken[i] {
			a.taken[i] = true
			delete(a.waiting, string(e.Hash))
		}
	}
	for _, id := range slices.Sorted(maps.Values(a.waiting)) {
		a.add(Finding{Code: FoundNotLogged, Change: id, Text: fmt.Sprintf("change %s isn't in the log", id)})
	}
}

func (a *audit) fact(person healthcode.PersonID, f healthcode.Fact) error {
	m := a.facts[f.Ref()]
	finding := Finding{Source: f.Source, ID: f.ID}
	switch {
	case m == nil || m.seen || m.person != person:
		finding.Code = FoundFactInserted
		finding.Text = fmt.Sprintf("fact %s of %s (%s) has no change of that person: it was put in by hand", f.ID, f.Source, f.Kind)
		a.add(finding)
		return nil
	case !healthcode.SameFact(m.fact, f):
		finding.Code, finding.Change = FoundFactAltered, m.change
		finding.Text = fmt.Sprintf("fact %s of %s isn't what change %s says: it was altered", f.ID, f.Source, m.change)
		a.add(finding)
	}
	m.seen = true
	return nil
}
