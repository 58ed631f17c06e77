package policy

import (
	"iter"
	"slices"
	"sort"
	"time"

	"healthcode"
)

// found yields the facts that a seek finds for f, by their moment: those whose
// moment is at or after f's start (or up to s.before earlier) and, for an end, not before it was known.
func (e *evaluator) found(s *seek, f *healthcode.Fact) iter.Seq[candidate] {
	list := e.candidates(s)
	if !s.any {
		earliest := f.Start().Add(-s.before)
		i := sort.Search(len(list), func(i int) bool { return !list[i].at.Before(earliest) })
		list = list[i:]
	}
	return func(yield func(candidate) bool) {
		for _, c := range list {
			if c.fact == f || !s.any && s.moment(c.fact).Before(f.Start().Add(-s.before)) {
				continue
			}
			if s.where != nil && s.where.pairs {
				e.scope.fact, e.scope.it = f, c.fact
				if !s.where.holds(&e.scope) {
					continue
				}
			}
			if !yield(c) {
				return
			}
		}
	}
}

// moment is when a found fact happened, whenever it became known.
func (s *seek) moment(it *healthcode.Fact) time.Time {
	switch {
	case s.at == anchorRecorded && it.Kind.Spans():
		return it.To
	case s.at == anchorRecorded:
		return it.Time
	}
	t, _ := moment{anchor: s.at}.of(it, nil)
	return t
}

// candidates returns the facts of the seek's kind in order of their moment,
// those left out that its condition refuses without regard to another fact.
func (e *evaluator) candidates(s *seek) []candidate {
	if e.cache == nil {
		e.cache = make([]candidates, e.policy.firsts)
	}
	cached := &e.cache[s.slot]
	if cached.ready {
		return cached.list
	}
	cached.ready = true
	for _, it := range e.facts {
		if it.Kind != s.kind {
			continue
		}
		at, ok := moment{anchor: s.at}.of(it, e.policy.Location)
		if !ok {
			continue
		}
		if s.where != nil && !s.where.pairs {
			e.scope.fact, e.scope.it = nil, it
			if !s.where.holds(&e.scope) {
				continue
			}
		}
		cached.list = append(cached.list, candidate{it, at})
	}
	slices.SortStableFunc(cached.list, func(a, b candidate) int { return a.at.Compare(b.at) })
	return cached.list
}
