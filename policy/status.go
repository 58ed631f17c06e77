package policy

import (
	"slices"
	"sort"
	"time"

	"healthcode"
)

// At returns the status at an instant: state, colour, open holds, reasons,
// open questions and the next change. Times are in the policy's time zone.
func (e *Evaluation) At(at time.Time) healthcode.Status {
	p := e.policy
	i := e.stepAt(at)
	now := e.steps[i]
	st := healthcode.Status{
		Jurisdiction: p.Jurisdiction, Policy: p.Version, PolicySHA256: p.SHA256, At: at.In(p.Location),
		State: p.state(now), Colour: p.Colours[now.colour].Colour,
		Holds: []healthcode.Hold{}, Reasons: []healthcode.Reason{}, Questions: []healthcode.Question{},
	}
	if i+1 < len(e.steps) {
		st.NextChange = p.time(e.steps[i+1].from)
	}
	for _, g := range e.groups {
		if covers(g.from, g.until, at) {
			st.Holds = append(st.Holds, e.hold(g))
		}
	}
	st.Reasons = e.reasons(at)
	for _, a := range e.asks {
		if covers(a.from, a.until, at) {
			st.Questions = append(st.Questions, healthcode.Question{
				Facts: []healthcode.FactRef{a.fact.Ref()}, From: a.from.In(p.Location), Area: a.fact.Area,
				Text: e.fill(p.Question, a.fact, a.from, a.until)})
		}
	}
	return st
}

// State returns the state and the colour at an instant, and when they next
// change (zero = no change known). It is the smallest answer, for a door.
func (e *Evaluation) State(at time.Time) (state, colour string, next time.Time) {
	i := e.stepAt(at)
	if i+1 < len(e.steps) {
		next = e.steps[i+1].from
	}
	return e.policy.state(e.steps[i]), e.policy.Colours[e.steps[i].colour].Colour, next
}

// Timeline returns the picture over [from, until), without gaps. The last
// segment's end is where it really ends, nil where no end is known.
func (e *Evaluation) Timeline(from, until time.Time) []healthcode.Segment {
	p := e.policy
	var out []healthcode.Segment
	for i := e.stepAt(from); i < len(e.steps) && e.steps[i].from.Before(until); i++ {
		s := healthcode.Segment{From: e.steps[i].from.In(p.Location), State: p.state(e.steps[i]),
			Colour: p.Colours[e.steps[i].colour].Colour, Holds: []string{}}
		if s.From.Before(from) {
			s.From = from.In(p.Location)
		}
		if i+1 < len(e.steps) {
			s.Until = p.time(e.steps[i+1].from)
		}
		for h, hold := range p.Holds {
			if e.steps[i].holds&(1<<h) != 0 {
				s.Holds = append(s.Holds, hold.Hold)
			}
		}
		out = append(out, s)
	}
	return out
}

func (e *Evaluation) stepAt(at time.Time) int {
	return sort.Search(len(e.steps)-1, func(i int) bool { return e.steps[i+1].from.After(at) })
}

// state is what a door sees: a colour outranks a hold, but for those that
// yield, and the last.
func (p *Policy) state(s step) string {
	if s.holds != 0 && (s.colour == len(p.Colours)-1 || p.Colours[s.colour].Yields) {
		return healthcode.StateHeld
	}
	return p.Colours[s.colour].Colour
}

func (p *Policy) time(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.In(p.Location)
	return &t
}

func covers(from, until, at time.Time) bool {
	return !from.After(at) && (until.IsZero() || until.After(at))
}

// hold describes one open hold.
func (e *Evaluation) hold(g group) healthcode.Hold {
	p := e.policy
	kind := &p.Holds[g.hold]
	h := healthcode.Hold{Hold: kind.Hold, From: g.from.In(p.Location), Until: p.time(g.until), Owner: kind.Owner}
	var last *span
	for i := g.lo; i < g.hi; i++ {
		s := &e.spans[i]
		if last == nil || later(s.until, last.until) {
			last = s
		}
		reason := healthcode.HoldReason{Facts: []healthcode.FactRef{s.fact.Ref()}, Rule: s.rule.Rule.Rule,
			From: s.from.In(p.Location), Until: p.time(s.until), Text: e.fill(s.rule.Text, s.fact, s.from, s.until)}
		if j := slices.IndexFunc(h.Reasons, func(r healthcode.HoldReason) bool {
			return r.Rule == reason.Rule && r.Facts[0] == reason.Facts[0]
		}); j >= 0 { // the same fact met the county's state twice
			if later(s.until, deref(h.Reasons[j].Until)) {
				h.Reasons[j].Until = reason.Until
			}
			continue
		}
		h.Reasons = append(h.Reasons, reason)
	}
	spans := slices.Clone(e.spans[g.lo:g.hi])
	slices.SortStableFunc(spans, func(a, b span) int { return a.rule.index - b.rule.index })
	for i := range spans {
		h.Exit = e.exits(h.Exit, &spans[i])
	}
	h.Rule, h.Ends = last.rule.Rule.Rule, last.ends()
	return h
}

// reasons lists the matches of colour rules at an instant, the worst colour first.
func (e *Evaluation) reasons(at time.Time) []healthcode.Reason {
	p := e.policy
	out := []healthcode.Reason{}
	for i := range e.spans {
		s := &e.spans[i]
		if s.rule.colour < 0 {
			break
		}
		if !covers(s.from, s.until, at) {
			continue
		}
		ref := s.fact.Ref()
		if j := slices.IndexFunc(out, func(r healthcode.Reason) bool {
			return r.Rule == s.rule.Rule.Rule && r.Colour == s.rule.Colour && r.Facts[0] == ref
		}); j >= 0 {
			if later(s.until, deref(out[j].Until)) {
				out[j].Until = p.time(s.until)
			}
			continue
		}
		out = append(out, healthcode.Reason{Rule: s.rule.Rule.Rule, Colour: s.rule.Colour,
			From: s.from.In(p.Location), Until: p.time(s.until), Ends: s.ends(),
			Facts: []healthcode.FactRef{ref}, Text: e.fill(s.rule.Text, s.fact, s.from, s.until),
			Exit: e.exits(nil, s)})
	}
	slices.SortStableFunc(out, func(a, b healthcode.Reason) int {
		return p.colourIndex(a.Colour) - p.colourIndex(b.Colour)
	})
	return out
}

// ends says what the span's end is, or what it waits for.
func (s *span) ends() string {
	switch {
	case s.lift != nil:
		return "lift"
	case s.until.IsZero() && s.end.Waits != "":
		return s.end.Waits
	}
	return s.end.Ends
}

// exits adds every way out of a span that isn't in the list yet.
func (e *Evaluation) exits(list []healthcode.Text, s *span) []healthcode.Text {
	for i := range s.rule.ends {
		text := e.fill(s.rule.ends[i].Exit, s.fact, s.from, s.until)
		if !slices.Contains(list, text) {
			list = append(list, text)
		}
	}
	return list
}

// later reports whether an end is later than another; zero is never reached.
func later(a, b time.Time) bool {
	if b.IsZero() {
		return false
	}
	return a.IsZero() || a.After(b)
}

func deref(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}
