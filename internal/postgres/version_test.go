package postgres

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/jackc/pgx/v5"

	"healthcode/internal/pgtest"
	"healthcode/internal/vault"
)

// TestOldVersions restores a dump of each version and finds in it everything that sampleData had written. A dump is what
//
//	pg_dump --inserts --no-owner --no-privileges
//
// gave of such a database, less comments and the lines for psql.
func TestOldVersions(t *testing.T) {
	files, err := filepath.Glob("testdata/version-*.sql")
	if err != nil || len(files) == 0 {
		t.Fatalf("no dumps of old versions in testdata (%v)", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			dsn := pgtest.Database(t, "nothing", func(string) error { return nil })
			restore(t, dsn, file)
			s := openAt(t, dsn, sampleVault(t))
			checkSample(t, s)
			if err := s.Check(ctx); err != nil {
				t.Error(err)
			}
		})
	}
}

func restore(t *testing.T, dsn, file string) {
	t.Helper()
	dump, err := os.ReadFile(file)
	must(t, err)
	conn, err := pgx.Connect(ctx, dsn)
	must(t, err)
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, string(dump), pgx.QueryExecModeSimpleProtocol)
	must(t, err)
}

// sampleVault opens the keys under which the samples were encrypted. They protect nothing else.
func sampleVault(t *testing.T) *vault.Vault {
	t.Helper()
	data, err := os.ReadFile("testdata/keys.json")
	must(t, err)
	path := filepath.Join(t.TempDir(), "keys.json")
	must(t, os.WriteFile(path, data, 0o600))
	v, err := vault.Open(path, nil)
	must(t, err)
	return v
}
