package sqlite

import (
	"context"
	"time"

	"healthcode"
)

// sweep is how many rows that are over a write of the same table clears away:
// more than it adds, so that the table stays as large as what is in use.
const sweep = 4

// PutSession stores a session, or the one of that id anew (its Seen, say).
func (s *Store) PutSession(ctx context.Context, v healthcode.Session) error {
	person, err := s.ids.optional(v.Person)
	if err != nil {
		return err
	}
	return s.write(ctx, "storing a session", func(t *tx) error {
		_, err := t.exec("DELETE FROM session WHERE id IN (SELECT id FROM session WHERE expires < ? LIMIT ?)",
			stamp(v.Seen), sweep)
		if err != nil {
			return err
		}
		_, err = t.exec(`INSERT INTO session VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (id) DO UPDATE SET
			token_hash = ?2, person = ?3, staff = ?4, device = ?5, created = ?6, seen = ?7, expires = ?8`,
			v.ID, v.TokenHash, person, orNullText(v.Staff), v.Device, stamp(v.Created), stamp(v.Seen), stamp(v.Expires))
		if v.Person == (healthcode.PersonID{}) {
			t.staff = true
		} else {
			t.touch(s.ids.orNone(v.Person))
		}
		if taken(err) {
			return healthcode.Errorf(healthcode.CodeConflict, "token", "该令牌已被使用", "the token belongs to another session")
		}
		return noSuchPerson(err)
	})
}

func orNullText(s string) any {
	if s == "" {
		return nil
	}
	return s
}

const sessionColumns = "SELECT id, token_hash, person, coalesce(staff, ''), device, created, seen, expires FROM session "

func (s *Store) scanSession(scan scanner) (v healthcode.Session, err error) {
	var person *int64
	var created, seen, expires int64
	if err := scan(&v.ID, &v.TokenHash, &person, &v.Staff, &v.Device, &created, &seen, &expires); err != nil {
		return v, err
	}
	v.Person = s.ids.orZero(person)
	v.Created, v.Seen, v.Expires = unstamp(created), unstamp(seen), unstamp(expires)
	return v, nil
}

// SessionByToken reads one row through the unique index.
func (s *Store) SessionByToken(ctx context.Context, hash []byte, now time.Time) (healthcode.Session, error) {
	return one(ctx, s, "finding a session", s.scanSession,
		sessionColumns+"WHERE token_hash = ? AND expires > ?", hash, stamp(now))
}

// SessionsOf includes those that have expired and are not yet cleared away.
func (s *Store) SessionsOf(ctx context.Context, id healthcode.PersonID) ([]healthcode.Session, error) {
	return many(ctx, s, "listing sessions", s.scanSession,
		sessionColumns+"WHERE person = ? ORDER BY created DESC, id", s.ids.orNone(id))
}

// DeleteSession does nothing where there is no such session.
func (s *Store) DeleteSession(ctx context.Context, id string) error {
	return s.write(ctx, "deleting a session", func(t *tx) error {
		return t.deleteSessions("DELETE FROM session WHERE id = ? RETURNING person", id)
	})
}

// DeleteSessions deletes by person, or by staff where person is zero.
func (s *Store) DeleteSessions(ctx context.Context, id healthcode.PersonID, staff string) error {
	query, arg := "DELETE FROM session WHERE staff = ? RETURNING person", any(staff)
	if id != (healthcode.PersonID{}) {
		query, arg = "DELETE FROM session WHERE person = ? RETURNING person", s.ids.orNone(id)
	}
	return s.write(ctx, "signing out everywhere", func(t *tx) error {
		return t.deleteSessions(query, arg)
	})
}

// deleteSessions runs a query that returns whose they were.
func (t *tx) deleteSessions(query string, arg any) error {
	return t.each(query, []any{arg}, func(scan scanner) error {
		var person *int64
		err := scan(&person)
		t.touchOwner(person)
		return err
	})
}
