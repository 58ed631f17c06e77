package sqlite

import (
	"path/filepath"
	"testing"

	"healthcode/internal/storagetest"
)

// TestWatchAnotherProcess opens one file twice, as an import beside the server does.
func TestWatchAnotherProcess(t *testing.T) {
	path, keys := filepath.Join(t.TempDir(), "health.db"), newVault(t)
	storagetest.WatchOther(t, openAt(t, path, keys), openAt(t, path, keys))
}
