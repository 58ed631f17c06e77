package status

import (
	"context"
	"time"

	"healthcode"
	"healthcode/policy"
)

// standing is the state that a person's facts give under a policy and an area history. It is kept beside the facts, so that a
// page that asks for a pass every minute doesn't have them evaluated anew each time.
type standing struct {
	policy     *policy.Policy
	areas      int64     // the version of their history
	from, next time.Time // when it was evaluated, and when the state next changes: zero where that isn't known
	state      string
}

func (k *standing) holds(p *policy.Policy, areas int64, now time.Time) bool {
	return k.policy == p && k.areas == areas && !now.Before(k.from) && (k.next.IsZero() || now.Before(k.next))
}

// standing returns the state that a person has now.
func (s *Service) standing(ctx context.Context, person healthcode.PersonID, jurisdiction string) (*standing, time.Time, error) {
	p, err := s.Policy(jurisdiction)
	if err != nil {
		return nil, time.Time{}, err
	}
	areas, version, err := s.areasNow(ctx)
	if err != nil {
		return nil, time.Time{}, err
	}
	facts, beside, err := s.facts(ctx, person)
	if err != nil {
		return nil, time.Time{}, err
	}
	now := s.clock.Now()
	if beside != nil {
		if k, ok := beside.Load().(*standing); ok && k.holds(p, version, now) {
			return k, now, nil
		}
	}
	k := &standing{policy: p, areas: version, from: now}
	k.state, _, k.next = p.Evaluate(areas, facts, now).State(now)
	if beside != nil && allKnown(facts, now) {
		beside.Store(k)
	}
	return k, now, nil
}

// allKnown reports whether time alone adds no fact to those that count.
func allKnown(facts []healthcode.Fact, now time.Time) bool {
	for i := range facts {
		if facts[i].Known().After(now) {
			return false
		}
	}
	return true
}
