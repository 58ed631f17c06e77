package postgres

import (
	"context"
	"path/filepath"
	"testing"

	"healthcode"
	"healthcode/internal/pgtest"
	"healthcode/internal/storagetest"
	"healthcode/internal/vault"
)

var ctx = context.Background()

func TestMain(m *testing.M) { pgtest.Main(m) }

func newVault(t testing.TB) *vault.Vault {
	t.Helper()
	v, err := vault.Create(filepath.Join(t.TempDir(), "keys.json"), nil)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// newDatabase returns the DSN of a database whose tables are made and empty.
func newDatabase(t testing.TB) string {
	t.Helper()
	return pgtest.Database(t, "healthcode", func(dsn string) error { return Migrate(ctx, dsn) })
}

func openAt(t testing.TB, dsn string, sealer healthcode.Sealer) *Store {
	t.Helper()
	s, err := Open(ctx, dsn, sealer)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("closing: %v", err)
		}
	})
	return s
}

func newStore(t testing.TB) *Store {
	t.Helper()
	return openAt(t, newDatabase(t), newVault(t))
}

func TestStore(t *testing.T) {
	storagetest.Run(t, func(t *testing.T) healthcode.Store { return newStore(t) })
}
