package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"healthcode"
)

// PutAreas raises the version once, whatever the number of counties. The version's row lets writers
// come one after the other.
func (s *Store) PutAreas(ctx context.Context, history healthcode.AreaHistory, looked ...time.Time) error {
	if len(history.Areas) == 0 && len(looked) == 0 {
		return nil
	}
	const doing = "storing areas"
	data := make([][]byte, len(history.Areas))
	for i, county := range history.Areas {
		var err error
		if data[i], err = json.Marshal(county); err != nil {
			return fmt.Errorf("%s: county %s: %w", doing, county.Code, err)
		}
	}
	defer s.feed.tell(healthcode.Event{Areas: true})
	return s.retry(ctx, doing, func() error {
		return s.atOnce(ctx, func(batch *pgx.Batch) {
			batch.Queue("UPDATE area_version SET version = version + 1 WHERE one")
			for i, county := range history.Areas {
				batch.Queue("INSERT INTO county (code, data) VALUES ($1, $2) ON CONFLICT (code) DO UPDATE SET data = excluded.data",
					county.Code, data[i])
			}
			for _, at := range looked {
				batch.Queue("INSERT INTO area_look (at) VALUES ($1) ON CONFLICT DO NOTHING", stamp(at))
			}
		})
	})
}

// AreaLooks returns the instants in UTC.
func (s *Store) AreaLooks(ctx context.Context) ([]time.Time, error) {
	return many(ctx, s, "reading when areas were looked at", func(scan scanner) (time.Time, error) {
		var at int64
		err := scan(&at)
		return unstamp(at), err
	}, "SELECT at FROM area_look ORDER BY at")
}

const selectAreasVersion = "SELECT version FROM area_version WHERE one"

// Areas returns the counties in the order of their codes. Times keep their offset.
func (s *Store) Areas(ctx context.Context) (history healthcode.AreaHistory, version int64, err error) {
	const doing = "reading areas"
	if s.isClosed() {
		return history, 0, fmt.Errorf("%s: %w", doing, ErrClosed)
	}
	// One snapshot for both reads, so that the version is that of the history.
	snapshot := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err = pgx.BeginTxFunc(ctx, s.pool, snapshot, func(tx pgx.Tx) error {
		if err := tx.QueryRow(ctx, selectAreasVersion).Scan(&version); err != nil {
			return err
		}
		return eachRow(ctx, tx, "SELECT data FROM county ORDER BY code", nil, func(scan scanner) error {
			var data []byte
			if err := scan(&data); err != nil {
				return err
			}
			var county healthcode.County
			if err := json.Unmarshal(data, &county); err != nil {
				return err
			}
			history.Areas = append(history.Areas, county)
			return nil
		})
	})
	if err != nil {
		return healthcode.AreaHistory{}, 0, s.failed(ctx, doing, err)
	}
	return history, version, nil
}

// AreasVersion reads one row. Those who ask at the same time share the read, and each sees every
// change that had been acknowledged when it asked, in whatever process.
func (s *Store) AreasVersion(ctx context.Context) (int64, error) {
	op, err := s.areas.join(s.reads, func() *read {
		op := &read{ctx: context.Background(), sql: selectAreasVersion, done: make(chan struct{})}
		op.each = func(rows pgx.Rows) error { return rows.Scan(&op.number) }
		return op
	})
	if err == nil {
		err = op.wait(ctx)
	}
	if err != nil {
		return 0, fmt.Errorf("reading the areas' version: %w", explain(err))
	}
	return op.number, nil
}
