package policy_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"healthcode"
)

// TestRetractions follows chains and circles of retractions: which of the
// entries e1, e2 … is still there?
func TestRetractions(t *testing.T) {
	p := compile(t, `  - {rule: entered, colour: red, on: entry, text: *t, until: [{full_days: 9, ends: automatic, exit: *t}]}
`)
	at := when(t, "2022-05-02 00:00:00")
	for _, c := range []struct{ chain, want string }{
		{"", "e1"}, {"r1>e1", ""}, {"r1>e1 r2>r1", "e1"}, {"r1>e1 r2>r1 r3>r2", ""}, {"r1>e1 r2>e1 r3>r1", ""}, {"r1>e1 r2>e1 r3>r1 r4>r2", "e1"},
		{"r1>r1", "e1"}, {"r1>e1 r2>r3 r3>r2", ""}, {"r1>e1 r2>r1 r3>r2 r4>r3", "e1"},
		{"r1>r2 r2>r1", "e1"}, {"r1>r2 r2>r3 r3>r1 r4>r1 r5>e1", ""}, {"r5>e1 r6>r6", ""}, {"r9>nothing", "e1"},
	} {
		facts := []healthcode.Fact{{ID: "e1", Source: "s", Kind: healthcode.KindEntry, Time: at.Add(-time.Hour)}}
		for i, link := range strings.Fields(c.chain) {
			id, of, _ := strings.Cut(link, ">")
			facts = append(facts, healthcode.Fact{ID: id, Source: "s", Kind: healthcode.KindRetraction, Recorded: at.Add(-time.Duration(i) * time.Minute),
				Retracts: &healthcode.FactRef{Source: "s", ID: of}})
		}
		got := ""
		for _, r := range p.Evaluate(nil, facts, at).At(at).Reasons {
			got += r.Facts[0].ID
		}
		if got != c.want {
			t.Errorf("%q: %q is there, want %q", c.chain, got, c.want)
		}
	}
}

// TestManyRetractions takes back 20,000 facts, each retraction of which is taken back,
// and as many retractions in one circle, in a moment.
func TestManyRetractions(t *testing.T) {
	p := compile(t, `  - {rule: entered, colour: red, on: entry, text: *t, until: [{full_days: 9, ends: automatic, exit: *t}]}
`)
	at := when(t, "2022-05-02 00:00:00")
	const n = 20_000
	var facts []healthcode.Fact
	for i := range n {
		facts = append(facts, healthcode.Fact{ID: fmt.Sprint(i), Source: "chain", Kind: healthcode.KindRetraction, Recorded: at,
			Retracts: &healthcode.FactRef{Source: "chain", ID: fmt.Sprint(i + 1)}},
			healthcode.Fact{ID: fmt.Sprint(i), Source: "circle", Kind: healthcode.KindRetraction, Recorded: at,
				Retracts: &healthcode.FactRef{Source: "circle", ID: fmt.Sprint((i + 1) % n)}})
	}
	facts = append(facts, healthcode.Fact{ID: fmt.Sprint(n), Source: "chain", Kind: healthcode.KindEntry, Time: at})
	// 0 stands, 1 is taken back, 2 stands … and the last, an odd one, is taken back.
	if got := p.Evaluate(nil, facts, at).At(at).State; got != "red" {
		t.Errorf("%s after a chain of %d retractions", got, n)
	}
}
