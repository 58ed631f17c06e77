package policy

import (
	"cmp"
	"slices"
	"time"
)

// step is the picture from an instant on: the worst colour and the open holds.
type step struct {
	from   time.Time
	colour int
	holds  uint64 // a bit for each of the policy's holds
}

// order sorts the spans: colours by start, then holds by hold and start. The
// order in which facts and rules stand settles equal starts. Spans are large, so places are sorted and each
// span moves once.
func (e *evaluator) order() {
	places := make([]int, len(e.spans))
	for i := range places {
		places[i] = i
	}
	slices.SortFunc(places, func(i, j int) int {
		a, b := &e.spans[i], &e.spans[j]
		if a.rule.hold != b.rule.hold {
			return a.rule.hold - b.rule.hold
		}
		if c := a.from.Compare(b.from); c != 0 {
			return c
		}
		return i - j
	})
	sorted := make([]span, len(e.spans))
	for to, from := range places {
		sorted[to] = e.spans[from]
	}
	e.spans = sorted
}

// group joins the spans of each hold that touch.
func (e *evaluator) group() {
	for i, s := range e.spans {
		if s.rule.hold < 0 {
			continue
		}
		if n := len(e.groups); n > 0 {
			g := &e.groups[n-1]
			if g.hold == s.rule.hold && (g.until.IsZero() || !s.from.After(g.until)) {
				if s.until.IsZero() || !g.until.IsZero() && s.until.After(g.until) {
					g.until = s.until
				}
				g.hi = i + 1
				continue
			}
		}
		e.groups = append(e.groups, group{s.rule.hold, s.from, s.until, i, i + 1})
	}
}

// edge is where a span begins (+1) or ends (-1). Its time is in seconds and
// nanoseconds: without pointers it is cheap to sort.
type edge struct {
	second     int64
	nanosecond int32
	index      int16 // of the colour; or of the hold, counted from the number of colours
	delta      int16
}

func (a edge) compare(b edge) int {
	return cmp.Or(cmp.Compare(a.second, b.second), cmp.Compare(a.nanosecond, b.nanosecond))
}

// sweep walks over every start and end once and notes where the picture changes.
func (e *evaluator) sweep() {
	colours := len(e.policy.Colours)
	edges := make([]edge, 0, 2*len(e.spans))
	add := func(from, until time.Time, index int) {
		edges = append(edges, edge{from.Unix(), int32(from.Nanosecond()), int16(index), 1})
		if !until.IsZero() {
			edges = append(edges, edge{until.Unix(), int32(until.Nanosecond()), int16(index), -1})
		}
	}
	for i := range e.spans {
		if s := &e.spans[i]; s.rule.colour >= 0 {
			add(s.from, s.until, s.rule.colour)
		}
	}
	for _, g := range e.groups {
		add(g.from, g.until, colours+g.hold)
	}
	slices.SortFunc(edges, edge.compare)

	open := make([]int, colours+len(e.policy.Holds))
	now := step{colour: colours - 1}
	e.steps = make([]step, 1, len(edges)+1)
	e.steps[0] = now
	for i, edge := range edges {
		open[edge.index] += int(edge.delta)
		if i+1 < len(edges) && edges[i+1].compare(edge) == 0 {
			continue
		}
		next := step{from: time.Unix(edge.second, int64(edge.nanosecond)).In(e.policy.Location), colour: colours - 1}
		for c := range colours - 1 {
			if open[c] > 0 {
				next.colour = c
				break
			}
		}
		for h := range e.policy.Holds {
			if open[colours+h] > 0 {
				next.holds |= 1 << h
			}
		}
		if next.colour != now.colour || next.holds != now.holds {
			e.steps = append(e.steps, next)
			now = next
		}
	}
}
