package postgres

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"healthcode"
)

// claimOwner makes a name lead to a person, or returns the person to whom it leads already.
func claimOwner(ctx context.Context, tx pgx.Tx, name string, person uuid) (owner uuid, fresh bool, err error) {
	tag, err := tx.Exec(ctx, "INSERT INTO owner_key (name, person_id) VALUES ($1, $2) ON CONFLICT DO NOTHING", name, person)
	if err != nil || tag.RowsAffected() == 1 {
		return person, true, err
	}
	err = tx.QueryRow(ctx, selectOwnerKey, name).Scan(&owner)
	return owner, false, err
}

const selectOwnerKey = "SELECT person_id FROM owner_key WHERE name = $1"

// PutDispute stores a dispute, or the one of that id anew. Its person stays.
func (s *Store) PutDispute(ctx context.Context, d healthcode.Dispute) error {
	facts, err := json.Marshal(d.Facts)
	if err != nil {
		return err
	}
	statement, err := s.sealer.Seal([]byte(d.Statement), []byte("dispute.statement:"+d.ID))
	if err != nil {
		return fmt.Errorf("encrypting a dispute: %w", err)
	}
	defer s.changed(uuid(d.Person))
	return s.write(ctx, "storing a dispute", func(tx pgx.Tx) error {
		if err := mustExist(ctx, tx, uuid(d.Person)); err != nil {
			return err
		}
		owner, _, err := claimOwner(ctx, tx, "dispute:"+d.ID, uuid(d.Person))
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO dispute (person_id, id, jurisdiction, rule, facts, statement, at, state)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (person_id, id) DO UPDATE SET jurisdiction = excluded.jurisdiction,
			rule = excluded.rule, facts = excluded.facts, statement = excluded.statement, at = excluded.at, state = excluded.state`,
			owner, d.ID, d.Jurisdiction, d.Rule, string(facts), statement, stamp(d.At), d.State)
		return err
	})
}

const disputeColumns = "SELECT person_id, id, jurisdiction, rule, facts, statement, at, state FROM dispute "

func (s *Store) scanDispute(scan scanner) (d healthcode.Dispute, err error) {
	var at int64
	var facts, statement []byte
	if err := scan((*uuid)(&d.Person), &d.ID, &d.Jurisdiction, &d.Rule, &facts, &statement, &at, &d.State); err != nil {
		return d, err
	}
	d.At = unstamp(at)
	if err := json.Unmarshal(facts, &d.Facts); err != nil {
		return d, err
	}
	plain, err := s.sealer.Open(statement, []byte("dispute.statement:"+d.ID))
	if err != nil {
		return d, fmt.Errorf("decrypting dispute %s: %w", d.ID, err)
	}
	d.Statement = string(plain)
	return d, nil
}

const selectDisputes = disputeColumns + `WHERE person_id = $1 ORDER BY at, id`

// DisputesOf reads a range of the primary key.
func (s *Store) DisputesOf(ctx context.Context, id healthcode.PersonID) ([]healthcode.Dispute, error) {
	return many(ctx, s, "listing disputes", s.scanDispute, selectDisputes, uuid(id))
}

// Disputes reads a range of an index, on every shard.
func (s *Store) Disputes(ctx context.Context, jurisdiction string, limit int) ([]healthcode.Dispute, error) {
	return many(ctx, s, "listing disputes", s.scanDispute,
		disputeColumns+"WHERE jurisdiction = $1 ORDER BY at, id LIMIT $2", jurisdiction, limit)
}
