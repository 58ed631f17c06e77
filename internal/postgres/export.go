package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
)

// Export reads every table as it is at one moment, while others write: begin is called with the version of the tables,
// and then table for each, whose data is PostgreSQL's binary form of COPY.
func Export(ctx context.Context, dsn string, begin func(version int64) error, table func(name string, columns []string, data io.Reader) error) error {
	err := export(ctx, dsn, begin, table)
	if err != nil {
		return fmt.Errorf("exporting the database: %w", explain(err))
	}
	return nil
}

func export(ctx context.Context, dsn string, begin func(int64) error, table func(string, []string, io.Reader) error) error {
	config, err := configure(dsn)
	if err != nil {
		return err
	}
	conn, err := pgx.ConnectConfig(ctx, config.ConnConfig)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	snapshot := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	return pgx.BeginTxFunc(ctx, conn, snapshot, func(tx pgx.Tx) error {
		var version int64
		if err := tx.QueryRow(ctx, "SELECT max(version_id) FROM goose_db_version WHERE is_applied").Scan(&version); err != nil {
			return err
		}
		if err := begin(version); err != nil {
			return err
		}
		for _, sp := range spreads {
			if sp.table == "key_stage" {
				continue // what stands there is on its way
			}
			columns, err := columnsOf(ctx, tx, sp.table)
			if err != nil {
				return err
			}
			if len(columns) == 0 {
				continue // a table of a later version than the database's
			}
			if err := copyOut(ctx, tx.Conn(), sp.table, columns, table); err != nil {
				return fmt.Errorf("table %s: %w", sp.table, err)
			}
		}
		return nil
	})
}

// columnsOf lists a table's columns; none where there is no such table.
func columnsOf(ctx context.Context, tx pgx.Tx, table string) (columns []string, err error) {
	err = eachRow(ctx, tx, `SELECT attname::text FROM pg_attribute WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped
		AND attgenerated = '' ORDER BY attnum`, []any{table}, func(scan scanner) error {
		var column string
		err := scan(&column)
		columns = append(columns, column)
		return err
	})
	return columns, err
}

func copyOut(ctx context.Context, conn *pgx.Conn, name string, columns []string, table func(string, []string, io.Reader) error) error {
	r, w := io.Pipe()
	copied := make(chan error, 1)
	go func() {
		_, err := conn.PgConn().CopyTo(ctx, w, "COPY (SELECT "+quoted(columns)+" FROM "+name+") TO STDOUT (FORMAT binary)")
		w.CloseWithError(err)
		copied <- err
	}()
	err := table(name, columns, r)
	r.CloseWithError(errors.Join(err, io.ErrClosedPipe))
	return errors.Join(err, <-copied)
}

func quoted(columns []string) string {
	list := make([]string, len(columns))
	for i, column := range columns {
		list[i] = pgx.Identifier{column}.Sanitize()
	}
	return strings.Join(list, ", ")
}

// ErrNotEmpty is the error of [Import] into a database that holds tables of this program already.
var ErrNotEmpty = errors.New("the database isn't empty; restore into a new one (createdb NAME)")

// Importer fills an empty database with what [Export] has read. All of it is one transaction.
type Importer struct {
	dsn  string
	conn *pgx.Conn
	tx   pgx.Tx
}

// Import makes the tables of a version in an empty database. [ErrNotEmpty]. Close ends it, finished or not.
func Import(ctx context.Context, dsn string, version int64) (*Importer, error) {
	const doing = "preparing the database"
	i := &Importer{dsn: dsn}
	config, err := configure(dsn)
	if err == nil {
		i.conn, err = pgx.ConnectConfig(ctx, config.ConnConfig)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, explain(err))
	}
	if err := i.begin(ctx, config.ConnConfig, version); err != nil {
		i.Close(ctx)
		return nil, fmt.Errorf("%s: %w", doing, explain(err))
	}
	return i, nil
}

func (i *Importer) begin(ctx context.Context, config *pgx.ConnConfig, version int64) error {
	var there bool
	if err := i.conn.QueryRow(ctx, "SELECT to_regclass('person') IS NOT NULL OR to_regclass('setting') IS NOT NULL").Scan(&there); err != nil {
		return err
	}
	if there {
		return ErrNotEmpty
	}
	provider, closed, err := newProvider(config)
	if err != nil {
		return err
	}
	defer closed()
	known := slices.ContainsFunc(provider.ListSources(), func(s *goose.Source) bool { return s.Version == version })
	if !known {
		return fmt.Errorf("the backup's tables are of version %d, which this program doesn't know; run a newer program", version)
	}
	if _, err := provider.UpTo(ctx, version); err != nil {
		return err
	}
	i.tx, err = i.conn.Begin(ctx)
	return err
}

// Table fills one table.
func (i *Importer) Table(ctx context.Context, name string, columns []string, data io.Reader) error {
	if !slices.ContainsFunc(spreads, func(sp spread) bool { return sp.table == name }) {
		return fmt.Errorf("importing table %q: this program knows no such table; run a newer one", name)
	}
	_, err := i.tx.Exec(ctx, "DELETE FROM "+name) // what a migration has put there
	if err == nil {
		_, err = i.tx.Conn().PgConn().CopyFrom(ctx, data, "COPY "+name+" ("+quoted(columns)+") FROM STDIN (FORMAT binary)")
	}
	if err != nil {
		return fmt.Errorf("importing table %s: %w", name, explain(err))
	}
	return nil
}

// Finish keeps what was imported, less what the log of changes, which has size entries, hasn't got, and
// brings the tables up to date.
func (i *Importer) Finish(ctx context.Context, logSize uint64) error {
	_, err := i.tx.Exec(ctx, "UPDATE change SET log_index = -1 WHERE log_index >= $1", int64(logSize))
	if err == nil {
		_, err = i.tx.Exec(ctx, "DELETE FROM task") // nobody who had one then has it now
	}
	if err == nil {
		// The checkpoint that was kept may be a later one than the log's that was restored.
		_, err = i.tx.Exec(ctx, "DELETE FROM secret WHERE name = 'translog.checkpoint'")
	}
	if err == nil {
		err = i.tx.Commit(ctx)
	}
	if err == nil {
		err = Migrate(ctx, i.dsn)
	}
	if err != nil {
		return fmt.Errorf("finishing the import: %w", explain(err))
	}
	return nil
}

// Close ends the connection; what isn't finished is undone.
func (i *Importer) Close(ctx context.Context) { i.conn.Close(context.WithoutCancel(ctx)) }

// newProvider returns what runs migrations, and a function that closes its connections.
func newProvider(config *pgx.ConnConfig) (*goose.Provider, func() error, error) {
	db := stdlib.OpenDB(*config)
	provider, err := providerOf(db)
	if err != nil {
		db.Close()
		return nil, nil, err
	}
	return provider, db.Close, nil
}
