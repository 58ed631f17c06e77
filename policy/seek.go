package policy

import (
	"slices"
	"sort"
	"time"

	"healthcode"
)

// candidates are the facts that a seek looks through, by when they count.
type candidates struct {
	ready bool
	list  []candidate
}

type candidate struct {
	fact   *healthcode.Fact
	at     time.Time // when it counts
	moment time.Time // when it happened, whenever it became known
}

// reached returns when a seek has found what it takes for f: the earliest
// moment at which so many facts count, each so long after the one before. Unless any will do, they
// happened at or after f's start, or up to s.before earlier.
func (e *evaluator) reached(s *seek, f *healthcode.Fact) (time.Time, bool) {
	list := e.candidates(s)
	earliest := f.Start().Add(-s.before)
	if !s.any { // nothing counts before it happened
		list = list[sort.Search(len(list), func(i int) bool { return !list[i].at.Before(earliest) }):]
	}
	var moments []time.Time
	for i := range list {
		c := &list[i]
		if c.fact == f || !s.any && c.moment.Before(earliest) {
			continue
		}
		if s.where != nil && s.where.pairs {
			e.scope.fact, e.scope.it = f, c.fact
			if !s.where.holds(&e.scope) {
				continue
			}
		}
		if s.atLeast == 1 {
			return c.at, true
		}
		at, _ := slices.BinarySearchFunc(moments, c.moment, time.Time.Compare)
		moments = slices.Insert(moments, at, c.moment)
		if chain(moments, s.apart) >= s.atLeast {
			return c.at, true
		}
	}
	return time.Time{}, false
}

// chain counts the most moments, given in order, that lie so far apart.
func chain(moments []time.Time, apart time.Duration) int {
	n, last := 0, time.Time{}
	for _, m := range moments {
		if n == 0 || !m.Before(last.Add(apart)) {
			n, last = n+1, m
		}
	}
	return n
}

// candidates returns the facts of the seek's kind in order of when they count,
// those left out that its condition refuses without regard to another fact. Weak evidence decides nothing.
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
		if it.Kind != s.kind || it.Weak() {
			continue
		}
		at, ok := s.at.of(it, e.policy.Location)
		if !ok {
			continue
		}
		if s.where != nil && !s.where.pairs {
			e.scope.fact, e.scope.it = nil, it
			if !s.where.holds(&e.scope) {
				continue
			}
		}
		cached.list = append(cached.list, candidate{it, at, s.at.anchor.happened(it)})
	}
	slices.SortStableFunc(cached.list, func(a, b candidate) int { return a.at.Compare(b.at) })
	return cached.list
}
