package sqlite

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"healthcode"
)

// caseRow is a case ready to be written.
type caseRow struct {
	healthcode.CaseWrite
	person int64
	data   string
	texts  [][]byte // sealed, one for each entry
}

func (s *Store) caseRow(w healthcode.CaseWrite) (caseRow, error) {
	row := caseRow{CaseWrite: w}
	var err error
	if row.person, err = s.ids.must(w.Case.Person); err != nil {
		return row, err
	}
	w.Case.Person = healthcode.PersonID{}
	data, err := json.Marshal(w.Case)
	if err != nil {
		return row, err
	}
	row.data = string(data)
	for _, e := range w.Entries {
		sealed, err := s.sealer.Seal([]byte(e.Text), []byte("case.entry:"+w.Case.ID+":"+e.ID))
		if err != nil {
			return row, fmt.Errorf("encrypting a case: %w", err)
		}
		row.texts = append(row.texts, sealed)
	}
	return row, nil
}

// PutCases stores them in one transaction.
func (s *Store) PutCases(ctx context.Context, writes []healthcode.CaseWrite) ([]healthcode.Outcome, error) {
	rows := make([]caseRow, len(writes))
	for i, w := range writes {
		var err error
		if rows[i], err = s.caseRow(w); err != nil {
			return nil, err
		}
	}
	outcomes := make([]healthcode.Outcome, len(rows))
	err := s.writeRows(ctx, "storing cases", len(rows), func(t *tx) error {
		for i := range rows {
			var err error
			if outcomes[i], err = t.putCase(&rows[i]); err != nil {
				return noSuchPerson(err)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return outcomes, nil
}

func (t *tx) putCase(r *caseRow) (healthcode.Outcome, error) {
	c := &r.Case
	n := 0
	for _, e := range r.Entries {
		err := t.each("SELECT 1 FROM case_entry WHERE case_id = ? AND id = ?", []any{c.ID, e.ID}, func(scan scanner) error {
			n++
			return nil
		})
		if err != nil || n > 0 {
			return healthcode.Conflict, err
		}
	}
	var err error
	if c.Version == 0 {
		n, err = t.change(`INSERT INTO case_file VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?) ON CONFLICT DO NOTHING`,
			c.ID, r.person, c.Jurisdiction, c.Subject, c.Episode, c.State, c.Office, c.Officer, stamp(c.Opened), stamp(c.Due), stamp(c.Wake), r.data)
	} else {
		n, err = t.change(`UPDATE case_file SET state = ?, office = ?, officer = ?, due = ?, wake = ?, version = version + 1, data = ?
			WHERE id = ? AND version = ?`, c.State, c.Office, c.Officer, stamp(c.Due), stamp(c.Wake), r.data, c.ID, c.Version)
	}
	if err != nil || n == 0 {
		return healthcode.Conflict, err
	}
	t.touch(r.person)
	for i, e := range r.Entries {
		_, err := t.exec(`INSERT INTO case_entry SELECT ?1, COALESCE(MAX(n), 0) + 1, ?2, ?3, ?4, ?5, ?6, ?7 FROM case_entry WHERE case_id = ?1`,
			c.ID, e.ID, stamp(e.At), string(e.Role), e.By, e.Kind, r.texts[i])
		if err != nil {
			return healthcode.Conflict, err
		}
	}
	return healthcode.Stored, nil
}

const caseColumns = "SELECT person, id, jurisdiction, subject, episode, opened, wake, version, data FROM case_file "

func (s *Store) scanCase(scan scanner) (c healthcode.Case, err error) {
	var id, jurisdiction, subject string
	var person, opened, wake int64
	var episode, version int
	var data []byte
	if err := scan(&person, &id, &jurisdiction, &subject, &episode, &opened, &wake, &version, &data); err != nil {
		return c, err
	}
	if err := json.Unmarshal(data, &c); err != nil {
		return c, err
	}
	c.Person, c.ID, c.Jurisdiction, c.Subject, c.Episode, c.Version = s.ids.id(person), id, jurisdiction, subject, episode, version
	c.Opened, c.Wake = unstamp(opened), unstamp(wake)
	return c.UTC(), nil
}

// Case reads a row and a range, each by its key.
func (s *Store) Case(ctx context.Context, id string) (healthcode.Case, []healthcode.CaseEntry, error) {
	c, err := one(ctx, s, "reading a case", s.scanCase, caseColumns+"WHERE id = ?", id)
	if err != nil {
		return c, nil, err
	}
	entries, err := many(ctx, s, "reading a case", func(scan scanner) (e healthcode.CaseEntry, err error) {
		var at int64
		var sealed []byte
		if err := scan(&e.ID, &at, (*string)(&e.Role), &e.By, &e.Kind, &sealed); err != nil {
			return e, err
		}
		plain, err := s.sealer.Open(sealed, []byte("case.entry:"+id+":"+e.ID))
		if err != nil {
			return e, fmt.Errorf("decrypting case %s: %w", id, err)
		}
		e.At, e.Text = unstamp(at), string(plain)
		return e, nil
	}, "SELECT id, at, role, by, kind, text FROM case_entry WHERE case_id = ? ORDER BY n", id)
	return c, entries, err
}

// CasesOf reads a range of the unique key.
func (s *Store) CasesOf(ctx context.Context, person healthcode.PersonID) ([]healthcode.Case, error) {
	return many(ctx, s, "listing cases", s.scanCase, caseColumns+"WHERE person = ? ORDER BY opened, id", s.ids.orNone(person))
}

// Cases reads a range of the queue's index.
func (s *Store) Cases(ctx context.Context, f healthcode.CaseFilter) ([]healthcode.Case, error) {
	where, args := "WHERE jurisdiction = ? AND state = ? AND (due, id) > (?, ?)", []any{f.Jurisdiction, f.State, stamp(f.AfterDue), f.AfterID}
	if !f.DueBefore.IsZero() {
		where, args = where+" AND due < ?", append(args, stamp(f.DueBefore))
	}
	if f.Office != "" {
		where, args = where+" AND office = ?", append(args, f.Office)
	}
	if f.Officer != "" {
		where, args = where+" AND officer = ?", append(args, f.Officer)
	}
	return many(ctx, s, "listing cases", s.scanCase, caseColumns+where+" ORDER BY due, id LIMIT ?", append(args, f.Limit)...)
}

// CaseCounts reads a range of the queue's index.
func (s *Store) CaseCounts(ctx context.Context, jurisdiction string) (map[healthcode.CaseState]int, error) {
	counts := map[healthcode.CaseState]int{}
	err := s.read(ctx, "counting cases", func(c *conn) error {
		return c.each("SELECT state, COUNT(*) FROM case_file WHERE jurisdiction = ? GROUP BY state", []any{jurisdiction}, func(scan scanner) error {
			var state string
			var n int
			err := scan(&state, &n)
			counts[healthcode.CaseState(state)] = n
			return err
		})
	})
	return counts, err
}

// ClaimCases is a write, so that no two callers get the same case.
func (s *Store) ClaimCases(ctx context.Context, now, until time.Time, limit int) (list []healthcode.Case, err error) {
	err = s.writeRows(ctx, "claiming cases", limit, func(t *tx) error {
		return t.each(`UPDATE case_file SET wake = ?1 WHERE id IN (SELECT id FROM case_file WHERE wake > 0 AND wake <= ?2 ORDER BY wake, id LIMIT ?3)
			RETURNING person, id, jurisdiction, subject, episode, opened, wake, version, data`, []any{stamp(until), stamp(now), limit}, func(scan scanner) error {
			c, err := s.scanCase(scan)
			list = append(list, c)
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	return list, nil
}

// ClaimTask is a write, so that one holder wins.
func (s *Store) ClaimTask(ctx context.Context, task, holder string, now, until time.Time) (bool, error) {
	n := 0
	err := s.write(ctx, "claiming a task", func(t *tx) (err error) {
		n, err = t.change(`INSERT INTO task VALUES (?1, ?2, ?3) ON CONFLICT (name) DO UPDATE SET holder = ?2, until = ?3
			WHERE holder = ?2 OR until <= ?4 OR until > ?5`, task, holder, stamp(until), stamp(now), stamp(now.Add(healthcode.MaxTask)))
		return err
	})
	return n > 0, err
}
