package postgres

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"healthcode"
)

const selectPerson = "SELECT 1 FROM person WHERE person_id = $1"

// known returns CodeNotFound unless every row's person is there. Persons are never deleted, so it
// need not be in the transaction that follows.
func (s *Store) known(ctx context.Context, rows []*factRow) error {
	persons := make([]uuid, 0, len(rows))
	for _, row := range rows {
		persons = append(persons, row.person)
	}
	slices.SortFunc(persons, compareUUID)
	persons = slices.Compact(persons)
	if len(persons) == 1 {
		return s.exists(ctx, persons[0])
	}
	found := 0
	err := s.list(ctx, "looking for persons", "SELECT count(*) FROM person WHERE person_id = ANY($1)", []any{persons},
		func(scan scanner) error { return scan(&found) })
	if err == nil && found < len(persons) {
		err = noPerson()
	}
	return err
}

func (s *Store) exists(ctx context.Context, person uuid) error {
	found := make([]bool, 1)
	err := s.get(ctx, "looking for a person", selectPerson, []any{person}, func(scanner) error {
		found[0] = true
		return nil
	})
	if err == nil && !found[0] {
		err = noPerson()
	}
	return err
}

// bulk stores rows, which are in the order of their keys, and sets their outcomes.
func (s *Store) bulk(ctx context.Context, tx pgx.Tx, rows []*factRow) error {
	distinct := slices.CompactFunc(slices.Clone(rows), func(a, b *factRow) bool { return a.key == b.key })
	keys, persons := make([]uuid, len(distinct)), make([]uuid, len(distinct))
	for i, row := range distinct {
		keys[i], persons[i] = row.key, row.person
	}
	fresh, err := takeKeys(ctx, tx, "fact_key", keys, persons)
	if err != nil {
		return err
	}
	var news, old []*factRow
	for _, row := range distinct {
		if fresh[row.key] {
			news = append(news, row)
		} else {
			old = append(old, row)
		}
	}
	winners := make(map[uuid]winner, len(distinct))
	for _, row := range news {
		winners[row.key] = winner{row.person, row.fact}
	}
	if err := stored(ctx, tx, old, winners); err != nil {
		return err
	}
	for i, row := range rows {
		w := winners[row.key]
		switch {
		case fresh[row.key] && (i == 0 || rows[i-1].key != row.key):
			row.outcome = healthcode.Stored
		case w.person == row.person && sameFact(w.fact, row.fact):
			row.outcome = healthcode.Duplicate
		default:
			row.outcome = healthcode.Conflict
		}
	}
	return copyFacts(ctx, tx, news)
}

// fewKeys is how many keys are taken one by one. More go in bulk.
const fewKeys = 8

// takeKeys claims the keys in a table that nobody has, for the persons at the same places, and returns them.
func takeKeys(ctx context.Context, tx pgx.Tx, table string, keys, persons []uuid) (map[uuid]bool, error) {
	fresh := make(map[uuid]bool, len(keys))
	if len(keys) > fewKeys {
		return fresh, takeStaged(ctx, tx, table, keys, persons, fresh)
	}
	var batch pgx.Batch
	for i, key := range keys {
		batch.Queue("INSERT INTO "+table+" (key, person_id) VALUES ($1, $2) ON CONFLICT DO NOTHING", key, persons[i]).Exec(
			func(tag pgconn.CommandTag) error {
				if tag.RowsAffected() == 1 {
					fresh[key] = true
				}
				return nil
			})
	}
	return fresh, tx.SendBatch(ctx, &batch).Close()
}

const takeKeysSQL = `INSERT INTO %s (key, person_id) SELECT key, person_id FROM key_stage WHERE batch = $1
	ORDER BY key ON CONFLICT DO NOTHING RETURNING key`

// takeStaged sends the keys by COPY into a table that lies beside their own, and from there by one statement:
// on a cluster each node does its part of it, and one node does not have to hand out every row.
func takeStaged(ctx context.Context, tx pgx.Tx, table string, keys, persons []uuid, fresh map[uuid]bool) error {
	var batch uuid
	rand.Read(batch[:])
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"key_stage"}, []string{"key", "person_id", "batch"},
		pgx.CopyFromSlice(len(keys), func(i int) ([]any, error) { return []any{keys[i], persons[i], batch}, nil }))
	if err != nil {
		return err
	}
	err = eachRow(ctx, tx, fmt.Sprintf(takeKeysSQL, table), []any{batch}, func(scan scanner) error {
		var key uuid
		err := scan(&key)
		fresh[key] = true
		return err
	})
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "DELETE FROM key_stage WHERE batch = $1", batch)
	return err
}

// winner is the fact that has a name, and whose it is.
type winner struct {
	person uuid
	fact   *healthcode.Fact
}

// stored adds the facts that have the rows' keys already.
func stored(ctx context.Context, q querier, rows []*factRow, winners map[uuid]winner) error {
	if len(rows) == 0 {
		return nil
	}
	keys := make([]uuid, len(rows))
	for i, row := range rows {
		keys[i] = row.key
	}
	var found, persons []uuid
	err := eachRow(ctx, q, "SELECT key, person_id FROM fact_key WHERE key = ANY($1)", []any{keys}, func(scan scanner) error {
		var key, person uuid
		err := scan(&key, &person)
		found, persons = append(found, key), append(persons, person)
		return err
	})
	if err != nil {
		return err
	}
	// Pair by pair: with two lists in the condition, PostgreSQL would try every key with every person.
	err = eachRow(ctx, q, `SELECT f.key, f.person_id, f.data FROM unnest($1::uuid[], $2::uuid[]) AS k (person_id, key)
		JOIN fact f ON f.person_id = k.person_id AND f.key = k.key`, []any{persons, found},
		func(scan scanner) error {
			var key, person uuid
			var data []byte
			if err := scan(&key, &person, &data); err != nil {
				return err
			}
			fact, err := parseFact(data)
			winners[key] = winner{person, &fact}
			return err
		})
	if err != nil {
		return err
	}
	for _, key := range keys {
		if winners[key].fact == nil {
			// A purge deleted it after its key had been looked at.
			return fmt.Errorf("%w: a fact has just ended", errAgain)
		}
	}
	return nil
}

// copyFacts stores facts whose keys are the transaction's own: nothing can be in their way. They go in the order
// of their persons, so that a batch touches neighbouring pages.
func copyFacts(ctx context.Context, tx pgx.Tx, rows []*factRow) error {
	if len(rows) == 0 {
		return nil
	}
	slices.SortFunc(rows, func(a, b *factRow) int { return compareUUID(a.person, b.person) })
	n, err := tx.CopyFrom(ctx, pgx.Identifier{"fact"}, []string{"person_id", "key", "delete_after", "data"},
		pgx.CopyFromSlice(len(rows), func(i int) ([]any, error) {
			return []any{rows[i].person, rows[i].key, rows[i].end, rows[i].data}, nil
		}))
	if err == nil && n != int64(len(rows)) {
		err = errors.New("some facts were not copied")
	}
	return err
}
