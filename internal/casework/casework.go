// Package casework is what officers do for people: today the comparison of
// documents' key pages, and the list of disputes.
package casework

import (
	"context"
	"fmt"
	"log/slog"

	"healthcode"
	"healthcode/internal/access"
	"healthcode/internal/identity"
)

// Store is what the service reads and writes.
type Store interface {
	healthcode.Reviews
	healthcode.Relations
	healthcode.People
	healthcode.Access
}

// Service is what caseworkers call. Everything is limited to their jurisdiction, and every look is recorded.
type Service struct {
	store Store
	clock healthcode.Clock
	log   *slog.Logger
}

// New returns a service.
func New(store Store, clock healthcode.Clock, log *slog.Logger) *Service {
	return &Service{store: store, clock: clock, log: log}
}

// Waiting lists the photos that wait for a comparison, the oldest first, without data.
func (s *Service) Waiting(ctx context.Context, a healthcode.Actor) ([]healthcode.Photo, error) {
	if err := access.Require(a, healthcode.RoleCaseworker); err != nil {
		return nil, err
	}
	return s.store.PhotosWaiting(ctx, a.Jurisdiction, 200)
}

// Comparison is a photo and what was typed, side by side.
type Comparison struct {
	Photo  healthcode.Photo
	Person healthcode.Person
}

// Comparison returns a photo with its data and the person it is about. The look
// is recorded first. CodeNotFound, also for a photo of another jurisdiction.
func (s *Service) Comparison(ctx context.Context, a healthcode.Actor, id string) (Comparison, error) {
	var c Comparison
	if err := access.Require(a, healthcode.RoleCaseworker); err != nil {
		return c, err
	}
	photo, err := s.photo(ctx, a, id)
	if err != nil {
		return c, err
	}
	if err := s.store.PutLook(ctx, healthcode.Look{Person: photo.Person, At: s.clock.Now(), Role: a.Role, By: a.Staff,
		Jurisdiction: a.Jurisdiction, Purpose: "review", Saw: "photo"}); err != nil {
		return c, fmt.Errorf("recording the look: %w", err)
	}
	c.Photo = photo
	c.Person, err = s.store.Person(ctx, photo.Person)
	return c, err
}

func (s *Service) photo(ctx context.Context, a healthcode.Actor, id string) (healthcode.Photo, error) {
	photo, err := s.store.Photo(ctx, id)
	if err == nil && photo.Jurisdiction != a.Jurisdiction {
		return healthcode.Photo{}, healthcode.Errorf(healthcode.CodeNotFound, "", "没有这张照片。", "There is no such photo.")
	}
	return photo, err
}

// Review records whether the photo matches what was typed. Where a parent sent it
// for a minor child, the parent may show the child's code from now on, or is declined.
// CodeConflict: somebody else has decided already.
func (s *Service) Review(ctx context.Context, a healthcode.Actor, id string, matches bool) error {
	if err := access.Require(a, healthcode.RoleCaseworker); err != nil {
		return err
	}
	photo, err := s.photo(ctx, a, id)
	if err != nil {
		return err
	}
	person, err := s.store.Person(ctx, photo.Person)
	if err != nil {
		return err
	}
	parent, ofParent, err := s.parent(ctx, photo)
	if err != nil {
		return err
	}
	state, identityState := "mismatched", healthcode.IdentityRefused
	switch {
	case matches:
		state, identityState = "matched", healthcode.IdentityChecked
	case ofParent && person.Identity == healthcode.IdentityChecked:
		identityState = person.Identity // what another person sends undoes no check
	}
	if err := s.store.ReviewPhoto(ctx, id, state, identityState, a.Staff, s.clock.Now()); err != nil {
		return err
	}
	if !ofParent {
		return nil
	}
	event := identity.EventDecline
	if matches {
		event = identity.EventConsent
	}
	r, err := identity.Relation{Relation: parent, Birth: identity.DateOf(person.Birth)}.Apply(event, a, s.clock.Now())
	if err != nil {
		s.log.InfoContext(ctx, "relation not answered by a review", "why", healthcode.CodeOf(err))
		return nil // withdrawn or over by now; the photo is decided all the same
	}
	if err := s.store.PutRelation(ctx, r.Relation); err != nil {
		return fmt.Errorf("answering a relation: %w", err)
	}
	return nil
}

// parent returns the relation for which a photo was sent: it has the photo's id.
func (s *Service) parent(ctx context.Context, photo healthcode.Photo) (healthcode.Relation, bool, error) {
	r, err := s.store.Relation(ctx, photo.ID)
	switch {
	case err == nil:
		return r, r.Subject == photo.Person, nil
	case healthcode.CodeOf(err) == healthcode.CodeNotFound:
		return r, false, nil
	}
	return r, false, fmt.Errorf("reading a relation: %w", err)
}

// Disputes lists the disputes of the jurisdiction, the oldest first.
func (s *Service) Disputes(ctx context.Context, a healthcode.Actor) ([]healthcode.Dispute, error) {
	if err := access.Require(a, healthcode.RoleCaseworker); err != nil {
		return nil, err
	}
	disputes, err := s.store.Disputes(ctx, a.Jurisdiction, 200)
	if err != nil {
		return nil, err
	}
	for _, d := range disputes {
		if err := s.store.PutLook(ctx, healthcode.Look{Person: d.Person, At: s.clock.Now(), Role: a.Role, By: a.Staff,
			Jurisdiction: a.Jurisdiction, Purpose: "dispute", Saw: "statement"}); err != nil {
			return nil, fmt.Errorf("recording the look: %w", err)
		}
	}
	return disputes, nil
}
