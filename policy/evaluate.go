package policy

import (
	"slices"
	"sort"
	"time"

	"healthcode"
)

// Evaluation holds every span that a policy finds in what is known of a
// person. It is immutable.
type Evaluation struct {
	policy *Policy
	areas  *Areas
	spans  []span  // of colours by from; then of holds, by hold and from
	groups []group // the holds: spans that touch
	asks   []ask
	steps  []step // the timeline, from the beginning of time
}

// span is one match: [from, until), until zero where no end is known.
type span struct {
	rule  *rule
	fact  *healthcode.Fact
	from  time.Time
	until time.Time
	end   *end // the one that gave until, or that the span waits for
	lift  *healthcode.Fact
}

// group is one hold: spans[lo:hi], which touch.
type group struct {
	hold        int
	from, until time.Time
	lo, hi      int
}

// ask is a question about weak evidence, open in [from, until).
type ask struct {
	fact        *healthcode.Fact
	from, until time.Time
}

// evaluator is the state of one evaluation.
type evaluator struct {
	*Evaluation
	facts []*healthcode.Fact // known, not taken back, in order
	lifts []*healthcode.Fact
	scope scope
	cache []candidates // by slot of a seek

	stretches []areaSpan // of the county at hand
}

// unknown is a county that the history doesn't name: low and without cases.
var unknown healthcode.County

// Evaluate finds every span in the facts known at an instant. Facts that were
// recorded later, and those that a known retraction takes back, are not seen.
// The order of facts doesn't matter; no areas are no history. Facts must not change while the evaluation is in use.
func (p *Policy) Evaluate(areas *Areas, facts []healthcode.Fact, knownAt time.Time) *Evaluation {
	if areas == nil {
		areas = NewAreas(healthcode.AreaHistory{})
	}
	e := evaluator{Evaluation: &Evaluation{policy: p, areas: areas}}
	e.scope.areas = areas
	e.facts = known(facts, knownAt)
	e.spans = make([]span, 0, len(e.facts))
	for _, f := range e.facts {
		if f.Kind == healthcode.KindLift {
			e.lifts = append(e.lifts, f)
		}
	}
	for _, f := range e.facts {
		if f.Weak() {
			e.ask(f)
			continue
		}
		for _, r := range p.byKind[f.Kind] {
			e.match(r, f)
		}
	}
	e.order()
	e.group()
	e.sweep()
	return e.Evaluation
}

// known returns the facts that were known and not taken back, in order.
func known(facts []healthcode.Fact, at time.Time) []*healthcode.Fact {
	seen := make([]*healthcode.Fact, 0, len(facts))
	retracted := false
	for i := range facts {
		f := &facts[i]
		if f.Known().After(at) {
			continue
		}
		retracted = retracted || f.Kind == healthcode.KindRetraction
		seen = append(seen, f)
	}
	if retracted {
		seen = retract(seen)
	}
	compare := func(a, b *healthcode.Fact) int { return a.Compare(b) }
	if !slices.IsSortedFunc(seen, compare) {
		slices.SortFunc(seen, compare)
	}
	return seen
}

// match adds the spans that a rule finds in a fact.
func (e *evaluator) match(r *rule, f *healthcode.Fact) {
	e.scope.fact, e.scope.it = f, nil
	if !r.where.holds(&e.scope) || !e.given(r, f) {
		return
	}
	loc := e.policy.Location
	from, ok := r.from.of(f, loc)
	if !ok {
		return
	}
	if r.area == nil {
		e.add(r, f, nil, from, areaSpan{})
		return
	}
	code := f.Area
	if r.area.ofOrigin {
		code = f.Origin
	}
	county := e.areas.counties[code]
	if r.area.ofCity {
		county = e.areas.cities[city(code)]
	}
	if county == nil {
		county = &unknown
	}
	reach, bounded := r.area.end(f, loc)
	e.stretches = r.area.spans(e.stretches[:0], county, loc)
	for _, s := range e.stretches {
		if bounded && !s.from.Before(reach) {
			break
		}
		if !s.until.IsZero() && !f.Start().Before(s.until) {
			continue
		}
		start := from
		if s.from.After(start) {
			start = s.from
		}
		e.add(r, f, county, start, s)
	}
}

// end returns when a fact loses touch with its county; ok is false where that
// isn't known yet.
func (cond *areaCondition) end(f *healthcode.Fact, loc *time.Location) (time.Time, bool) {
	to := f.To
	if !f.Kind.Spans() {
		to = f.Time
	}
	if to.IsZero() {
		return to, false
	}
	switch {
	case cond.reach > 0:
		to = dayEnd(to, cond.reach, loc)
	case !f.Kind.Spans(): // it was there at its very time; a stay isn't any more at its end
		to = to.Add(1)
	}
	return to, true
}

// given reports whether the other facts that a rule asks for are there, and those that it excludes are not.
func (e *evaluator) given(r *rule, f *healthcode.Fact) bool {
	for i := range r.given {
		if _, ok := e.reached(&r.given[i], f); !ok {
			return false
		}
	}
	for i := range r.unless {
		if _, ok := e.reached(&r.unless[i], f); ok {
			return false
		}
	}
	return true
}

// add appends one span, unless it is empty.
func (e *evaluator) add(r *rule, f *healthcode.Fact, county *healthcode.County, from time.Time, area areaSpan) {
	s := span{rule: r, fact: f, from: from}
	for i := range r.ends {
		end := &r.ends[i]
		until, ok := e.end(end, f, county, from, area)
		switch {
		case ok && (s.until.IsZero() || until.Before(s.until)):
			s.until, s.end = until, end
		case !ok && s.end == nil:
			s.end = end
		}
	}
	if r.hold >= 0 {
		e.lift(&s)
	}
	if s.until.IsZero() || s.until.After(s.from) {
		e.spans = append(e.spans, s)
	}
}

// end returns when one of a rule's ends comes; ok is false where that isn't known.
func (e *evaluator) end(end *end, f *healthcode.Fact, county *healthcode.County, from time.Time, area areaSpan) (time.Time, bool) {
	switch end.kind {
	case endMoment:
		e.scope.fact, e.scope.it = f, nil
		if !end.where.holds(&e.scope) {
			return time.Time{}, false
		}
		return end.moment.of(f, e.policy.Location)
	case endFirst:
		return e.reached(&end.seek, f)
	case endAreaEnds:
		return area.until, !area.until.IsZero()
	case endAreaLevel:
		return becomes(county, end.level, from)
	}
	return time.Time{}, false
}

// lift ends a span of a hold at the first lift that covers its fact.
func (e *evaluator) lift(s *span) {
	for _, l := range e.lifts {
		if l.Hold != s.rule.Hold && l.Hold != s.rule.Rule.Rule || s.fact.Known().After(l.Covers) {
			continue
		}
		if at := l.Start(); s.until.IsZero() || at.Before(s.until) {
			s.until, s.lift = at, l
		}
	}
}

// ask opens a question about weak evidence, until a declaration after it.
func (e *evaluator) ask(f *healthcode.Fact) {
	a := ask{fact: f, from: f.Start()}
	i := sort.Search(len(e.facts), func(i int) bool { return e.facts[i].Start().After(a.from) })
	for _, d := range e.facts[i:] {
		if d.Kind == healthcode.KindDeclaration {
			a.until = d.Time
			break
		}
	}
	e.asks = append(e.asks, a)
}

// of returns the moment reckoned from a fact; ok is false where the fact
// doesn't have the time that it needs.
func (m moment) of(f *healthcode.Fact, loc *time.Location) (time.Time, bool) {
	t := m.anchor.happened(f)
	if t.IsZero() {
		return t, false
	}
	if m.anchor == anchorRecorded && f.Known().After(t) {
		t = f.Known()
	}
	switch m.unit {
	case unitDays:
		t = dayEnd(t, m.n, loc)
	case unitHours:
		t = t.Add(time.Duration(m.n) * time.Hour)
	}
	return t, true
}

// happened returns the time of a fact that an anchor names, whenever it became known.
func (a anchor) happened(f *healthcode.Fact) time.Time {
	switch {
	case a == anchorTo, a == anchorRecorded && f.Kind.Spans():
		return f.To
	case a == anchorTime, a == anchorRecorded:
		return f.Time
	case a == anchorFrom:
		return f.From
	}
	return f.Start()
}
