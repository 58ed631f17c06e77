package casework

import (
	"context"
	"fmt"
	"slices"

	"healthcode"
	"healthcode/internal/access"
	"healthcode/internal/identity"
)

// Call opens cases for somebody who called the hotline: one for each hold that is open and each colour that is worse than the best, with what the
// caller says. The agent learns the cases' numbers, offices and clocks, and nothing of the records. The person sees the look. Once is
// the id of the form. CodeNotFound: nobody of that document is registered here.
func (s *Cases) Call(ctx context.Context, a healthcode.Actor, document healthcode.Document, once, statement string) ([]healthcode.Case, error) {
	if err := access.Require(a, healthcode.RoleHotline, healthcode.RoleCaseworker); err != nil {
		return nil, err
	}
	statement, err := written("statement", statement)
	if err != nil {
		return nil, err
	}
	person, err := s.caller(ctx, a, document)
	if err != nil {
		return nil, err
	}
	if err := s.store.PutLook(ctx, healthcode.Look{Person: person, At: s.clock.Now(), Role: a.Role, By: a.Staff,
		Jurisdiction: a.Jurisdiction, Purpose: "hotline", Saw: "case"}); err != nil {
		return nil, fmt.Errorf("recording the look: %w", err)
	}
	for range maxTries {
		if _, err := s.Refresh(ctx, person, a.Jurisdiction); err != nil {
			return nil, err
		}
		done, err := s.call(ctx, a, person, once, statement)
		if err != nil || done != nil {
			return done, err
		}
	}
	return nil, changed()
}

// caller finds the person of a document, who must be registered in the agent's jurisdiction.
func (s *Cases) caller(ctx context.Context, a healthcode.Actor, document healthcode.Document) (healthcode.PersonID, error) {
	p, err := s.policyOf(a.Jurisdiction)
	if err != nil {
		return healthcode.PersonID{}, err
	}
	checked, err := identity.CheckDocument(document, identity.DateOf(s.clock.Now().In(p.Location)))
	if err != nil {
		return healthcode.PersonID{}, err
	}
	nobody := healthcode.Errorf(healthcode.CodeNotFound, "document.number", "这里没有登记这个证件。", "Nobody is registered here with this document.")
	person, err := s.store.FindPerson(ctx, checked.Document)
	if err != nil {
		if healthcode.CodeOf(err) == healthcode.CodeNotFound {
			err = nobody
		}
		return person, err
	}
	registrations, err := s.store.Registrations(ctx, person)
	if err == nil && !slices.ContainsFunc(registrations, func(r healthcode.Registration) bool { return r.Jurisdiction == a.Jurisdiction }) {
		err = nobody
	}
	return person, err
}

// call returns nil where somebody changed one of the cases meanwhile.
func (s *Cases) call(ctx context.Context, a healthcode.Actor, person healthcode.PersonID, once, statement string) ([]healthcode.Case, error) {
	v, ok, err := s.look(ctx, person, a.Jurisdiction)
	if err != nil || !ok {
		return []healthcode.Case{}, err
	}
	if v.cases, err = s.casesOf(ctx, person, a.Jurisdiction); err != nil {
		return nil, err
	}
	writes := map[string]*healthcode.CaseWrite{}
	for subject, refs := range v.raised {
		v.speak(writes, a.Jurisdiction, subject, healthcode.OriginHotline, refs,
			healthcode.CaseEntry{ID: "call-" + once, At: v.now, Role: a.Role, By: a.Staff, Kind: "statement", Text: statement})
	}
	for _, w := range writes {
		switch err := s.save(ctx, w.Case, w.Entries...); {
		case isConflict(err):
			return nil, nil
		case err != nil:
			return nil, err
		}
	}
	cases, err := s.casesOf(ctx, person, a.Jurisdiction)
	open := []healthcode.Case{}
	for _, c := range cases {
		if _, raised := v.raised[c.Subject]; raised && c.State != healthcode.CaseDecided {
			open = append(open, c)
		}
	}
	return open, err
}
