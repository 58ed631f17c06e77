package policy_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"healthcode"
	"healthcode/policy"
)

// property checks something of every published policy on random worlds.
func property(t *testing.T, check func(rt *rapid.T, p *policy.Policy, w world)) {
	policies := set(t)
	for _, ref := range refs {
		p, err := policies.Find(ref, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		t.Run(ref, func(t *testing.T) {
			rapid.Check(t, func(rt *rapid.T) { check(rt, p, draw(rt, ref)) })
		})
	}
}

func draw(rt *rapid.T, ref string) world {
	return makeWorld(func(n int) int { return rapid.IntRange(0, n-1).Draw(rt, "choice") }, ref, 9)
}

// evaluate returns everything that a policy says of a world, as JSON.
func evaluate(rt *rapid.T, p *policy.Policy, w world) []byte {
	e := p.Evaluate(policy.NewAreas(w.history), w.facts, w.knownAt)
	status := e.At(w.at)
	status.Timeline = e.Timeline(w.at.AddDate(-1, 0, 0), w.at.AddDate(1, 0, 0))
	out, err := json.Marshal(status)
	if err != nil {
		rt.Fatal(err)
	}
	return out
}

func equalBytes(rt *rapid.T, w world, what string, got, want []byte) {
	if !bytes.Equal(got, want) {
		rt.Fatalf("%s:\n%v\ngot  %s\nwant %s", what, w, got, want)
	}
}

func TestSameInputSameBytes(t *testing.T) {
	property(t, func(rt *rapid.T, p *policy.Policy, w world) {
		equalBytes(rt, w, "the second time", evaluate(rt, p, w), evaluate(rt, p, w))
	})
}

func TestOrderOfFactsDoesNotMatter(t *testing.T) {
	property(t, func(rt *rapid.T, p *policy.Policy, w world) {
		want := evaluate(rt, p, w)
		w.facts = rapid.Permutation(w.facts).Draw(rt, "order")
		equalBytes(rt, w, "in another order", evaluate(rt, p, w), want)
	})
}

func TestRetractionIsAsIfTheFactHadNeverBeen(t *testing.T) {
	property(t, func(rt *rapid.T, p *policy.Policy, w world) {
		if len(w.facts) == 0 {
			return
		}
		i := rapid.IntRange(0, len(w.facts)-1).Draw(rt, "fact")
		gone := w.facts[i]
		without, with := w, w
		without.facts = slices.Delete(slices.Clone(w.facts), i, i+1)
		with.facts = append(slices.Clone(w.facts), healthcode.Fact{ID: "gone", Source: "officer", Kind: healthcode.KindRetraction,
			Retracts: &healthcode.FactRef{Source: gone.Source, ID: gone.ID}})
		equalBytes(rt, with, "retracted", evaluate(rt, p, with), evaluate(rt, p, without))
	})
}

func TestLaterFactsAreNotSeen(t *testing.T) {
	property(t, func(rt *rapid.T, p *policy.Policy, w world) {
		want := evaluate(rt, p, w)
		w.facts = slices.DeleteFunc(slices.Clone(w.facts), func(f healthcode.Fact) bool { return f.Known().After(w.knownAt) })
		equalBytes(rt, w, "without what was recorded later", evaluate(rt, p, w), want)
	})
}

// TestTimeline compares the timeline, the point evaluation and the next change
// at random instants.
func TestTimeline(t *testing.T) {
	property(t, func(rt *rapid.T, p *policy.Policy, w world) {
		e := p.Evaluate(policy.NewAreas(w.history), w.facts, w.knownAt)
		from, until := w.at.AddDate(0, -3, 0), w.at.AddDate(0, 3, 0)
		segments := e.Timeline(from, until)
		gapless(rt, segments, from, until)
		for range 10 {
			at := instantIn(rt, segments, from, until)
			status := e.At(at)
			segment := segmentAt(rt, segments, at)
			agrees(rt, w, status, segment)
			if state, colour, next := e.State(at); state != status.State || colour != status.Colour || !sameTime(&next, status.NextChange) {
				rt.Fatalf("at %v: State says %s, %s, %v", at, state, colour, next)
			}
			if !sameTime(segment.Until, status.NextChange) {
				rt.Fatalf("at %v: next change %v, and the segment ends %v", at, status.NextChange, segment.Until)
			}
			if status.NextChange != nil {
				after := e.At(*status.NextChange)
				if after.State == status.State && after.Colour == status.Colour && slices.Equal(holdIDs(after), holdIDs(status)) {
					rt.Fatalf("nothing changes at the next change %v", *status.NextChange)
				}
			}
		}
	})
}

// TestTimelineAcrossVersions compares the joined timeline of Beijing's two
// versions with point evaluation by the version in force.
func TestTimelineAcrossVersions(t *testing.T) {
	policies := set(t)
	rapid.Check(t, func(rt *rapid.T) {
		w := draw(rt, "beijing@2022-04")
		areas := policy.NewAreas(w.history)
		from, until := starts["beijing@2022-04"].AddDate(0, -1, 0), starts["beijing@2022-04"].AddDate(0, 3, 0)
		segments := policies.Timeline("beijing", areas, w.facts, w.knownAt, from, until)
		gapless(rt, segments, from, until)
		for range 10 {
			at := instantIn(rt, segments, from, until)
			status, err := policies.At("beijing", areas, w.facts, w.knownAt, at)
			if err != nil {
				rt.Fatal(err)
			}
			segment := segmentAt(rt, segments, at)
			agrees(rt, w, status, segment)
			if !sameTime(segment.Until, status.NextChange) {
				rt.Fatalf("at %v: next change %v, and the segment ends %v\n%v", at, status.NextChange, segment.Until, w)
			}
		}
	})
}

// TestHoldsAreTheUnionOfTheirSpans compares each open hold with its reasons.
func TestHoldsAreTheUnionOfTheirSpans(t *testing.T) {
	property(t, func(rt *rapid.T, p *policy.Policy, w world) {
		e := p.Evaluate(policy.NewAreas(w.history), w.facts, w.knownAt)
		for range 5 {
			status := e.At(w.at.Add(time.Duration(rapid.IntRange(-800, 800).Draw(rt, "hours")) * time.Hour))
			for _, h := range status.Holds {
				slices.SortFunc(h.Reasons, func(a, b healthcode.HoldReason) int { return a.From.Compare(b.From) })
				end, open := h.From, false
				for _, r := range h.Reasons {
					if !open && r.From.After(end) {
						rt.Fatalf("hold %s has a gap before %v\n%v", h.Hold, r.From, w)
					}
					if open = open || r.Until == nil; !open && r.Until.After(end) {
						end = *r.Until
					}
				}
				if !h.Reasons[0].From.Equal(h.From) || open != (h.Until == nil) || !open && !end.Equal(*h.Until) {
					rt.Fatalf("hold %s from %v until %v, and its reasons from %v until %v\n%v", h.Hold, h.From, h.Until, h.Reasons[0].From, end, w)
				}
			}
		}
	})
}

// TestLiftedHoldStaysClosed lifts every hold for everything known, and lets the
// areas do what they like from then on.
func TestLiftedHoldStaysClosed(t *testing.T) {
	property(t, func(rt *rapid.T, p *policy.Policy, w world) {
		lifted := w.knownAt
		for _, h := range p.Holds {
			w.facts = append(w.facts, healthcode.Fact{ID: "lift-" + h.Hold, Source: "officer", Kind: healthcode.KindLift, Hold: h.Hold, Time: lifted, Covers: lifted})
		}
		b := &builder{pick: func(n int) int { return rapid.IntRange(0, n-1).Draw(rt, "choice") }, start: lifted, pool: []time.Time{lifted}}
		for i := range w.history.Areas {
			later := b.county("")
			w.history.Areas[i].Levels = append(w.history.Areas[i].Levels, later.Levels...)
			w.history.Areas[i].LocalCases = append(w.history.Areas[i].LocalCases, later.LocalCases...)
		}
		for _, s := range p.Evaluate(policy.NewAreas(w.history), w.facts, lifted).Timeline(lifted, lifted.AddDate(2, 0, 0)) {
			if len(s.Holds) > 0 {
				rt.Fatalf("holds %v are open from %v, and were lifted at %v\n%v", s.Holds, s.From, lifted, w)
			}
		}
	})
}

// TestWhoAndByWhomChangeNothing gives the facts other persons' documents, other
// sources and other officers.
func TestWhoAndByWhomChangeNothing(t *testing.T) {
	property(t, func(rt *rapid.T, p *policy.Policy, w world) {
		want := evaluate(rt, p, w)
		renamed := map[string]string{"person": "alipay", "telecom": "wechat"}
		w.facts = slices.Clone(w.facts)
		for i := range w.facts {
			f := &w.facts[i]
			f.Person = &healthcode.Document{Type: healthcode.DocumentPassport, Number: "X1", Country: rapid.SampledFrom([]string{"FRA", "USA"}).Draw(rt, "country")}
			f.By, f.Reason, f.Lab, f.Lot, f.Port = "somebody", "something", "lab", "lot", "PEK"
			f.Source = renamed[f.Source]
			if f.Retracts != nil {
				f.Retracts = &healthcode.FactRef{Source: renamed[f.Retracts.Source], ID: f.Retracts.ID}
			}
		}
		got := strings.NewReplacer("alipay", "person", "wechat", "telecom").Replace(string(evaluate(rt, p, w)))
		equalBytes(rt, w, "of somebody else", []byte(got), want)
	})
}

// TestNoWordForWhoSomebodyIs shows that neither a fact nor a condition can say it.
func TestNoWordForWhoSomebodyIs(t *testing.T) {
	for _, name := range []string{"plate", "licence_plate", "household", "hukou", "residence", "channel", "nationality", "name", "age", "phone"} {
		line := `{"id":"a","source":"b","kind":"entry","time":"2022-05-01T10:00:00+08:00","` + name + `":"x"}`
		if err := policy.NewFacts().Add([]byte(line)); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("a fact with %s: %v", name, err)
		}
	}
	for _, name := range []string{"person", "id", "by", "reason", "hold", "covers", "plate", "household", "channel", "name"} {
		rules := `  - {rule: r, colour: red, on: entry, where: 'fact.` + name + ` == "x"', text: {zh: 文, en: t}, until: [{hours: 1, ends: automatic, exit: {zh: 文, en: t}}]}
`
		if _, findings := policy.Compile("small.yaml", []byte(head(rules)+rules)); len(findings) == 0 {
			t.Errorf("a condition on fact.%s compiles", name)
		}
	}
}

// Helpers.

func holdIDs(s healthcode.Status) []string {
	ids := []string{}
	for _, h := range s.Holds {
		ids = append(ids, h.Hold)
	}
	return slices.Compact(ids)
}

func sameTime(a, b *time.Time) bool {
	absent := func(t *time.Time) bool { return t == nil || t.IsZero() }
	return absent(a) && absent(b) || !absent(a) && !absent(b) && a.Equal(*b)
}

func gapless(rt *rapid.T, segments []healthcode.Segment, from, until time.Time) {
	if len(segments) == 0 || !segments[0].From.Equal(from) {
		rt.Fatalf("the timeline doesn't begin at %v: %v", from, segments)
	}
	for i, s := range segments[1:] {
		if prev := segments[i]; prev.Until == nil || !prev.Until.Equal(s.From) || prev.State == s.State && prev.Colour == s.Colour && slices.Equal(prev.Holds, s.Holds) {
			rt.Fatalf("segments don't join, or don't differ: %v, %v", prev, s)
		}
	}
	if last := segments[len(segments)-1]; last.Until != nil && last.Until.Before(until) {
		rt.Fatalf("the timeline ends at %v, before %v", last.Until, until)
	}
}

// instantIn draws an instant, half of the time one on an edge of a segment.
func instantIn(rt *rapid.T, segments []healthcode.Segment, from, until time.Time) time.Time {
	at := from.Add(time.Duration(rapid.Int64Range(0, int64(until.Sub(from)/time.Second)-1).Draw(rt, "second")) * time.Second)
	if rapid.Bool().Draw(rt, "edge") {
		at = segments[rapid.IntRange(0, len(segments)-1).Draw(rt, "segment")].From.Add(time.Duration(rapid.IntRange(-1, 1).Draw(rt, "off")) * time.Second)
	}
	if at.Before(from) {
		return from
	}
	return at
}

func segmentAt(rt *rapid.T, segments []healthcode.Segment, at time.Time) healthcode.Segment {
	for _, s := range segments {
		if !s.From.After(at) && (s.Until == nil || s.Until.After(at)) {
			return s
		}
	}
	rt.Fatalf("no segment at %v", at)
	return healthcode.Segment{}
}

func agrees(rt *rapid.T, w world, status healthcode.Status, s healthcode.Segment) {
	if status.State != s.State || status.Colour != s.Colour || !slices.Equal(holdIDs(status), s.Holds) {
		rt.Fatalf("at %v: %s, %s, %v, and the segment says %+v\n%v", status.At, status.State, status.Colour, holdIDs(status), s, w)
	}
}
