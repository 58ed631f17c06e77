package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"filippo.io/age"

	"healthcode/internal/backup"
	"healthcode/internal/postgres"
	"healthcode/internal/sqlite"
)

// runRestore makes a data directory, and fills an empty PostgreSQL database, from a backup, and checks both.
func runRestore(ctx context.Context, args []string, std stdio) int {
	s := settings{Data: "data", LogLevel: "error"}
	fs := flag.NewFlagSet("restore", flag.ContinueOnError)
	fs.SetOutput(std.err)
	s.flags(fs)
	identity := fs.String("identity", "", "`file` with the secret key that reads the backup (AGE-SECRET-KEY-…)")
	if err := fs.Parse(args); err != nil {
		return exitUsage
	}
	if fs.NArg() != 1 || *identity == "" {
		return std.fail("Usage: healthcode restore --data NEW-DIR [--database URL] --identity KEY-FILE BACKUP|-")
	}
	if entries, err := os.ReadDir(s.Data); err == nil && len(entries) > 0 {
		return std.fail("healthcode restore: %s isn't empty; restore into a new directory", s.Data)
	} else if err != nil && !errors.Is(err, os.ErrNotExist) {
		return std.fail("healthcode restore: %v", err)
	}
	in := std.in
	if name := fs.Arg(0); name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return std.fail("healthcode restore: %v", err)
		}
		defer f.Close()
		in = f
	}
	if err := s.restore(ctx, in, *identity, std); err != nil {
		fmt.Fprintf(std.err, "healthcode restore: %v\n", err)
		return exitFail
	}
	return runCheck(ctx, s.again(), std)
}

// again returns the flags with which another command opens the same data.
func (s *settings) again() []string {
	flags := []string{"--data", s.Data}
	for name, value := range map[string]string{"--database": s.Database, "--policies": s.Policies, "--master-key-file": s.MasterKeyFile} {
		if value != "" {
			flags = append(flags, name, value)
		}
	}
	return flags
}

// restore works in a directory beside the one that it makes, so that what failed leaves nothing behind.
func (s *settings) restore(ctx context.Context, in io.Reader, identity string, std stdio) (err error) {
	f, err := os.Open(identity)
	if err != nil {
		return err
	}
	identities, err := age.ParseIdentities(f)
	f.Close()
	if err != nil {
		return fmt.Errorf("reading %s: %w", identity, err)
	}
	b, err := backup.Open(in, identities...)
	if err != nil {
		return fmt.Errorf("reading the backup: %w", err)
	}
	switch {
	case b.Manifest.Engine == enginePostgres && s.Database == "":
		return errors.New("the backup is of a PostgreSQL database: name an empty one with --database")
	case b.Manifest.Engine == engineSQLite && s.Database != "":
		return errors.New("the backup is of a SQLite database: leave --database out")
	}
	parent := filepath.Dir(filepath.Clean(s.Data))
	if err := os.MkdirAll(parent, 0o700); err != nil {
		return err
	}
	temp, err := os.MkdirTemp(parent, ".restore-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	r := restoring{backup: b, dir: temp}
	if b.Manifest.Engine == enginePostgres {
		if r.tables, err = postgres.Import(ctx, s.Database, b.Manifest.Version); err != nil {
			return err
		}
		defer r.tables.Close(ctx)
	}
	if err := r.run(ctx); err != nil {
		return fmt.Errorf("reading the backup: %w", err)
	}
	if r.tables == nil {
		if err := s.forgetLog(ctx, temp, b.Manifest.LogSize); err != nil {
			return err
		}
	} else if err := r.tables.Finish(ctx, b.Manifest.LogSize); err != nil {
		return err
	}
	if err := os.Remove(s.Data); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return os.Rename(temp, s.Data)
}

// forgetLog opens the database that was restored into a directory.
func (s *settings) forgetLog(ctx context.Context, dir string, size uint64) error {
	restored := *s
	restored.Data = dir
	log, err := s.logger(io.Discard)
	if err != nil {
		return err
	}
	store, _, err := openStore(ctx, restored, log)
	if err != nil {
		return err
	}
	if db, ok := store.(*sqlite.Store); ok {
		err = db.ForgetLog(ctx, size)
	}
	return errors.Join(err, store.Close())
}

// restoring is one run.
type restoring struct {
	backup *backup.Reader
	dir    string
	tables *postgres.Importer
	// columns are those of the table whose rows come next.
	table   string
	columns []string
}

func (r *restoring) run(ctx context.Context) error {
	for {
		name, data, err := r.backup.Next()
		if err == io.EOF {
			return nil
		}
		if err == nil {
			err = r.entry(ctx, name, data)
		}
		if err == nil {
			// Whoever read it may have stopped before its end.
			_, err = io.Copy(io.Discard, data)
		}
		if err != nil {
			return err
		}
	}
}

func (r *restoring) entry(ctx context.Context, name string, data io.Reader) error {
	rest, ofTable := strings.CutPrefix(name, entryTables)
	if !ofTable {
		if name != entryKeys && name != entryDatabase && !strings.HasPrefix(name, logFolder+"/") {
			return fmt.Errorf("it holds %q, which this program doesn't know; use a newer one", name)
		}
		return r.file(name, data)
	}
	if r.tables == nil {
		return fmt.Errorf("it holds the table %s and says that it is of another engine", rest)
	}
	if table, ok := strings.CutSuffix(rest, "/columns"); ok {
		text, err := io.ReadAll(data)
		r.table, r.columns = table, strings.Split(string(text), "\n")
		return err
	}
	if rest != r.table+"/rows" {
		return fmt.Errorf("it holds %q where the rows of %s should come", name, r.table)
	}
	return r.tables.Table(ctx, r.table, r.columns, data)
}

func (r *restoring) file(name string, data io.Reader) (err error) {
	path := filepath.Join(r.dir, filepath.FromSlash(name))
	mode := os.FileMode(0o600)
	if name != entryKeys && name != entryDatabase {
		mode = 0o644 // the log is public
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err := io.Copy(f, data); err != nil {
		return err
	}
	return f.Sync()
}
