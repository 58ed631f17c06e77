package sqlite

import (
	"context"
	"time"

	"healthcode"
)

const zhNoCode, enNoCode = "没有验证码", "there is no one-time code; ask for one"

// PutCode also clears away some codes that had expired when this one was sent.
func (s *Store) PutCode(ctx context.Context, c healthcode.OneTimeCode) error {
	return s.write(ctx, "storing a one-time code", func(t *tx) error {
		_, err := t.exec("DELETE FROM code WHERE key IN (SELECT key FROM code WHERE expires < ? LIMIT ?)", stamp(c.Sent), sweep)
		if err != nil {
			return err
		}
		_, err = t.exec("INSERT OR REPLACE INTO code VALUES (?, ?, ?, ?, ?)",
			c.Key, c.Hash, stamp(c.Sent), stamp(c.Expires), c.Tries)
		return err
	})
}

// TryCode is a write, so that no two tries see the same count.
func (s *Store) TryCode(ctx context.Context, key string) (healthcode.OneTimeCode, error) {
	c := healthcode.OneTimeCode{Key: key}
	err := s.write(ctx, "trying a one-time code", func(t *tx) error {
		var sent, expires int64
		err := t.row([]any{&c.Hash, &sent, &expires, &c.Tries},
			"SELECT hash, sent, expires, tries FROM code WHERE key = ?", key)
		if err != nil {
			return found(err, "", zhNoCode, enNoCode)
		}
		c.Sent, c.Expires = unstamp(sent), unstamp(expires)
		_, err = t.exec("UPDATE code SET tries = tries + 1 WHERE key = ?", key)
		return err
	})
	if err != nil {
		return healthcode.OneTimeCode{}, err
	}
	return c, nil
}

// DeleteCode says which of two callers at the same time has deleted it.
func (s *Store) DeleteCode(ctx context.Context, key string) error {
	return s.write(ctx, "deleting a one-time code", func(t *tx) error {
		var deleted string
		err := t.row([]any{&deleted}, "DELETE FROM code WHERE key = ? RETURNING key", key)
		return found(err, "", zhNoCode, enNoCode)
	})
}

// maxWindow is how long a counter's window may be: older ones are cleared away.
const maxWindow = 48 * time.Hour

// Count starts at 1. Windows of more than 48 hours lose their count.
func (s *Store) Count(ctx context.Context, key string, start time.Time) (n int, err error) {
	err = s.write(ctx, "counting", func(t *tx) error {
		err := t.row([]any{&n}, `INSERT INTO counter VALUES (?, ?, 1)
			ON CONFLICT DO UPDATE SET n = n + 1 RETURNING n`, key, stamp(start))
		if err != nil || n > 1 {
			return err
		}
		_, err = t.exec(`DELETE FROM counter WHERE (key, start) IN
			(SELECT key, start FROM counter WHERE start < ? LIMIT ?)`, stamp(start.Add(-maxWindow)), sweep)
		return err
	})
	return n, err
}
