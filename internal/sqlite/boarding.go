package sqlite

import (
	"context"
	"fmt"
	"time"

	"healthcode"
)

// applicationContext binds a sealed body to its application.
func applicationContext(id string) []byte { return []byte("application:" + id) }

// paperContext binds a sealed file to its row.
func paperContext(id string) []byte { return []byte("application.paper:" + id) }

// PutApplication stores everything in one write.
func (s *Store) PutApplication(ctx context.Context, a healthcode.Application, statements ...healthcode.BoardingStatement) error {
	person, err := s.ids.must(a.Person)
	if err != nil {
		return err
	}
	body, err := s.sealer.Seal(a.Body, applicationContext(a.ID))
	if err != nil {
		return fmt.Errorf("encrypting an application: %w", err)
	}
	return s.write(ctx, "storing an application", func(t *tx) error {
		var n int
		var err error
		if a.Version == 0 {
			n, err = t.change("INSERT INTO application VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1, ?) ON CONFLICT DO NOTHING", a.ID, person, a.Mission,
				string(a.State), a.Officer, stamp(a.Opened), stamp(a.Due), stamp(a.DeleteAfter), body)
		} else {
			n, err = t.change(`UPDATE application SET state = ?, officer = ?, due = ?, delete_after = ?, body = ?, version = version + 1
				WHERE id = ? AND version = ?`, string(a.State), a.Officer, stamp(a.Due), stamp(a.DeleteAfter), body, a.ID, a.Version)
		}
		if err != nil {
			return noSuchPerson(err)
		}
		if n == 0 {
			return healthcode.Errorf(healthcode.CodeConflict, "version", "申请刚被别人更新", "somebody has changed the application meanwhile")
		}
		for _, st := range statements {
			_, err := t.exec(`INSERT INTO boarding_statement VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE
				SET revoked = excluded.revoked WHERE revoked = 0`, st.ID, a.ID, person, stamp(st.Issued), stamp(st.Expires), stamp(st.Revoked))
			if err != nil {
				return err
			}
		}
		return nil
	})
}

const applicationColumns = "SELECT id, person, mission, state, officer, opened, due, delete_after, version, body FROM application "

func (s *Store) scanApplication(scan scanner) (a healthcode.Application, err error) {
	var person, opened, due, end int64
	var sealed []byte
	if err := scan(&a.ID, &person, &a.Mission, (*string)(&a.State), &a.Officer, &opened, &due, &end, &a.Version, &sealed); err != nil {
		return a, err
	}
	a.Person, a.Opened, a.Due, a.DeleteAfter = s.ids.id(person), unstamp(opened), unstamp(due), unstamp(end)
	if a.Body, err = s.sealer.Open(sealed, applicationContext(a.ID)); err != nil {
		return a, fmt.Errorf("decrypting application %s: %w", a.ID, err)
	}
	return a, nil
}

// Application reads one row by its key.
func (s *Store) Application(ctx context.Context, id string) (healthcode.Application, error) {
	return one(ctx, s, "reading an application", s.scanApplication, applicationColumns+"WHERE id = ?", id)
}

// ApplicationsOf reads a range of an index.
func (s *Store) ApplicationsOf(ctx context.Context, person healthcode.PersonID) ([]healthcode.Application, error) {
	return many(ctx, s, "listing applications", s.scanApplication, applicationColumns+"WHERE person = ? ORDER BY opened, id", s.ids.orNone(person))
}

// Applications reads a range of the queue's index.
func (s *Store) Applications(ctx context.Context, mission string, state healthcode.ApplicationState, limit int) ([]healthcode.Application, error) {
	return many(ctx, s, "listing applications", s.scanApplication,
		applicationColumns+"WHERE mission = ? AND state = ? ORDER BY due, id LIMIT ?", mission, string(state), limit)
}

// ApplicationCounts reads a range of the queue's index.
func (s *Store) ApplicationCounts(ctx context.Context, mission string) (map[healthcode.ApplicationState]int, error) {
	counts := map[healthcode.ApplicationState]int{}
	err := s.read(ctx, "counting applications", func(c *conn) error {
		return c.each("SELECT state, COUNT(*) FROM application WHERE mission = ? GROUP BY state", []any{mission}, func(scan scanner) error {
			var state string
			var n int
			err := scan(&state, &n)
			counts[healthcode.ApplicationState(state)] = n
			return err
		})
	})
	return counts, err
}

// PutPaper seals the file before it waits for the writer.
func (s *Store) PutPaper(ctx context.Context, p healthcode.ApplicationPaper) error {
	person, err := s.ids.must(p.Person)
	if err != nil {
		return err
	}
	data, err := s.sealer.Seal(p.Data, paperContext(p.ID))
	if err != nil {
		return fmt.Errorf("encrypting a paper: %w", err)
	}
	return s.write(ctx, "storing a paper", func(t *tx) error {
		_, err := t.exec("INSERT INTO application_paper VALUES (?, ?, ?, ?, ?)", p.ID, p.Application, person, stamp(p.DeleteAfter), data)
		if taken(err) {
			return healthcode.Errorf(healthcode.CodeConflict, "id", "材料已存在", "there is a paper of that id already")
		}
		return noSuchPerson(err)
	})
}

// Paper reads one row by its key.
func (s *Store) Paper(ctx context.Context, id string) (healthcode.ApplicationPaper, error) {
	return one(ctx, s, "reading a paper", func(scan scanner) (p healthcode.ApplicationPaper, err error) {
		var person, end int64
		var sealed []byte
		if err := scan(&p.ID, &p.Application, &person, &end, &sealed); err != nil {
			return p, err
		}
		p.Person, p.DeleteAfter = s.ids.id(person), unstamp(end)
		if p.Data, err = s.sealer.Open(sealed, paperContext(p.ID)); err != nil {
			return p, fmt.Errorf("decrypting paper %s: %w", p.ID, err)
		}
		return p, nil
	}, "SELECT id, application, person, delete_after, data FROM application_paper WHERE id = ?", id)
}

// DeletePaper deletes a file; one that is gone already is no error.
func (s *Store) DeletePaper(ctx context.Context, id string) error {
	return s.write(ctx, "deleting a paper", func(t *tx) error {
		_, err := t.exec("DELETE FROM application_paper WHERE id = ?", id)
		return err
	})
}

const statementColumns = "SELECT id, application, person, issued, expires, revoked FROM boarding_statement "

func (s *Store) scanStatement(scan scanner) (st healthcode.BoardingStatement, err error) {
	var person, issued, expires, revoked int64
	err = scan(&st.ID, &st.Application, &person, &issued, &expires, &revoked)
	st.Person, st.Issued, st.Expires, st.Revoked = s.ids.id(person), unstamp(issued), unstamp(expires), unstamp(revoked)
	return st, err
}

// BoardingStatement reads one row by its key.
func (s *Store) BoardingStatement(ctx context.Context, id string) (healthcode.BoardingStatement, error) {
	return one(ctx, s, "reading a statement", s.scanStatement, statementColumns+"WHERE id = ?", id)
}

// RevokedStatements reads a range of an index.
func (s *Store) RevokedStatements(ctx context.Context, now time.Time) ([]healthcode.BoardingStatement, error) {
	return many(ctx, s, "listing revoked statements", s.scanStatement, statementColumns+"WHERE revoked > 0 AND expires > ? ORDER BY id", stamp(now))
}

// PurgeBoarding works in several writes.
func (s *Store) PurgeBoarding(ctx context.Context, now time.Time) (int, error) {
	papers, err := s.purge(ctx, "deleting papers", func(t *tx) (int, error) {
		return t.change("DELETE FROM application_paper WHERE id IN (SELECT id FROM application_paper WHERE delete_after <= ? LIMIT ?)", stamp(now), purgeRows)
	})
	if err != nil {
		return papers, err
	}
	applications, err := s.purge(ctx, "deleting applications", func(t *tx) (int, error) {
		const ended = "SELECT id FROM application WHERE delete_after <= ? ORDER BY delete_after, id LIMIT ?"
		for _, table := range []string{"boarding_statement", "application_paper"} {
			if _, err := t.change("DELETE FROM "+table+" WHERE application IN ("+ended+")", stamp(now), purgeRows); err != nil {
				return 0, err
			}
		}
		return t.change("DELETE FROM application WHERE id IN ("+ended+")", stamp(now), purgeRows)
	})
	return papers + applications, err
}
