package resident

import (
	"context"
	"fmt"
	"time"

	"healthcode"
	"healthcode/internal/access"
	"healthcode/internal/identity"
)

// Profile is what a resident sees of their own record.
type Profile struct {
	Person        healthcode.Person
	Registrations []healthcode.Registration
	Photos        []healthcode.Photo // without data
}

// Profile returns the signed-in resident's record.
func (s *Service) Profile(ctx context.Context, a healthcode.Actor) (Profile, error) {
	var p Profile
	if err := access.Require(a, healthcode.RoleResident); err != nil {
		return p, err
	}
	var err error
	if p.Person, err = s.store.Person(ctx, a.Person); err != nil {
		return p, err
	}
	if p.Registrations, err = s.store.Registrations(ctx, a.Person); err != nil {
		return p, err
	}
	p.Photos, err = s.store.PhotosOf(ctx, a.Person)
	return p, err
}

// SetLanguage keeps the language in which messages are sent.
func (s *Service) SetLanguage(ctx context.Context, a healthcode.Actor, lang healthcode.Language) error {
	p, err := s.Profile(ctx, a)
	if err != nil {
		return err
	}
	p.Person.Language = lang
	return s.store.UpdatePerson(ctx, p.Person, "resident", s.clock.Now())
}

// Rename corrects the name. It takes a fresh sign-in, and the identity has to be
// checked anew. The old name is kept for an audit alone.
func (s *Service) Rename(ctx context.Context, a healthcode.Actor, session healthcode.Session, name string) error {
	p, err := s.Profile(ctx, a)
	if err != nil {
		return err
	}
	if err := s.access.Fresh(session); err != nil {
		return err
	}
	if p.Person.Name, err = identity.CleanName(name); err != nil {
		return err
	}
	p.Person.Identity = healthcode.IdentityUnchecked
	return s.store.UpdatePerson(ctx, p.Person, "resident", s.clock.Now())
}

// AddDocument links a renewed document to the same person. It takes a fresh
// sign-in, and the identity has to be checked anew.
func (s *Service) AddDocument(ctx context.Context, a healthcode.Actor, session healthcode.Session, jurisdiction string, d healthcode.Document, entry bool) error {
	if err := access.Require(a, healthcode.RoleResident); err != nil {
		return err
	}
	if err := s.access.Fresh(session); err != nil {
		return err
	}
	day, _, err := s.today(jurisdiction)
	if err != nil {
		return err
	}
	checked, err := identity.CheckDocument(d, day)
	if err != nil {
		return err
	}
	err = s.store.AddDocument(ctx, a.Person, healthcode.PersonDocument{Document: checked.Document, Entry: entry, Added: s.clock.Now()})
	if err != nil && healthcode.CodeOf(err) == healthcode.CodeConflict {
		return healthcode.Errorf(CodeRegistered, "document.number", "这个证件属于另一份登记，请拨打页面上的电话。", "This document belongs to another registration; please call the number on the page.")
	}
	if err != nil {
		return err
	}
	p, err := s.store.Person(ctx, a.Person)
	if err != nil {
		return err
	}
	p.Identity = healthcode.IdentityUnchecked
	return s.store.UpdatePerson(ctx, p, "resident", s.clock.Now())
}

// UploadPhoto keeps a photo of the document's key page, checked and clean,
// until a person has compared it or its retention is over.
func (s *Service) UploadPhoto(ctx context.Context, a healthcode.Actor, jurisdiction string, data []byte) error {
	if err := access.Require(a, healthcode.RoleResident); err != nil {
		return err
	}
	return s.keepPhoto(ctx, newID(), a.Person, jurisdiction, data)
}

func (s *Service) keepPhoto(ctx context.Context, id string, person healthcode.PersonID, jurisdiction string, data []byte) error {
	p, err := s.policies.Policy(jurisdiction)
	if err != nil {
		return err
	}
	photo, err := identity.CheckPhoto(data)
	if err != nil {
		return err
	}
	now := s.clock.Now()
	err = s.store.PutPhoto(ctx, healthcode.Photo{ID: id, Person: person, Jurisdiction: jurisdiction,
		Type: photo.Type, Data: photo.Data, Uploaded: now, State: "waiting",
		DeleteAfter: now.Add(time.Duration(p.Retention.Photos) * 24 * time.Hour)})
	if err != nil {
		return fmt.Errorf("keeping a photo: %w", err)
	}
	return nil
}

// Look is one look at a resident, with the name of the venue at whose door it was.
type Look struct {
	healthcode.Look
	Place healthcode.Text // empty where it was at no venue
}

// Looks lists who looked at the resident, the newest first.
func (s *Service) Looks(ctx context.Context, a healthcode.Actor) ([]Look, error) {
	if err := access.Require(a, healthcode.RoleResident); err != nil {
		return nil, err
	}
	stored, err := s.store.Looks(ctx, a.Person, 200)
	if err != nil {
		return nil, fmt.Errorf("reading the looks: %w", err)
	}
	places := make(map[string]healthcode.Text)
	looks := make([]Look, len(stored))
	for i, l := range stored {
		if _, known := places[l.Venue]; l.Venue != "" && !known {
			v, err := s.store.Venue(ctx, l.Venue)
			if err != nil && healthcode.CodeOf(err) != healthcode.CodeNotFound {
				return nil, fmt.Errorf("reading a venue: %w", err)
			}
			places[l.Venue] = v.Name // empty for one that is gone
		}
		looks[i] = Look{l, places[l.Venue]}
	}
	return looks, nil
}
