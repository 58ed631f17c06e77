// Package postgres keeps everything in a PostgreSQL database: [healthcode.Store]
// for several servers at once, and, where Citus has spread its tables, for several machines.
//
// Nothing is true in the memory of one process alone: whatever a method answers was read after it
// was called, and every change is told to the other processes. What a person owns is found by person_id in one place; the tables in
// which people, facts and sessions are looked up by something else are keyed by that.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"healthcode"
)

// Store is a pool of connections to one database. It is safe for concurrent use.
type Store struct {
	sealer healthcode.Sealer
	pool   *pgxpool.Pool
	reads  *reads
	// areas shares the read that every request makes.
	areas sharedRead
	feed  *feed

	once   sync.Once
	closed chan struct{}
}

var _ healthcode.Store = (*Store)(nil)

// uuid is how PostgreSQL's driver takes and gives 16 bytes.
type uuid = [16]byte

// Open connects to the database that dsn names ("postgres://user@host/name", or libpq's keywords; what it leaves
// out comes from PGPASSWORD and the like) and brings its tables up to date. The sealer
// must be the one with which the database was made, in every process.
func Open(ctx context.Context, dsn string, sealer healthcode.Sealer) (*Store, error) {
	s, err := open(ctx, dsn, sealer)
	if err != nil {
		return nil, fmt.Errorf("opening the PostgreSQL database: %w", explain(err))
	}
	return s, nil
}

func open(ctx context.Context, dsn string, sealer healthcode.Sealer) (*Store, error) {
	config, err := configure(dsn)
	if err != nil {
		return nil, err
	}
	if err := Migrate(ctx, dsn); err != nil {
		return nil, err
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	s := &Store{sealer: sealer, pool: pool, closed: make(chan struct{})}
	if err := s.prepare(ctx); err != nil {
		pool.Close()
		return nil, err
	}
	if s.feed, err = newFeed(ctx, pool); err != nil {
		pool.Close()
		return nil, err
	}
	s.reads = newReads(pool)
	return s, nil
}

// prepare refuses keys that aren't this database's, and spreads the tables that a migration has added.
func (s *Store) prepare(ctx context.Context) error {
	if err := s.checkKeys(ctx); err != nil {
		return err
	}
	spread, err := s.distributed(ctx, "person")
	if err != nil || !spread {
		return err
	}
	return s.Distribute(ctx, nil)
}

// configure sets what the DSN leaves open.
func configure(dsn string) (*pgxpool.Config, error) {
	config, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, err // which holds no password
	}
	params := config.ConnConfig.RuntimeParams
	for name, value := range map[string]string{
		"application_name": "healthcode",
		// Locks of a server that hangs must not outlive it for long.
		"idle_in_transaction_session_timeout": "60s",
		"default_transaction_isolation":       "read committed",
	} {
		if params[name] == "" {
			params[name] = value
		}
	}
	if !strings.Contains(dsn, "pool_max_conns") {
		config.MaxConns = defaultConns()
	}
	config.AfterConnect = durable
	return config, nil
}

// defaultConns is more than the cores of most machines: many of them wait for a disk.
func defaultConns() int32 { return int32(max(10, 4*runtime.GOMAXPROCS(0))) }

// durable lets no commit return before it is on disk, whatever the database's default. A stronger default stays.
func durable(ctx context.Context, conn *pgx.Conn) error {
	_, err := conn.Exec(ctx, "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'")
	return err
}

// Close waits for what runs. Later calls get [ErrClosed].
func (s *Store) Close() error {
	s.once.Do(func() {
		close(s.closed)
		s.reads.close()
		s.feed.close()
		s.pool.Close()
	})
	return nil
}

// maxTries bounds how often a write is tried that others keep in the way of.
const maxTries = 20

// write runs f in a transaction and returns after the commit. It runs f again where
// that is safe: after a deadlock, or when another writer was faster.
func (s *Store) write(ctx context.Context, doing string, f func(pgx.Tx) error) error {
	return s.retry(ctx, doing, func() error {
		tx, err := s.pool.Begin(ctx)
		if err != nil && disconnected(err) {
			return fmt.Errorf("%w: %w", errNotBegun, err)
		}
		if err != nil {
			return err
		}
		defer tx.Rollback(ctx) // which does nothing after the commit
		if err := f(tx); err != nil {
			return err
		}
		return tx.Commit(ctx)
	})
}

// retry calls attempt, each time of which is one transaction.
func (s *Store) retry(ctx context.Context, doing string, attempt func() error) error {
	for try := 1; ; try++ {
		if s.isClosed() {
			return fmt.Errorf("%s: %w", doing, ErrClosed)
		}
		err := attempt()
		if err == nil {
			return nil
		}
		if try == maxTries || !retryable(err) || ctx.Err() != nil {
			return s.failed(ctx, doing, err)
		}
		// Apart, so that those who met don't meet again.
		select {
		case <-time.After(rand.N(time.Duration(try) * 2 * time.Millisecond)):
		case <-ctx.Done():
		}
	}
}

// failed says what was being done when err came.
func (s *Store) failed(ctx context.Context, doing string, err error) error {
	if ctx.Err() != nil && !errors.Is(err, ctx.Err()) {
		err = errors.Join(ctx.Err(), err)
	}
	if s.isClosed() {
		err = ErrClosed
	}
	return fmt.Errorf("%s: %w", doing, explain(err))
}

func (s *Store) isClosed() bool {
	select {
	case <-s.closed:
		return true
	default:
		return false
	}
}

// exec runs one statement, which commits by itself, and returns how many rows it changed.
func (s *Store) exec(ctx context.Context, doing, sql string, args ...any) (n int, err error) {
	err = s.retry(ctx, doing, func() error {
		tag, err := s.pool.Exec(ctx, sql, args...)
		n = int(tag.RowsAffected())
		return err
	})
	return n, err
}

// atOnce sends a whole transaction in one message. Any error undoes it, so its statements must
// fail where they can't do what they are for.
func (s *Store) atOnce(ctx context.Context, queue func(*pgx.Batch)) error {
	return s.pool.AcquireFunc(ctx, func(conn *pgxpool.Conn) error {
		var batch pgx.Batch
		// Without these it would be one transaction for PostgreSQL, and several for Citus.
		batch.Queue("BEGIN")
		queue(&batch)
		batch.Queue("COMMIT")
		err := conn.SendBatch(ctx, &batch).Close()
		if err != nil && conn.Conn().PgConn().TxStatus() == 'E' {
			_, rollback := conn.Exec(ctx, "ROLLBACK")
			err = errors.Join(err, rollback)
		}
		return err
	})
}
