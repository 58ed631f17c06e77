package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
)

// conn is one connection with its prepared statements. One goroutine uses it at a time.
type conn struct {
	sql        *sql.Conn
	statements map[string]*sql.Stmt
	direct     map[string]driver.Stmt
	values     []driver.NamedValue
}

func newConn(ctx context.Context, db *sql.DB) (*conn, error) {
	c, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	return &conn{sql: c, statements: map[string]*sql.Stmt{}, direct: map[string]driver.Stmt{}}, nil
}

func (c *conn) prepare(query string) (*sql.Stmt, error) {
	if stmt := c.statements[query]; stmt != nil {
		return stmt, nil
	}
	stmt, err := c.sql.PrepareContext(context.Background(), query)
	if err != nil {
		return nil, err
	}
	c.statements[query] = stmt
	return stmt, nil
}

// prepareDirect goes past database/sql, whose locks and conversions take longer than a small write.
func (c *conn) prepareDirect(query string) (stmt driver.Stmt, err error) {
	if stmt := c.direct[query]; stmt != nil {
		return stmt, nil
	}
	err = c.sql.Raw(func(raw any) error {
		stmt, err = raw.(driver.ConnPrepareContext).PrepareContext(context.Background(), query)
		return err
	})
	if err != nil {
		return nil, err
	}
	c.direct[query] = stmt
	return stmt, nil
}

// bound converts arguments as database/sql does. They are good until the next call.
func (c *conn) bound(args []any) ([]driver.NamedValue, error) {
	c.values = c.values[:0]
	for i, arg := range args {
		value, err := driver.DefaultParameterConverter.ConvertValue(arg)
		if err != nil {
			return nil, fmt.Errorf("argument %d: %w", i+1, err)
		}
		c.values = append(c.values, driver.NamedValue{Ordinal: i + 1, Value: value})
	}
	return c.values, nil
}

func (c *conn) exec(query string, args ...any) (sql.Result, error) {
	stmt, err := c.prepareDirect(query)
	if err != nil {
		return nil, err
	}
	values, err := c.bound(args)
	if err != nil {
		return nil, err
	}
	return stmt.(driver.StmtExecContext).ExecContext(context.Background(), values)
}

// numbers calls f for every row of a query that returns one integer, which isn't NULL.
func (c *conn) numbers(f func(int64), query string, args ...any) (err error) {
	stmt, err := c.prepareDirect(query)
	if err != nil {
		return err
	}
	values, err := c.bound(args)
	if err != nil {
		return err
	}
	rows, err := stmt.(driver.StmtQueryContext).QueryContext(context.Background(), values)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	var row [1]driver.Value
	for {
		err := rows.Next(row[:])
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		f(row[0].(int64))
	}
}

// change runs a statement and returns how many rows it changed.
func (c *conn) change(query string, args ...any) (int, error) {
	res, err := c.exec(query, args...)
	if err != nil {
		return 0, err
	}
	n, err := res.RowsAffected()
	return int(n), err
}

// row scans the one row of a query into dest. sql.ErrNoRows where there is none.
func (c *conn) row(dest []any, query string, args ...any) error {
	found := false
	err := c.each(query, args, func(scan scanner) error {
		found = true
		return scan(dest...)
	})
	if err == nil && !found {
		return sql.ErrNoRows
	}
	return err
}

type scanner func(dest ...any) error

// each calls f for every row.
func (c *conn) each(query string, args []any, f func(scan scanner) error) error {
	stmt, err := c.prepare(query)
	if err != nil {
		return err
	}
	// No context: with one, the driver starts a goroutine for each query.
	rows, err := stmt.Query(args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := f(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (c *conn) close() {
	for _, stmt := range c.statements {
		stmt.Close()
	}
	for _, stmt := range c.direct {
		stmt.Close()
	}
	c.sql.Close()
}
