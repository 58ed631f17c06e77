package lab

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"healthcode"
	"healthcode/internal/intake"
)

// What became of a report beyond being stored or a duplicate.
const (
	noteMerged    = "merged"    // the same result is there already, from elsewhere
	noteConfirmed = "confirmed" // it was provisional until now
	noteDiffers   = "differs"   // there is another result of the same sample: casework has both
)

// Merger is a store of facts in which each result of a sample is one fact, whoever passes it on. The rule stands
// in docs/decisions/0160-one-sample-one-fact.md. It is for one call, and one goroutine.
type Merger struct {
	// Store is where facts go: the service's, unless it is set.
	Store intake.FactStore

	service      *Service
	jurisdiction string
	location     *time.Location
	numbers      map[healthcode.FactRef]string // of samples, where the laboratory gave them
	provisional  time.Time                     // until when what is appended stands without the laboratory's word
	notes        map[healthcode.FactRef]string
}

// Merger returns one for a call that sends facts to a jurisdiction.
func (s *Service) Merger(jurisdiction string) (*Merger, error) {
	p, err := s.policies.Policy(jurisdiction)
	if err != nil {
		return nil, err
	}
	return &Merger{Store: s.store, service: s, jurisdiction: jurisdiction, location: p.Location,
		numbers: map[healthcode.FactRef]string{}, notes: map[healthcode.FactRef]string{}}, nil
}

// EnsurePersons is the store's.
func (m *Merger) EnsurePersons(ctx context.Context, documents []healthcode.Document) ([]healthcode.PersonID, error) {
	return m.Store.EnsurePersons(ctx, documents)
}

// reported reports whether facts of a source may come by several ways.
func reported(source string) bool {
	return strings.HasPrefix(source, "lab:") || strings.HasPrefix(source, "platform:")
}

// labOf is the id of the laboratory that made a test.
func labOf(f *healthcode.Fact) string {
	if f.Lab == "" {
		id, _ := strings.CutPrefix(f.Source, "lab:")
		if id == f.Source {
			return ""
		}
		return id
	}
	return strings.TrimPrefix(f.Lab, "lab:")
}

// Append stores facts as [healthcode.Ledger.Append] does. A report that agrees with one that is there is a duplicate.
func (m *Merger) Append(ctx context.Context, facts []healthcode.PersonFact) ([]healthcode.Outcome, error) {
	now := m.service.clock.Now()
	samples, at := m.samples(facts, now)
	claims, err := m.service.store.ClaimSamples(ctx, samples)
	if err != nil {
		return nil, err
	}
	rows := slices.Clone(facts)
	var settle []healthcode.PersonID
	for k, claim := range claims {
		i := at[k]
		own := facts[i].Fact.Ref()
		if len(claim.Others) > 0 {
			m.notes[own] = noteDiffers
			settle = append(settle, facts[i].Person)
			if claim.Ref == own && samples[k].Result == "negative" {
				rows = append(rows, setAside(facts[i].Person, own, 1, now)) // in the same write: it never counts
			}
		}
		if claim.Ref == own {
			continue
		}
		stands, err := m.stands(ctx, facts[i].Person, claim.Ref)
		if err != nil {
			return nil, err
		}
		if stands {
			rows[i].Fact.Source, rows[i].Fact.ID = claim.Ref.Source, claim.Ref.ID
			m.notes[own] = noteMerged
		}
		if claim.Confirmed {
			m.notes[own] = noteConfirmed
		}
	}
	if settle, err = m.retractions(ctx, rows[:len(facts)], settle); err != nil {
		return nil, err
	}
	outcomes, err := m.Store.Append(ctx, rows)
	if err != nil {
		return nil, err
	}
	outcomes = outcomes[:len(facts)]
	for i := range facts {
		if facts[i].Fact.Ref() != rows[i].Fact.Ref() && outcomes[i] == healthcode.Conflict {
			outcomes[i] = healthcode.Duplicate // seconds, or how the laboratory is written, may differ
		}
	}
	if err := m.settle(ctx, settle, now); err != nil {
		return nil, err
	}
	m.measure(samples, at, outcomes, facts)
	return outcomes, m.answerQueries(ctx, samples)
}

// samples makes a sample of each test that a laboratory or platform reports, and says which fact it is.
func (m *Merger) samples(facts []healthcode.PersonFact, now time.Time) (samples []healthcode.Sample, at []int) {
	for i := range facts {
		f := &facts[i].Fact
		if f.Kind != healthcode.KindTest || !reported(f.Source) {
			continue
		}
		v := healthcode.Sample{Person: facts[i].Person, Lab: labOf(f), Analyte: f.Analyte, Result: f.Result, Taken: f.Time,
			Number: m.numbers[f.Ref()], Ref: f.Ref(), Uploaded: now}
		if !m.provisional.IsZero() {
			v.Uploaded, v.Provisional = time.Time{}, m.provisional
		}
		samples, at = append(samples, v), append(at, i)
	}
	return samples, at
}

// stands reports whether a fact hasn't been taken back: what was is no place to put another's word.
func (m *Merger) stands(ctx context.Context, person healthcode.PersonID, ref healthcode.FactRef) (bool, error) {
	facts, err := m.service.store.Facts(ctx, person)
	if err != nil {
		return false, fmt.Errorf("reading the facts: %w", err)
	}
	return standing(facts, func(r *healthcode.Fact) bool { return r.Source != Source || strings.HasPrefix(r.ID, unconfirmed) })(ref), nil
}

// retractions makes a retraction of a report that was merged one of the fact that stands for it: whoever passed a
// result on may take it back. The people concerned are added to settle.
func (m *Merger) retractions(ctx context.Context, rows []healthcode.PersonFact, settle []healthcode.PersonID) ([]healthcode.PersonID, error) {
	for i := range rows {
		f := &rows[i].Fact
		if f.Kind != healthcode.KindRetraction || f.Retracts == nil || !reported(f.Retracts.Source) {
			continue
		}
		known, err := m.service.store.SamplesOf(ctx, rows[i].Person)
		if err != nil {
			return nil, fmt.Errorf("reading samples: %w", err)
		}
		for _, k := range known {
			if slices.Contains(k.Also, *f.Retracts) {
				ref := k.Ref
				f.Retracts = &ref
			}
			if k.Ref == *f.Retracts {
				settle = append(settle, rows[i].Person)
			}
		}
	}
	return settle, nil
}

// measure tells how long new results of laboratories took.
func (m *Merger) measure(samples []healthcode.Sample, at []int, outcomes []healthcode.Outcome, facts []healthcode.PersonFact) {
	if m.service.Uploaded == nil || !m.provisional.IsZero() {
		return
	}
	for k, v := range samples {
		if outcomes[at[k]] == healthcode.Stored || m.notes[facts[at[k]].Fact.Ref()] == noteConfirmed {
			m.service.Uploaded(v.Lab, v.Uploaded.Sub(v.Taken))
		}
	}
}
