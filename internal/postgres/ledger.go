package postgres

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"healthcode"
)

// factRow is a fact on its way into the tables.
type factRow struct {
	fact    *healthcode.Fact
	person  uuid
	key     uuid
	end     int64
	data    []byte
	outcome healthcode.Outcome
}

func (s *Store) encode(p *healthcode.PersonFact) (factRow, error) {
	f := &p.Fact
	switch {
	case f.ID == "":
		return factRow{}, invalid("id", "事实没有编号", "missing")
	case f.Source == "":
		return factRow{}, invalid("source", "事实没有来源", "missing")
	case f.Recorded.IsZero():
		return factRow{}, invalid("recorded", "事实没有记录时间", "missing; set it at intake")
	case !slices.Contains(healthcode.Kinds, f.Kind):
		return factRow{}, invalid("kind", "没有这种事实", fmt.Sprintf("%q is not a kind of fact", f.Kind))
	}
	key, err := s.factKey(f.Ref())
	return factRow{fact: f, person: uuid(p.Person), key: key, end: stamp(p.DeleteAfter),
		data: appendFact(make([]byte, 0, 128), f)}, err
}

// fewFacts is how many facts are sent one by one, in a single message. More go in bulk.
const fewFacts = 8

// Append tells the keys that are new from those that are taken, and stores the facts of the new
// ones, in one transaction. Keys are taken in order, so that two callers can't wait for each other.
func (s *Store) Append(ctx context.Context, facts []healthcode.PersonFact) ([]healthcode.Outcome, error) {
	const doing = "appending facts"
	rows := make([]factRow, len(facts))
	sorted := make([]*factRow, len(facts))
	for i := range facts {
		row, err := s.encode(&facts[i])
		if err != nil {
			return nil, fmt.Errorf("%s: fact %d: %w", doing, i, err)
		}
		rows[i], sorted[i] = row, &rows[i]
	}
	// Stable, so that of several facts of one name the first is stored.
	slices.SortStableFunc(sorted, func(a, b *factRow) int { return compareUUID(a.key, b.key) })
	if err := s.known(ctx, sorted); err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	if err := s.store(ctx, doing, sorted); err != nil {
		return nil, err
	}
	outcomes := make([]healthcode.Outcome, len(rows))
	for i := range rows {
		outcomes[i] = rows[i].outcome
	}
	return outcomes, nil
}

// store sends few facts as if all were new, which most are, and everything else in bulk.
func (s *Store) store(ctx context.Context, doing string, rows []*factRow) error {
	if len(rows) == 0 {
		return nil
	}
	if len(rows) <= fewFacts {
		taken, err := s.insertNew(ctx, doing, rows, nil)
		if err != nil || !taken {
			return err
		}
	}
	defer s.changedFacts(personsOf(rows)...)
	return s.write(ctx, doing, func(tx pgx.Tx) error { return s.bulk(ctx, tx, rows) })
}

const (
	insertFactKey = "INSERT INTO fact_key (key, person_id) VALUES ($1, $2)"
	insertFact    = "INSERT INTO fact (person_id, key, delete_after, data) VALUES ($1, $2, $3, $4)"
)

// insertNew stores rows and what more adds in one message, which is one transaction. It
// reports taken where one of the keys was there already; then nothing is stored.
func (s *Store) insertNew(ctx context.Context, doing string, rows []*factRow, more func(*pgx.Batch)) (keyTaken bool, err error) {
	defer s.changedFacts(personsOf(rows)...)
	err = s.retry(ctx, doing, func() error {
		err := s.atOnce(ctx, func(batch *pgx.Batch) {
			for _, row := range rows {
				batch.Queue(insertFactKey, row.key, row.person)
			}
			for _, row := range rows {
				batch.Queue(insertFact, row.person, row.key, row.end, row.data)
			}
			if more != nil {
				more(batch)
			}
		})
		keyTaken = taken(err, "fact_key_pkey")
		if keyTaken {
			return nil
		}
		return err
	})
	return keyTaken, err
}

const selectFacts = "SELECT data FROM fact WHERE person_id = $1"

// Facts reads one range of the primary key. An empty list is nil.
func (s *Store) Facts(ctx context.Context, person healthcode.PersonID) ([]healthcode.Fact, error) {
	const doing = "reading facts"
	var stored [][]byte
	err := s.get(ctx, doing, selectFacts, []any{uuid(person)}, func(scan scanner) error {
		var data []byte
		err := scan(&data)
		stored = append(stored, data)
		return err
	})
	if err != nil || len(stored) == 0 {
		return nil, err
	}
	facts := make([]healthcode.Fact, len(stored))
	for i, data := range stored {
		if facts[i], err = parseFact(data); err != nil {
			return nil, fmt.Errorf("%s: %w", doing, err)
		}
	}
	slices.SortFunc(facts, func(a, b healthcode.Fact) int { return a.Compare(&b) })
	return facts, nil
}

// Counts counts the rows of both tables, which takes seconds in a large database.
func (s *Store) Counts(ctx context.Context) (persons, facts int, err error) {
	for table, n := range map[string]*int{"person": &persons, "fact": &facts} {
		err := s.list(ctx, "counting", "SELECT count(*) FROM "+table, nil, func(scan scanner) error { return scan(n) })
		if err != nil {
			return 0, 0, err
		}
	}
	return persons, facts, nil
}
