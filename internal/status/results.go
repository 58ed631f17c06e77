package status

import (
	"context"
	"fmt"
	"slices"
	"time"

	"healthcode"
	"healthcode/internal/access"
)

// Result is a test or a vaccination of the person who asks.
type Result struct {
	healthcode.Fact
	TakenBack time.Time // when its source's record was taken back; zero where it stands
}

// Results returns the tests and vaccinations of the signed-in resident, the newest first, and
// who that is. No relation leads here.
func (s *Service) Results(ctx context.Context, a healthcode.Actor, jurisdiction string) (healthcode.Person, []Result, error) {
	if err := access.Require(a, healthcode.RoleResident); err != nil {
		return healthcode.Person{}, nil, err
	}
	person, err := s.registered(ctx, a.Person, jurisdiction)
	if err != nil {
		return person, nil, err
	}
	results, err := s.results(ctx, a.Person)
	return person, results, err
}

func (s *Service) results(ctx context.Context, person healthcode.PersonID) ([]Result, error) {
	facts, err := s.store.Facts(ctx, person)
	if err != nil {
		return nil, fmt.Errorf("reading the facts: %w", err)
	}
	back := map[healthcode.FactRef]time.Time{}
	for _, f := range facts {
		if f.Retracts != nil {
			back[*f.Retracts] = f.Known()
		}
	}
	var results []Result
	for _, f := range slices.Backward(facts) {
		if f.Kind == healthcode.KindTest || f.Kind == healthcode.KindVaccination {
			results = append(results, Result{f, back[f.Ref()]})
		}
	}
	return results, nil
}
