package policy

import (
	"slices"

	"healthcode"
)

// Same reports whether two evaluations of one policy over one history of areas found the same spans in the same facts, and so
// say the same of every instant.
func (e *Evaluation) Same(f *Evaluation) bool {
	ref := func(f *healthcode.Fact) (r healthcode.FactRef) {
		if f != nil {
			r = f.Ref()
		}
		return r
	}
	return e.policy == f.policy && e.areas == f.areas &&
		slices.EqualFunc(e.spans, f.spans, func(a, b span) bool {
			return a.rule == b.rule && a.end == b.end && a.from.Equal(b.from) && a.until.Equal(b.until) &&
				ref(a.fact) == ref(b.fact) && ref(a.lift) == ref(b.lift)
		}) &&
		slices.EqualFunc(e.asks, f.asks, func(a, b ask) bool {
			return a.from.Equal(b.from) && a.until.Equal(b.until) && ref(a.fact) == ref(b.fact)
		})
}
