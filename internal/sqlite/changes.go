package sqlite

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

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
	person, err := s.ids.must(c.Person)
	if err != nil {
		return err
	}
	fact, err := json.Marshal(c.Fact)
	if err != nil {
		return invalid("fact", "事实不完整", err.Error())
	}
	evidence, why, err := s.sealChange(&c)
	if err != nil {
		return err
	}
	return s.write(ctx, "storing a change", func(t *tx) error {
		_, err := t.exec("INSERT INTO change VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', 0, ?, -1)", c.ID, person, c.Jurisdiction,
			c.Office, c.Venue, string(fact), c.Ground, evidence, c.CaseID, c.By, stamp(c.At), c.Salt, healthcode.ChangeProposed, why)
		if taken(err) {
			return healthcode.Errorf(healthcode.CodeConflict, "id", "这个变更已存在", "there is a change of that id already")
		}
		return noSuchPerson(err)
	})
}

const changeColumns = `SELECT id, person, jurisdiction, office, venue, fact, ground, evidence, case_id, by, at, salt,
	state, agreed, decided, why, log_index FROM change `

func (s *Store) scanChange(scan scanner) (c healthcode.Change, err error) {
	var person, at, decided int64
	var fact, evidence, why []byte
	if err := scan(&c.ID, &person, &c.Jurisdiction, &c.Office, &c.Venue, &fact, &c.Ground, &evidence, &c.CaseID, &c.By, &at, &c.Salt,
		&c.State, &c.Agreed, &decided, &why, &c.Index); err != nil {
		return c, err
	}
	c.Person, c.At, c.Decided = s.ids.id(person), unstamp(at), unstamp(decided)
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

// Change reads one row.
func (s *Store) Change(ctx context.Context, id string) (healthcode.Change, error) {
	return one(ctx, s, "reading a change", s.scanChange, changeColumns+"WHERE id = ?", id)
}

// ChangesIn reads a range of an index.
func (s *Store) ChangesIn(ctx context.Context, jurisdiction string, state healthcode.ChangeState, since time.Time, limit int) ([]healthcode.Change, error) {
	return many(ctx, s, "listing changes", s.scanChange,
		changeColumns+"WHERE jurisdiction = ? AND state = ? AND decided >= ? ORDER BY decided, at, id LIMIT ?", jurisdiction, state, stamp(since), limit)
}

// ChangesOf reads a range of an index.
func (s *Store) ChangesOf(ctx context.Context, id healthcode.PersonID) ([]healthcode.Change, error) {
	return many(ctx, s, "listing changes", s.scanChange, changeColumns+"WHERE person = ? ORDER BY at, id", s.ids.orNone(id))
}

// DecideChange appends the fact of an applied change in the same write.
func (s *Store) DecideChange(ctx context.Context, c healthcode.Change) error {
	var row *factRow
	if c.State == healthcode.ChangeApplied {
		encoded, err := s.encodeOne(&healthcode.PersonFact{Person: c.Person, Fact: c.Fact})
		if err != nil {
			return fmt.Errorf("deciding a change: %w", err)
		}
		row = &encoded
	}
	fact, err := json.Marshal(c.Fact)
	if err != nil {
		return invalid("fact", "事实不完整", err.Error())
	}
	_, why, err := s.sealChange(&c)
	if err != nil {
		return err
	}
	return s.write(ctx, "deciding a change", func(t *tx) error {
		n, err := t.change("UPDATE change SET state = ?, agreed = ?, decided = ?, why = ?, fact = ? WHERE id = ? AND state = 'proposed'",
			c.State, c.Agreed, stamp(c.Decided), why, string(fact), c.ID)
		if err != nil {
			return err
		}
		if n == 0 {
			var state string
			if err := t.row([]any{&state}, "SELECT state FROM change WHERE id = ?", c.ID); err != nil {
				return found(err, "", "没有这个变更", "there is no such change")
			}
			return healthcode.Errorf(healthcode.CodeConflict, "", "这个变更已经有人处理了", "the change has been decided already")
		}
		if row == nil {
			return nil
		}
		if err := t.appendFacts([]*factRow{row}); err != nil {
			return err
		}
		if row.outcome != healthcode.Stored {
			return healthcode.Errorf(healthcode.CodeConflict, "id", "该来源的编号已被使用", "%s has a fact %s already", c.Fact.Source, c.Fact.ID)
		}
		return nil
	})
}

// ChangesToLog reads the start of a partial index.
func (s *Store) ChangesToLog(ctx context.Context, limit int) ([]healthcode.Change, error) {
	return many(ctx, s, "listing changes", s.scanChange,
		changeColumns+"WHERE state = 'applied' AND log_index < 0 ORDER BY decided, id LIMIT ?", limit)
}

// PutChangeIndex changes one row.
func (s *Store) PutChangeIndex(ctx context.Context, id string, index int64) error {
	return s.write(ctx, "recording a log entry", func(t *tx) error {
		n, err := t.change("UPDATE change SET log_index = ? WHERE id = ?", index, id)
		if err == nil && n == 0 {
			err = notFound("", "没有这个变更", "there is no such change")
		}
		return err
	})
}

// ChangesApplied reads a range of a partial index.
func (s *Store) ChangesApplied(ctx context.Context, after string, limit int) ([]healthcode.Change, error) {
	lenient := func(scan scanner) (healthcode.Change, error) {
		c, err := s.scanChange(scan)
		if c.ID != "" {
			err = nil
		}
		return c, err
	}
	return many(ctx, s, "listing changes", lenient,
		changeColumns+"WHERE state = 'applied' AND id > ? ORDER BY id LIMIT ?", after, limit)
}

// FactsFrom reads the whole table, and decodes only the facts of the sources asked for.
func (s *Store) FactsFrom(ctx context.Context, prefix string, each func(healthcode.PersonID, healthcode.Fact) error) error {
	return s.read(ctx, "reading facts", func(c *conn) error {
		names := map[int64]string{}
		err := c.each("SELECT code, name FROM source WHERE name >= ? AND name < ?", []any{prefix, prefix + "\U0010ffff"}, func(scan scanner) error {
			var code int64
			var name string
			err := scan(&code, &name)
			names[code] = name
			return err
		})
		if err != nil || len(names) == 0 {
			return err
		}
		return c.each("SELECT person, n, data FROM fact", nil, func(scan scanner) error {
			var person, n int64
			var data []byte
			if err := scan(&person, &n, &data); err != nil {
				return err
			}
			code := reader{b: data}
			name, ok := names[int64(code.uvarint())]
			if !ok {
				return ctx.Err()
			}
			f, err := parseFact(data)
			if err != nil {
				return fmt.Errorf("fact %d of person %s: %w", n, s.ids.id(person), err)
			}
			f.Source = name
			return each(s.ids.id(person), f.Fact)
		})
	})
}
