package sqlite

import (
	"context"

	"healthcode"
)

// PutRelation stores a relation, or the one of that id anew. Asker and subject stay.
func (s *Store) PutRelation(ctx context.Context, r healthcode.Relation) error {
	asker, err := s.ids.must(r.Asker)
	if err != nil {
		return err
	}
	subject, err := s.ids.must(r.Subject)
	if err != nil {
		return err
	}
	return s.write(ctx, "storing a relation", func(t *tx) error {
		t.touch(asker)
		t.touch(subject)
		_, err := t.exec(`INSERT INTO relation VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (id) DO UPDATE SET
			jurisdiction = ?4, kind = ?5, state = ?6, asked = ?7, changed = ?8`,
			asker, r.ID, subject, r.Jurisdiction, r.Kind, r.State, stamp(r.Asked), stamp(r.Changed))
		return noSuchPerson(err)
	})
}

const relationColumns = "SELECT asker, id, subject, jurisdiction, kind, state, asked, changed FROM relation "

func (s *Store) scanRelation(scan scanner) (r healthcode.Relation, err error) {
	var asker, subject, asked, changed int64
	err = scan(&asker, &r.ID, &subject, &r.Jurisdiction, &r.Kind, &r.State, &asked, &changed)
	r.Asker, r.Subject = s.ids.id(asker), s.ids.id(subject)
	r.Asked, r.Changed = unstamp(asked), unstamp(changed)
	return r, err
}

// Relation reads one row through the unique index.
func (s *Store) Relation(ctx context.Context, id string) (healthcode.Relation, error) {
	return one(ctx, s, "reading a relation", s.scanRelation, relationColumns+"WHERE id = ?", id)
}

// RelationsOf reads both directions, oldest first.
func (s *Store) RelationsOf(ctx context.Context, id healthcode.PersonID) ([]healthcode.Relation, error) {
	return many(ctx, s, "listing relations", s.scanRelation,
		relationColumns+"WHERE asker = ?1 OR subject = ?1 ORDER BY asked, id", s.ids.orNone(id))
}
