package postgres

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"healthcode"
)

// A session has a row by its token, which a request reads, one by its public id, and one by its owner.
// Its key's row is the first that each writer takes.

// sessionOwner is the person, or a hash of the name of a member of staff.
func (s *Store) sessionOwner(person healthcode.PersonID, staff string) (uuid, error) {
	if person != (healthcode.PersonID{}) {
		return uuid(person), nil
	}
	sum, err := s.sealer.Lookup("session.staff", staff)
	if err != nil {
		return uuid{}, fmt.Errorf("hashing a name: %w", err)
	}
	return uuid(sum), nil
}

// PutSession stores a session, or the one of that id anew (its Seen, say).
func (s *Store) PutSession(ctx context.Context, v healthcode.Session) error {
	owner, err := s.sessionOwner(v.Person, v.Staff)
	if err != nil {
		return err
	}
	defer s.changedOwner(v.Person)
	return s.write(ctx, "storing a session", func(tx pgx.Tx) error {
		if v.Person != (healthcode.PersonID{}) {
			if err := mustExist(ctx, tx, owner); err != nil {
				return err
			}
		}
		if err := replaceSession(ctx, tx, v.ID, v.TokenHash, owner); err != nil {
			return err
		}
		return insertSession(ctx, tx, v, owner)
	})
}

// replaceSession deletes what a session of that id has under another token or another owner.
func replaceSession(ctx context.Context, tx pgx.Tx, id string, token []byte, owner uuid) error {
	oldToken, oldOwner, err := lockSession(ctx, tx, id)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	if !bytes.Equal(oldToken, token) {
		if _, err := tx.Exec(ctx, "DELETE FROM session WHERE token_hash = $1", oldToken); err != nil {
			return err
		}
	}
	if oldOwner != owner {
		_, err = tx.Exec(ctx, "DELETE FROM session_owner WHERE owner = $1 AND id = $2", oldOwner, id)
	}
	return err
}

// lockSession keeps others from changing a session. The error is pgx.ErrNoRows where there is none.
func lockSession(ctx context.Context, tx pgx.Tx, id string) (token []byte, owner uuid, err error) {
	err = tx.QueryRow(ctx, "SELECT token_hash, owner FROM session_key WHERE id = $1 FOR UPDATE", id).Scan(&token, &owner)
	return token, owner, err
}

func insertSession(ctx context.Context, tx pgx.Tx, v healthcode.Session, owner uuid) error {
	var person *uuid
	if v.Person != (healthcode.PersonID{}) {
		person = (*uuid)(&v.Person)
	}
	expires := stamp(v.Expires)
	_, err := tx.Exec(ctx, `INSERT INTO session_key (id, token_hash, owner, expires) VALUES ($1, $2, $3, $4)
		ON CONFLICT (id) DO UPDATE SET token_hash = excluded.token_hash, owner = excluded.owner, expires = excluded.expires`,
		v.ID, v.TokenHash, owner, expires)
	if err != nil {
		return err
	}
	tag, err := tx.Exec(ctx, `INSERT INTO session (token_hash, id, person_id, staff, device, created, seen, expires)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (token_hash) DO UPDATE SET person_id = excluded.person_id,
		staff = excluded.staff, device = excluded.device, created = excluded.created, seen = excluded.seen, expires = excluded.expires
		WHERE session.id = excluded.id`,
		v.TokenHash, v.ID, person, v.Staff, v.Device, stamp(v.Created), stamp(v.Seen), expires)
	if err != nil {
		return err
	}
	if tag.RowsAffected() == 0 {
		return healthcode.Errorf(healthcode.CodeConflict, "token", "该令牌已被使用", "the token belongs to another session")
	}
	_, err = tx.Exec(ctx, `INSERT INTO session_owner (owner, id, token_hash, expires) VALUES ($1, $2, $3, $4)
		ON CONFLICT (owner, id) DO UPDATE SET token_hash = excluded.token_hash, expires = excluded.expires`, owner, v.ID, v.TokenHash, expires)
	return err
}

// mustExist returns CodeNotFound for a person who isn't there.
func mustExist(ctx context.Context, tx pgx.Tx, person uuid) error {
	var found int
	err := tx.QueryRow(ctx, selectPerson, person).Scan(&found)
	if errors.Is(err, pgx.ErrNoRows) {
		return noPerson()
	}
	return err
}

const sessionColumns = "SELECT id, token_hash, person_id, staff, device, created, seen, expires FROM session "

const selectSession = sessionColumns + "WHERE token_hash = $1 AND expires > $2"

func scanSession(scan scanner) (v healthcode.Session, err error) {
	var person *uuid
	var created, seen, expires int64
	if err := scan(&v.ID, &v.TokenHash, &person, &v.Staff, &v.Device, &created, &seen, &expires); err != nil {
		return v, err
	}
	if person != nil {
		v.Person = healthcode.PersonID(*person)
	}
	v.Created, v.Seen, v.Expires = unstamp(created), unstamp(seen), unstamp(expires)
	return v, nil
}

// SessionByToken reads one row by its key.
func (s *Store) SessionByToken(ctx context.Context, hash []byte, now time.Time) (healthcode.Session, error) {
	return one(ctx, s, "finding a session", scanSession, selectSession, hash, stamp(now))
}

const selectTokens = "SELECT token_hash FROM session_owner WHERE owner = $1"

// SessionsOf includes those that have expired and are not yet cleared away.
func (s *Store) SessionsOf(ctx context.Context, id healthcode.PersonID) ([]healthcode.Session, error) {
	const doing = "listing sessions"
	tokens, err := many(ctx, s, doing, scanBytes, selectTokens, uuid(id))
	if err != nil || len(tokens) == 0 {
		return nil, err
	}
	return many(ctx, s, doing, scanSession, sessionColumns+`WHERE token_hash = ANY($1) ORDER BY created DESC, id`, tokens)
}

func scanBytes(scan scanner) (b []byte, err error) {
	err = scan(&b)
	return b, err
}

// DeleteSession does nothing where there is no such session.
func (s *Store) DeleteSession(ctx context.Context, id string) error {
	var owner healthcode.PersonID
	defer func() { s.changedOwner(owner) }()
	return s.write(ctx, "deleting a session", func(tx pgx.Tx) (err error) {
		owner, err = deleteSession(ctx, tx, id)
		return err
	})
}

// deleteSession returns the person whose it was; zero for staff.
func deleteSession(ctx context.Context, tx pgx.Tx, id string) (person healthcode.PersonID, err error) {
	token, owner, err := lockSession(ctx, tx, id)
	if errors.Is(err, pgx.ErrNoRows) {
		return person, nil
	}
	if err != nil {
		return person, err
	}
	var batch pgx.Batch
	batch.Queue("DELETE FROM session WHERE token_hash = $1 RETURNING person_id", token).Query(func(rows pgx.Rows) error {
		for rows.Next() {
			var of *uuid
			if err := rows.Scan(&of); err != nil {
				return err
			}
			if of != nil {
				person = healthcode.PersonID(*of)
			}
		}
		return rows.Err()
	})
	batch.Queue("DELETE FROM session_owner WHERE owner = $1 AND id = $2", owner, id)
	batch.Queue("DELETE FROM session_key WHERE id = $1", id)
	err = tx.SendBatch(ctx, &batch).Close()
	return person, err
}

// DeleteSessions deletes by person, or by staff where person is zero.
func (s *Store) DeleteSessions(ctx context.Context, id healthcode.PersonID, staff string) error {
	owner, err := s.sessionOwner(id, staff)
	if err != nil {
		return err
	}
	defer s.changedOwner(id)
	return s.write(ctx, "signing out everywhere", func(tx pgx.Tx) error {
		var ids []string
		// In order, so that two who sign the same person out don't wait for each other.
		err := eachRow(ctx, tx, "SELECT id FROM session_owner WHERE owner = $1 ORDER BY id", []any{owner}, func(scan scanner) error {
			var id string
			err := scan(&id)
			ids = append(ids, id)
			return err
		})
		if err != nil {
			return err
		}
		for _, id := range ids {
			if _, err := deleteSession(ctx, tx, id); err != nil {
				return err
			}
		}
		return nil
	})
}
