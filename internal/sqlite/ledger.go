package sqlite

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"

	"healthcode"
)

// Append stores facts in writes of at most maxGroupRows, in the order of their
// persons, so that a write touches neighbouring pages. If it fails, what came
// before may be stored; the facts can be sent again.
func (s *Store) Append(ctx context.Context, facts []healthcode.PersonFact) ([]healthcode.Outcome, error) {
	rows, err := s.encode(facts)
	if err != nil {
		return nil, fmt.Errorf("appending facts: %w", err)
	}
	sorted := make([]*factRow, len(rows))
	for i := range rows {
		sorted[i] = &rows[i]
	}
	slices.SortStableFunc(sorted, func(a, b *factRow) int { return int(a.person - b.person) })
	for chunk := range slices.Chunk(sorted, maxGroupRows) {
		err := s.writeRows(ctx, "appending facts", len(chunk), func(t *tx) error { return t.appendFacts(chunk) })
		if err != nil {
			return nil, err
		}
	}
	outcomes := make([]healthcode.Outcome, len(rows))
	for i := range rows {
		outcomes[i] = rows[i].outcome
	}
	return outcomes, nil
}

// factRow is a fact on its way into the table.
type factRow struct {
	fact    *healthcode.Fact
	person  int64
	hash    uint64
	end     int64
	body    []byte // the row but for the source's code
	outcome healthcode.Outcome
}

// encode does what can be done before the writer's turn.
func (s *Store) encode(facts []healthcode.PersonFact) ([]factRow, error) {
	rows := make([]factRow, len(facts))
	for i := range facts {
		row, err := s.encodeOne(&facts[i])
		if err != nil {
			return nil, fmt.Errorf("fact %d: %w", i, err)
		}
		rows[i] = row
	}
	return rows, nil
}

func (s *Store) encodeOne(p *healthcode.PersonFact) (factRow, error) {
	f := &p.Fact
	switch {
	case f.ID == "":
		return factRow{}, invalid("id", "事实没有编号", "missing")
	case f.Source == "":
		return factRow{}, invalid("source", "事实没有来源", "missing")
	case f.Recorded.IsZero():
		return factRow{}, invalid("recorded", "事实没有记录时间", "missing; set it at intake")
	}
	person, err := s.ids.must(p.Person)
	if err != nil {
		return factRow{}, err
	}
	end := stamp(p.DeleteAfter)
	body, err := appendFact(make([]byte, 0, 64), f, end != 0)
	if err != nil {
		return factRow{}, invalid("kind", "没有这种事实", string(f.Kind)+" is not a kind of fact")
	}
	return factRow{fact: f, person: person, hash: s.refs.of(f.Ref()), end: end, body: body}, nil
}

func invalid(field, zh, en string) error {
	return &healthcode.Error{Code: healthcode.CodeInvalid, Field: field, Text: healthcode.Text{ZH: zh, EN: en}}
}

// appendFacts stores rows that are in the order of their persons, and sets their outcomes.
func (t *tx) appendFacts(rows []*factRow) error {
	var person, next int64
	known := knownFacts{}
	for _, row := range rows {
		if row.person != person {
			person = row.person
			known = knownFacts{}
			err := t.numbers(func(n int64) { next = n }, "SELECT coalesce(max(n), -1) + 1 FROM fact WHERE person = ?", person)
			if err != nil {
				return err
			}
		}
		code, err := t.source(row.fact.Source)
		if err != nil {
			return err
		}
		if row.outcome, err = t.lookUp(row, code, &known); err != nil {
			return err
		}
		if row.outcome != healthcode.Stored {
			continue
		}
		if err := t.insertFact(row, code, next); err != nil {
			return err
		}
		if known.facts != nil {
			known.facts[factName{code, row.fact.ID}] = *row.fact
		}
		next++
	}
	return nil
}

// factName is a fact's source and id.
type factName struct {
	source int64
	id     string
}

// knownFacts are the facts of one person, read when one of them is sent again.
// Reading them once for many keeps a batch of repeats from being quadratic.
type knownFacts struct {
	facts map[factName]healthcode.Fact
}

func (k *knownFacts) read(t *tx, person int64) error {
	if k.facts != nil {
		return nil
	}
	k.facts = make(map[factName]healthcode.Fact)
	return t.eachFact(person, func(_ int64, f storedFact) error {
		k.facts[factName{f.source, f.ID}] = f.Fact
		return nil
	})
}

// lookUp says whether the fact's source and id are free.
func (t *tx) lookUp(row *factRow, code int64, known *knownFacts) (healthcode.Outcome, error) {
	persons, err := t.personsAt("SELECT key FROM fact_key WHERE key BETWEEN ? AND ?", row.hash)
	if err != nil {
		return 0, err
	}
	name := factName{code, row.fact.ID}
	for _, person := range persons {
		of := known
		if person != row.person {
			of = &knownFacts{}
		}
		if err := of.read(t, person); err != nil {
			return 0, err
		}
		switch fact, taken := of.facts[name]; {
		case !taken:
		case person == row.person && sameFact(fact, *row.fact):
			return healthcode.Duplicate, nil
		default:
			return healthcode.Conflict, nil
		}
	}
	return healthcode.Stored, nil
}

func (t *tx) insertFact(row *factRow, code, n int64) error {
	// Two facts of one person may share a hash, and then share the key.
	if _, err := t.exec("INSERT OR IGNORE INTO fact_key VALUES (?)", indexKey(row.hash, row.person)); err != nil {
		return err
	}
	data := make([]byte, 0, binary.MaxVarintLen64+len(row.body))
	data = append(binary.AppendUvarint(data, uint64(code)), row.body...)
	if _, err := t.exec("INSERT INTO fact VALUES (?, ?, ?)", row.person, n, data); err != nil {
		return noSuchPerson(err)
	}
	t.facts++
	t.touchFacts(row.person)
	if err := t.told(row, data); err != nil {
		return err
	}
	if row.end == 0 {
		return nil
	}
	_, err := t.exec("INSERT INTO fact_end VALUES (?, ?, ?)", row.end, row.person, n)
	return err
}

// maxTold is how many new facts of one write are told: those of a door or a person, not those of an import.
const maxTold = 8

// told notes a new fact for the feed, as it will be read.
func (t *tx) told(row *factRow, data []byte) error {
	if !t.watched {
		return nil
	}
	if len(t.appended) >= maxTold {
		t.gone = append(t.gone, row.person)
		return nil
	}
	fact, err := parseFact(data)
	fact.Source = row.fact.Source
	t.appended = append(t.appended, healthcode.PersonFact{Person: t.w.feed.ids.id(row.person), Fact: fact.Fact})
	return err
}

// personsAt returns the persons whose key has the hash.
func (c *conn) personsAt(query string, hash uint64) (persons []int64, err error) {
	low, high := indexRange(hash)
	err = c.numbers(func(key int64) { persons = append(persons, indexPerson(key)) }, query, low, high)
	return persons, err
}

func (c *conn) eachFact(person int64, f func(n int64, fact storedFact) error) error {
	return c.each("SELECT n, data FROM fact WHERE person = ?", []any{person}, func(scan scanner) error {
		var n int64
		var data []byte
		if err := scan(&n, &data); err != nil {
			return err
		}
		fact, err := parseFact(data)
		if err != nil {
			return fmt.Errorf("fact %d of person %d: %w", n, person, err)
		}
		return f(n, fact)
	})
}

// Facts reads one range of the primary key. Times come back in UTC, Person is
// nil, and an empty list is nil.
func (s *Store) Facts(ctx context.Context, id healthcode.PersonID) ([]healthcode.Fact, error) {
	person := s.ids.orNone(id)
	var stored []storedFact
	err := s.read(ctx, "reading facts", func(c *conn) error {
		err := c.eachFact(person, func(_ int64, f storedFact) error {
			stored = append(stored, f)
			return nil
		})
		if err != nil {
			return err
		}
		for i := range stored {
			if stored[i].Source, err = s.sources.get(c, stored[i].source); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	facts := make([]healthcode.Fact, len(stored))
	for i := range stored {
		facts[i] = stored[i].Fact
	}
	slices.SortFunc(facts, func(a, b healthcode.Fact) int { return a.Compare(&b) })
	return facts, nil
}

// Counts reads two stored totals.
func (s *Store) Counts(ctx context.Context) (persons, facts int, err error) {
	err = s.read(ctx, "counting", func(c *conn) error {
		if err := c.row([]any{&persons}, total, "persons"); err != nil {
			return err
		}
		return c.row([]any{&facts}, total, "facts")
	})
	return persons, facts, err
}

const total = "SELECT n FROM total WHERE name = ?"
