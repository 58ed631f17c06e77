package sqlite

import (
	"context"
	"time"

	"healthcode"
)

// purgeRows bounds one write of a purge, so that it doesn't hold up others.
const purgeRows = 1000

// PurgeFacts deletes what ended at or before now, in several writes.
func (s *Store) PurgeFacts(ctx context.Context, now time.Time) (int, error) {
	return s.purge(ctx, "deleting facts", func(t *tx) (int, error) { return s.purgeFacts(t, stamp(now)) })
}

// purge repeats a write that deletes at most purgeRows until none is left.
func (s *Store) purge(ctx context.Context, doing string, some func(*tx) (int, error)) (int, error) {
	total := 0
	for {
		n := 0
		err := s.writeRows(ctx, doing, purgeRows, func(t *tx) (err error) {
			n, err = some(t)
			return err
		})
		if err != nil {
			return total, err
		}
		total += n
		if n < purgeRows {
			return total, nil
		}
	}
}

type ended struct{ deleteAfter, person, n int64 }

func (s *Store) purgeFacts(t *tx, now int64) (int, error) {
	var list []ended
	err := t.each("SELECT delete_after, person, n FROM fact_end WHERE delete_after <= ? LIMIT ?",
		[]any{now, purgeRows}, func(scan scanner) error {
			var e ended
			err := scan(&e.deleteAfter, &e.person, &e.n)
			list = append(list, e)
			return err
		})
	if err != nil {
		return 0, err
	}
	for _, e := range list {
		if err := s.deleteFact(t, e); err != nil {
			return 0, err
		}
	}
	return len(list), nil
}

func (s *Store) deleteFact(t *tx, e ended) error {
	// The key stays if another fact of the person has the same hash.
	var hash uint64
	hashes := map[uint64]int{}
	err := t.eachFact(e.person, func(n int64, f storedFact) error {
		// Not from the readers' cache: the group may have made the source itself.
		var source string
		if err := t.row([]any{&source}, sourceName, f.source); err != nil {
			return err
		}
		h := s.refs.of(healthcode.FactRef{Source: source, ID: f.ID})
		hashes[h]++
		if n == e.n {
			hash = h
		}
		return nil
	})
	if err != nil {
		return err
	}
	if hashes[hash] == 1 {
		if _, err := t.exec("DELETE FROM fact_key WHERE key = ?", indexKey(hash, e.person)); err != nil {
			return err
		}
	}
	if _, err := t.exec("DELETE FROM fact WHERE person = ? AND n = ?", e.person, e.n); err != nil {
		return err
	}
	_, err = t.exec("DELETE FROM fact_end WHERE delete_after = ? AND person = ? AND n = ?", e.deleteAfter, e.person, e.n)
	t.facts--
	t.touchFacts(e.person)
	t.gone = append(t.gone, e.person)
	return err
}
