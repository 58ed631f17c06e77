package postgres

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"healthcode"
)

// claims finds candidates: what expires first, then the rest; of each, what is due, then what is due so late that
// the clock was put back. Each reads a range of an index, on every shard.
var claims = func() (queries []claimQuery) {
	for _, expires := range []string{"expires > 0", "expires = 0"} {
		queries = append(queries,
			claimQuery{"SELECT id FROM message WHERE state = 'queued' AND " + expires + " AND due <= $1 ORDER BY due, id LIMIT $2", false},
			claimQuery{"SELECT id FROM message WHERE state = 'queued' AND " + expires + " AND due > $1 ORDER BY due, id LIMIT $2", true})
	}
	return queries
}()

type claimQuery struct {
	sql string
	// late is for messages that are due later than any can be.
	late bool
}

// A candidate's row is taken unless somebody else holds it, and looked at again.
const (
	lockDue = "SELECT " + deliveryColumns + `, phone, body FROM message
		WHERE id = $1 AND state = 'queued' AND (due <= $2 OR due > $3) FOR UPDATE SKIP LOCKED`
	claimDue = "UPDATE message SET holder = $2, due = $3 WHERE id = $1"
	failDue  = "UPDATE message SET state = 'failed', reason = 'unreadable', holder = '' WHERE id = $1"
)

// ClaimMessages looks for candidates without a lock, and then takes their rows, each of which lies on one shard: whoever
// comes second passes it over, and looks further. A message that can't be decrypted fails, so that it doesn't hold up the others.
func (s *Store) ClaimMessages(ctx context.Context, holder string, now, until time.Time, limit int) ([]healthcode.Message, error) {
	var claimed []healthcode.Message
	for _, query := range claims {
		got, err := s.claim(ctx, query, claimant{holder, now, until, limit - len(claimed)})
		claimed = append(claimed, got...)
		if err != nil {
			return claimed, err
		}
	}
	return claimed, nil
}

// claimant is who claims, and how many more.
type claimant struct {
	holder     string
	now, until time.Time
	limit      int
}

// claim takes messages of one kind, until there are enough or none is left that nobody holds.
func (s *Store) claim(ctx context.Context, query claimQuery, c claimant) (claimed []healthcode.Message, err error) {
	const doing = "claiming messages"
	bound, candidates := c.now, 4*c.limit
	if query.late {
		bound = c.now.Add(healthcode.MaxMessageWait)
	}
	for progress := true; progress && len(claimed) < c.limit; {
		ids, err := many(ctx, s, doing, scanText, query.sql, stamp(bound), candidates)
		if err != nil {
			return claimed, err
		}
		progress = false
		for chunk := range slices.Chunk(ids, c.limit-len(claimed)) {
			var got []healthcode.Message
			var failed int
			err := s.write(ctx, doing, func(tx pgx.Tx) (err error) {
				got, failed, err = s.claimSome(ctx, tx, chunk, c)
				return err
			})
			if err != nil {
				return claimed, err
			}
			claimed = append(claimed, got...)
			progress = progress || len(got)+failed > 0
			if len(claimed) == c.limit {
				break
			}
		}
		progress = progress && len(ids) == candidates
	}
	slices.SortFunc(claimed, func(a, b healthcode.Message) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID))
	})
	return claimed, nil
}

func (s *Store) claimSome(ctx context.Context, tx pgx.Tx, ids []string, c claimant) (got []healthcode.Message, failed int, err error) {
	var locks, changes pgx.Batch
	for _, id := range ids {
		locks.Queue(lockDue, id, stamp(c.now), stamp(c.now.Add(healthcode.MaxMessageWait))).Query(func(rows pgx.Rows) error {
			for rows.Next() {
				m, err := s.scanMessage(rows.Scan)
				if err != nil {
					failed++
					changes.Queue(failDue, id)
					continue
				}
				m.Holder, m.Due = c.holder, c.until.UTC()
				got = append(got, m)
				changes.Queue(claimDue, id, c.holder, stamp(c.until))
			}
			return rows.Err()
		})
	}
	if err := tx.SendBatch(ctx, &locks).Close(); err != nil {
		return nil, 0, err
	}
	return got, failed, tx.SendBatch(ctx, &changes).Close()
}
