package casework

import (
	"context"
	"fmt"

	"healthcode"
	"healthcode/policy"
)

// Lead opens a case about a subject of the policy that no rule raises by itself, such as two results of one sample, or
// adds a note to the open one. A note of the same id is kept once. Where the policy opens no cases, nothing happens but a line in the log.
func (s *Cases) Lead(ctx context.Context, person healthcode.PersonID, jurisdiction, subject, id, note string, facts []healthcode.FactRef) error {
	p, err := s.status.Policy(jurisdiction)
	if err != nil {
		return err
	}
	if !p.Casework.Any() || subject == "" {
		s.log.WarnContext(ctx, "a lead has no case, since the policy opens none", "jurisdiction", jurisdiction)
		return nil
	}
	for range maxTries {
		v := picture{person: person, policy: p, now: s.clock.Now(), where: policy.Wheres[0]}
		if v.cases, err = s.casesOf(ctx, person, jurisdiction); err != nil {
			return err
		}
		if _, there, err := s.placed(ctx, &v, order{subject: subject, lead: id}); err != nil || there {
			return err
		}
		c, n := v.of(subject)
		w := healthcode.CaseWrite{Case: c}
		if n == 0 || c.State == healthcode.CaseDecided {
			w.Case = v.newCase(jurisdiction, subject, healthcode.OriginWorkOrder, n+1, facts)
			w.Entries = append(w.Entries, healthcode.CaseEntry{ID: "opened", At: v.now, Kind: "opened", Text: healthcode.OriginWorkOrder})
		}
		w.Entries = append(w.Entries, healthcode.CaseEntry{ID: leadID(id), At: v.now, Kind: "order", Text: note})
		outcomes, err := s.store.PutCases(ctx, []healthcode.CaseWrite{w})
		if err != nil {
			return fmt.Errorf("storing a lead: %w", err)
		}
		if outcomes[0] == healthcode.Stored {
			return nil
		}
	}
	return changed()
}
