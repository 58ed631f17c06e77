package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"healthcode"
)

// PutRelation stores a relation, or the one of that id anew. Asker and subject stay.
func (s *Store) PutRelation(ctx context.Context, r healthcode.Relation) error {
	defer s.changed(uuid(r.Asker), uuid(r.Subject))
	return s.write(ctx, "storing a relation", func(tx pgx.Tx) error {
		persons := []uuid{uuid(r.Asker), uuid(r.Subject)}
		for _, person := range persons {
			if err := mustExist(ctx, tx, person); err != nil {
				return err
			}
		}
		var asker, subject uuid
		err := tx.QueryRow(ctx, `INSERT INTO relation (id, asker, subject, jurisdiction, kind, state, asked, changed)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO UPDATE SET jurisdiction = excluded.jurisdiction,
			kind = excluded.kind, state = excluded.state, asked = excluded.asked, changed = excluded.changed RETURNING asker, subject`,
			r.ID, persons[0], persons[1], r.Jurisdiction, string(r.Kind), r.State, stamp(r.Asked), stamp(r.Changed)).Scan(&asker, &subject)
		if err != nil {
			return err
		}
		var batch pgx.Batch
		for _, person := range []uuid{asker, subject} {
			batch.Queue("INSERT INTO person_relation (person_id, id) VALUES ($1, $2) ON CONFLICT DO NOTHING", person, r.ID)
		}
		return tx.SendBatch(ctx, &batch).Close()
	})
}

const relationColumns = "SELECT id, asker, subject, jurisdiction, kind, state, asked, changed FROM relation "

const selectRelation = relationColumns + "WHERE id = $1"

func scanRelation(scan scanner) (r healthcode.Relation, err error) {
	var asked, changed int64
	err = scan(&r.ID, (*uuid)(&r.Asker), (*uuid)(&r.Subject), &r.Jurisdiction, &r.Kind, &r.State, &asked, &changed)
	r.Asked, r.Changed = unstamp(asked), unstamp(changed)
	return r, err
}

// Relation reads one row by its key.
func (s *Store) Relation(ctx context.Context, id string) (healthcode.Relation, error) {
	return one(ctx, s, "reading a relation", scanRelation, selectRelation, id)
}

const selectRelationIDs = "SELECT id FROM person_relation WHERE person_id = $1"

// RelationsOf lists both directions: first which, then the relations by their keys.
func (s *Store) RelationsOf(ctx context.Context, id healthcode.PersonID) ([]healthcode.Relation, error) {
	const doing = "listing relations"
	ids, err := many(ctx, s, doing, scanText, selectRelationIDs, uuid(id))
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	return many(ctx, s, doing, scanRelation, relationColumns+`WHERE id = ANY($1) ORDER BY asked, id`, ids)
}

func scanText(scan scanner) (text string, err error) {
	err = scan(&text)
	return text, err
}
