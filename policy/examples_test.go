package policy_test

import (
	"encoding/json"
	"os"
	"slices"
	"testing"
	"time"

	"healthcode/policies"
	"healthcode/policy"
)

// set loads the published policies.
func set(t testing.TB) *policy.Set {
	t.Helper()
	s, err := policy.Load(policies.FS)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

type expectation struct {
	State   string                     `json:"state"`
	Colour  string                     `json:"colour"`
	Holds   map[string]json.RawMessage `json:"holds"`
	Reasons []string                   `json:"reasons"`
}

type period struct {
	From  time.Time  `json:"from"`
	Until *time.Time `json:"until"`
}

// TestExamples runs the 120 published evaluation cases.
func TestExamples(t *testing.T) {
	file, err := os.Open("testdata/examples.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	policies, cases := set(t), 0
	err = policy.ReadLines(file, func(n int, line []byte) error {
		cases++
		in, err := policy.ParseInput(line)
		if err != nil {
			return err
		}
		var want expectation
		if err := json.Unmarshal(in.Expect, &want); err != nil {
			return err
		}
		p, err := policies.Find(in.Policy, in.At)
		if err != nil {
			return err
		}
		areas, facts, err := in.Read(p.Location)
		if err != nil {
			return err
		}
		got := p.Evaluate(areas, facts, in.KnownAt).At(in.At)
		if got.State != want.State || got.Colour != want.Colour {
			t.Errorf("case %d: %s/%s, want %s/%s", n, got.State, got.Colour, want.State, want.Colour)
		}
		var rules []string
		for _, r := range got.Reasons {
			if !slices.Contains(rules, r.Rule) {
				rules = append(rules, r.Rule)
			}
		}
		slices.Sort(rules)
		slices.Sort(want.Reasons)
		if !slices.Equal(rules, slices.Compact(want.Reasons)) {
			t.Errorf("case %d: reasons %v, want %v", n, rules, want.Reasons)
		}
		if len(got.Holds) != len(want.Holds) {
			t.Errorf("case %d: %d holds, want %d", n, len(got.Holds), len(want.Holds))
		}
		for _, h := range got.Holds {
			var p period
			if err := json.Unmarshal(want.Holds[h.Hold], &p); err != nil {
				t.Errorf("case %d: hold %s isn't expected", n, h.Hold)
				continue
			}
			if !p.From.Equal(h.From) || (p.Until == nil) != (h.Until == nil) || p.Until != nil && !p.Until.Equal(*h.Until) {
				t.Errorf("case %d: hold %s %v to %v, want %v to %v", n, h.Hold, h.From, h.Until, p.From, p.Until)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if cases != 120 {
		t.Fatalf("%d cases, want 120", cases)
	}
}
