package policy

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"healthcode"
)

// Test runs the scenarios in a file against the policy. It returns how many
// there are, and a finding for each thing that differs, and for each rule that no scenario matches and each
// end that ends no span in any.
func (p *Policy) Test(file string, data []byte) (n int, findings Findings) {
	r := runner{source: &source{file: file, data: data}, policy: p, ended: map[*end]bool{}, matched: map[*rule]bool{}}
	scenarios := r.scenarios(p.Location)
	for i := range scenarios {
		r.run(&scenarios[i])
	}
	slices.SortStableFunc(r.findings, func(a, b Finding) int { return cmp.Compare(a.Line, b.Line) })
	return len(scenarios), append(r.findings, r.uncovered()...)
}

// runner compares what a policy says with what its scenarios expect.
type runner struct {
	*source
	policy  *Policy
	matched map[*rule]bool
	ended   map[*end]bool
}

func (r *runner) run(sc *scenario) {
	times := converter{r.policy.Location}
	for i := range sc.expect {
		want := &sc.expect[i]
		path := append(slices.Clone(sc.path), "expect", i)
		c := comparison{runner: r, want: want, times: times, path: path}
		instants := want.At.Content
		if want.At.Kind != yaml.SequenceNode {
			instants = []*yaml.Node{&want.At}
		}
		for _, node := range instants {
			at, err := times.time(node.Value)
			knownAt := at
			if err == nil && want.KnownAt != "" {
				knownAt, err = times.time(want.KnownAt)
			}
			if err != nil {
				r.at(path, "at: %v", err)
				continue
			}
			e := r.policy.Evaluate(sc.areas, sc.facts, knownAt)
			r.cover(e)
			c.title = fmt.Sprintf("%s: at %s", sc.name, at.In(r.policy.Location).Format(time.DateTime))
			c.status(e.At(at))
		}
	}
}

// cover notes which rules matched, and which ends ended a span.
func (r *runner) cover(e *Evaluation) {
	for i := range e.spans {
		s := &e.spans[i]
		r.matched[s.rule] = true
		switch {
		case s.lift != nil:
			for j := range s.rule.ends {
				if s.rule.ends[j].kind == endLift {
					r.ended[&s.rule.ends[j]] = true
				}
			}
		case !s.until.IsZero():
			r.ended[s.end] = true
		}
	}
}

// uncovered lists what no scenario came past.
func (r *runner) uncovered() (findings Findings) {
	for i := range r.policy.rules {
		rule := &r.policy.rules[i]
		if !r.matched[rule] {
			findings = append(findings, Finding{r.policy.File, rule.line, fmt.Sprintf("rule %s: no scenario matches it", rule.Rule.Rule)})
			continue
		}
		for j := range rule.ends {
			if e := &rule.ends[j]; !r.ended[e] {
				findings = append(findings, Finding{r.policy.File, e.line, fmt.Sprintf("rule %s: this end (%s) ends no span in any scenario", rule.Rule.Rule, e.Ends)})
			}
		}
	}
	return findings
}

// comparison compares one status with one expectation.
type comparison struct {
	*runner
	want  *expectDoc
	times converter
	path  []any
	title string
}

func (k *comparison) differ(field any, format string, args ...any) {
	k.at(append(slices.Clone(k.path), field), "%s: %s", k.title, fmt.Sprintf(format, args...))
}

func (k *comparison) status(got healthcode.Status) {
	if k.want.State != got.State {
		k.differ("state", "state is %s, want %s", got.State, cmp.Or(k.want.State, "one (state is missing)"))
	}
	colour := k.want.Colour
	if colour == "" && k.want.State == healthcode.StateHeld {
		colour = k.policy.BaseColour()
	}
	if colour = cmp.Or(colour, k.want.State); colour != got.Colour {
		k.differ("colour", "colour is %s, want %s", got.Colour, colour)
	}
	k.holds(got.Holds)
	k.reasons(got.Reasons)
	var asked []string
	for _, q := range got.Questions {
		asked = append(asked, q.Facts[0].ID)
	}
	if slices.Sort(asked); !slices.Equal(asked, slices.Sorted(slices.Values(k.want.Questions))) {
		k.differ("questions", "questions are about [%s], want [%s]", strings.Join(asked, ", "), strings.Join(k.want.Questions, ", "))
	}
	k.until("next_change", "next_change", got.NextChange, &k.want.NextChange)
}

func (k *comparison) holds(got []healthcode.Hold) {
	open := map[string]bool{}
	for _, h := range got {
		open[h.Hold] = true
		want, ok := k.want.Holds[h.Hold]
		if !ok {
			k.differ("holds", "hold %s is open (rule %s, from %s), and isn't expected", h.Hold, h.Rule, h.From.Format(time.DateTime))
			continue
		}
		k.span("holds", "hold "+h.Hold, h.From, h.Until, h.Ends, want)
		var rules []string
		for _, reason := range h.Reasons {
			rules = append(rules, reason.Rule)
		}
		if want.Rules != nil && !slices.Equal(slices.Sorted(slices.Values(rules)), slices.Sorted(slices.Values(want.Rules))) {
			k.differ("holds", "hold %s has the reasons [%s], want [%s]", h.Hold, strings.Join(rules, ", "), strings.Join(want.Rules, ", "))
		}
	}
	for _, id := range slices.Sorted(maps.Keys(k.want.Holds)) {
		if !open[id] {
			k.differ("holds", "hold %s isn't open, and is expected", id)
		}
	}
}

func (k *comparison) reasons(got []healthcode.Reason) {
	fits := func(r healthcode.Reason, want reasonDoc) bool {
		return r.Rule == want.Rule && (want.Colour == "" || r.Colour == want.Colour)
	}
	for _, r := range got {
		if !slices.ContainsFunc(k.want.Reasons, func(want reasonDoc) bool { return fits(r, want) }) {
			k.differ("reasons", "rule %s (%s) holds, and isn't expected", r.Rule, r.Colour)
		}
	}
	for _, want := range k.want.Reasons {
		i := slices.IndexFunc(got, func(r healthcode.Reason) bool { return fits(r, want) })
		if i < 0 {
			k.differ("reasons", "rule %s doesn't hold, and is expected", strings.TrimSpace(want.Rule+" "+want.Colour))
			continue
		}
		k.span("reasons", "reason "+want.Rule, got[i].From, got[i].Until, got[i].Ends, want.spanDoc)
	}
}

// span compares whatever the expectation says of a span.
func (k *comparison) span(field, name string, from time.Time, until *time.Time, ends string, want spanDoc) {
	if want.From != "" {
		if t, err := k.times.time(want.From); err != nil {
			k.differ(field, "%s: from: %v", name, err)
		} else if !t.Equal(from) {
			k.differ(field, "%s is from %s, want %s", name, from.Format(time.DateTime), t.Format(time.DateTime))
		}
	}
	k.until(field, name+" until", until, &want.Until)
	if want.Ends != "" && want.Ends != ends {
		k.differ(field, "%s ends by %s, want %s", name, ends, want.Ends)
	}
}

// until compares a time that may be absent with a node: one that isn't there
// checks nothing.
func (k *comparison) until(field, name string, got *time.Time, want *yaml.Node) {
	if want.Kind == 0 {
		return
	}
	shown := "null"
	if got != nil {
		shown = got.Format(time.DateTime)
	}
	if want.Tag == "!!null" {
		if got != nil {
			k.differ(field, "%s is %s, want null", name, shown)
		}
		return
	}
	t, err := k.times.time(want.Value)
	switch {
	case err != nil:
		k.differ(field, "%s: %v", name, err)
	case got == nil || !got.Equal(t):
		k.differ(field, "%s is %s, want %s", name, shown, t.In(k.policy.Location).Format(time.DateTime))
	}
}
