package sqlite

import (
	"context"
	"path/filepath"
	"testing"

	"healthcode"
	"healthcode/internal/storagetest"
	"healthcode/internal/vault"
)

func TestKill(t *testing.T) {
	storagetest.Kill(t, func(dir string) (healthcode.Store, error) {
		v, err := vault.OpenOrCreate(filepath.Join(dir, "keys.json"), nil)
		if err != nil {
			return nil, err
		}
		return Open(context.Background(), filepath.Join(dir, "health.db"), v)
	})
}
