package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"healthcode"
)

const selectSecret = "SELECT value, version FROM secret WHERE name = $1"

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
	}, selectSecret, name)
	return got.value, got.version, err
}

const (
	firstSecret = "INSERT INTO secret (name, version, value) VALUES ($1, $2 + 1, $3) ON CONFLICT DO NOTHING"
	nextSecret  = "UPDATE secret SET value = $3, version = version + 1 WHERE name = $1 AND version = $2"
)

// PutSecret is one statement: of two processes that have read the same version, one succeeds.
func (s *Store) PutSecret(ctx context.Context, name string, value []byte, version int64) error {
	const doing = "storing a secret"
	sealed, err := s.sealer.Seal(value, []byte("secret:"+name))
	if err != nil {
		return fmt.Errorf("encrypting a secret: %w", err)
	}
	query := nextSecret
	if version == 0 {
		query = firstSecret
	}
	n, err := s.exec(ctx, doing, query, name, version, sealed)
	if err == nil && n == 0 {
		err = fmt.Errorf("%s: %w", doing, healthcode.Errorf(healthcode.CodeConflict, "", "另一个进程刚刚更改了密钥",
			"another process has just changed the secret; read it again"))
	}
	return err
}

const (
	// lockFeed keeps other processes from counting the same feed until the transaction ends. The row of no member stands for the feed.
	lockFeed    = "INSERT INTO feed_seen (feed, member, at) VALUES ($1, '', 0) ON CONFLICT (feed, member) DO UPDATE SET at = 0"
	seenBefore  = "SELECT count(*) FROM feed_seen WHERE feed = $1 AND member = $2 AND at > $3"
	countFeed   = "SELECT count(*) FROM feed_seen WHERE feed = $1 AND at > $2"
	putFeedSeen = "INSERT INTO feed_seen (feed, member, at) VALUES ($1, $2, $3) ON CONFLICT (feed, member) DO UPDATE SET at = excluded.at"
	clearFeed   = "DELETE FROM feed_seen WHERE feed = $1 AND at > 0 AND at <= $2"
)

// SeeFeed counts and adds in one transaction on one shard, while no other process does for the same feed.
func (s *Store) SeeFeed(ctx context.Context, feed string, member []byte, now, since time.Time, max int) (n int, fresh bool, err error) {
	const doing = "counting what a feed sends"
	// Nearly every fact of a feed that sends again is about somebody who was seen.
	counts := make([]int, 2)
	for i, q := range []struct {
		sql  string
		args []any
	}{{seenBefore, []any{feed, member, stamp(since)}}, {countFeed, []any{feed, stamp(since)}}} {
		if err := s.list(ctx, doing, q.sql, q.args, func(scan scanner) error { return scan(&counts[i]) }); err != nil {
			return 0, false, err
		}
		if i == 0 && counts[0] == 0 {
			break
		}
	}
	if counts[0] > 0 {
		return counts[1], false, nil
	}
	err = s.write(ctx, doing, func(tx pgx.Tx) error {
		n, fresh = 0, false
		if _, err := tx.Exec(ctx, lockFeed, feed); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, clearFeed, feed, stamp(since)); err != nil {
			return err
		}
		var there int
		if err := tx.QueryRow(ctx, seenBefore, feed, member, stamp(since)).Scan(&there); err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, countFeed, feed, stamp(since)).Scan(&n); err != nil || there > 0 {
			return err
		}
		n, fresh = n+1, true
		if n > max {
			n = max + 1
			return nil
		}
		_, err := tx.Exec(ctx, putFeedSeen, feed, member, stamp(now))
		return err
	})
	return n, fresh, err
}
