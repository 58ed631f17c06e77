package sqlite

import (
	"context"

	"healthcode"
)

// Register does nothing where the person has accepted the same declaration in
// the jurisdiction before: the first acceptance is the one that is kept.
func (s *Store) Register(ctx context.Context, r healthcode.Registration) error {
	person, err := s.ids.must(r.Person)
	if err != nil {
		return err
	}
	return s.write(ctx, "registering", func(t *tx) error {
		if err := t.register(person, r); err != nil {
			return err
		}
		// A person whom only a feed has named counts as registered from now on.
		_, err := t.exec("UPDATE person SET registered = ? WHERE person = ? AND registered = 0", stamp(r.At), person)
		return err
	})
}

func (t *tx) register(person int64, r healthcode.Registration) error {
	t.touch(person)
	_, err := t.exec("INSERT INTO registration VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
		person, r.Jurisdiction, r.Declaration, r.Language, r.Channel, stamp(r.At))
	return noSuchPerson(err)
}

// Registrations lists a person's, oldest first.
func (s *Store) Registrations(ctx context.Context, id healthcode.PersonID) (list []healthcode.Registration, err error) {
	err = s.read(ctx, "reading registrations", func(c *conn) error {
		return c.each(`SELECT jurisdiction, declaration, language, channel, at FROM registration
			WHERE person = ? ORDER BY at, jurisdiction`, []any{s.ids.orNone(id)}, func(scan scanner) error {
			r := healthcode.Registration{Person: id}
			var at int64
			err := scan(&r.Jurisdiction, &r.Declaration, &r.Language, &r.Channel, &at)
			r.At = unstamp(at)
			list = append(list, r)
			return err
		})
	})
	return list, err
}

// RegisteredPersons pages in the order in which the persons were made.
func (s *Store) RegisteredPersons(ctx context.Context, jurisdiction string, after healthcode.PersonID, limit int) (ids []healthcode.PersonID, err error) {
	err = s.read(ctx, "listing registered persons", func(c *conn) error {
		return c.each(`SELECT DISTINCT person FROM registration WHERE jurisdiction = ? AND person > ?
			ORDER BY person LIMIT ?`, []any{jurisdiction, s.ids.orNone(after), limit}, func(scan scanner) error {
			var person int64
			err := scan(&person)
			ids = append(ids, s.ids.id(person))
			return err
		})
	})
	return ids, err
}
