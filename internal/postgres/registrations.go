package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"healthcode"
)

const insertRegistration = `INSERT INTO registration (person_id, jurisdiction, declaration, language, channel, at)
	VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`

func registrationArgs(r healthcode.Registration) []any {
	return []any{uuid(r.Person), r.Jurisdiction, r.Declaration, string(r.Language), r.Channel, stamp(r.At)}
}

// Register does nothing where the person has accepted the same declaration in
// the jurisdiction before: the first acceptance is the one that is kept.
func (s *Store) Register(ctx context.Context, r healthcode.Registration) error {
	defer s.changed(uuid(r.Person))
	return s.write(ctx, "registering", func(tx pgx.Tx) error {
		// A person whom only a feed has named counts as registered from now on.
		tag, err := tx.Exec(ctx, "UPDATE person SET registered = CASE registered WHEN 0 THEN $2 ELSE registered END WHERE person_id = $1",
			uuid(r.Person), stamp(r.At))
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return noPerson()
		}
		_, err = tx.Exec(ctx, insertRegistration, registrationArgs(r)...)
		return err
	})
}

const selectRegistrations = `SELECT jurisdiction, declaration, language, channel, at FROM registration
	WHERE person_id = $1 ORDER BY at, jurisdiction`

// Registrations reads a range of the primary key.
func (s *Store) Registrations(ctx context.Context, id healthcode.PersonID) ([]healthcode.Registration, error) {
	var list []healthcode.Registration
	err := s.get(ctx, "reading registrations", selectRegistrations, []any{uuid(id)}, func(scan scanner) error {
		r := healthcode.Registration{Person: id}
		var at int64
		err := scan(&r.Jurisdiction, &r.Declaration, &r.Language, &r.Channel, &at)
		r.At = unstamp(at)
		list = append(list, r)
		return err
	})
	if err != nil {
		return nil, err
	}
	return list, nil
}

// RegisteredPersons pages in the order of ids. It is for work in the background: it asks every shard.
func (s *Store) RegisteredPersons(ctx context.Context, jurisdiction string, after healthcode.PersonID, limit int) ([]healthcode.PersonID, error) {
	return many(ctx, s, "listing registered persons", func(scan scanner) (healthcode.PersonID, error) {
		var person uuid
		err := scan(&person)
		return healthcode.PersonID(person), err
	}, `SELECT DISTINCT person_id FROM registration WHERE jurisdiction = $1 AND person_id > $2 ORDER BY person_id LIMIT $3`,
		jurisdiction, uuid(after), limit)
}
