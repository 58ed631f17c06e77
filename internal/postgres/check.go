package postgres

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
)

// checkRows is how many rows a check holds at a time.
const checkRows = 5000

// Check reads the whole database: that every fact and every document is found by its key and no key leads
// elsewhere, that what is encrypted can be read, that the tables in which one thing has several rows agree, and, where
// the extension amcheck is there, PostgreSQL's own check of every index. It sees one snapshot, except
// on a cluster: there, stop the servers first.
func (s *Store) Check(ctx context.Context) error {
	const doing = "checking the database"
	if s.isClosed() {
		return fmt.Errorf("%s: %w", doing, ErrClosed)
	}
	snapshot := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err := pgx.BeginTxFunc(ctx, s.pool, snapshot, func(tx pgx.Tx) error {
		for _, check := range []func(context.Context, pgx.Tx) error{s.checkFacts, s.checkPersons, checkCounts, checkIndexes} {
			if err := check(ctx, tx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return s.failed(ctx, doing, err)
	}
	return nil
}

func (s *Store) checkFacts(ctx context.Context, tx pgx.Tx) error {
	facts := 0
	var lastPerson, lastKey uuid
	for {
		var persons, keys []uuid
		err := eachRow(ctx, tx, `SELECT person_id, key, data FROM fact WHERE (person_id, key) > ($1, $2)
			ORDER BY person_id, key LIMIT $3`, []any{lastPerson, lastKey, checkRows}, func(scan scanner) error {
			var data []byte
			if err := scan(&lastPerson, &lastKey, &data); err != nil {
				return err
			}
			persons, keys = append(persons, lastPerson), append(keys, lastKey)
			return s.checkFact(lastKey, data)
		})
		if err != nil {
			return err
		}
		if len(keys) == 0 {
			return expect(ctx, tx, "keys of facts", facts, "SELECT count(*) FROM fact_key")
		}
		facts += len(keys)
		if err := leadTo(ctx, tx, "fact", keys, persons); err != nil {
			return err
		}
		distinct := slices.Compact(slices.Clone(persons))
		if err := expect(ctx, tx, "persons of facts", len(distinct), "SELECT count(*) FROM person WHERE person_id = ANY($1)", distinct); err != nil {
			return err
		}
	}
}

func (s *Store) checkFact(key uuid, data []byte) error {
	f, err := parseFact(data)
	if err != nil {
		return fmt.Errorf("fact %x: %w", key, err)
	}
	want, err := s.factKey(f.Ref())
	if err != nil {
		return err
	}
	if want != key {
		return fmt.Errorf("fact %x has the key of another", key)
	}
	return nil
}

// leadTo checks that each key leads to the person at the same place.
func leadTo(ctx context.Context, tx pgx.Tx, what string, keys, persons []uuid) error {
	owners := make(map[uuid]uuid, len(keys))
	err := eachRow(ctx, tx, "SELECT key, person_id FROM "+what+"_key WHERE key = ANY($1)", []any{keys}, func(scan scanner) error {
		var key, person uuid
		err := scan(&key, &person)
		owners[key] = person
		return err
	})
	if err != nil {
		return err
	}
	for i, key := range keys {
		if owner, ok := owners[key]; !ok {
			return fmt.Errorf("%s %x of person %x is missing in its index", what, key, persons[i])
		} else if owner != persons[i] {
			return fmt.Errorf("%s %x of person %x leads to person %x", what, key, persons[i], owner)
		}
	}
	return nil
}

func (s *Store) checkPersons(ctx context.Context, tx pgx.Tx) error {
	total := 0
	var last uuid
	for {
		before := last
		var keys, persons []uuid
		err := eachRow(ctx, tx, "SELECT person_id, documents, profile FROM person WHERE person_id > $1 ORDER BY person_id LIMIT $2",
			[]any{last, checkRows}, func(scan scanner) error {
				var sealed, profile []byte
				if err := scan(&last, &sealed, &profile); err != nil {
					return err
				}
				if _, err := s.openProfile(last, profile); err != nil {
					return err
				}
				documents, err := s.openDocuments(last, sealed)
				if err != nil {
					return err
				}
				hashes, err := s.documentHashes(documents)
				for _, hash := range hashes {
					keys, persons = append(keys, hash), append(persons, last)
				}
				return err
			})
		if err != nil {
			return err
		}
		if last == before {
			return expect(ctx, tx, "keys of documents", total, "SELECT count(*) FROM document_key")
		}
		total += len(keys)
		if err := leadTo(ctx, tx, "document", keys, persons); err != nil {
			return err
		}
	}
}

// checkCounts compares tables that say the same. Each query reads one table, or tables side by side.
func checkCounts(ctx context.Context, tx pgx.Tx) error {
	for _, c := range []struct{ what, one, other string }{
		{"sessions by their ids", "SELECT count(*) FROM session", "SELECT count(*) FROM session_key"},
		{"sessions by their owners", "SELECT count(*) FROM session", "SELECT count(*) FROM session_owner"},
		{"relations by their persons", "SELECT coalesce(sum(CASE WHEN asker = subject THEN 1 ELSE 2 END), 0) FROM relation",
			"SELECT count(*) FROM person_relation"},
		{"ids of photos", "SELECT count(*) FROM photo", "SELECT count(*) FROM owner_key WHERE name LIKE 'photo:%'"},
		{"ids of disputes", "SELECT count(*) FROM dispute", "SELECT count(*) FROM owner_key WHERE name LIKE 'dispute:%'"},
		{"names of codes on paper", "SELECT count(*) FROM offline_code", "SELECT count(*) FROM owner_key WHERE name LIKE 'offline:%'"},
		{"pictures without a photo", "SELECT 0", `SELECT count(*) FROM photo_data d
			LEFT JOIN photo p ON p.person_id = d.person_id AND p.id = d.id WHERE p.id IS NULL`},
	} {
		var want int
		if err := tx.QueryRow(ctx, c.one).Scan(&want); err != nil {
			return err
		}
		if err := expect(ctx, tx, c.what, want, c.other); err != nil {
			return err
		}
	}
	return nil
}

// checkIndexes lets PostgreSQL compare every index with its table, where it may.
func checkIndexes(ctx context.Context, tx pgx.Tx) error {
	var there bool
	err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM pg_proc WHERE oid = to_regprocedure('bt_index_check(regclass,boolean)')
		AND has_function_privilege(oid, 'EXECUTE'))`).Scan(&there)
	if err != nil || !there {
		return err
	}
	return eachRow(ctx, tx, `SELECT bt_index_check(i.indexrelid, true) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
		JOIN pg_am a ON a.oid = c.relam WHERE a.amname = 'btree' AND c.relnamespace = current_schema()::regnamespace AND i.indisvalid`, nil,
		func(scanner) error { return nil })
}

// expect compares a number with what a query counts.
func expect(ctx context.Context, tx pgx.Tx, what string, want int, query string, args ...any) error {
	var got int
	if err := tx.QueryRow(ctx, query, args...).Scan(&got); err != nil {
		return err
	}
	if got != want {
		return fmt.Errorf("%s: %d, and there should be %d", what, got, want)
	}
	return nil
}
