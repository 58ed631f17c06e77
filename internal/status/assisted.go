package status

import (
	"context"
	"fmt"
	"slices"
	"time"

	"healthcode"
	"healthcode/internal/identity"
	"healthcode/policy"
)

// Assisted is what an assisted query shows: never a photo, a test or a reason.
type Assisted struct {
	Policy  *policy.Policy
	Name    string // masked
	State   string
	Until   time.Time // zero where not known
	Contact policy.Contact
	Young   bool // so young that no face recognition may be asked for
}

// Helper is who asks for somebody, and the officer who was there; "" for none. Both stand in the person's list of looks.
type Helper struct {
	Person  healthcode.PersonID
	Officer string
}

// Assisted returns the state of a person who has agreed that a helper sees it. Whoever calls has made sure of that. The look is
// recorded before the answer is given.
func (s *Service) Assisted(ctx context.Context, h Helper, subject healthcode.PersonID, jurisdiction string) (Assisted, error) {
	person, err := s.registered(ctx, subject, jurisdiction)
	if err != nil {
		return Assisted{}, err
	}
	p, evaluation, err := s.Evaluation(ctx, subject, jurisdiction)
	if err != nil {
		return Assisted{}, err
	}
	if err := s.Helped(ctx, h, subject, jurisdiction, "state"); err != nil {
		return Assisted{}, err
	}
	now := s.clock.Now()
	a := Assisted{Policy: p, Name: mask(person.Name), Young: !person.Birth.IsZero() &&
		identity.NoFaceCheckAge(identity.DateOf(person.Birth), identity.DateOf(now.In(p.Location)))}
	a.State, _, a.Until = evaluation.State(now)
	if len(p.Contacts) > 0 {
		a.Contact = p.Contacts[0]
	}
	if holds := evaluation.At(now).Holds; len(holds) > 0 {
		if c, ok := p.ContactOf(holds[0].Owner); ok {
			a.Contact = c
		}
	}
	return a, nil
}

// AssistedPaper prints a code on paper for a person who has agreed to it.
func (s *Service) AssistedPaper(ctx context.Context, h Helper, subject healthcode.PersonID, jurisdiction string) (OfflineSheet, error) {
	person, err := s.registered(ctx, subject, jurisdiction)
	if err != nil {
		return OfflineSheet{}, err
	}
	p, err := s.Policy(jurisdiction)
	if err != nil {
		return OfflineSheet{}, err
	}
	if err := s.limiter.Allow(ctx, identity.ActionPrintPaper, map[identity.Per]string{
		identity.PerPerson: h.Person.String(), identity.PerSubject: subject.String()}); err != nil {
		return OfflineSheet{}, err
	}
	if err := s.Helped(ctx, h, subject, jurisdiction, "paper"); err != nil {
		return OfflineSheet{}, err
	}
	return s.sheet(ctx, person, p, "")
}

// AssistedResults returns the tests and vaccinations of a person who has agreed that a helper sees them, the newest first, with
// the person's masked name.
func (s *Service) AssistedResults(ctx context.Context, h Helper, subject healthcode.PersonID, jurisdiction string) (string, []Result, error) {
	person, err := s.registered(ctx, subject, jurisdiction)
	if err != nil {
		return "", nil, err
	}
	if err := s.Helped(ctx, h, subject, jurisdiction, "results"); err != nil {
		return "", nil, err
	}
	list, err := s.results(ctx, subject)
	return mask(person.Name), list, err
}

// Helped records what a helper saw of a person, and that an officer was there.
func (s *Service) Helped(ctx context.Context, h Helper, subject healthcode.PersonID, jurisdiction, saw string) error {
	helper, err := s.store.Person(ctx, h.Person)
	if err != nil {
		return err
	}
	look := healthcode.Look{Person: subject, At: s.clock.Now(), Role: healthcode.RoleResident, By: mask(helper.Name),
		Jurisdiction: jurisdiction, Purpose: "assist", Saw: saw}
	looks := []healthcode.Look{look}
	if h.Officer != "" {
		look.Role, look.By = healthcode.RoleCaseworker, h.Officer
		looks = slices.Insert(looks, 0, look)
	}
	for _, l := range looks {
		if err := s.store.PutLook(ctx, l); err != nil {
			return fmt.Errorf("recording the look: %w", err)
		}
	}
	return nil
}
