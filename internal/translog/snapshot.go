package translog

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Snapshot copies the log in a directory to another one as it is at one moment, though another process may have it open, and
// returns how many entries its last witnessed checkpoint has. A log that isn't there yet is copied as one of no entries.
func Snapshot(ctx context.Context, dir, to string, keys PublicKeys) (uint64, error) {
	const tries = 50
	for try := 1; ; try++ {
		before, err := listing(dir)
		if err == nil {
			err = copyFiles(dir, to, before)
		}
		var after []file
		if err == nil {
			after, err = listing(dir)
		}
		if err == nil && slices.Equal(before, after) {
			return witnessedSize(ctx, to, keys)
		}
		// A file that is gone was replaced meanwhile.
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return 0, fmt.Errorf("copying the log of changes: %w", err)
		}
		if try == tries {
			return 0, fmt.Errorf("copying the log of changes: it grows all the time; try again when less is changed")
		}
		if err := os.RemoveAll(to); err != nil {
			return 0, err
		}
		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-time.After(checkpointInterval):
		}
	}
}

func witnessedSize(ctx context.Context, dir string, keys PublicKeys) (uint64, error) {
	raw, err := os.ReadFile(filepath.Join(dir, witnessedFile))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	cp, err := parseCheckpoint(raw, keys.Log, keys.Witness)
	if err != nil {
		return 0, fmt.Errorf("the checkpoint in %s: %w", dir, err)
	}
	return cp.Size, nil
}

// file is one of a log, as it was seen.
type file struct {
	path string
	size int64
	at   time.Time
}

// listing lists the files of a log in order, less those that only say who has it open.
func listing(dir string) (files []file, err error) {
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == lockFile || strings.HasSuffix(d.Name(), ".lock") || strings.HasPrefix(d.Name(), ".new-") {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		files = append(files, file{name, info.Size(), info.ModTime()})
		return err
	})
	if errors.Is(err, fs.ErrNotExist) {
		if _, there := os.Stat(dir); errors.Is(there, fs.ErrNotExist) {
			return nil, nil
		}
	}
	return files, err
}

func copyFiles(from, to string, files []file) error {
	if err := os.MkdirAll(to, 0o755); err != nil {
		return err
	}
	for _, f := range files {
		if err := copyFile(filepath.Join(from, f.path), filepath.Join(to, f.path)); err != nil {
			return err
		}
	}
	return nil
}

func copyFile(from, to string) (err error) {
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	_, err = io.Copy(out, in)
	return err
}
