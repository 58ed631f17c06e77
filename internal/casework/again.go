package casework

import (
	"context"
	"fmt"
	"slices"

	"healthcode"
	"healthcode/internal/change"
)

// clearAgain lifts a hold that rests on nothing but evidence of which an earlier lift has cleared the person: a source sent it again under
// another name. It reports whether there was one.
func (s *Cases) clearAgain(ctx context.Context, v picture, jurisdiction string) (bool, error) {
	done := false
	for _, subject := range v.needs {
		lift, ok := v.cleared(subject)
		if !ok {
			continue
		}
		ground := change.Ground(lift.Reason)
		if info, known := ground.Info(); !known || !info.Favour || !slices.Contains(info.Kinds, healthcode.KindLift) {
			ground = change.GroundNoLink
		}
		ch, err := s.changes.System(ctx, change.Proposal{Person: v.person, Jurisdiction: jurisdiction,
			Fact:   healthcode.Fact{Kind: healthcode.KindLift, Hold: subject, Covers: later(v.now, v.known(v.raised[subject]))},
			Ground: ground, Evidence: fmt.Sprintf("the same evidence as that which the lift %s has cleared", lift.ID)})
		if isConflict(err) {
			continue // an officer's lift waits already
		}
		if err != nil {
			return done, fmt.Errorf("lifting a hold that cleared evidence raised again: %w", err)
		}
		s.log.InfoContext(ctx, "cleared evidence came again", "jurisdiction", jurisdiction, "subject", subject, "change", ch.ID)
		done = true
	}
	return done, nil
}

// cleared returns a lift of a hold that covers every fact on which the hold rests, or a twin of it.
func (v *picture) cleared(hold string) (healthcode.Fact, bool) {
	if _, ok := v.policy.HoldOf(hold); !ok || len(v.raised[hold]) == 0 {
		return healthcode.Fact{}, false
	}
	var by healthcode.Fact
	for _, ref := range v.raised[hold] {
		f, lift := v.facts[ref], healthcode.Fact{}
		for _, l := range v.facts {
			if l.Kind != healthcode.KindLift || l.Hold != hold || l.Known().After(v.now) {
				continue
			}
			for _, g := range v.facts {
				if !g.Known().After(l.Covers) && twins(f, g) {
					lift = l
				}
			}
		}
		if lift.ID == "" {
			return lift, false
		}
		by = lift
	}
	return by, true
}

// twins reports whether one source said the same twice.
func twins(f, g healthcode.Fact) bool {
	g.ID, g.Recorded = f.ID, f.Recorded
	return f.Source == g.Source && healthcode.SameFact(f, g)
}
