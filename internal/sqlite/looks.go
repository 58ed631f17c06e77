package sqlite

import (
	"context"
	"time"

	"healthcode"
)

// PutLook keeps looks of the same instant apart.
func (s *Store) PutLook(ctx context.Context, l healthcode.Look) error {
	person, err := s.ids.must(l.Person)
	if err != nil {
		return err
	}
	return s.write(ctx, "recording a look", func(t *tx) error { return t.putLook(l, person) })
}

func (t *tx) putLook(l healthcode.Look, person int64) error {
	// Nearly always nobody else looked in the same instant.
	n, err := t.change("INSERT INTO look VALUES (?, ?, 0, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
		person, stamp(l.At), l.Role, l.By, l.Jurisdiction, l.Venue, l.Purpose, l.Saw)
	if err == nil && n == 0 {
		_, err = t.exec(`INSERT INTO look VALUES (?1, ?2,
			(SELECT coalesce(max(n), -1) + 1 FROM look WHERE person = ?1 AND at = ?2), ?3, ?4, ?5, ?6, ?7, ?8)`,
			person, stamp(l.At), l.Role, l.By, l.Jurisdiction, l.Venue, l.Purpose, l.Saw)
	}
	return noSuchPerson(err)
}

const lookColumns = "SELECT person, at, role, by, jurisdiction, venue, purpose, saw FROM look "

func (s *Store) scanLook(scan scanner) (l healthcode.Look, err error) {
	var person, at int64
	err = scan(&person, &at, &l.Role, &l.By, &l.Jurisdiction, &l.Venue, &l.Purpose, &l.Saw)
	l.Person, l.At = s.ids.id(person), unstamp(at)
	return l, err
}

// Looks reads a range of the primary key.
func (s *Store) Looks(ctx context.Context, id healthcode.PersonID, limit int) ([]healthcode.Look, error) {
	return many(ctx, s, "listing looks", s.scanLook,
		lookColumns+"WHERE person = ? ORDER BY at DESC, n DESC LIMIT ?", s.ids.orNone(id), limit)
}

// LooksBy reads a range of an index.
func (s *Store) LooksBy(ctx context.Context, jurisdiction string, since time.Time, limit int) ([]healthcode.Look, error) {
	return many(ctx, s, "listing looks", s.scanLook,
		lookColumns+"WHERE jurisdiction = ? AND at >= ? ORDER BY at DESC, person, n DESC LIMIT ?",
		jurisdiction, stamp(since), limit)
}
