package sqlite

import (
	"context"
	"time"

	"healthcode"
)

// PutTrustRecord changes the row of its key alone, and only where the version is the stored one.
func (s *Store) PutTrustRecord(ctx context.Context, r healthcode.TrustRecord) error {
	return s.write(ctx, "storing a trust record", func(t *tx) error {
		n, err := 0, error(nil)
		if r.Version == 0 {
			n, err = t.change("INSERT INTO trust_record VALUES (?, ?, ?, ?, 1) ON CONFLICT DO NOTHING", r.Kind, r.Name, r.Body, stamp(r.Updated))
		} else {
			n, err = t.change("UPDATE trust_record SET body = ?, updated = ?, version = version + 1 WHERE kind = ? AND name = ? AND version = ?",
				r.Body, stamp(r.Updated), r.Kind, r.Name, r.Version)
		}
		if err == nil && n == 0 {
			err = healthcode.Errorf(healthcode.CodeConflict, "version", "内容已被别人改动，请重新读取。", "it was changed meanwhile; read it again")
		}
		return err
	})
}

// TrustRecords reads a range of the primary key.
func (s *Store) TrustRecords(ctx context.Context, kind string) ([]healthcode.TrustRecord, error) {
	return many(ctx, s, "listing trust records", func(scan scanner) (r healthcode.TrustRecord, err error) {
		var updated int64
		err = scan(&r.Kind, &r.Name, &r.Body, &updated, &r.Version)
		r.Updated = unstamp(updated)
		return r, err
	}, "SELECT kind, name, body, updated, version FROM trust_record WHERE kind = ? ORDER BY name", kind)
}

// DeleteTrustRecord deletes one row by its key.
func (s *Store) DeleteTrustRecord(ctx context.Context, kind, name string) error {
	return s.write(ctx, "deleting a trust record", func(t *tx) error {
		n, err := t.change("DELETE FROM trust_record WHERE kind = ? AND name = ?", kind, name)
		if err == nil && n == 0 {
			err = healthcode.Errorf(healthcode.CodeNotFound, "name", "没有这条记录", "there is no such record")
		}
		return err
	})
}

// Revoke is one write, whatever the number.
func (s *Store) Revoke(ctx context.Context, revocations []healthcode.Revocation) error {
	if len(revocations) == 0 {
		return nil
	}
	return s.writeRows(ctx, "revoking certificates", len(revocations), func(t *tx) error {
		for _, r := range revocations {
			if _, err := t.exec("INSERT INTO revocation VALUES (?, ?, ?) ON CONFLICT DO NOTHING", r.Hash, stamp(r.Revoked), stamp(r.Until)); err != nil {
				return err
			}
		}
		return nil
	})
}

// Revocations reads the whole table in the order of its key.
func (s *Store) Revocations(ctx context.Context) ([]healthcode.Revocation, error) {
	return many(ctx, s, "listing revocations", func(scan scanner) (r healthcode.Revocation, err error) {
		var revoked, until int64
		err = scan(&r.Hash, &revoked, &until)
		r.Revoked, r.Until = unstamp(revoked), unstamp(until)
		return r, err
	}, "SELECT hash, revoked, valid_until FROM revocation ORDER BY hash")
}

// PurgeRevocations works in several writes.
func (s *Store) PurgeRevocations(ctx context.Context, now time.Time) (int, error) {
	return s.purge(ctx, "deleting revocations", func(t *tx) (int, error) {
		return t.change("DELETE FROM revocation WHERE hash IN (SELECT hash FROM revocation WHERE valid_until <= ? LIMIT ?)", stamp(now), purgeRows)
	})
}
