package lab

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"healthcode"
)

// The ids of what the registry writes begin with these.
const (
	aside       = "set-aside:"   // a negative result of a sample that has another result, too
	restored    = "restored:"    // … which counts again, since the other was taken back
	unconfirmed = "unconfirmed:" // a provisional result that no laboratory confirmed in time
)

// The reasons of these retractions, as stored.
const (
	reasonDiffers     = "another result of the same sample is known; casework decides"
	reasonRestored    = "the other result of the sample was taken back"
	reasonUnconfirmed = "the laboratory did not confirm it in time"
)

// registryFact is a retraction by the registry.
func registryFact(person healthcode.PersonID, id, reason string, ref healthcode.FactRef, now time.Time) healthcode.PersonFact {
	return healthcode.PersonFact{Person: person, Fact: healthcode.Fact{ID: id, Source: Source, Kind: healthcode.KindRetraction,
		Recorded: now.Truncate(time.Second), Retracts: &ref, Reason: reason}}
}

func setAside(person healthcode.PersonID, ref healthcode.FactRef, n int, now time.Time) healthcode.PersonFact {
	return registryFact(person, fmt.Sprintf("%s%d:%s/%s", aside, n, ref.Source, ref.ID), reasonDiffers, ref, now)
}

// standing tells of a fact whether it hasn't been taken back by a retraction that counts and stands itself.
func standing(facts []healthcode.Fact, counts func(*healthcode.Fact) bool) func(healthcode.FactRef) bool {
	by := map[healthcode.FactRef][]*healthcode.Fact{}
	for i := range facts {
		if r := facts[i].Retracts; r != nil && counts(&facts[i]) {
			by[*r] = append(by[*r], &facts[i])
		}
	}
	var stands func(ref healthcode.FactRef, depth int) bool
	stands = func(ref healthcode.FactRef, depth int) bool {
		return !slices.ContainsFunc(by[ref], func(r *healthcode.Fact) bool { return depth > 100 || stands(r.Ref(), depth+1) })
	}
	return func(ref healthcode.FactRef) bool { return stands(ref, 0) }
}

// Follow lets a result that was set aside count again where officers have taken the other one back. It is for changes that were
// applied; doing it twice changes nothing.
func (s *Service) Follow(ctx context.Context, c healthcode.Change) error {
	if c.Fact.Kind != healthcode.KindRetraction || c.Fact.Retracts == nil || !reported(c.Fact.Retracts.Source) {
		return nil
	}
	m, err := s.Merger(c.Jurisdiction)
	if err != nil {
		return err
	}
	return m.settle(ctx, []healthcode.PersonID{c.Person}, s.clock.Now())
}

// settle sets the negative results of a sample aside while it has another result, and lets them count again once the other was taken
// back. The less favourable one is never dropped silently: a case gets both. Doing it twice changes nothing.
func (m *Merger) settle(ctx context.Context, people []healthcode.PersonID, now time.Time) error {
	slices.SortFunc(people, func(a, b healthcode.PersonID) int { return strings.Compare(string(a[:]), string(b[:])) })
	for _, person := range slices.Compact(people) {
		facts, err := m.service.store.Facts(ctx, person)
		if err != nil {
			return fmt.Errorf("reading the facts: %w", err)
		}
		samples, err := m.service.store.SamplesOf(ctx, person)
		if err != nil {
			return fmt.Errorf("reading samples: %w", err)
		}
		var rows []healthcode.PersonFact
		for _, group := range groups(samples) {
			more, differ := m.settleGroup(person, facts, group, now)
			rows = append(rows, more...)
			if len(differ) > 0 {
				if err := m.lead(ctx, person, differ); err != nil {
					return err
				}
			}
		}
		if len(rows) == 0 {
			continue
		}
		if _, err := m.Store.Append(ctx, rows); err != nil {
			return fmt.Errorf("settling results that differ: %w", err)
		}
	}
	return nil
}

// groups puts the results of each sample together, and leaves out samples with one.
func groups(samples []healthcode.Sample) [][]healthcode.Sample {
	var all [][]healthcode.Sample
next:
	for _, v := range samples {
		for i := range all {
			if slices.ContainsFunc(all[i], func(o healthcode.Sample) bool { return o.Same(&v) }) {
				all[i] = append(all[i], v)
				continue next
			}
		}
		all = append(all, []healthcode.Sample{v})
	}
	return slices.DeleteFunc(all, func(g []healthcode.Sample) bool { return len(g) < 2 })
}

// settleGroup says what to write for one sample, and which of its results differ.
func (m *Merger) settleGroup(person healthcode.PersonID, facts []healthcode.Fact, group []healthcode.Sample, now time.Time) (rows []healthcode.PersonFact, differ []healthcode.Sample) {
	said := standing(facts, func(r *healthcode.Fact) bool { return r.Source != Source || !strings.HasPrefix(r.ID, aside) })
	counts := standing(facts, func(*healthcode.Fact) bool { return true })
	results := map[string]bool{}
	group = slices.DeleteFunc(slices.Clone(group), func(v healthcode.Sample) bool { return !said(v.Ref) })
	for _, v := range group {
		results[v.Result] = true
	}
	for _, v := range group {
		if v.Result != "negative" {
			continue
		}
		times, latest := 0, healthcode.FactRef{}
		for i := range facts {
			f := &facts[i]
			if f.Retracts != nil && *f.Retracts == v.Ref && f.Source == Source && strings.HasPrefix(f.ID, aside) {
				times++
				if counts(f.Ref()) {
					latest = f.Ref()
				}
			}
		}
		switch {
		case len(results) > 1 && counts(v.Ref):
			rows = append(rows, setAside(person, v.Ref, times+1, now))
		case len(results) == 1 && latest.ID != "":
			rows = append(rows, registryFact(person, restored+latest.ID, reasonRestored, latest, now))
		}
	}
	if len(results) > 1 {
		differ = group
	}
	return rows, differ
}

// lead hands results that differ to casework.
func (m *Merger) lead(ctx context.Context, person healthcode.PersonID, differ []healthcode.Sample) error {
	slices.SortFunc(differ, func(a, b healthcode.Sample) int {
		return cmp.Or(strings.Compare(a.Ref.Source, b.Ref.Source), strings.Compare(a.Ref.ID, b.Ref.ID))
	})
	var refs []healthcode.FactRef
	var words []string
	for _, v := range differ {
		refs = append(refs, v.Ref)
		words = append(words, fmt.Sprintf("%s %s: %s", v.Ref.Source, v.Ref.ID, v.Result))
	}
	p, err := m.service.policies.Policy(m.jurisdiction)
	if err != nil {
		return err
	}
	list := strings.Join(words, "; ")
	note := fmt.Sprintf("同一份样本（%[1]s，%[2]s）有不一致的结果：%[3]s。阴性结果暂不采用，请核实。\n"+
		"One sample (%[1]s, %[2]s) has results that differ: %[3]s. The negative one doesn't count until this is settled.",
		differ[0].Analyte, differ[0].Taken.In(m.location).Format("2006-01-02 15:04"), list)
	err = m.service.cases.Lead(ctx, person, m.jurisdiction, testSubject(p), "differs:"+list, note, refs)
	if err != nil {
		return fmt.Errorf("opening a case about results that differ: %w", err)
	}
	return nil
}
