package sqlite

import (
	"context"
	"path/filepath"
	"testing"

	"healthcode"
	"healthcode/internal/storagetest"
	"healthcode/internal/vault"
)

var ctx = context.Background()

func newVault(t testing.TB) *vault.Vault {
	t.Helper()
	v, err := vault.Create(filepath.Join(t.TempDir(), "keys.json"), nil)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func openAt(t testing.TB, path string, sealer healthcode.Sealer) *Store {
	t.Helper()
	s, err := Open(ctx, path, sealer)
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
	return openAt(t, filepath.Join(t.TempDir(), "health.db"), newVault(t))
}

func TestStore(t *testing.T) {
	storagetest.Run(t, func(t *testing.T) healthcode.Store { return newStore(t) })
}
