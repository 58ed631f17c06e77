package casework

import (
	"context"
	"fmt"

	"healthcode"
	"healthcode/internal/access"
)

// Report tells the office that the person is there, as a hold asks: it opens the case about the hold, or notes it in the open one, once for each. The
// entry's time is when. CodeConflict: the hold isn't open any more.
func (s *Cases) Report(ctx context.Context, a healthcode.Actor, jurisdiction, hold string) (healthcode.Case, error) {
	if err := access.Require(a, healthcode.RoleResident); err != nil {
		return healthcode.Case{}, err
	}
	for range maxTries {
		v, ok, err := s.look(ctx, a.Person, jurisdiction)
		if err != nil {
			return healthcode.Case{}, err
		}
		if ok {
			if v.cases, err = s.refresh(ctx, v, ok, jurisdiction, a.Person); err != nil {
				return healthcode.Case{}, err
			}
		}
		refs, raised := v.raised[hold]
		if raised {
			_, raised = v.policy.HoldOf(hold)
		}
		if !raised {
			return healthcode.Case{}, healthcode.Errorf(healthcode.CodeConflict, "hold", "这一项已经结束，不用报到。", "This has ended; there is nothing to report.")
		}
		c, n := v.of(hold)
		if n > 0 && c.State == healthcode.CaseDecided && c.Outcome == healthcode.OutcomeUpheld {
			return c, nil
		}
		writes := map[string]*healthcode.CaseWrite{}
		v.speak(writes, jurisdiction, hold, healthcode.OriginReport, refs,
			healthcode.CaseEntry{ID: "reported", At: v.now, Role: healthcode.RoleResident, Kind: "reported"})
		w := writes[hold]
		err = s.save(ctx, w.Case, w.Entries...)
		if err == nil {
			stored, _, err := s.store.Case(ctx, w.Case.ID)
			return stored, err
		}
		if !isConflict(err) {
			return healthcode.Case{}, err
		}
	}
	return healthcode.Case{}, fmt.Errorf("reporting to the office: %w", changed())
}
