package postgres

import (
	"context"
	"time"

	"healthcode"
)

// PutTrustRecord changes the row of its key alone, and only where the version is the stored one.
func (s *Store) PutTrustRecord(ctx context.Context, r healthcode.TrustRecord) error {
	query, args := `INSERT INTO trust_record (kind, name, body, updated, version) VALUES ($1, $2, $3, $4, 1) ON CONFLICT DO NOTHING`,
		[]any{r.Kind, r.Name, notNil(r.Body), stamp(r.Updated)}
	if r.Version != 0 {
		query = "UPDATE trust_record SET body = $3, updated = $4, version = version + 1 WHERE kind = $1 AND name = $2 AND version = $5"
		args = append(args, r.Version)
	}
	n, err := s.exec(ctx, "storing a trust record", query, args...)
	if err == nil && n == 0 {
		err = healthcode.Errorf(healthcode.CodeConflict, "version", "内容已被别人改动，请重新读取。", "storing a trust record: it was changed meanwhile; read it again")
	}
	return err
}

// TrustRecords reads a range of the primary key.
func (s *Store) TrustRecords(ctx context.Context, kind string) ([]healthcode.TrustRecord, error) {
	return many(ctx, s, "listing trust records", func(scan scanner) (r healthcode.TrustRecord, err error) {
		var updated int64
		err = scan(&r.Kind, &r.Name, &r.Body, &updated, &r.Version)
		r.Updated = unstamp(updated)
		return r, err
	}, "SELECT kind, name, body, updated, version FROM trust_record WHERE kind = $1 ORDER BY name", kind)
}

// DeleteTrustRecord deletes one row by its key.
func (s *Store) DeleteTrustRecord(ctx context.Context, kind, name string) error {
	n, err := s.exec(ctx, "deleting a trust record", "DELETE FROM trust_record WHERE kind = $1 AND name = $2", kind, name)
	if err == nil && n == 0 {
		err = healthcode.Errorf(healthcode.CodeNotFound, "name", "没有这条记录", "deleting a trust record: there is no such record")
	}
	return err
}

// Revoke is one statement.
func (s *Store) Revoke(ctx context.Context, revocations []healthcode.Revocation) error {
	if len(revocations) == 0 {
		return nil
	}
	var hashes [][]byte
	var revoked, until []int64
	for _, r := range revocations {
		hashes, revoked, until = append(hashes, r.Hash), append(revoked, stamp(r.Revoked)), append(until, stamp(r.Until))
	}
	_, err := s.exec(ctx, "revoking certificates", `INSERT INTO revocation (hash, revoked, valid_until)
		SELECT * FROM unnest($1::bytea[], $2::bigint[], $3::bigint[]) ON CONFLICT DO NOTHING`, hashes, revoked, until)
	return err
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

// PurgeRevocations is one statement.
func (s *Store) PurgeRevocations(ctx context.Context, now time.Time) (int, error) {
	return s.exec(ctx, "deleting revocations", "DELETE FROM revocation WHERE valid_until <= $1", stamp(now))
}
