package casework

import (
	"context"
	"fmt"
	"slices"

	"healthcode"
	"healthcode/policy"
)

// placeOrders stores a batch, and fills in the results. Several lines about one person and reason follow one another.
func (s *Cases) placeOrders(ctx context.Context, a healthcode.Actor, p *policy.Policy, orders []order, results []OrderResult) error {
	if len(orders) == 0 {
		return nil
	}
	documents := make([]healthcode.Document, len(orders))
	for i, o := range orders {
		documents[i] = o.document
	}
	people, err := s.store.EnsurePersons(ctx, documents)
	if err != nil {
		return fmt.Errorf("finding the people of work orders: %w", err)
	}
	for i := range orders {
		orders[i].person = people[i]
	}
	tries := map[int]int{}
	for len(orders) > 0 {
		var now, later []order
		taken := map[string]bool{}
		for _, o := range orders {
			if key := o.person.String() + o.subject; taken[key] {
				later = append(later, o)
			} else {
				taken[key] = true
				now = append(now, o)
			}
		}
		again, err := s.placeSome(ctx, a, p, now, results)
		if err != nil {
			return err
		}
		for _, o := range again {
			if tries[o.line]++; tries[o.line] >= maxTries {
				results[o.line].refuse(changed())
				continue
			}
			later = append(later, o)
		}
		orders = later
	}
	return nil
}

// placeSome stores orders of which no two are about the same person and reason, and returns those that have to be tried again.
func (s *Cases) placeSome(ctx context.Context, a healthcode.Actor, p *policy.Policy, orders []order, results []OrderResult) (again []order, err error) {
	writes := make([]healthcode.CaseWrite, 0, len(orders))
	var written []order
	now := s.clock.Now()
	for _, o := range orders {
		v := picture{person: o.person, policy: p, now: now, where: policy.Wheres[0]}
		if v.cases, err = s.casesOf(ctx, o.person, a.Jurisdiction); err != nil {
			return nil, err
		}
		if found, ok, err := s.placed(ctx, &v, o); err != nil {
			return nil, err
		} else if ok {
			results[o.line].Result, results[o.line].Case = OrderDuplicate, found
			continue
		}
		c, n := v.of(o.subject)
		e := healthcode.CaseEntry{ID: o.id(), At: now, Role: a.Role, By: a.Staff, Kind: "order", Text: o.note}
		w := healthcode.CaseWrite{Case: c, Entries: []healthcode.CaseEntry{e}}
		results[o.line].Result = OrderJoined
		if n == 0 || c.State == healthcode.CaseDecided {
			w.Case = v.newCase(a.Jurisdiction, o.subject, healthcode.OriginWorkOrder, n+1, nil)
			w.Case.Area = o.area
			route(&w.Case, p, v.where, o.stays)
			w.Entries = []healthcode.CaseEntry{{ID: "opened", At: now, Role: a.Role, By: a.Staff, Kind: "opened", Text: healthcode.OriginWorkOrder}, e}
			results[o.line].Result = OrderOpened
		}
		results[o.line].Case = w.Case.ID
		writes, written = append(writes, w), append(written, o)
	}
	if len(writes) == 0 {
		return nil, nil
	}
	outcomes, err := s.store.PutCases(ctx, writes)
	if err != nil {
		return nil, fmt.Errorf("storing work orders: %w", err)
	}
	for i, o := range written {
		if outcomes[i] == healthcode.Conflict {
			again = append(again, o)
		}
	}
	return again, nil
}

// placed finds the case in which the same line is already.
func (s *Cases) placed(ctx context.Context, v *picture, o order) (string, bool, error) {
	for _, c := range slices.Backward(v.cases) {
		if c.Subject != o.subject {
			continue
		}
		_, entries, err := s.store.Case(ctx, c.ID)
		if err != nil {
			return "", false, err
		}
		if has(entries, o.id()) {
			return c.ID, true, nil
		}
	}
	return "", false, nil
}
