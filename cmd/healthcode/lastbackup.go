package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// lastBackup is the file in the data directory that says when a backup was last written, so that its age can be watched.
const lastBackup = "last-backup"

// noteBackup notes that a backup of what was there at a time is whole.
func (s *settings) noteBackup(at time.Time) error {
	name := filepath.Join(s.Data, lastBackup)
	if err := os.WriteFile(name+".new", []byte(at.UTC().Format(time.RFC3339)+"\n"), 0o600); err != nil {
		return fmt.Errorf("noting the time of the backup: %w", err)
	}
	return os.Rename(name+".new", name)
}

// backedUp returns when the last backup was made; zero: never.
func (s *settings) backedUp() (time.Time, error) {
	text, err := os.ReadFile(filepath.Join(s.Data, lastBackup))
	if errors.Is(err, fs.ErrNotExist) {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, err
	}
	return time.Parse(time.RFC3339, strings.TrimSpace(string(text)))
}
