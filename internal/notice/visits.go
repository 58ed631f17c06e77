package notice

import (
	"context"
	"slices"

	"healthcode"
)

// visitsIn returns the new visits to venues of those of whom an event tells nothing else.
func visitsIn(e healthcode.Event) map[healthcode.PersonID][]healthcode.FactRef {
	if len(e.Appended) == 0 {
		return nil
	}
	visits, more := map[healthcode.PersonID][]healthcode.FactRef{}, map[healthcode.PersonID]bool{}
	for i := range e.Appended {
		f := &e.Appended[i]
		if f.Fact.Kind == healthcode.KindStay && f.Fact.Evidence == "venue" {
			visits[f.Person] = append(visits[f.Person], f.Fact.Ref())
		} else {
			more[f.Person] = true
		}
	}
	for p := range more {
		delete(visits, p)
	}
	return visits
}

// nothing reports whether no policy makes anything of a person's new visits: each says the same without them. Where a change of
// areas gives a visit a meaning, everybody is looked at.
func (s *Service) nothing(ctx context.Context, person healthcode.PersonID, visits []healthcode.FactRef) bool {
	registrations, err := s.store.Registrations(ctx, person)
	if err != nil {
		return false
	}
	facts, err := s.store.Facts(ctx, person)
	if err != nil {
		return false
	}
	areas, err := s.status.Areas(ctx)
	if err != nil {
		return false
	}
	without := make([]healthcode.Fact, 0, len(facts))
	for _, f := range facts {
		if !slices.Contains(visits, f.Ref()) {
			without = append(without, f)
		}
	}
	now := s.clock.Now()
	for _, r := range registrations {
		for _, p := range s.status.Policies().Versions(r.Jurisdiction) {
			if !p.Evaluate(areas, facts, now).Same(p.Evaluate(areas, without, now)) {
				return false
			}
		}
	}
	return true
}
