package policy

import (
	"strings"
	"time"

	"healthcode"
)

// Whereabouts says where a person is, as far as facts tell: where the last stay, entry or arrival was. It is one of [Wheres], and the first
// where nothing is known.
func (d *Document) Whereabouts(facts []healthcode.Fact, now time.Time) string {
	where, latest := Wheres[0], time.Time{}
	for i := range facts {
		f := &facts[i]
		at := f.Start()
		if at.Before(latest) || at.After(now) || f.Weak() {
			continue
		}
		switch {
		case f.Kind == healthcode.KindArrival:
			where, latest = Wheres[0], at
		case f.Kind == healthcode.KindStay && d.own(f.Area):
			where, latest = Wheres[0], at
		case f.Kind == healthcode.KindStay && (f.To.IsZero() || f.To.After(now)):
			where, latest = Wheres[1], at
		}
	}
	return where
}

// own reports whether a county is one of the policy's.
func (d *Document) own(area string) bool {
	for _, prefix := range d.Areas {
		if strings.HasPrefix(area, prefix) {
			return true
		}
	}
	return false
}

// AdviceAt is the advice of a hold for somebody who is somewhere, one of [Wheres].
func (h *HoldKind) AdviceAt(where string) healthcode.Text {
	if where == Wheres[1] && h.AdviceElsewhere.Complete() {
		return h.AdviceElsewhere
	}
	return h.Advice
}
