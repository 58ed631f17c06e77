package casework

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"healthcode"
	"healthcode/internal/change"
)

const (
	// lease is how long a claimed case or task is kept from others.
	lease = 5 * time.Minute
	// batch is how many cases are claimed, or persons looked at, at once.
	batch = 100
	// retry is when a case is looked at again whose subject can't be lifted.
	retry = 24 * time.Hour
)

// Work does what is due now: it escalates overdue cases and suspends holds whose last deadline has passed. It returns how many
// cases it looked at. Several processes may work at once; each case is one process's at a time.
func (s *Cases) Work(ctx context.Context) (int, error) {
	total := 0
	for {
		now := s.clock.Now()
		claimed, err := s.store.ClaimCases(ctx, now, now.Add(lease), batch)
		if err != nil {
			return total, fmt.Errorf("claiming cases: %w", err)
		}
		var errs []error
		for _, c := range claimed {
			if err := s.wake(ctx, c); err != nil && !isConflict(err) {
				errs = append(errs, fmt.Errorf("case %s: %w", c.ID, err)) // it is tried again when the claim ends
			}
		}
		total += len(claimed)
		if len(claimed) < batch || len(errs) > 0 {
			return total, errors.Join(errs...)
		}
	}
}

// wake looks at one case whose time has come.
func (s *Cases) wake(ctx context.Context, c healthcode.Case) error {
	if _, err := s.Refresh(ctx, c.Person, c.Jurisdiction); err != nil {
		return err
	}
	c, _, err := s.store.Case(ctx, c.ID)
	if err != nil || c.State == healthcode.CaseDecided {
		return err
	}
	now := s.clock.Now()
	switch {
	case !now.Before(c.Last):
		return s.suspend(ctx, c, now)
	case !now.Before(c.Due) && c.Escalated.IsZero():
		c.Escalated = now
		wind(&c, now)
		return s.save(ctx, c, healthcode.CaseEntry{ID: fmt.Sprint("escalated-", c.Version), At: now, Kind: "escalated", Text: string(c.State)})
	}
	return nil // a second officer hasn't answered yet
}

// suspend lifts the hold of a case that nobody decided in time. The lift comes first: if the process ends in between, the hold has ended, and the
// case follows.
func (s *Cases) suspend(ctx context.Context, c healthcode.Case, now time.Time) error {
	p, err := s.policyOf(c.Jurisdiction)
	if err != nil {
		return err
	}
	v, ok, err := s.look(ctx, c.Person, c.Jurisdiction)
	if err != nil {
		return err
	}
	_, hold := p.HoldOf(c.Subject)
	if _, raised := v.raised[c.Subject]; !hold || !raised || !ok {
		// A colour is never lifted, and an order holds nobody: the supervising office answers for it.
		c.Escalated, c.Wake = now, now.Add(retry)
		return s.save(ctx, c, healthcode.CaseEntry{ID: fmt.Sprint("escalated-", c.Version), At: now, Kind: "escalated", Text: "last"})
	}
	if err := s.withdraw(ctx, c); err != nil {
		return err
	}
	ch, err := s.changes.System(ctx, change.Proposal{Person: c.Person, Jurisdiction: c.Jurisdiction, Office: c.Office, CaseID: c.ID,
		Fact:   healthcode.Fact{Kind: healthcode.KindLift, Hold: c.Subject, Covers: later(now, c.Covers)},
		Ground: change.GroundDeadline, Evidence: fmt.Sprintf("case %s: no decision by %s", c.ID, c.Last.In(p.Location).Format(time.RFC3339))})
	if err != nil {
		return fmt.Errorf("suspending a hold: %w", err)
	}
	version := c.Version
	decide(&c, healthcode.OutcomeSuspended, now)
	if err := s.save(ctx, c, healthcode.CaseEntry{ID: fmt.Sprint("decided-", version), At: now, Kind: "decided", Text: healthcode.OutcomeSuspended}); err != nil {
		return err
	}
	s.log.InfoContext(ctx, "hold suspended", "case", c.ID, "jurisdiction", c.Jurisdiction, "change", ch.ID)
	return s.endDisputes(ctx, c)
}

// withdraw takes back what still waits for a second officer: the deadline has decided.
func (s *Cases) withdraw(ctx context.Context, c healthcode.Case) error {
	all, err := s.store.ChangesOf(ctx, c.Person)
	if err != nil {
		return err
	}
	system := healthcode.Actor{Role: healthcode.RoleCaseworker, Staff: healthcode.SystemOfficer, Jurisdiction: c.Jurisdiction}
	for _, ch := range all {
		if ch.State != healthcode.ChangeProposed || ch.Fact.Kind != healthcode.KindLift || ch.Fact.Hold != c.Subject || ch.Jurisdiction != c.Jurisdiction {
			continue
		}
		err := s.changes.Refuse(ctx, system, ch.ID, "the last deadline has passed; the hold is suspended in the person's favour")
		if err != nil && !isConflict(err) {
			return err
		}
	}
	return nil
}

// Sweep looks at every registered person of the jurisdictions that open cases, and opens what is needed. One process at a time
// does a jurisdiction, and at most once in every.
func (s *Cases) Sweep(ctx context.Context, every time.Duration) error {
	var errs []error
	for _, j := range s.status.Policies().Jurisdictions() {
		if err := s.sweep(ctx, j, every); err != nil {
			errs = append(errs, fmt.Errorf("looking for cases in %s: %w", j, err))
		}
	}
	return errors.Join(errs...)
}

func (s *Cases) sweep(ctx context.Context, jurisdiction string, every time.Duration) error {
	if p, err := s.status.Policy(jurisdiction); err != nil || !p.Casework.Any() {
		return nil // no policy in force raises anything
	}
	var after healthcode.PersonID
	holder := newID()
	for {
		now := s.clock.Now()
		mine, err := s.store.ClaimTask(ctx, "cases:"+jurisdiction, holder, now, now.Add(every))
		if err != nil || !mine {
			return err
		}
		people, err := s.store.RegisteredPersons(ctx, jurisdiction, after, batch)
		if err != nil || len(people) == 0 {
			return err
		}
		for _, person := range people {
			if err := s.visit(ctx, person, jurisdiction); err != nil {
				return err
			}
		}
		after = people[len(people)-1]
	}
}

// visit refreshes the cases of a person who needs one, or has said that something isn't right.
func (s *Cases) visit(ctx context.Context, person healthcode.PersonID, jurisdiction string) error {
	v, ok, err := s.look(ctx, person, jurisdiction)
	if err != nil || !ok {
		return err
	}
	disputes, err := s.store.DisputesOf(ctx, person)
	if err != nil {
		return err
	}
	waits := slices.ContainsFunc(disputes, func(d healthcode.Dispute) bool { return d.State == disputeReceived && d.Jurisdiction == jurisdiction })
	if len(v.needs) > 0 || waits {
		_, err = s.refresh(ctx, v, ok, jurisdiction, person)
	}
	return err
}

// Run works until ctx ends: every now and then on what is due, and more seldom through everybody.
func (s *Cases) Run(ctx context.Context, every, sweep time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		if n, err := s.Work(ctx); err != nil && ctx.Err() == nil {
			s.log.ErrorContext(ctx, "cases: what is due; tried again", "error", err)
		} else if n > 0 {
			s.log.InfoContext(ctx, "cases: what was due", "cases", n)
		}
		if err := s.Sweep(ctx, sweep); err != nil && ctx.Err() == nil {
			s.log.ErrorContext(ctx, "cases: looking for new ones; tried again", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
