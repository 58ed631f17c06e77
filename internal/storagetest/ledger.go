package storagetest

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"healthcode"
)

var ctx = context.Background()

var ledgerTests = map[string]func(*testing.T, healthcode.Store){
	"round trip":          factsComeBackWhole,
	"order":               factsComeInOrder,
	"idempotent":          appendIsIdempotent,
	"conflict":            aConflictRefusesOneFact,
	"across persons":      idsAreUniqueAcrossPersons,
	"within one call":     duplicatesWithinOneCall,
	"incomplete":          incompleteFactsAreRefused,
	"unknown person":      factsOfNobody,
	"many":                manyFactsInOneCall,
	"retention":           factsEnd,
	"retention and reuse": anIDIsFreeAfterItsFactEnded,
	"similar names":       similarNamesAreDifferentFacts,
}

// test returns a complete fact.
func test(source, id string) healthcode.Fact {
	return healthcode.Fact{Source: source, ID: id, Kind: healthcode.KindTest, Time: start, Recorded: after(time.Hour),
		Analyte: "nucleic-acid", Result: "negative", Lab: "bj-0007"}
}

func appendOne(t tb, s healthcode.Store, p healthcode.PersonID, f healthcode.Fact) healthcode.Outcome {
	t.Helper()
	outcomes, err := s.Append(ctx, []healthcode.PersonFact{{Person: p, Fact: f}})
	must(t, err)
	if len(outcomes) != 1 {
		t.Fatalf("%d outcomes of one fact", len(outcomes))
	}
	return outcomes[0]
}

// normal is what a store may return instead of f: instants in UTC, without the
// document (the person is known), and no list for an empty one.
func normal(f healthcode.Fact) healthcode.Fact {
	f.Person = nil
	for _, at := range []*time.Time{&f.Time, &f.From, &f.To, &f.Recorded, &f.Covers} {
		if !at.IsZero() {
			*at = at.UTC()
		}
	}
	for _, list := range []*[]string{&f.Symptoms, &f.Visited} {
		if len(*list) == 0 {
			*list = nil
		}
	}
	return f
}

func wantFacts(t tb, s healthcode.Store, p healthcode.PersonID, want ...healthcode.Fact) {
	t.Helper()
	got, err := s.Facts(ctx, p)
	must(t, err)
	for i := range got {
		got[i] = normal(got[i])
	}
	want = slices.Clone(want)
	for i := range want {
		want[i] = normal(want[i])
	}
	slices.SortFunc(want, func(a, b healthcode.Fact) int { return a.Compare(&b) })
	if len(got) != len(want) {
		t.Errorf("%d facts, want %d", len(got), len(want))
		return
	}
	for i := range want {
		if !reflect.DeepEqual(got[i], want[i]) {
			t.Errorf("fact %d:\n got %+v\nwant %+v", i, got[i], want[i])
		}
	}
}

// factsComeBackWhole draws facts of every kind, with every field present or absent.
func factsComeBackWhole(t *testing.T, s healthcode.Store) {
	people := 0
	rapid.Check(t, func(t *rapid.T) {
		people++
		p := person(t, s, people)
		facts := rapid.SliceOfN(factGenerator, 1, 30).Draw(t, "facts")
		batch := make([]healthcode.PersonFact, len(facts))
		again := make([]healthcode.PersonFact, len(facts))
		for i := range facts {
			facts[i].ID += fmt.Sprintf("-%d-%d", people, i)
			batch[i] = healthcode.PersonFact{Person: p, Fact: facts[i]}
			again[i] = batch[i]
			again[i].Fact.Recorded = facts[i].Recorded.Add(time.Minute)
		}
		for _, step := range []struct {
			batch []healthcode.PersonFact
			want  healthcode.Outcome
		}{{batch, healthcode.Stored}, {again, healthcode.Duplicate}} {
			outcomes, err := s.Append(ctx, step.batch)
			must(t, err)
			for i, got := range outcomes {
				wantEqual(t, "outcome of a "+string(facts[i].Kind), got, step.want)
			}
		}
		wantFacts(t, s, p, facts...)
	})
}

func factsComeInOrder(t *testing.T, s healthcode.Store) {
	p := person(t, s, 1)
	var want []healthcode.Fact
	for i, hours := range []int{5, -3, 5, 0, 100} {
		f := test(fmt.Sprintf("lab:%d", 9-i), "x")
		f.Time = after(time.Duration(hours) * time.Hour)
		want = append(want, f)
		appendOne(t, s, p, f)
	}
	wantFacts(t, s, p, want...)
}

func appendIsIdempotent(t *testing.T, s healthcode.Store) {
	p := person(t, s, 1)
	f := test("lab:bj-0007", "1")
	wantEqual(t, "first", appendOne(t, s, p, f), healthcode.Stored)
	wantEqual(t, "again", appendOne(t, s, p, f), healthcode.Duplicate)
	later := f
	later.Recorded = after(48 * time.Hour)
	later.Person = &healthcode.Document{Type: healthcode.DocumentPassport, Number: "E1"}
	wantEqual(t, "learned later", appendOne(t, s, p, later), healthcode.Duplicate)
	wantFacts(t, s, p, f)
	_, facts, err := s.Counts(ctx)
	must(t, err)
	wantEqual(t, "facts", facts, 1)
}

func aConflictRefusesOneFact(t *testing.T, s healthcode.Store) {
	p := person(t, s, 1)
	first := test("lab:bj-0007", "1")
	appendOne(t, s, p, first)
	other, second := first, test("lab:bj-0007", "2")
	other.Result = "positive"
	outcomes, err := s.Append(ctx, []healthcode.PersonFact{{Person: p, Fact: other}, {Person: p, Fact: second}})
	must(t, err)
	if want := []healthcode.Outcome{healthcode.Conflict, healthcode.Stored}; !slices.Equal(outcomes, want) {
		t.Errorf("outcomes %v, want %v", outcomes, want)
	}
	wantFacts(t, s, p, first, second)
}

func idsAreUniqueAcrossPersons(t *testing.T, s healthcode.Store) {
	p, q := person(t, s, 1), person(t, s, 2)
	f := test("lab:bj-0007", "1")
	wantEqual(t, "first", appendOne(t, s, p, f), healthcode.Stored)
	wantEqual(t, "of another person", appendOne(t, s, q, f), healthcode.Conflict)
	wantEqual(t, "again", appendOne(t, s, p, f), healthcode.Duplicate)
	f.Source = "lab:bj-0008"
	wantEqual(t, "of another source", appendOne(t, s, q, f), healthcode.Stored)
	wantFacts(t, s, q, f)
}

func duplicatesWithinOneCall(t *testing.T, s healthcode.Store) {
	p, q := person(t, s, 1), person(t, s, 2)
	f := test("lab:bj-0007", "1")
	other := f
	other.Lab = "bj-0008"
	outcomes, err := s.Append(ctx, []healthcode.PersonFact{
		{Person: q, Fact: f}, {Person: q, Fact: f}, {Person: q, Fact: other}, {Person: p, Fact: test("lab:bj-0007", "2")}})
	must(t, err)
	want := []healthcode.Outcome{healthcode.Stored, healthcode.Duplicate, healthcode.Conflict, healthcode.Stored}
	if !slices.Equal(outcomes, want) {
		t.Errorf("outcomes %v, want %v", outcomes, want)
	}
	wantFacts(t, s, q, f)
}

func incompleteFactsAreRefused(t *testing.T, s healthcode.Store) {
	p := person(t, s, 1)
	for name, spoil := range map[string]func(*healthcode.Fact){
		"id":       func(f *healthcode.Fact) { f.ID = "" },
		"source":   func(f *healthcode.Fact) { f.Source = "" },
		"recorded": func(f *healthcode.Fact) { f.Recorded = time.Time{} },
		"kind":     func(f *healthcode.Fact) { f.Kind = "rumour" },
	} {
		f := test("lab:bj-0007", "1")
		spoil(&f)
		_, err := s.Append(ctx, []healthcode.PersonFact{{Person: p, Fact: f}})
		wantCode(t, name, err, healthcode.CodeInvalid)
	}
	wantFacts(t, s, p)
}

func factsOfNobody(t *testing.T, s healthcode.Store) {
	known := person(t, s, 1)
	nobody := healthcode.PersonID{1, 2, 3}
	_, err := s.Append(ctx, []healthcode.PersonFact{
		{Person: known, Fact: test("lab:bj-0007", "1")}, {Person: nobody, Fact: test("lab:bj-0007", "2")}})
	wantCode(t, "append", err, healthcode.CodeNotFound)
	wantFacts(t, s, known)
	wantFacts(t, s, nobody)
	_, err = s.Append(ctx, []healthcode.PersonFact{{Fact: test("lab:bj-0007", "2")}})
	wantCode(t, "append for the zero id", err, healthcode.CodeNotFound)
}

func manyFactsInOneCall(t *testing.T, s healthcode.Store) {
	const people, each = 700, 7
	ids := persons(t, s, people)
	var batch []healthcode.PersonFact
	for n := range each {
		for i, id := range ids {
			batch = append(batch, healthcode.PersonFact{Person: id, Fact: test("lab:bj-0007", fmt.Sprintf("%05d", n*people+i))})
		}
	}
	outcomes, err := s.Append(ctx, batch)
	must(t, err)
	for i, o := range outcomes {
		if o != healthcode.Stored {
			t.Fatalf("fact %d: outcome %d", i, o)
		}
	}
	nPersons, nFacts, err := s.Counts(ctx)
	must(t, err)
	wantEqual(t, "persons", nPersons, people)
	wantEqual(t, "facts", nFacts, people*each)
	for i := 0; i < people; i += 99 {
		facts, err := s.Facts(ctx, ids[i])
		must(t, err)
		wantEqual(t, "facts of a person", len(facts), each)
	}
	outcomes, err = s.Append(ctx, batch)
	must(t, err)
	if slices.ContainsFunc(outcomes, func(o healthcode.Outcome) bool { return o != healthcode.Duplicate }) {
		t.Error("the second time, not every fact was a duplicate")
	}
}

func factsEnd(t *testing.T, s healthcode.Store) {
	p, q := person(t, s, 1), person(t, s, 2)
	keep, short, long := test("venue:1", "keep"), test("venue:1", "short"), test("venue:1", "long")
	_, err := s.Append(ctx, []healthcode.PersonFact{
		{Person: p, Fact: keep},
		{Person: p, Fact: short, DeleteAfter: after(24 * time.Hour)},
		{Person: q, Fact: long, DeleteAfter: after(48 * time.Hour)}})
	must(t, err)
	for _, step := range []struct {
		hours   int
		deleted int
		p, q    []healthcode.Fact
	}{
		{23, 0, []healthcode.Fact{keep, short}, []healthcode.Fact{long}},
		{25, 1, []healthcode.Fact{keep}, []healthcode.Fact{long}},
		{25, 0, []healthcode.Fact{keep}, []healthcode.Fact{long}},
		{49, 1, []healthcode.Fact{keep}, nil},
	} {
		n, err := s.PurgeFacts(ctx, after(time.Duration(step.hours)*time.Hour))
		must(t, err)
		wantEqual(t, "deleted", n, step.deleted)
		wantFacts(t, s, p, step.p...)
		wantFacts(t, s, q, step.q...)
	}
	_, facts, err := s.Counts(ctx)
	must(t, err)
	wantEqual(t, "facts", facts, 1)
}

func anIDIsFreeAfterItsFactEnded(t *testing.T, s healthcode.Store) {
	p, q := person(t, s, 1), person(t, s, 2)
	f := test("venue:1", "1")
	_, err := s.Append(ctx, []healthcode.PersonFact{{Person: p, Fact: f, DeleteAfter: after(time.Hour)}})
	must(t, err)
	_, err = s.PurgeFacts(ctx, after(2*time.Hour))
	must(t, err)
	wantEqual(t, "outcome", appendOne(t, s, q, f), healthcode.Stored)
	wantFacts(t, s, p)
	wantFacts(t, s, q, f)
}

func similarNamesAreDifferentFacts(t *testing.T, s healthcode.Store) {
	p := person(t, s, 1)
	var want []healthcode.Fact
	for _, name := range [][2]string{{"a", "1"}, {"a", "01"}, {"a", "001"}, {"a1", ""}, {"a", "11"}, {"a1", "1"}, {"A", "1"},
		{"a", "1 "}, {"a", "00000000000000000000000000000001"}, {"a", "0000000000000000000000000000001"},
		{"a", "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"}, {"a", "F81D4FAE-7DEC-11D0-A765-00A0C91E6BF6"},
		{"a", "f81d4fae7dec11d0a76500a0c91e6bf6"}, {"源", "号1"}, {"a", "\x00"}, {"a\x00", "1"}} {
		f := test(name[0], name[1])
		if f.ID == "" {
			continue
		}
		wantEqual(t, fmt.Sprintf("outcome of %q", name), appendOne(t, s, p, f), healthcode.Stored)
		want = append(want, f)
	}
	wantFacts(t, s, p, want...)
}
