package sqlite

import (
	"context"
	"database/sql"
)

// many reads every row of a query as a T.
func many[T any](ctx context.Context, s *Store, doing string, parse func(scanner) (T, error), query string, args ...any) (list []T, err error) {
	err = s.read(ctx, doing, func(c *conn) error {
		return c.each(query, args, func(scan scanner) error {
			v, err := parse(scan)
			list = append(list, v)
			return err
		})
	})
	return list, err
}

// one reads the first row of a query as a T. CodeNotFound.
func one[T any](ctx context.Context, s *Store, doing string, parse func(scanner) (T, error), query string, args ...any) (v T, err error) {
	err = s.read(ctx, doing, func(c *conn) error {
		err := sql.ErrNoRows
		eachErr := c.each(query, args, func(scan scanner) error {
			v, err = parse(scan)
			return err
		})
		if eachErr != nil {
			return eachErr
		}
		return found(err, "", "没有找到", "there is no such thing")
	})
	return v, err
}
