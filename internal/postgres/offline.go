package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"healthcode"
)

const voidOffline = "UPDATE offline_code SET void = $1 WHERE person_id = $2 AND jurisdiction = $3 AND void = 0"

// PutOfflineCode voids the earlier ones in the same transaction.
func (s *Store) PutOfflineCode(ctx context.Context, c healthcode.OfflineCode) error {
	defer s.changed(uuid(c.Person))
	return s.write(ctx, "storing an offline code", func(tx pgx.Tx) error {
		person := uuid(c.Person)
		// One at a time, so that two orders don't leave two codes standing.
		tag, err := tx.Exec(ctx, "SELECT 1 FROM person WHERE person_id = $1 FOR UPDATE", person)
		if err == nil && tag.RowsAffected() == 0 {
			err = noPerson()
		}
		if err == nil {
			_, err = tx.Exec(ctx, voidOffline, stamp(c.Issued), person, c.Jurisdiction)
		}
		if err == nil {
			_, err = tx.Exec(ctx, `INSERT INTO offline_code (person_id, token, jurisdiction, relation, issued, expires, void)
				VALUES ($1, $2, $3, $4, $5, $6, $7)`, person, c.Token, c.Jurisdiction, c.Relation, stamp(c.Issued), stamp(c.Expires), stamp(c.Void))
		}
		return err
	})
}

const offlineColumns = "SELECT person_id, token, jurisdiction, relation, issued, expires, void FROM offline_code "

func scanOffline(scan scanner) (c healthcode.OfflineCode, err error) {
	var person uuid
	var issued, expires, void int64
	if err := scan(&person, &c.Token, &c.Jurisdiction, &c.Relation, &issued, &expires, &void); err != nil {
		return c, err
	}
	c.Person, c.Issued, c.Expires, c.Void = healthcode.PersonID(person), unstamp(issued), unstamp(expires), unstamp(void)
	return c, nil
}

// OfflineCode reads one row through an index, on every shard.
func (s *Store) OfflineCode(ctx context.Context, token []byte) (healthcode.OfflineCode, error) {
	return one(ctx, s, "reading an offline code", scanOffline, offlineColumns+"WHERE token = $1", token)
}

// OfflineCodesOf reads a range of the primary key.
func (s *Store) OfflineCodesOf(ctx context.Context, id healthcode.PersonID) ([]healthcode.OfflineCode, error) {
	return many(ctx, s, "listing offline codes", scanOffline, offlineColumns+"WHERE person_id = $1 ORDER BY issued, token", uuid(id))
}

// VoidOfflineCodes changes a range of the primary key.
func (s *Store) VoidOfflineCodes(ctx context.Context, id healthcode.PersonID, jurisdiction string, at time.Time) (int, error) {
	defer s.changed(uuid(id))
	return s.exec(ctx, "voiding offline codes", voidOffline, stamp(at), uuid(id), jurisdiction)
}

// PurgeOfflineCodes is one statement.
func (s *Store) PurgeOfflineCodes(ctx context.Context, now time.Time) (int, error) {
	return s.exec(ctx, "deleting offline codes", "DELETE FROM offline_code WHERE expires <= $1", stamp(now))
}
