package sqlite

import (
	"context"
	"encoding/json"
	"fmt"

	"healthcode"
)

// PutDispute stores a dispute, or the one of that id anew. Its person stays.
func (s *Store) PutDispute(ctx context.Context, d healthcode.Dispute) error {
	person, err := s.ids.must(d.Person)
	if err != nil {
		return err
	}
	facts, err := json.Marshal(d.Facts)
	if err != nil {
		return err
	}
	statement, err := s.sealer.Seal([]byte(d.Statement), []byte("dispute.statement:"+d.ID))
	if err != nil {
		return fmt.Errorf("encrypting a dispute: %w", err)
	}
	return s.write(ctx, "storing a dispute", func(t *tx) error {
		t.touch(person)
		_, err := t.exec(`INSERT INTO dispute VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (id) DO UPDATE SET
			jurisdiction = ?3, rule = ?4, facts = ?5, statement = ?6, at = ?7, state = ?8`,
			person, d.ID, d.Jurisdiction, d.Rule, string(facts), statement, stamp(d.At), d.State)
		return noSuchPerson(err)
	})
}

const disputeColumns = "SELECT person, id, jurisdiction, rule, facts, statement, at, state FROM dispute "

func (s *Store) scanDispute(scan scanner) (d healthcode.Dispute, err error) {
	var person, at int64
	var facts, statement []byte
	if err := scan(&person, &d.ID, &d.Jurisdiction, &d.Rule, &facts, &statement, &at, &d.State); err != nil {
		return d, err
	}
	d.Person, d.At = s.ids.id(person), unstamp(at)
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

// DisputesOf reads a range of the primary key.
func (s *Store) DisputesOf(ctx context.Context, id healthcode.PersonID) ([]healthcode.Dispute, error) {
	return many(ctx, s, "listing disputes", s.scanDispute, disputeColumns+"WHERE person = ? ORDER BY at, id", s.ids.orNone(id))
}

// Disputes reads a range of an index.
func (s *Store) Disputes(ctx context.Context, jurisdiction string, limit int) ([]healthcode.Dispute, error) {
	return many(ctx, s, "listing disputes", s.scanDispute,
		disputeColumns+"WHERE jurisdiction = ? ORDER BY at, id LIMIT ?", jurisdiction, limit)
}
