package postgres

import (
	"context"
	"hash/fnv"
	"time"

	"github.com/jackc/pgx/v5"
)

// purgeRows bounds one transaction of a purge that walks over several tables.
const purgeRows = 1000

// purge repeats a transaction that deletes at most purgeRows until none is left. Where
// another process is at the same, it leaves the work to that one.
func (s *Store) purge(ctx context.Context, doing string, some func(pgx.Tx) (int, error)) (total int, err error) {
	lock := fnv.New32a()
	lock.Write([]byte("healthcode " + doing))
	for {
		n := 0
		err := s.write(ctx, doing, func(tx pgx.Tx) error {
			var mine bool
			err := tx.QueryRow(ctx, "SELECT pg_try_advisory_xact_lock($1)", int64(lock.Sum32())).Scan(&mine)
			if n = 0; err != nil || !mine {
				return err
			}
			n, err = some(tx)
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

// PurgeFacts deletes what ended at or before now, and clears away the sessions, one-time codes and
// counters that were over before: nothing else does.
func (s *Store) PurgeFacts(ctx context.Context, now time.Time) (int, error) {
	var changed []uuid
	n, err := s.purge(ctx, "deleting facts", func(tx pgx.Tx) (int, error) {
		persons, err := purgeFacts(ctx, tx, now)
		changed = append(changed, persons...)
		return len(persons), err
	})
	s.changedFacts(changed...)
	if err != nil {
		return n, err
	}
	err = s.write(ctx, "clearing away sessions and codes", func(tx pgx.Tx) error {
		for _, table := range []string{"session_key", "session", "session_owner", "code"} {
			if _, err := tx.Exec(ctx, "DELETE FROM "+table+" WHERE expires < $1", stamp(now)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return n, err
	}
	_, err = s.exec(ctx, "clearing away counters", "DELETE FROM counter WHERE start < $1", stamp(now.Add(-maxWindow)))
	return n, err
}

// purgeFacts returns whose facts it has deleted, one for each.
func purgeFacts(ctx context.Context, tx pgx.Tx, now time.Time) (persons []uuid, err error) {
	var keys []uuid
	err = eachRow(ctx, tx, "SELECT person_id, key FROM fact WHERE delete_after > 0 AND delete_after <= $1 ORDER BY key LIMIT $2",
		[]any{stamp(now), purgeRows}, func(scan scanner) error {
			var person, key uuid
			err := scan(&person, &key)
			persons, keys = append(persons, person), append(keys, key)
			return err
		})
	if err != nil || len(keys) == 0 {
		return nil, err
	}
	// The key first: whoever wants the name meanwhile waits for the end of this.
	if _, err := tx.Exec(ctx, "DELETE FROM fact_key WHERE key = ANY($1)", keys); err != nil {
		return persons, err
	}
	var batch pgx.Batch
	for i, key := range keys {
		batch.Queue("DELETE FROM fact WHERE person_id = $1 AND key = $2", persons[i], key)
	}
	return persons, tx.SendBatch(ctx, &batch).Close()
}

// PurgeMessages works in several transactions.
func (s *Store) PurgeMessages(ctx context.Context, before time.Time) (int, error) {
	_, err := s.exec(ctx, "deleting receipts", "DELETE FROM message_ref WHERE message IS NULL AND at < $1", stamp(before))
	if err != nil {
		return 0, err
	}
	return s.purge(ctx, "deleting messages", func(tx pgx.Tx) (int, error) {
		var ids, refs []string
		err := eachRow(ctx, tx, "SELECT "+deliveryColumns+" FROM message WHERE at < $1 ORDER BY at, id LIMIT $2",
			[]any{stamp(before), purgeRows}, func(scan scanner) error {
				m, err := scanDelivery(scan)
				ids, refs = append(ids, m.ID), append(refs, refsOf(&m)...)
				return err
			})
		if err != nil || len(ids) == 0 {
			return 0, err
		}
		tag, err := tx.Exec(ctx, "DELETE FROM message WHERE id = ANY($1)", ids)
		if err != nil {
			return 0, err
		}
		// A name may have gone on to a later message.
		_, err = tx.Exec(ctx, "DELETE FROM message_ref WHERE ref = ANY($1) AND message = ANY($2)", refs, ids)
		return int(tag.RowsAffected()), err
	})
}
