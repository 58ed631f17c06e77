package postgres

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrate brings the tables of a database up to date. It never goes back. Tables of a later version stay as they are, and are refused
// where they are no longer what this program needs. Of several processes that start at once, one migrates and the others wait.
func Migrate(ctx context.Context, dsn string) error {
	config, err := configure(dsn)
	if err != nil {
		return err
	}
	db := stdlib.OpenDB(*config.ConnConfig)
	defer db.Close()
	provider, err := providerOf(db)
	if err != nil {
		return err
	}
	current, newest, err := provider.GetVersions(ctx)
	if err != nil {
		return err
	}
	switch {
	case current > newest:
		return allowed(ctx, db, current, newest)
	case current == newest:
		return nil
	}
	_, err = provider.Up(ctx)
	return err
}

func providerOf(db *sql.DB) (*goose.Provider, error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	// Whoever comes second asks once a second, for ten minutes.
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 600))
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.DialectPostgres, db, files, goose.WithSessionLocker(locker))
}

// allowed refuses tables of a later version that this program can't work with: the later program says so
// in the tables (docs/decisions/0196).
func allowed(ctx context.Context, db *sql.DB, current, newest int64) error {
	var floor int64
	if err := db.QueryRowContext(ctx, "SELECT version FROM schema_floor WHERE one").Scan(&floor); err != nil {
		return err
	}
	if newest < floor {
		return fmt.Errorf("its tables are of version %d, which needs a program of version %d, and this program knows up to %d; run a newer program",
			current, floor, newest)
	}
	return nil
}

// checkKeys refuses a vault that isn't the one with which the database was made:
// nobody would be found, and nothing could be decrypted.
func (s *Store) checkKeys(ctx context.Context) error {
	const name, content = "vault", "this is the vault"
	bound := []byte("setting:" + name)
	sealed, err := s.sealer.Seal([]byte(content), bound)
	if err != nil {
		return err
	}
	// Two processes may open a new database at once; the first value stays.
	if _, err := s.pool.Exec(ctx, "INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING", name, sealed); err != nil {
		return err
	}
	if err := s.pool.QueryRow(ctx, "SELECT value FROM setting WHERE name = $1", name).Scan(&sealed); err != nil {
		return err
	}
	if plain, err := s.sealer.Open(sealed, bound); err != nil || string(plain) != content {
		return errors.New("it was written with another vault; open it with the keys that were beside it")
	}
	return nil
}
