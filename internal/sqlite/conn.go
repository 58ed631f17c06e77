package sqlite

import (
	"context"
	"database/sql"
)

// conn is one connection with its prepared statements. One goroutine uses it at a time.
type conn struct {
	sql        *sql.Conn
	statements map[string]*sql.Stmt
}

func newConn(ctx context.Context, db *sql.DB) (*conn, error) {
	c, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	return &conn{sql: c, statements: map[string]*sql.Stmt{}}, nil
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

func (c *conn) exec(query string, args ...any) (sql.Result, error) {
	stmt, err := c.prepare(query)
	if err != nil {
		return nil, err
	}
	return stmt.Exec(args...)
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
	c.sql.Close()
}
