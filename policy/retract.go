package policy

import (
	"slices"

	"healthcode"
)

// retract drops each fact that a retraction takes back. A retraction that is
// itself taken back has no effect, and neither have those that take each other back in a circle.
func retract(facts []*healthcode.Fact) []*healthcode.Fact {
	r := retractions{of: map[healthcode.FactRef][]*healthcode.Fact{}, gone: map[*healthcode.Fact]bool{}}
	circular := r.circular(facts)
	for _, f := range facts {
		if f.Kind == healthcode.KindRetraction && f.Retracts != nil && !circular[f.Ref()] {
			r.of[*f.Retracts] = append(r.of[*f.Retracts], f)
		}
	}
	return slices.DeleteFunc(facts, r.isGone)
}

type retractions struct {
	of   map[healthcode.FactRef][]*healthcode.Fact // the retractions of a fact
	gone map[*healthcode.Fact]bool
}

func (r *retractions) isGone(f *healthcode.Fact) bool {
	gone, ok := r.gone[f]
	if !ok {
		gone = slices.ContainsFunc(r.of[f.Ref()], func(by *healthcode.Fact) bool { return !r.isGone(by) })
		r.gone[f] = gone
	}
	return gone
}

// circular finds the retractions from which one comes back to them. Each names one fact, so
// every way leads into one circle at the most.
func (r *retractions) circular(facts []*healthcode.Fact) map[healthcode.FactRef]bool {
	next := map[healthcode.FactRef]healthcode.FactRef{}
	for _, f := range facts {
		if f.Kind == healthcode.KindRetraction && f.Retracts != nil {
			next[f.Ref()] = *f.Retracts
		}
	}
	circular := map[healthcode.FactRef]bool{}
	walked := map[healthcode.FactRef]int{} // in which walk a retraction was come past
	for walk, f := range facts {
		at := f.Ref()
		for _, ok := next[at]; ok && walked[at] == 0; _, ok = next[at] {
			walked[at] = walk + 1
			at = next[at]
		}
		for walked[at] == walk+1 && !circular[at] { // this walk came back to at
			circular[at] = true
			at = next[at]
		}
	}
	return circular
}

// Standing returns the facts that no retraction takes back.
func Standing(facts []healthcode.Fact) []healthcode.Fact {
	list := make([]*healthcode.Fact, len(facts))
	for i := range facts {
		list[i] = &facts[i]
	}
	var standing []healthcode.Fact
	for _, f := range retract(list) {
		standing = append(standing, *f)
	}
	return standing
}
