package policy_test

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
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

// expectation is what must come out of an example.
type expectation struct {
	State  string `json:"state"`
	Colour string `json:"colour"`
	Holds  map[string]struct {
		From  time.Time  `json:"from"`
		Until *time.Time `json:"until"`
	} `json:"holds"`
	Reasons []string `json:"reasons"`
}

func (want expectation) compare(t *testing.T, n int, got answer) {
	t.Helper()
	if got.state != want.State || got.colour != want.Colour {
		t.Errorf("case %d: %s/%s, want %s/%s", n, got.state, got.colour, want.State, want.Colour)
	}
	var rules []string
	for _, r := range got.reasons {
		rule, _, _ := strings.Cut(r, " ")
		rules = append(rules, rule)
	}
	slices.Sort(want.Reasons)
	if rules = slices.Compact(rules); !slices.Equal(rules, slices.Compact(want.Reasons)) {
		t.Errorf("case %d: reasons %v, want %v", n, rules, want.Reasons)
	}
	holds := map[string]period{}
	for hold, h := range want.Holds {
		p := period{h.From.Unix(), never}
		if h.Until != nil {
			p.until = h.Until.Unix()
		}
		holds[hold] = p
	}
	if !maps.Equal(got.holds, holds) {
		t.Errorf("case %d: holds %v, want %v", n, got.holds, holds)
	}
}

// eachExample reads the 120 published evaluation cases.
func eachExample(t *testing.T, f func(n int, in policy.Input, want expectation)) {
	t.Helper()
	file, err := os.Open("testdata/examples.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	cases := 0
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
		f(n, in, want)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if cases != 120 {
		t.Fatalf("%d cases, want 120", cases)
	}
}

// TestExamples runs the published evaluation cases.
func TestExamples(t *testing.T) {
	policies := set(t)
	eachExample(t, func(n int, in policy.Input, want expectation) {
		p, err := policies.Find(in.Policy, in.At)
		if err != nil {
			t.Fatal(err)
		}
		areas, fs, err := in.Read(p.Location)
		if err != nil {
			t.Fatal(err)
		}
		want.compare(t, n, answerOf(p.Evaluate(areas, fs, in.KnownAt).At(in.At)))
	})
}
