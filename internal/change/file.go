package change

import (
	"context"
	"fmt"
	"slices"

	"healthcode"
	"healthcode/internal/access"
	"healthcode/internal/identity"
)

// File is what an officer who thinks of a change sees of a person.
type File struct {
	Person healthcode.Person
	Status healthcode.Status
	Facts  []healthcode.Fact // that can be retracted, the newest first
}

// maxFacts bounds how many facts a file lists.
const maxFacts = 50

// File finds a person by a document. The person sees the look. CodeNotFound: unknown, or registered elsewhere.
func (s *Service) File(ctx context.Context, a healthcode.Actor, document healthcode.Document) (File, error) {
	var f File
	if err := access.Require(a, Officers...); err != nil {
		return f, err
	}
	p, err := s.status.Policy(a.Jurisdiction)
	if err != nil {
		return f, err
	}
	now := s.clock.Now()
	checked, err := identity.CheckDocument(document, identity.DateOf(now.In(p.Location)))
	if err != nil {
		return f, err
	}
	id, err := s.store.FindPerson(ctx, checked.Document)
	if err == nil {
		err = s.ofJurisdiction(ctx, id, a.Jurisdiction)
	}
	if err != nil {
		if healthcode.CodeOf(err) == healthcode.CodeNotFound {
			err = healthcode.Errorf(healthcode.CodeNotFound, "document.number", "这里没有这个证件的记录。", "Nothing is known here of this document.")
		}
		return f, err
	}
	if err := s.store.PutLook(ctx, healthcode.Look{Person: id, At: now, Role: a.Role, By: a.Staff,
		Jurisdiction: a.Jurisdiction, Purpose: "change", Saw: "record"}); err != nil {
		return f, fmt.Errorf("recording the look: %w", err)
	}
	if f.Person, err = s.store.Person(ctx, id); err != nil {
		return f, err
	}
	_, evaluation, facts, err := s.status.Evaluate(ctx, id, a.Jurisdiction)
	if err != nil {
		return f, err
	}
	f.Status = evaluation.At(now)
	retracted := map[healthcode.FactRef]bool{}
	for _, fact := range facts {
		if fact.Kind == healthcode.KindRetraction {
			retracted[*fact.Retracts] = true
		}
	}
	f.Facts = slices.DeleteFunc(slices.Clone(facts), func(fact healthcode.Fact) bool {
		return fact.Kind == healthcode.KindLift || fact.Kind == healthcode.KindRetraction || retracted[fact.Ref()]
	})
	slices.Reverse(f.Facts)
	f.Facts = f.Facts[:min(len(f.Facts), maxFacts)]
	return f, nil
}
