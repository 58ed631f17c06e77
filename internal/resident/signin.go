package resident

import (
	"context"
	"encoding/base64"
	"fmt"

	"healthcode"
	"healthcode/internal/identity"
)

// RequestCode sends a one-time code to the phone of whoever has the document.
// It answers the same whether or not anybody has: only a faulty number and a
// limit by address are told.
func (s *Service) RequestCode(ctx context.Context, jurisdiction string, d healthcode.Document, lang healthcode.Language, from Caller) error {
	day, p, err := s.today(jurisdiction)
	if err != nil {
		return err
	}
	checked, err := identity.CheckDocument(d, day)
	if err != nil {
		return err
	}
	address := map[identity.Per]string{identity.PerAddress: identity.AddressKey(from.Address)}
	person, ok, err := s.registeredPerson(ctx, checked.Document)
	if err != nil {
		return err
	}
	if !ok {
		// Counted, so that an unknown document can't be told from a known one by its limits either.
		return s.limiter.Allow(ctx, identity.ActionSendCode, address)
	}
	key, err := s.signInKey(person.ID)
	if err != nil {
		return err
	}
	address[identity.PerPerson] = person.ID.String()
	err = s.send(ctx, p, lang, key, person.Phone, address)
	if healthcode.CodeOf(err) == identity.CodeTooOften {
		s.log.InfoContext(ctx, "one-time code not sent again", "why", "limit")
		return nil
	}
	return err
}

// SignIn exchanges a document and the code that its phone received for a session's token.
func (s *Service) SignIn(ctx context.Context, jurisdiction string, d healthcode.Document, code string, from Caller) (string, error) {
	day, _, err := s.today(jurisdiction)
	if err != nil {
		return "", err
	}
	checked, err := identity.CheckDocument(d, day)
	if err != nil {
		return "", err
	}
	person, ok, err := s.registeredPerson(ctx, checked.Document)
	if err != nil {
		return "", err
	}
	values := map[identity.Per]string{identity.PerAddress: identity.AddressKey(from.Address)}
	about := "nobody " + checked.Document.Number
	if ok {
		values[identity.PerPerson] = person.ID.String()
		about = person.ID.String()
	}
	key, err := s.hashed("code.sign-in", about)
	if err != nil {
		return "", err
	}
	if err := s.try(ctx, key, code, values); err != nil {
		return "", err
	}
	return s.access.OpenResident(ctx, person.ID, from.Device)
}

func (s *Service) signInKey(id healthcode.PersonID) (string, error) {
	return s.hashed("code.sign-in", id.String())
}

// registeredPerson returns the person who registered a document and has a phone;
// ok is false where nobody did, or a parent registered a child.
func (s *Service) registeredPerson(ctx context.Context, d healthcode.Document) (healthcode.Person, bool, error) {
	id, err := s.store.FindPerson(ctx, d)
	if err != nil {
		if healthcode.CodeOf(err) == healthcode.CodeNotFound {
			return healthcode.Person{}, false, nil
		}
		return healthcode.Person{}, false, fmt.Errorf("finding a person: %w", err)
	}
	person, err := s.store.Person(ctx, id)
	if err != nil {
		return person, false, fmt.Errorf("reading a person: %w", err)
	}
	return person, !person.Registered.IsZero() && person.Phone != "", nil
}

func encode(b []byte) string          { return base64.RawURLEncoding.EncodeToString(b) }
func decode(s string) ([]byte, error) { return base64.RawURLEncoding.DecodeString(s) }
