package policy_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"healthcode"
)

// world is one case: a person, the areas, and what is asked.
type world struct {
	ref         string
	history     healthcode.AreaHistory
	facts       []healthcode.Fact
	at, knownAt time.Time
}

// String writes the world as a line that `healthcode evaluate --jsonl` answers.
func (w world) String() string {
	areas, err := json.Marshal(w.history)
	if err != nil {
		return err.Error()
	}
	out, err := json.Marshal(map[string]any{"policy": w.ref, "areas": json.RawMessage(areas), "facts": w.facts, "at": w.at, "known_at": w.knownAt})
	if err != nil {
		return err.Error()
	}
	return string(out)
}

// refs are the published policies, and starts the days around which their worlds play.
var (
	refs   = []string{"beijing@2020-03", "beijing@2022-04", "tianjin@2020-02", "ningbo@2020-02"}
	starts = map[string]time.Time{
		"beijing@2020-03": time.Date(2020, 2, 5, 0, 0, 0, 0, shanghai),
		"beijing@2022-04": time.Date(2022, 4, 20, 0, 0, 0, 0, shanghai),
		"tianjin@2020-02": time.Date(2020, 2, 8, 0, 0, 0, 0, shanghai),
		"ningbo@2020-02":  time.Date(2021, 2, 8, 0, 0, 0, 0, shanghai),
	}
)

// builder makes worlds. pick returns a number from 0 to n-1.
type builder struct {
	pick  func(n int) int
	start time.Time
	pool  []time.Time // instants that matter; new ones lie near them
	areas []string
}

// one of the given values.
func choose[T any](b *builder, values ...T) T { return values[b.pick(len(values))] }

// makeWorld makes a case with up to so many facts, with a bias to boundaries.
func makeWorld(pick func(n int) int, ref string, facts int) world {
	b := &builder{pick: pick, start: starts[ref], areas: []string{"110105", "110108", "310115", "310112", "152501", "US"}}
	w := world{ref: ref}
	b.pool = append(b.pool, b.start.AddDate(0, 0, b.pick(30)).Add(choose(b, 0, 9*time.Hour, 24*time.Hour-time.Second)))
	for _, code := range b.areas[:5] {
		if b.pick(3) > 0 {
			w.history.Areas = append(w.history.Areas, b.county(code))
		}
	}
	for i := range b.pick(facts + 1) {
		w.facts = append(w.facts, b.fact(i, w.facts, ref))
	}
	w.at = b.instant()
	if w.knownAt = w.at; b.pick(2) == 0 {
		w.knownAt = w.at.AddDate(0, 2, 0)
	}
	return w
}

// instant returns a time on or around one that matters already.
func (b *builder) instant() time.Time {
	t := choose(b, b.pool...)
	switch b.pick(8) {
	case 0:
		t = b.start.AddDate(0, 0, b.pick(60)).Add(time.Duration(b.pick(86400)) * time.Second)
	case 1, 2:
		days := choose(b, 7, 14, 21) + 1
		t = t.AddDate(0, 0, choose(b, days, -days))
		t = time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, shanghai)
	case 3:
		t = t.Add(choose[time.Duration](b, 48, -48, 72, 24, 5, -5, 1) * time.Hour)
	case 4:
		t = t.AddDate(0, 0, b.pick(20)-8)
	}
	t = t.Add(choose(b, 0, 0, 0, 0, time.Second, -time.Second))
	b.pool = append(b.pool, t)
	return t
}

func (b *builder) later(t time.Time) time.Time {
	switch b.pick(5) {
	case 0:
		return t
	case 1:
		return time.Time{}
	}
	if u := b.instant(); u.After(t) {
		return u
	}
	return t.Add(time.Duration(b.pick(400)) * time.Hour)
}

func (b *builder) county(code string) healthcode.County {
	c := healthcode.County{Code: code, LandPort: code == "152501" || b.pick(10) == 0}
	for range b.pick(5) {
		c.Levels = append(c.Levels, healthcode.LevelChange{From: b.instant(), Level: choose(b, healthcode.Levels...)})
	}
	slices.SortStableFunc(c.Levels, func(x, y healthcode.LevelChange) int { return x.From.Compare(y.From) })
	for range b.pick(5) {
		t := b.instant().In(shanghai)
		c.LocalCases = append(c.LocalCases, healthcode.CaseCount{Date: time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, shanghai), Count: b.pick(3)})
	}
	slices.SortStableFunc(c.LocalCases, func(x, y healthcode.CaseCount) int { return x.Date.Compare(y.Date) })
	if b.pick(3) == 0 {
		from := b.instant()
		c.HardestHit = []healthcode.Period{{From: from, To: b.later(from)}}
	}
	return c
}

var (
	symptomLists = [][]string{{}, {}, {"fever"}, {"cough", "headache"}, {"runny-nose"}, {"headache"}, {"sore-throat"}, {"shortness-of-breath"}}
	liftable     = map[string][]string{"beijing@2020-03": {"unconfirmed", "travel"},
		"beijing@2022-04": {"1", "2", "3", "3", "4", "4", "5", "trip", "association", "arrival-test"}}
)

func (b *builder) fact(i int, before []healthcode.Fact, ref string) healthcode.Fact {
	f := healthcode.Fact{ID: fmt.Sprintf("f%d", i), Source: choose(b, "person", "telecom"), Kind: choose(b, healthcode.Kinds...)}
	if b.pick(4) == 0 { // what raises the most
		f.Kind = choose(b, healthcode.KindStay, healthcode.KindArrival, healthcode.KindQuarantine)
	}
	if f.Kind == healthcode.KindRetraction && len(before) == 0 || f.Kind == healthcode.KindLift && liftable[ref] == nil {
		f.Kind = healthcode.KindStay
	}
	t := b.instant()
	if f.Kind.Spans() {
		f.From, f.To = t, b.later(t)
	} else {
		f.Time = t
	}
	b.own(&f, before, ref)
	switch b.pick(4) {
	case 0:
		f.Recorded = t
	case 1:
		f.Recorded = b.later(t)
	case 2:
		f.Recorded = b.instant()
	}
	if f.Kind == healthcode.KindLift && !f.Recorded.IsZero() && b.pick(3) == 0 {
		f.Time = time.Time{}
	}
	return f
}

// own fills in the fields of the fact's kind.
func (b *builder) own(f *healthcode.Fact, before []healthcode.Fact, ref string) {
	switch f.Kind {
	case healthcode.KindTest:
		f.Analyte = choose(b, "nucleic-acid", "nucleic-acid", "nucleic-acid", "antigen", "igg")
		f.Result = choose(b, "negative", "negative", "negative", "positive", "invalid")
	case healthcode.KindVaccination:
		f.Dose = b.pick(4)
	case healthcode.KindDiagnosis:
		f.Class = choose(b, "confirmed", "suspected", "asymptomatic")
	case healthcode.KindContact:
		f.Class = choose(b, "close", "symptomatic-contact", "same-building", "association")
	case healthcode.KindSymptoms, healthcode.KindClinic:
		f.Symptoms = choose(b, symptomLists...)
	case healthcode.KindStay:
		f.Area = choose(b, b.areas...)
		f.Evidence = choose(b, "declared", "telecom", "ticket", "payment", "venue", "officer", "telecom")
	case healthcode.KindArrival:
		f.Origin = choose(b, b.areas...)
	case healthcode.KindQuarantine:
		f.Place, f.Completed, f.Verified = choose(b, "designated", "home"), b.pick(4) > 0, b.pick(4) > 0
	case healthcode.KindPurchase:
		f.Category = choose(b, "fever", "cough", "antiviral", "antibiotic")
	case healthcode.KindDeclaration:
		for range b.pick(3) {
			f.Visited = append(f.Visited, choose(b, b.areas...))
		}
	case healthcode.KindLift:
		f.Hold = choose(b, liftable[ref]...)
		f.Covers = b.instant()
	case healthcode.KindRetraction:
		of := choose(b, before...)
		f.Retracts = &healthcode.FactRef{Source: of.Source, ID: of.ID}
	}
}
