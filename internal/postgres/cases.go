package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"healthcode"
)

// caseRow is a case ready to be written.
type caseRow struct {
	healthcode.CaseWrite
	data  string
	texts [][]byte // sealed, one for each entry
}

func (s *Store) caseRow(w healthcode.CaseWrite) (caseRow, error) {
	row := caseRow{CaseWrite: w}
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
	defer func() {
		for i := range rows {
			s.changed(uuid(rows[i].Case.Person))
		}
	}()
	err := s.write(ctx, "storing cases", func(tx pgx.Tx) error {
		for i := range rows {
			var err error
			if outcomes[i], err = putCase(ctx, tx, &rows[i]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return outcomes, nil
}

func putCase(ctx context.Context, tx pgx.Tx, r *caseRow) (healthcode.Outcome, error) {
	c, person := &r.Case, uuid(r.Case.Person)
	stored, err := writeCase(ctx, tx, r)
	if err != nil || !stored {
		return healthcode.Conflict, err
	}
	for i, e := range r.Entries {
		_, err := tx.Exec(ctx, `INSERT INTO case_entry (person_id, case_id, n, id, at, role, by, kind, text)
			SELECT $1::uuid, $2::text, COALESCE(MAX(n), 0) + 1, $3::text, $4::bigint, $5::text, $6::text, $7::text, $8::bytea
			FROM case_entry WHERE person_id = $1 AND case_id = $2`,
			person, c.ID, e.ID, stamp(e.At), string(e.Role), e.By, e.Kind, r.texts[i])
		if err != nil {
			return healthcode.Conflict, err
		}
	}
	return healthcode.Stored, nil
}

// writeCase writes the case's own row; false where somebody else was first.
func writeCase(ctx context.Context, tx pgx.Tx, r *caseRow) (bool, error) {
	c, person := &r.Case, uuid(r.Case.Person)
	if c.Version == 0 {
		if err := mustExist(ctx, tx, person); err != nil {
			return false, err
		}
		tag, err := tx.Exec(ctx, `INSERT INTO case_file (person_id, id, jurisdiction, subject, episode, state, office, officer, opened, due, wake, version, data)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 1, $12) ON CONFLICT DO NOTHING`,
			person, c.ID, c.Jurisdiction, c.Subject, c.Episode, string(c.State), c.Office, c.Officer, stamp(c.Opened), stamp(c.Due), stamp(c.Wake), r.data)
		if err != nil || tag.RowsAffected() == 0 {
			return false, err
		}
		owner, _, err := claimOwner(ctx, tx, "case:"+c.ID, person)
		if err == nil && owner != person {
			err = fmt.Errorf("case %s is somebody else's", c.ID)
		}
		return err == nil, err
	}
	// The row's lock comes first, so that nobody adds the same entry meanwhile.
	var version int
	err := tx.QueryRow(ctx, "SELECT version FROM case_file WHERE person_id = $1 AND id = $2 FOR UPDATE", person, c.ID).Scan(&version)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && version != c.Version {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	for _, e := range r.Entries {
		there := 0
		if err := tx.QueryRow(ctx, "SELECT count(*) FROM case_entry WHERE person_id = $1 AND case_id = $2 AND id = $3", person, c.ID, e.ID).Scan(&there); err != nil || there > 0 {
			return false, err
		}
	}
	_, err = tx.Exec(ctx, `UPDATE case_file SET state = $3, office = $4, officer = $5, due = $6, wake = $7, version = version + 1, data = $8
		WHERE person_id = $1 AND id = $2`, person, c.ID, string(c.State), c.Office, c.Officer, stamp(c.Due), stamp(c.Wake), r.data)
	return err == nil, err
}

const caseFields = "person_id, id, jurisdiction, subject, episode, opened, wake, version, data"

const caseColumns = "SELECT " + caseFields + " FROM case_file "

func scanCase(scan scanner) (c healthcode.Case, err error) {
	var person uuid
	var id, jurisdiction, subject string
	var opened, wake int64
	var episode, version int
	var data []byte
	if err := scan(&person, &id, &jurisdiction, &subject, &episode, &opened, &wake, &version, &data); err != nil {
		return c, err
	}
	if err := json.Unmarshal(data, &c); err != nil {
		return c, err
	}
	c.Person, c.ID, c.Jurisdiction, c.Subject, c.Episode, c.Version = healthcode.PersonID(person), id, jurisdiction, subject, episode, version
	c.Opened, c.Wake = unstamp(opened), unstamp(wake)
	return c.UTC(), nil
}

// Case finds the person first, and then reads on one shard.
func (s *Store) Case(ctx context.Context, id string) (healthcode.Case, []healthcode.CaseEntry, error) {
	const doing = "reading a case"
	person, err := one(ctx, s, doing, scanOwner, selectOwnerKey, "case:"+id)
	if err != nil {
		return healthcode.Case{}, nil, err
	}
	c, err := one(ctx, s, doing, scanCase, caseColumns+"WHERE person_id = $1 AND id = $2", person, id)
	if err != nil {
		return c, nil, err
	}
	entries, err := many(ctx, s, doing, func(scan scanner) (e healthcode.CaseEntry, err error) {
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
	}, "SELECT id, at, role, by, kind, text FROM case_entry WHERE person_id = $1 AND case_id = $2 ORDER BY n", person, id)
	return c, entries, err
}

// CasesOf reads a range of a key.
func (s *Store) CasesOf(ctx context.Context, person healthcode.PersonID) ([]healthcode.Case, error) {
	return many(ctx, s, "listing cases", scanCase, caseColumns+"WHERE person_id = $1 ORDER BY opened, id", uuid(person))
}

// Cases reads a range of the queue's index, on every shard.
func (s *Store) Cases(ctx context.Context, f healthcode.CaseFilter) ([]healthcode.Case, error) {
	where, args := "WHERE jurisdiction = $1 AND state = $2 AND (due, id) > ($3, $4)", []any{f.Jurisdiction, string(f.State), stamp(f.AfterDue), f.AfterID}
	and := func(condition string, value any) {
		args = append(args, value)
		where += fmt.Sprintf(" AND "+condition+" $%d", len(args))
	}
	if !f.DueBefore.IsZero() {
		and("due <", stamp(f.DueBefore))
	}
	if f.Office != "" {
		and("office =", f.Office)
	}
	if f.Officer != "" {
		and("officer =", f.Officer)
	}
	args = append(args, f.Limit)
	return many(ctx, s, "listing cases", scanCase, fmt.Sprintf("%s%s ORDER BY due, id LIMIT $%d", caseColumns, where, len(args)), args...)
}

// CaseCounts reads a range of the queue's index, on every shard.
func (s *Store) CaseCounts(ctx context.Context, jurisdiction string) (map[healthcode.CaseState]int, error) {
	counts := map[healthcode.CaseState]int{}
	err := s.list(ctx, "counting cases", "SELECT state, count(*) FROM case_file WHERE jurisdiction = $1 GROUP BY state", []any{jurisdiction}, func(scan scanner) error {
		var state string
		var n int
		err := scan(&state, &n)
		counts[healthcode.CaseState(state)] = n
		return err
	})
	return counts, err
}

// ClaimCases looks for candidates without a lock; who changes a row's wake first has it.
func (s *Store) ClaimCases(ctx context.Context, now, until time.Time, limit int) ([]healthcode.Case, error) {
	const doing = "claiming cases"
	candidates, err := many(ctx, s, doing, scanCase, caseColumns+"WHERE wake > 0 AND wake <= $1 ORDER BY wake, id LIMIT $2", stamp(now), limit)
	if err != nil {
		return nil, err
	}
	var claimed []healthcode.Case
	for _, c := range candidates {
		var got []healthcode.Case
		err := s.write(ctx, doing, func(tx pgx.Tx) error {
			got = nil
			return eachRow(ctx, tx, "UPDATE case_file SET wake = $3 WHERE person_id = $1 AND id = $2 AND wake > 0 AND wake <= $4 RETURNING "+caseFields,
				[]any{uuid(c.Person), c.ID, stamp(until), stamp(now)}, func(scan scanner) error {
					c, err := scanCase(scan)
					got = append(got, c)
					return err
				})
		})
		claimed = append(claimed, got...)
		if err != nil {
			return claimed, err
		}
	}
	return claimed, nil
}

// ClaimTask: of several holders one changes the row.
func (s *Store) ClaimTask(ctx context.Context, task, holder string, now, until time.Time) (bool, error) {
	n, err := s.exec(ctx, "claiming a task", `INSERT INTO task (name, holder, until) VALUES ($1, $2, $3)
		ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until WHERE task.holder = excluded.holder OR task.until <= $4 OR task.until > $5`,
		task, holder, stamp(until), stamp(now), stamp(now.Add(healthcode.MaxTask)))
	return n > 0, err
}
