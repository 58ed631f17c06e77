package policy_test

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"healthcode"
	"healthcode/policy"
)

// TestOracle compares the engine with the oracle on random cases.
func TestOracle(t *testing.T) {
	policies := set(t)
	cases := 3000
	if testing.Short() {
		cases = 300
	}
	states := map[string]int{}
	for _, ref := range refs {
		p, err := policies.Find(ref, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		for seed := range cases {
			w := makeWorld(rand.New(rand.NewPCG(uint64(seed), 20)).IntN, ref, 7)
			o := newOracle(w)
			rows, colours := o.table(ref)
			want := o.ask(rows, colours, w.at.Unix())
			got := answerOf(p.Evaluate(policy.NewAreas(w.history), w.facts, w.knownAt).At(w.at))
			if !want.equal(got) {
				t.Fatalf("%s, seed %d:\n%v\ngot  %+v\nwant %+v", ref, seed, w, got, want)
			}
			states[ref+" "+want.state]++
			for hold := range want.holds {
				states[ref+" hold "+hold]++
			}
			for _, reason := range want.reasons {
				states[ref+" "+reason]++
			}
		}
	}
	for _, state := range slices.Sorted(maps.Keys(states)) {
		t.Logf("%6d %s", states[state], state)
	}
	for _, p := range policies.Policies() { // the cases come past everything
		for _, r := range p.Rules {
			name := p.Ref() + " hold " + r.Hold
			if r.Colour != "" {
				name = p.Ref() + " " + r.Rule + " " + r.Colour
			}
			if states[name] == 0 && !testing.Short() {
				t.Errorf("no case shows %s", name)
			}
		}
	}
}

func answerOf(s healthcode.Status) answer {
	a := answer{state: s.State, colour: s.Colour, holds: map[string]period{}, next: never}
	for _, h := range s.Holds {
		p := period{h.From.Unix(), never}
		if h.Until != nil {
			p.until = h.Until.Unix()
		}
		a.holds[h.Hold] = p
	}
	for _, r := range s.Reasons {
		a.reasons = append(a.reasons, r.Rule+" "+r.Colour)
	}
	slices.Sort(a.reasons)
	a.reasons = slices.Compact(a.reasons)
	for _, q := range s.Questions {
		a.questions = append(a.questions, q.Facts[0].ID)
	}
	slices.Sort(a.questions)
	if s.NextChange != nil {
		a.next = s.NextChange.Unix()
	}
	return a
}

func (a answer) equal(b answer) bool {
	return a.state == b.state && a.colour == b.colour && maps.Equal(a.holds, b.holds) && a.next == b.next &&
		slices.Equal(a.reasons, b.reasons) && slices.Equal(a.questions, b.questions)
}

// TestOracleExamples checks the oracle itself against the published examples.
func TestOracleExamples(t *testing.T) {
	eachExample(t, func(n int, in policy.Input, want expectation) {
		history, err := healthcode.ParseAreaHistory(in.Areas, shanghai)
		if err != nil {
			t.Fatal(err)
		}
		_, fs, err := in.Read(shanghai)
		if err != nil {
			t.Fatal(err)
		}
		o := newOracle(world{history: history, facts: fs, at: in.At, knownAt: in.KnownAt})
		rows, colours := o.table(in.Policy)
		want.compare(t, n, o.ask(rows, colours, in.At.Unix()))
	})
}
