package postgres

import (
	"context"

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
