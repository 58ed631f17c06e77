package sqlite

import (
	"context"
	"fmt"
)

// Backup writes what is in the database at one moment to a new file, while others read and write. What
// was deleted isn't in it. The file needs as much room as the database.
func (s *Store) Backup(ctx context.Context, to string) error {
	const doing = "copying the database"
	// A connection of its own: the readers' may write nowhere, and the writer's is in use.
	db, err := open(ctx, s.path, 1, false)
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	defer db.Close()
	if _, err := db.ExecContext(ctx, "VACUUM INTO ?", to); err != nil {
		err, _ = broken(err)
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}

// ForgetLog makes the log of changes take up again the entries from index size on, which a log that was
// restored hasn't got.
func (s *Store) ForgetLog(ctx context.Context, size uint64) error {
	return s.write(ctx, "forgetting entries of the log", func(t *tx) error {
		_, err := t.exec("UPDATE change SET log_index = -1 WHERE log_index >= ?", int64(size))
		return err
	})
}
