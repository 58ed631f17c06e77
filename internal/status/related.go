package status

import (
	"context"

	"healthcode"
	"healthcode/internal/identity"
	"healthcode/policy"
)

// related returns the person that a relation of the actor's is about, where the relation is
// active. CodeNotFound.
func (s *Service) related(ctx context.Context, a healthcode.Actor, id string) (healthcode.Relation, healthcode.Person, *policy.Policy, error) {
	var subject healthcode.Person
	r, err := s.store.Relation(ctx, id)
	if err != nil {
		return r, subject, nil, err
	}
	if subject, err = s.store.Person(ctx, r.Subject); err != nil {
		return r, subject, nil, err
	}
	p, err := s.Policy(r.Jurisdiction)
	if err != nil {
		return r, subject, nil, err
	}
	if r.Asker != a.Person || !s.active(r, subject, p) {
		return r, subject, nil, noConsent()
	}
	return r, subject, p, nil
}

// consented reports whether a relation about a person is active.
func (s *Service) consented(ctx context.Context, id string, subject healthcode.Person) (bool, error) {
	r, err := s.store.Relation(ctx, id)
	if err != nil {
		return false, err
	}
	p, err := s.Policy(r.Jurisdiction)
	return err == nil && s.active(r, subject, p), err
}

func (s *Service) active(r healthcode.Relation, subject healthcode.Person, p *policy.Policy) bool {
	with := identity.Relation{Relation: r}
	if !subject.Birth.IsZero() {
		with.Birth = identity.DateOf(subject.Birth)
	}
	return with.StateAt(s.clock.Now().In(p.Location)) == identity.RelationConsented
}

func noConsent() error {
	return healthcode.Errorf(healthcode.CodeNotFound, "relation", "没有得到本人同意，不能查看。", "Without the person's consent their code can't be shown.")
}
