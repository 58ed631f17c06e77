package change

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"healthcode"
	"healthcode/internal/access"
)

// Agree applies a change: its fact is in the ledger when it returns, and its log entry and the notice to the
// person follow. CodeSameHand for who proposed it; CodeStopped where a third person must agree first;
// CodeConflict: somebody else has decided; CodeNotFound, also for a change of another jurisdiction.
func (s *Service) Agree(ctx context.Context, a healthcode.Actor, id string) (healthcode.Change, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.waiting(ctx, a, id)
	if err != nil {
		return c, err
	}
	if a.Staff == c.By {
		return c, healthcode.Errorf(CodeSameHand, "", "提出变更的人不能自己同意，请由另一位工作人员处理。", "Who proposes a change can't agree to it; another officer must.")
	}
	if err := s.guard(ctx, c, a.Staff); err != nil {
		return c, err
	}
	return s.apply(ctx, c, a.Staff)
}

// System makes a change of the service itself, in the person's favour: it needs no second officer, and is
// logged and announced like any other.
func (s *Service) System(ctx context.Context, p Proposal) (healthcode.Change, error) {
	if info, ok := p.Ground.Info(); ok && !info.Favour {
		return healthcode.Change{}, healthcode.Errorf(CodeNoGround, "ground", "系统只能作出有利于本人的变更。",
			"the service itself makes changes in a person's favour only, not for %s", p.Ground)
	}
	c, err := s.propose(ctx, p, healthcode.SystemOfficer)
	if err != nil {
		return c, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.apply(ctx, c, healthcode.SystemOfficer)
}

func (s *Service) apply(ctx context.Context, c healthcode.Change, agreed string) (healthcode.Change, error) {
	now := s.clock.Now()
	c.State, c.Agreed, c.Decided, c.Fact.Recorded = healthcode.ChangeApplied, agreed, now, now
	if err := s.store.DecideChange(ctx, c); err != nil {
		return c, fmt.Errorf("applying a change: %w", err)
	}
	s.log.InfoContext(ctx, "change applied", "change", c.ID, "jurisdiction", c.Jurisdiction, "kind", c.Fact.Kind, "ground", c.Ground,
		"by", c.By, "agreed", agreed)
	if s.Wake != nil {
		s.Wake()
	}
	// The change stands, whatever becomes of this: the worker that logs it announces it, too.
	if err := s.Announce(ctx, c); err != nil {
		s.log.ErrorContext(ctx, "announcing a change; it is tried again", "change", c.ID, "error", err)
	}
	return c, nil
}

// Refuse ends a change that waits. The reason is needed. Who proposed it may take it back so.
func (s *Service) Refuse(ctx context.Context, a healthcode.Actor, id, why string) error {
	c, err := s.waiting(ctx, a, id)
	if err != nil {
		return err
	}
	if why = strings.TrimSpace(why); why == "" || len(why) > maxEvidence {
		return healthcode.Errorf(healthcode.CodeInvalid, "why", "请写明不同意的原因。", "Say why not.")
	}
	c.State, c.Agreed, c.Decided, c.Why = healthcode.ChangeRefused, a.Staff, s.clock.Now(), why
	if err := s.store.DecideChange(ctx, c); err != nil {
		return fmt.Errorf("refusing a change: %w", err)
	}
	s.log.InfoContext(ctx, "change refused", "change", c.ID, "jurisdiction", c.Jurisdiction, "by", c.By, "refused", a.Staff)
	return nil
}

func (s *Service) waiting(ctx context.Context, a healthcode.Actor, id string) (healthcode.Change, error) {
	c, err := s.change(ctx, a, id)
	if err == nil && c.State != healthcode.ChangeProposed {
		err = healthcode.Errorf(healthcode.CodeConflict, "", "这个变更已经有人处理了。", "The change has been decided already.")
	}
	return c, err
}

// change reads one of the officer's jurisdiction.
func (s *Service) change(ctx context.Context, a healthcode.Actor, id string) (healthcode.Change, error) {
	if err := access.Require(a, Officers...); err != nil {
		return healthcode.Change{}, err
	}
	c, err := s.store.Change(ctx, id)
	if err != nil || c.Jurisdiction != a.Jurisdiction {
		if err == nil || healthcode.CodeOf(err) == healthcode.CodeNotFound {
			err = healthcode.Errorf(healthcode.CodeNotFound, "", "没有这个变更。", "There is no such change.")
		}
		return healthcode.Change{}, err
	}
	return c, nil
}

// Waiting lists the changes of the jurisdiction that wait for a second officer, the oldest first.
func (s *Service) Waiting(ctx context.Context, a healthcode.Actor) ([]healthcode.Change, error) {
	if err := access.Require(a, Officers...); err != nil {
		return nil, err
	}
	return s.store.ChangesIn(ctx, a.Jurisdiction, healthcode.ChangeProposed, time.Time{}, proposalsAsked)
}

// View is a change, whom it is about, and what it does to the code.
type View struct {
	Change        healthcode.Change
	Person        healthcode.Person
	Before, After healthcode.Status
	Own           bool // who looks has proposed it
}

// View returns one change with the status without and with it. The person sees the look.
func (s *Service) View(ctx context.Context, a healthcode.Actor, id string) (View, error) {
	c, err := s.change(ctx, a, id)
	if err != nil {
		return View{}, err
	}
	now := s.clock.Now()
	if err := s.store.PutLook(ctx, healthcode.Look{Person: c.Person, At: now, Role: a.Role, By: a.Staff,
		Jurisdiction: a.Jurisdiction, Purpose: "change", Saw: "state"}); err != nil {
		return View{}, fmt.Errorf("recording the look: %w", err)
	}
	v := View{Change: c, Own: a.Staff == c.By}
	if v.Person, err = s.store.Person(ctx, c.Person); err != nil {
		return v, err
	}
	p, _, facts, err := s.status.Evaluate(ctx, c.Person, c.Jurisdiction)
	if err != nil {
		return v, err
	}
	areas, err := s.status.Areas(ctx)
	if err != nil {
		return v, err
	}
	without := slices.DeleteFunc(facts, func(f healthcode.Fact) bool { return f.Ref() == c.Fact.Ref() })
	with := append(slices.Clone(without), c.Fact)
	v.Before, v.After = p.Evaluate(areas, without, now).At(now), p.Evaluate(areas, with, now).At(now)
	return v, nil
}

// Of lists the applied changes of the resident's own code, the newest first.
func (s *Service) Of(ctx context.Context, a healthcode.Actor) ([]healthcode.Change, error) {
	if err := access.Require(a, healthcode.RoleResident); err != nil {
		return nil, err
	}
	all, err := s.store.ChangesOf(ctx, a.Person)
	applied := slices.DeleteFunc(all, func(c healthcode.Change) bool { return c.State != healthcode.ChangeApplied })
	slices.Reverse(applied)
	return applied, err
}
