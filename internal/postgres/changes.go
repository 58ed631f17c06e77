package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"healthcode"
)

// sealChange encrypts what a change says in words.
func (s *Store) sealChange(c *healthcode.Change) (evidence, why []byte, err error) {
	if evidence, err = s.sealer.Seal([]byte(c.Evidence), []byte("change.evidence:"+c.ID)); err == nil {
		why, err = s.sealer.Seal([]byte(c.Why), []byte("change.why:"+c.ID))
	}
	if err != nil {
		return nil, nil, fmt.Errorf("encrypting a change: %w", err)
	}
	return evidence, why, nil
}

// PutChange stores a proposed change. CodeConflict: the id is taken.
func (s *Store) PutChange(ctx context.Context, c healthcode.Change) error {
	fact, err := json.Marshal(c.Fact)
	if err != nil {
		return invalid("fact", "事实不完整", err.Error())
	}
	evidence, why, err := s.sealChange(&c)
	if err != nil {
		return err
	}
	return s.write(ctx, "storing a change", func(tx pgx.Tx) error {
		if err := mustExist(ctx, tx, uuid(c.Person)); err != nil {
			return err
		}
		_, fresh, err := claimOwner(ctx, tx, "change:"+c.ID, uuid(c.Person))
		if err != nil {
			return err
		}
		if !fresh {
			return healthcode.Errorf(healthcode.CodeConflict, "id", "这个变更已存在", "there is a change of that id already")
		}
		_, err = tx.Exec(ctx, `INSERT INTO change (id, person_id, jurisdiction, office, venue, fact, ground, evidence, case_id, by, at, salt,
			state, agreed, decided, why, log_index) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, '', 0, $14, -1)`,
			c.ID, uuid(c.Person), c.Jurisdiction, c.Office, c.Venue, string(fact), c.Ground, evidence, c.CaseID, c.By, stamp(c.At),
			notNil(c.Salt), string(healthcode.ChangeProposed), why)
		return err
	})
}

func notNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

const changeColumns = `SELECT id, person_id, jurisdiction, office, venue, fact, ground, evidence, case_id, by, at, salt,
	state, agreed, decided, why, log_index FROM change `

func (s *Store) scanChange(scan scanner) (c healthcode.Change, err error) {
	var at, decided int64
	var fact, evidence, why []byte
	if err := scan(&c.ID, (*uuid)(&c.Person), &c.Jurisdiction, &c.Office, &c.Venue, &fact, &c.Ground, &evidence, &c.CaseID, &c.By, &at, &c.Salt,
		&c.State, &c.Agreed, &decided, &why, &c.Index); err != nil {
		return c, err
	}
	c.At, c.Decided = unstamp(at), unstamp(decided)
	if err := json.Unmarshal(fact, &c.Fact); err != nil {
		return c, fmt.Errorf("reading the fact of change %s: %w", c.ID, err)
	}
	plain, err := s.sealer.Open(evidence, []byte("change.evidence:"+c.ID))
	if err != nil {
		return c, fmt.Errorf("decrypting change %s: %w", c.ID, err)
	}
	c.Evidence = string(plain)
	if plain, err = s.sealer.Open(why, []byte("change.why:"+c.ID)); err != nil {
		return c, fmt.Errorf("decrypting change %s: %w", c.ID, err)
	}
	c.Why = string(plain)
	return c, nil
}

// Change finds whose change it is, and reads one row of that person's.
func (s *Store) Change(ctx context.Context, id string) (healthcode.Change, error) {
	const doing = "reading a change"
	person, err := one(ctx, s, doing, scanOwner, selectOwnerKey, "change:"+id)
	if err != nil {
		return healthcode.Change{}, err
	}
	return one(ctx, s, doing, s.scanChange, changeColumns+"WHERE person_id = $1 AND id = $2", person, id)
}

// ChangesIn reads a range of an index, on every shard.
func (s *Store) ChangesIn(ctx context.Context, jurisdiction string, state healthcode.ChangeState, since time.Time, limit int) ([]healthcode.Change, error) {
	return many(ctx, s, "listing changes", s.scanChange,
		changeColumns+"WHERE jurisdiction = $1 AND state = $2 AND decided >= $3 ORDER BY decided, at, id LIMIT $4", jurisdiction, string(state), stamp(since), limit)
}

// ChangesOf reads a range of the primary key.
func (s *Store) ChangesOf(ctx context.Context, id healthcode.PersonID) ([]healthcode.Change, error) {
	return many(ctx, s, "listing changes", s.scanChange, changeColumns+"WHERE person_id = $1 ORDER BY at, id", uuid(id))
}

// DecideChange appends the fact of an applied change in the same transaction.
func (s *Store) DecideChange(ctx context.Context, c healthcode.Change) error {
	const doing = "deciding a change"
	var rows []*factRow
	if c.State == healthcode.ChangeApplied {
		row, err := s.encode(&healthcode.PersonFact{Person: c.Person, Fact: c.Fact})
		if err != nil {
			return fmt.Errorf("%s: %w", doing, err)
		}
		rows = append(rows, &row)
	}
	fact, err := json.Marshal(c.Fact)
	if err != nil {
		return invalid("fact", "事实不完整", err.Error())
	}
	_, why, err := s.sealChange(&c)
	if err != nil {
		return err
	}
	return s.write(ctx, doing, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `UPDATE change SET state = $1, agreed = $2, decided = $3, why = $4, fact = $5
			WHERE person_id = $6 AND id = $7 AND state = 'proposed'`, string(c.State), c.Agreed, stamp(c.Decided), why, string(fact), uuid(c.Person), c.ID)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			var state string
			if err := tx.QueryRow(ctx, "SELECT state FROM change WHERE person_id = $1 AND id = $2", uuid(c.Person), c.ID).Scan(&state); err != nil {
				return found(err, "", "没有这个变更", "there is no such change")
			}
			return healthcode.Errorf(healthcode.CodeConflict, "", "这个变更已经有人处理了", "the change has been decided already")
		}
		for _, row := range rows {
			if _, err := tx.Exec(ctx, insertFactKey, row.key, row.person); err != nil {
				if taken(err, "fact_key_pkey") {
					return healthcode.Errorf(healthcode.CodeConflict, "id", "该来源的编号已被使用", "%s has a fact %s already", c.Fact.Source, c.Fact.ID)
				}
				return err
			}
			if _, err := tx.Exec(ctx, insertFact, row.person, row.key, row.end, row.data); err != nil {
				return err
			}
		}
		return nil
	})
}

// ChangesToLog reads the start of a partial index, on every shard.
func (s *Store) ChangesToLog(ctx context.Context, limit int) ([]healthcode.Change, error) {
	return many(ctx, s, "listing changes", s.scanChange,
		changeColumns+"WHERE state = 'applied' AND log_index < 0 ORDER BY decided, id LIMIT $1", limit)
}

// PutChangeIndex changes one row.
func (s *Store) PutChangeIndex(ctx context.Context, id string, index int64) error {
	const doing = "recording a log entry"
	person, err := one(ctx, s, doing, scanOwner, selectOwnerKey, "change:"+id)
	if err != nil {
		return err
	}
	_, err = s.exec(ctx, doing, "UPDATE change SET log_index = $1 WHERE person_id = $2 AND id = $3", index, person, id)
	return err
}

// ChangesApplied reads a range of a partial index, on every shard.
func (s *Store) ChangesApplied(ctx context.Context, after string, limit int) ([]healthcode.Change, error) {
	lenient := func(scan scanner) (healthcode.Change, error) {
		c, err := s.scanChange(scan)
		if c.ID != "" {
			err = nil
		}
		return c, err
	}
	return many(ctx, s, "listing changes", lenient,
		changeColumns+"WHERE state = 'applied' AND id > $1 ORDER BY id LIMIT $2", after, limit)
}

// FactsFrom reads the whole table.
func (s *Store) FactsFrom(ctx context.Context, prefix string, each func(healthcode.PersonID, healthcode.Fact) error) error {
	return s.list(ctx, "reading facts", "SELECT person_id, data FROM fact", nil, func(scan scanner) error {
		var person uuid
		var data []byte
		if err := scan(&person, &data); err != nil {
			return err
		}
		f, err := parseFact(data)
		if err != nil {
			return fmt.Errorf("a fact of person %s: %w", healthcode.PersonID(person), err)
		}
		if !strings.HasPrefix(f.Source, prefix) {
			return nil
		}
		return each(healthcode.PersonID(person), f)
	})
}
