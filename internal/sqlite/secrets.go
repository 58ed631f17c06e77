package sqlite

import (
	"context"
	"fmt"
	"time"

	"healthcode"
)

// Secret reads one row by its key.
func (s *Store) Secret(ctx context.Context, name string) ([]byte, int64, error) {
	type secret struct {
		value   []byte
		version int64
	}
	got, err := one(ctx, s, "reading a secret", func(scan scanner) (v secret, err error) {
		if err := scan(&v.value, &v.version); err != nil {
			return v, err
		}
		v.value, err = s.sealer.Open(v.value, []byte("secret:"+name))
		return v, err
	}, "SELECT value, version FROM secret WHERE name = ?", name)
	return got.value, got.version, err
}

// PutSecret changes the row of one version, or makes the first.
func (s *Store) PutSecret(ctx context.Context, name string, value []byte, version int64) error {
	sealed, err := s.sealer.Seal(value, []byte("secret:"+name))
	if err != nil {
		return fmt.Errorf("encrypting a secret: %w", err)
	}
	return s.write(ctx, "storing a secret", func(t *tx) error {
		query, args := "UPDATE secret SET value = ?1, version = version + 1 WHERE name = ?2 AND version = ?3", []any{sealed, name, version}
		if version == 0 {
			query, args = "INSERT INTO secret (value, name, version) VALUES (?1, ?2, 1) ON CONFLICT DO NOTHING", []any{sealed, name}
		}
		n, err := t.change(query, args...)
		if err == nil && n == 0 {
			err = healthcode.Errorf(healthcode.CodeConflict, "", "另一个进程刚刚更改了密钥", "another process has just changed the secret; read it again")
		}
		return err
	})
}

// feedRows is how many rows past their time one call clears away.
const feedRows = 1000

// SeeFeed is a write, so that no two callers are the last one allowed.
func (s *Store) SeeFeed(ctx context.Context, feed string, member []byte, now, since time.Time, max int) (n int, fresh bool, err error) {
	err = s.write(ctx, "counting what a feed sends", func(t *tx) error {
		n, fresh = 0, false
		var there int
		if err := t.row([]any{&there}, "SELECT count(*) FROM feed_seen WHERE feed = ? AND member = ? AND at > ?", feed, member, stamp(since)); err != nil {
			return err
		}
		if _, err := t.exec("DELETE FROM feed_seen WHERE (feed, member) IN (SELECT feed, member FROM feed_seen WHERE feed = ? AND at <= ? LIMIT ?)",
			feed, stamp(since), feedRows); err != nil {
			return err
		}
		if err := t.row([]any{&n}, "SELECT count(*) FROM feed_seen WHERE feed = ? AND at > ?", feed, stamp(since)); err != nil || there > 0 {
			return err
		}
		n, fresh = n+1, true
		if n > max {
			n = max + 1
			return nil
		}
		_, err := t.exec("INSERT INTO feed_seen (feed, member, at) VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET at = ?3", feed, member, stamp(now))
		return err
	})
	return n, fresh, err
}
