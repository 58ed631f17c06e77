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
// limit by address are told. For a document that nobody registered there is a
// code too, which nothing fits, so that tries can't tell either.
func (s *Service) RequestCode(ctx context.Context, jurisdiction string, d healthcode.Document, lang healthcode.Language, from Caller) error {
	person, key, err := s.signingIn(ctx, jurisdiction, d)
	if err != nil {
		return err
	}
	err = s.limiter.Allow(ctx, identity.ActionSendCode, map[identity.Per]string{identity.PerAddress: identity.AddressKey(from.Address)})
	if err != nil {
		return err
	}
	p, err := s.policies.Policy(jurisdiction)
	if err != nil {
		return err
	}
	err = s.send(ctx, p, lang, key, person.Phone, map[identity.Per]string{identity.PerPerson: key})
	if healthcode.CodeOf(err) == identity.CodeTooOften {
		s.log.InfoContext(ctx, "one-time code not sent again", "why", "limit")
		return nil
	}
	return err
}

// SignIn exchanges a document and the code that its phone received for a session's token.
func (s *Service) SignIn(ctx context.Context, jurisdiction string, d healthcode.Document, code string, from Caller) (string, error) {
	person, key, err := s.signingIn(ctx, jurisdiction, d)
	if err != nil {
		return "", err
	}
	err = s.try(ctx, key, code, map[identity.Per]string{
		identity.PerPerson: key, identity.PerAddress: identity.AddressKey(from.Address)})
	if err != nil {
		return "", err
	}
	return s.access.OpenResident(ctx, person.ID, from.Device)
}

// signingIn returns who signs in with a document, and the key of their one-time
// code. The person has no phone where nobody can.
func (s *Service) signingIn(ctx context.Context, jurisdiction string, d healthcode.Document) (healthcode.Person, string, error) {
	day, _, err := s.today(jurisdiction)
	if err != nil {
		return healthcode.Person{}, "", err
	}
	checked, err := identity.CheckDocument(d, day)
	if err != nil {
		return healthcode.Person{}, "", err
	}
	person, ok, err := s.registeredPerson(ctx, checked.Document)
	if err != nil {
		return person, "", err
	}
	about := person.ID.String()
	if !ok {
		person = healthcode.Person{}
		about = fmt.Sprintf("nobody %s %s %s", checked.Document.Type, checked.Document.Country, checked.Document.Number)
	}
	key, err := s.hashed("code.sign-in", about)
	return person, key, err
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
