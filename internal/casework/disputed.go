package casework

import (
	"context"
	"fmt"
	"slices"

	"healthcode"
)

// The states of a dispute once a case has it.
const (
	disputeReceived = "received"
	disputeOpened   = "opened"
	disputeDecided  = "decided"
)

// takeDisputes brings disputes that no case has yet into the case about the same hold or colour.
func (s *Cases) takeDisputes(ctx context.Context, v *picture, writes map[string]*healthcode.CaseWrite, jurisdiction string) error {
	disputes, err := s.store.DisputesOf(ctx, v.person)
	if err != nil {
		return fmt.Errorf("reading disputes: %w", err)
	}
	for _, d := range disputes {
		if d.Jurisdiction != jurisdiction || d.State != disputeReceived {
			continue
		}
		subject := v.policy.Subject(d.Rule)
		if _, raised := v.raised[subject]; !raised {
			d.State = disputeDecided // what it is about has ended
			if err := s.store.PutDispute(ctx, d); err != nil {
				return fmt.Errorf("ending a dispute: %w", err)
			}
			continue
		}
		refs := d.Facts
		if len(refs) == 0 {
			refs = v.raised[subject]
		}
		v.speak(writes, jurisdiction, subject, healthcode.OriginDispute, refs,
			healthcode.CaseEntry{ID: d.ID, At: d.At, Role: healthcode.RoleResident, Kind: "statement", Text: d.Statement})
	}
	return nil
}

// speak adds what somebody says to the case about a subject. It opens one where there is none, and opens the last one again where it
// was decided against the person: the episode stays the same.
func (v *picture) speak(writes map[string]*healthcode.CaseWrite, jurisdiction, subject, origin string, refs []healthcode.FactRef, e healthcode.CaseEntry) {
	if w := writes[subject]; w != nil {
		w.Entries = append(w.Entries, e)
		return
	}
	c, n := v.of(subject)
	w := &healthcode.CaseWrite{}
	switch {
	case n == 0, c.State == healthcode.CaseDecided && c.Outcome != healthcode.OutcomeUpheld:
		c = v.newCase(jurisdiction, subject, origin, n+1, refs)
		w.Entries = append(w.Entries, healthcode.CaseEntry{ID: "opened", At: v.now, Kind: "opened", Text: origin})
	case c.State == healthcode.CaseDecided:
		w.Entries = append(w.Entries, v.reopen(&c))
	default:
		c.Asked = c.Asked && e.Role != healthcode.RoleResident
	}
	for _, ref := range refs {
		if !slices.Contains(c.Facts, ref) {
			c.Facts = append(slices.Clone(c.Facts), ref)
		}
	}
	w.Case, w.Entries = c, append(w.Entries, e)
	writes[subject] = w
}

// reopen takes a decision back: the same case begins anew, with new clocks.
func (v *picture) reopen(c *healthcode.Case) healthcode.CaseEntry {
	c.Outcome, c.Officer = "", ""
	start(c, v.policy, v.now)
	return healthcode.CaseEntry{ID: fmt.Sprint("reopened-", c.Version), At: v.now, Kind: "reopened"}
}

// answerDisputes says of disputes whose case was just written how far they are.
func (s *Cases) answerDisputes(ctx context.Context, person healthcode.PersonID, jurisdiction string, writes []healthcode.CaseWrite, outcomes []healthcode.Outcome) error {
	disputes, err := s.store.DisputesOf(ctx, person)
	if err != nil {
		return fmt.Errorf("reading disputes: %w", err)
	}
	for i, w := range writes {
		if outcomes[i] != healthcode.Stored {
			// Where a process ended between the case and its dispute, the entry is there already.
			_, entries, err := s.store.Case(ctx, w.Case.ID)
			if err != nil && healthcode.CodeOf(err) != healthcode.CodeNotFound {
				return err
			}
			w = healthcode.CaseWrite{Entries: entries}
		}
		for _, d := range disputes {
			mine := d.Jurisdiction == jurisdiction && d.State != disputeDecided
			switch {
			case mine && d.State == disputeReceived && has(w.Entries, d.ID):
				d.State = disputeOpened
			case mine && w.Case.State == healthcode.CaseDecided && s.subjectOf(jurisdiction, d.Rule) == w.Case.Subject:
				d.State = disputeDecided
			default:
				continue
			}
			if err := s.store.PutDispute(ctx, d); err != nil {
				return fmt.Errorf("answering a dispute: %w", err)
			}
		}
	}
	return nil
}

func (s *Cases) subjectOf(jurisdiction, rule string) string {
	p, err := s.status.Policy(jurisdiction)
	if err != nil {
		return ""
	}
	return p.Subject(rule)
}
