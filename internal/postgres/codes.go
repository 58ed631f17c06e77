package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"healthcode"
)

const putCode = `INSERT INTO code (key, hash, sent, expires, tries) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (key) DO UPDATE SET
	hash = excluded.hash, sent = excluded.sent, expires = excluded.expires, tries = excluded.tries`

// PutCode replaces the code of its key.
func (s *Store) PutCode(ctx context.Context, c healthcode.OneTimeCode) error {
	_, err := s.exec(ctx, "storing a one-time code", putCode, c.Key, c.Hash, stamp(c.Sent), stamp(c.Expires), c.Tries)
	return err
}

const tryCode = "UPDATE code SET tries = tries + 1 WHERE key = $1 RETURNING hash, sent, expires, tries - 1"

// TryCode is one statement, so that no two tries see the same count.
func (s *Store) TryCode(ctx context.Context, key string) (healthcode.OneTimeCode, error) {
	const doing = "trying a one-time code"
	c := healthcode.OneTimeCode{Key: key}
	err := s.retry(ctx, doing, func() error {
		var sent, expires int64
		err := s.pool.QueryRow(ctx, tryCode, key).Scan(&c.Hash, &sent, &expires, &c.Tries)
		c.Sent, c.Expires = unstamp(sent), unstamp(expires)
		return err
	})
	if errors.Is(err, pgx.ErrNoRows) || unstorable(err) {
		err = fmt.Errorf("%s: %w", doing, noCode())
	}
	if err != nil {
		return healthcode.OneTimeCode{}, err
	}
	return c, nil
}

// DeleteCode says which of two callers at the same time has deleted it.
func (s *Store) DeleteCode(ctx context.Context, key string) error {
	const doing = "deleting a one-time code"
	n, err := s.exec(ctx, doing, "DELETE FROM code WHERE key = $1", key)
	if unstorable(err) || err == nil && n == 0 {
		return fmt.Errorf("%s: %w", doing, noCode())
	}
	return err
}

func noCode() error { return notFound("", "没有验证码", "there is no one-time code; ask for one") }

// maxWindow is how long a counter's window may be: older ones are cleared away.
const maxWindow = 48 * time.Hour

const count = `INSERT INTO counter (key, start, n) VALUES ($1, $2, 1)
	ON CONFLICT (key, start) DO UPDATE SET n = counter.n + 1 RETURNING n`

// Count is one statement, and so is atomic whoever counts.
func (s *Store) Count(ctx context.Context, key string, start time.Time) (n int, err error) {
	err = s.retry(ctx, "counting", func() error {
		return s.pool.QueryRow(ctx, count, key, stamp(start)).Scan(&n)
	})
	return n, err
}
