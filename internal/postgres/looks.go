package postgres

import (
	"context"
	"fmt"
	"time"

	"healthcode"
)

// insertLook stores nothing where the person isn't there, or where n is taken.
const insertLook = `INSERT INTO look (person_id, at, n, role, by, jurisdiction, venue, purpose, saw)
	SELECT person_id, $2::bigint, $3::int, $4::text, $5::text, $6::text, $7::text, $8::text, $9::text FROM person WHERE person_id = $1
	ON CONFLICT DO NOTHING`

// PutLook numbers the looks of the same instant.
func (s *Store) PutLook(ctx context.Context, l healthcode.Look) error {
	const doing = "recording a look"
	for n := 0; ; n++ {
		stored, err := s.exec(ctx, doing, insertLook, uuid(l.Person), stamp(l.At), n, string(l.Role), l.By, l.Jurisdiction,
			l.Venue, l.Purpose, l.Saw)
		if err != nil || stored == 1 {
			return err
		}
		if n == 0 {
			if err := s.exists(ctx, uuid(l.Person)); err != nil {
				return fmt.Errorf("%s: %w", doing, err)
			}
		}
	}
}

const lookColumns = "SELECT person_id, at, role, by, jurisdiction, venue, purpose, saw FROM look "

func scanLook(scan scanner) (l healthcode.Look, err error) {
	var at int64
	err = scan((*uuid)(&l.Person), &at, &l.Role, &l.By, &l.Jurisdiction, &l.Venue, &l.Purpose, &l.Saw)
	l.At = unstamp(at)
	return l, err
}

const selectLooks = lookColumns + "WHERE person_id = $1 ORDER BY at DESC, n DESC LIMIT $2"

// Looks reads a range of the primary key.
func (s *Store) Looks(ctx context.Context, id healthcode.PersonID, limit int) ([]healthcode.Look, error) {
	return many(ctx, s, "listing looks", scanLook, selectLooks, uuid(id), limit)
}

// LooksBy reads a range of an index, on every shard.
func (s *Store) LooksBy(ctx context.Context, jurisdiction string, since time.Time, limit int) ([]healthcode.Look, error) {
	return many(ctx, s, "listing looks", scanLook,
		lookColumns+"WHERE jurisdiction = $1 AND at >= $2 ORDER BY at DESC, person_id, n DESC LIMIT $3", jurisdiction, stamp(since), limit)
}
