package sqlite

import (
	"context"
	"crypto/rand"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrate brings the tables up to date. It never goes back. Tables of a later version stay as
// they are, and are refused where they are no longer what this program needs.
func migrate(ctx context.Context, db *sql.DB) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, db, files)
	if err != nil {
		return err
	}
	version, err := provider.GetDBVersion(ctx)
	if err != nil {
		return err
	}
	sources := provider.ListSources()
	if newest := sources[len(sources)-1].Version; version > newest {
		var floor int64
		if err := db.QueryRowContext(ctx, "SELECT version FROM schema_floor WHERE one = 1").Scan(&floor); err != nil {
			return err
		}
		if newest < floor {
			return fmt.Errorf("its tables are of version %d, which needs a program of version %d, and this program knows up to %d; run a newer program",
				version, floor, newest)
		}
		return nil
	}
	_, err = provider.Up(ctx)
	return err
}

// keys reads the keys that belong to this database, and makes them when it is new.
func (s *Store) keys(c *conn) error {
	ids, err := s.key(c, "person-id", 32)
	if err != nil {
		return err
	}
	if s.ids, err = newPersonIDs(ids); err != nil {
		return err
	}
	refs, err := s.key(c, "fact-key", 32)
	if err != nil {
		return err
	}
	s.refs = newRefHash(refs)
	return nil
}

func (s *Store) key(c *conn, name string, size int) ([]byte, error) {
	context := []byte("setting:" + name)
	fresh := make([]byte, size)
	rand.Read(fresh)
	sealed, err := s.sealer.Seal(fresh, context)
	if err != nil {
		return nil, err
	}
	// Two processes may open a new database at once; the first key stays.
	if _, err := c.exec("INSERT INTO setting VALUES (?, ?) ON CONFLICT DO NOTHING", name, sealed); err != nil {
		return nil, err
	}
	if err := c.row([]any{&sealed}, "SELECT value FROM setting WHERE name = ?", name); err != nil {
		return nil, err
	}
	key, err := s.sealer.Open(sealed, context)
	if err != nil {
		return nil, errors.New("it was written with another vault; open it with the keys that were beside it")
	}
	return key, nil
}
