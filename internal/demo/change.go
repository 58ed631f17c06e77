package demo

import (
	"context"
	"fmt"

	"healthcode"
)

// change makes a manual fact as two officers would, so that it stands in the log of changes like any other.
func (f *Filler) change(ctx context.Context, person healthcode.PersonID, jurisdiction, by string, fact healthcode.Fact) error {
	ground := "no-link"
	if fact.Kind == healthcode.KindRetraction {
		ground = "not-my-phone"
	}
	c := healthcode.Change{ID: fact.ID, Person: person, Jurisdiction: jurisdiction, Office: jurisdiction, Fact: fact, Ground: ground,
		Evidence: "核实电话 / phoned", By: by, At: fact.Known(), Salt: []byte(fact.ID), State: healthcode.ChangeProposed, Index: -1}
	c.Fact.Recorded = fact.Known()
	if err := f.Store.PutChange(ctx, c); err != nil {
		return fmt.Errorf("proposing a change: %w", err)
	}
	c.State, c.Agreed, c.Decided = healthcode.ChangeApplied, by+"-second", fact.Known()
	if err := f.Store.DecideChange(ctx, c); err != nil {
		return fmt.Errorf("agreeing to a change: %w", err)
	}
	return nil
}
