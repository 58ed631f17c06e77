package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

type scanner func(dest ...any) error

// get reads a few rows by a key, together with what others read at the same time.
// Each is called by another goroutine, and its results are to be used only if get returns nil.
func (s *Store) get(ctx context.Context, doing, sql string, args []any, each func(scanner) error) error {
	err := s.reads.do(&read{ctx: ctx, sql: sql, args: args, done: make(chan struct{}),
		each: func(rows pgx.Rows) error { return each(rows.Scan) }})
	if err != nil {
		return fmt.Errorf("%s: %w", doing, found(err, "", "没有找到", "there is no such thing"))
	}
	return nil
}

// one reads the one row of a key as a T. CodeNotFound.
func one[T any](ctx context.Context, s *Store, doing string, parse func(scanner) (T, error), sql string, args ...any) (T, error) {
	var box struct {
		v     T
		found bool
	}
	err := s.get(ctx, doing, sql, args, func(scan scanner) (err error) {
		box.v, err = parse(scan)
		box.found = true
		return err
	})
	var none T
	switch {
	case err != nil:
		return none, err
	case !box.found:
		return none, fmt.Errorf("%s: %w", doing, notFound("", "没有找到", "there is no such thing"))
	}
	return box.v, nil
}

// many reads every row of a query as a T.
func many[T any](ctx context.Context, s *Store, doing string, parse func(scanner) (T, error), sql string, args ...any) (list []T, err error) {
	err = s.list(ctx, doing, sql, args, func(scan scanner) error {
		v, err := parse(scan)
		list = append(list, v)
		return err
	})
	return list, err
}

// list reads any number of rows on a connection of its own.
func (s *Store) list(ctx context.Context, doing, sql string, args []any, each func(scanner) error) error {
	if s.isClosed() {
		return fmt.Errorf("%s: %w", doing, ErrClosed)
	}
	err := eachRow(ctx, s.pool, sql, args, each)
	if unstorable(err) {
		return nil // nothing has such a name
	}
	if err != nil {
		return s.failed(ctx, doing, err)
	}
	return nil
}

// querier is a pool or a transaction.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

func eachRow(ctx context.Context, q querier, sql string, args []any, each func(scanner) error) error {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := each(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}
