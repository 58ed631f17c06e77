package postgres

import (
	"context"
	"encoding/hex"
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
		if err == nil {
			_, _, err = claimOwner(ctx, tx, offlineOwner(c.Token), person)
		}
		return err
	})
}

// offlineOwner is the name by which a token's person is found.
func offlineOwner(token []byte) string { return "offline:" + hex.EncodeToString(token) }

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

const selectOffline = offlineColumns + "WHERE person_id = $1 AND token = $2"

// OfflineCode reads whose it is, and then its row: a door asks one shard each time.
func (s *Store) OfflineCode(ctx context.Context, token []byte) (healthcode.OfflineCode, error) {
	const doing = "reading an offline code"
	person, err := one(ctx, s, doing, scanUUID, selectOwnerKey, offlineOwner(token))
	if err != nil {
		return healthcode.OfflineCode{}, err
	}
	return one(ctx, s, doing, scanOffline, selectOffline, person, token)
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

// PurgeOfflineCodes deletes the names of the codes with them.
func (s *Store) PurgeOfflineCodes(ctx context.Context, now time.Time) (n int, err error) {
	err = s.write(ctx, "deleting offline codes", func(tx pgx.Tx) error {
		var names []string
		err := eachRow(ctx, tx, "DELETE FROM offline_code WHERE expires <= $1 RETURNING token", []any{stamp(now)}, func(scan scanner) error {
			var token []byte
			err := scan(&token)
			names = append(names, offlineOwner(token))
			return err
		})
		n = len(names)
		if err != nil || n == 0 {
			return err
		}
		_, err = tx.Exec(ctx, "DELETE FROM owner_key WHERE name = ANY($1)", names)
		return err
	})
	return n, err
}

func scanUUID(scan scanner) (id uuid, err error) {
	err = scan(&id)
	return id, err
}
