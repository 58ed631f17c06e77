package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"healthcode"
)

// Check reads the whole database: SQLite's own check of pages and indexes,
// references, and that the two key tables, the list of ends and the totals say
// what the facts and documents say. It takes a reader and sees one snapshot.
func (s *Store) Check(ctx context.Context) error {
	return s.read(ctx, "checking the database", func(c *conn) error {
		if _, err := c.exec("BEGIN"); err != nil {
			return err
		}
		defer c.exec("ROLLBACK")
		for _, check := range []func(context.Context, *conn) error{s.checkPages, s.checkReferences, s.checkFacts, s.checkPersons} {
			if err := check(ctx, c); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Store) checkPages(ctx context.Context, c *conn) error {
	var errs []error
	err := c.each("PRAGMA integrity_check(20)", nil, func(scan scanner) error {
		var line string
		if err := scan(&line); err != nil {
			return err
		}
		if line != "ok" {
			errs = append(errs, errors.New(line))
		}
		return ctx.Err()
	})
	return errors.Join(append(errs, err)...)
}

func (s *Store) checkReferences(ctx context.Context, c *conn) error {
	return c.each("PRAGMA foreign_key_check", nil, func(scan scanner) error {
		var table, parent string
		var row, key any
		if err := scan(&table, &row, &parent, &key); err != nil {
			return err
		}
		return fmt.Errorf("a row of %s names a %s that isn't there", table, parent)
	})
}

// strangersNamed is how many facts that were put in are named one by one.
const strangersNamed = 50

// checkFacts walks over the facts in the order of their persons, so that it
// holds one person's hashes at a time.
func (s *Store) checkFacts(ctx context.Context, c *conn) error {
	var facts, keys, ends int
	var person int64
	hashes := map[uint64]bool{}
	var strange []error // facts that the program has not stored
	strangers := 0
	err := c.each("SELECT person, n, data FROM fact ORDER BY person, n", nil, func(scan scanner) error {
		var p, n int64
		var data []byte
		if err := scan(&p, &n, &data); err != nil {
			return err
		}
		f, err := parseFact(data)
		if err != nil {
			return fmt.Errorf("fact %d of person %d: %w", n, p, err)
		}
		source, err := s.sources.get(c, f.source)
		if err != nil {
			return fmt.Errorf("fact %d of person %d: source %d: %w", n, p, f.source, err)
		}
		if p != person {
			person = p
			clear(hashes)
		}
		facts++
		if f.end {
			ends++
		}
		hash := s.refs.of(healthcode.FactRef{Source: source, ID: f.ID})
		if hashes[hash] {
			return nil
		}
		hashes[hash] = true
		keys++
		var one int
		if err := c.row([]any{&one}, "SELECT 1 FROM fact_key WHERE key = ?", indexKey(hash, p)); err != nil {
			if !errors.Is(err, sql.ErrNoRows) {
				return err
			}
			if strangers++; strangers <= strangersNamed {
				strange = append(strange, fmt.Errorf("fact %s of %s is missing in its index: it was put in by hand, or moved to another person", f.ID, source))
			}
		}
		return ctx.Err()
	})
	if err != nil {
		return err
	}
	if strangers > strangersNamed {
		strange = append(strange, fmt.Errorf("%d facts are missing in their index", strangers))
	}
	return errors.Join(
		errors.Join(strange...),
		c.expect("facts in the index", keys, "SELECT count(*) FROM fact_key"),
		c.expect("facts in the total", facts, total, "facts"),
		c.expect("facts that end", ends, "SELECT count(*) FROM fact_end"),
		c.expect("ends without a fact", 0, `SELECT count(*) FROM fact_end e
			WHERE NOT EXISTS (SELECT 1 FROM fact f WHERE f.person = e.person AND f.n = e.n)`))
}

func (s *Store) checkPersons(ctx context.Context, c *conn) error {
	var persons, keys int
	err := c.each("SELECT person, documents, profile FROM person", nil, func(scan scanner) error {
		var person int64
		var sealed, profile []byte
		if err := scan(&person, &sealed, &profile); err != nil {
			return err
		}
		persons++
		if _, err := s.openProfile(person, profile); err != nil {
			return err
		}
		documents, err := s.openDocuments(person, sealed)
		if err != nil {
			return err
		}
		hashes := map[uint64]bool{}
		for _, d := range documents {
			hash, err := s.documentHash(d.Document)
			if err != nil {
				return err
			}
			owner, err := s.owner(c, d.Document, hash)
			if err != nil {
				return err
			}
			if owner != person {
				return fmt.Errorf("a document of person %d leads to person %d", person, owner)
			}
			hashes[hash] = true
		}
		keys += len(hashes)
		return ctx.Err()
	})
	if err != nil {
		return err
	}
	return errors.Join(
		c.expect("documents in the index", keys, "SELECT count(*) FROM document_key"),
		c.expect("persons in the total", persons, total, "persons"))
}

// expect compares a number with what a query counts.
func (c *conn) expect(what string, want int, query string, args ...any) error {
	var got int
	if err := c.row([]any{&got}, query, args...); err != nil {
		return err
	}
	if got != want {
		return fmt.Errorf("%s: %d, and there should be %d", what, got, want)
	}
	return nil
}
