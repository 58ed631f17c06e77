package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"healthcode"
)

// applicationContext binds a sealed body to its application.
func applicationContext(id string) []byte { return []byte("application:" + id) }

// paperContext binds a sealed file to its row.
func paperContext(id string) []byte { return []byte("application.paper:" + id) }

// PutApplication stores everything in one transaction on the person's shard.
func (s *Store) PutApplication(ctx context.Context, a healthcode.Application, statements ...healthcode.BoardingStatement) error {
	body, err := s.sealer.Seal(a.Body, applicationContext(a.ID))
	if err != nil {
		return fmt.Errorf("encrypting an application: %w", err)
	}
	person := uuid(a.Person)
	return s.write(ctx, "storing an application", func(tx pgx.Tx) error {
		stored, err := writeApplication(ctx, tx, &a, body)
		if err != nil {
			return err
		}
		if !stored {
			return healthcode.Errorf(healthcode.CodeConflict, "version", "申请刚被别人更新", "somebody has changed the application meanwhile")
		}
		for _, st := range statements {
			_, err := tx.Exec(ctx, `INSERT INTO boarding_statement AS b (person_id, id, application, issued, expires, revoked)
				VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (person_id, id) DO UPDATE SET revoked = excluded.revoked WHERE b.revoked = 0`,
				person, st.ID, a.ID, stamp(st.Issued), stamp(st.Expires), stamp(st.Revoked))
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// writeApplication writes the application's own row; false where somebody else was first.
func writeApplication(ctx context.Context, tx pgx.Tx, a *healthcode.Application, body []byte) (bool, error) {
	person := uuid(a.Person)
	if a.Version > 0 {
		tag, err := tx.Exec(ctx, `UPDATE application SET state = $4, officer = $5, due = $6, delete_after = $7, body = $8, version = version + 1
			WHERE person_id = $1 AND id = $2 AND version = $3`, person, a.ID, a.Version, string(a.State), a.Officer, stamp(a.Due), stamp(a.DeleteAfter), body)
		return tag.RowsAffected() > 0, err
	}
	if err := mustExist(ctx, tx, person); err != nil {
		return false, err
	}
	_, fresh, err := claimOwner(ctx, tx, "application:"+a.ID, person)
	if err != nil || !fresh {
		return false, err
	}
	_, err = tx.Exec(ctx, `INSERT INTO application (person_id, id, mission, state, officer, opened, due, delete_after, version, body)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9)`, person, a.ID, a.Mission, string(a.State), a.Officer, stamp(a.Opened), stamp(a.Due), stamp(a.DeleteAfter), body)
	return err == nil, err
}

const applicationColumns = "SELECT person_id, id, mission, state, officer, opened, due, delete_after, version, body FROM application "

func (s *Store) scanApplication(scan scanner) (a healthcode.Application, err error) {
	var opened, due, end int64
	var sealed []byte
	if err := scan((*uuid)(&a.Person), &a.ID, &a.Mission, (*string)(&a.State), &a.Officer, &opened, &due, &end, &a.Version, &sealed); err != nil {
		return a, err
	}
	a.Opened, a.Due, a.DeleteAfter = unstamp(opened), unstamp(due), unstamp(end)
	if a.Body, err = s.sealer.Open(sealed, applicationContext(a.ID)); err != nil {
		return a, fmt.Errorf("decrypting application %s: %w", a.ID, err)
	}
	return a, nil
}

// Application reads one row through an index, on every shard.
func (s *Store) Application(ctx context.Context, id string) (healthcode.Application, error) {
	return one(ctx, s, "reading an application", s.scanApplication, applicationColumns+"WHERE id = $1", id)
}

// ApplicationsOf reads one shard.
func (s *Store) ApplicationsOf(ctx context.Context, person healthcode.PersonID) ([]healthcode.Application, error) {
	return many(ctx, s, "listing applications", s.scanApplication, applicationColumns+"WHERE person_id = $1 ORDER BY opened, id", uuid(person))
}

// Applications reads a range of the queue's index, on every shard.
func (s *Store) Applications(ctx context.Context, mission string, state healthcode.ApplicationState, limit int) ([]healthcode.Application, error) {
	return many(ctx, s, "listing applications", s.scanApplication,
		applicationColumns+"WHERE mission = $1 AND state = $2 ORDER BY due, id LIMIT $3", mission, string(state), limit)
}

// ApplicationCounts reads a range of the queue's index, on every shard.
func (s *Store) ApplicationCounts(ctx context.Context, mission string) (map[healthcode.ApplicationState]int, error) {
	counts := map[healthcode.ApplicationState]int{}
	err := s.list(ctx, "counting applications", "SELECT state, count(*) FROM application WHERE mission = $1 GROUP BY state", []any{mission}, func(scan scanner) error {
		var state string
		var n int
		err := scan(&state, &n)
		counts[healthcode.ApplicationState(state)] = n
		return err
	})
	return counts, err
}

// PutPaper claims the id, so that it is one person's.
func (s *Store) PutPaper(ctx context.Context, p healthcode.ApplicationPaper) error {
	data, err := s.sealer.Seal(p.Data, paperContext(p.ID))
	if err != nil {
		return fmt.Errorf("encrypting a paper: %w", err)
	}
	person := uuid(p.Person)
	return s.write(ctx, "storing a paper", func(tx pgx.Tx) error {
		if err := mustExist(ctx, tx, person); err != nil {
			return err
		}
		_, fresh, err := claimOwner(ctx, tx, "paper:"+p.ID, person)
		if err != nil {
			return err
		}
		if !fresh {
			return healthcode.Errorf(healthcode.CodeConflict, "id", "材料已存在", "there is a paper of that id already")
		}
		_, err = tx.Exec(ctx, "INSERT INTO application_paper (person_id, id, application, delete_after, data) VALUES ($1, $2, $3, $4, $5)",
			person, p.ID, p.Application, stamp(p.DeleteAfter), data)
		return err
	})
}

// Paper reads one row through an index, on every shard.
func (s *Store) Paper(ctx context.Context, id string) (healthcode.ApplicationPaper, error) {
	return one(ctx, s, "reading a paper", func(scan scanner) (p healthcode.ApplicationPaper, err error) {
		var end int64
		var sealed []byte
		if err := scan((*uuid)(&p.Person), &p.ID, &p.Application, &end, &sealed); err != nil {
			return p, err
		}
		p.DeleteAfter = unstamp(end)
		if p.Data, err = s.sealer.Open(sealed, paperContext(p.ID)); err != nil {
			return p, fmt.Errorf("decrypting paper %s: %w", p.ID, err)
		}
		return p, nil
	}, "SELECT person_id, id, application, delete_after, data FROM application_paper WHERE id = $1", id)
}

// DeletePaper deletes a file; one that is gone already is no error.
func (s *Store) DeletePaper(ctx context.Context, id string) error {
	_, err := s.exec(ctx, "deleting a paper", "DELETE FROM application_paper WHERE id = $1", id)
	return err
}

const statementColumns = "SELECT person_id, id, application, issued, expires, revoked FROM boarding_statement "

func scanStatement(scan scanner) (st healthcode.BoardingStatement, err error) {
	var issued, expires, revoked int64
	err = scan((*uuid)(&st.Person), &st.ID, &st.Application, &issued, &expires, &revoked)
	st.Issued, st.Expires, st.Revoked = unstamp(issued), unstamp(expires), unstamp(revoked)
	return st, err
}

// BoardingStatement reads one row through an index, on every shard.
func (s *Store) BoardingStatement(ctx context.Context, id string) (healthcode.BoardingStatement, error) {
	return one(ctx, s, "reading a statement", scanStatement, statementColumns+"WHERE id = $1", id)
}

// RevokedStatements reads a range of an index, on every shard.
func (s *Store) RevokedStatements(ctx context.Context, now time.Time) ([]healthcode.BoardingStatement, error) {
	return many(ctx, s, "listing revoked statements", scanStatement, statementColumns+"WHERE revoked > 0 AND expires > $1 ORDER BY id", stamp(now))
}

// PurgeBoarding is one transaction. What lies with an application lies on its shard.
func (s *Store) PurgeBoarding(ctx context.Context, now time.Time) (n int, err error) {
	err = s.write(ctx, "deleting applications", func(tx pgx.Tx) error {
		n = 0
		tag, err := tx.Exec(ctx, "DELETE FROM application_paper WHERE delete_after <= $1", stamp(now))
		n += int(tag.RowsAffected())
		for _, table := range []string{"application_paper", "boarding_statement"} {
			if err != nil {
				return err
			}
			_, err = tx.Exec(ctx, "DELETE FROM "+table+" t USING application a WHERE a.person_id = t.person_id AND a.id = t.application AND a.delete_after <= $1", stamp(now))
		}
		if err == nil {
			tag, err = tx.Exec(ctx, "DELETE FROM application WHERE delete_after <= $1", stamp(now))
			n += int(tag.RowsAffected())
		}
		return err
	})
	return n, err
}
