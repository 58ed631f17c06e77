package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	iofs "io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"filippo.io/age"

	"healthcode/internal/backup"
	"healthcode/internal/postgres"
	"healthcode/internal/sqlite"
	"healthcode/internal/translog"
)

// The engines as a backup names them, and what is in it.
const (
	engineSQLite   = "sqlite"
	enginePostgres = "postgres"
	entryKeys      = "keys.json"
	entryDatabase  = "healthcode.db"
	entryTables    = "postgres/" // then the table, and a slash; behind it the columns, or the rows
)

// runBackup writes database, keys and log to one encrypted file, while the service runs.
func runBackup(ctx context.Context, args []string, std stdio) int {
	s := settings{Data: "data", LogLevel: "error"}
	fs := flag.NewFlagSet("backup", flag.ContinueOnError)
	fs.SetOutput(std.err)
	s.flags(fs)
	out := fs.String("out", "", "`file` to write, which must not be there yet, or - for standard output")
	var recipients []age.Recipient
	fs.Func("recipient", "`public key` of who can read the backup (age1…, made by age-keygen); may be given several times", func(text string) error {
		r, err := age.ParseX25519Recipient(text)
		recipients = append(recipients, r)
		return err
	})
	fs.Func("recipients-file", "`file` with public keys, one a line", func(name string) error {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		list, err := age.ParseRecipients(f)
		recipients = append(recipients, list...)
		return err
	})
	if err := fs.Parse(args); err != nil {
		return exitUsage
	}
	switch {
	case fs.NArg() > 0:
		return std.fail("healthcode backup: %q: takes no arguments; name the file with --out", fs.Arg(0))
	case *out == "":
		return std.fail("healthcode backup: --out: name the file to write")
	case len(recipients) == 0:
		return std.fail("healthcode backup: --recipient: name who can read it: age-keygen makes a key pair; keep the secret one away from this machine")
	}
	if err := s.present(); err != nil {
		return std.fail("healthcode backup: %v", err)
	}
	if err := s.backup(ctx, *out, recipients, std); err != nil {
		fmt.Fprintf(std.err, "healthcode backup: %v\n", err)
		return exitFail
	}
	return exitOK
}

func (s *settings) backup(ctx context.Context, out string, recipients []age.Recipient, std stdio) (err error) {
	began := std.now()
	if out == "-" {
		if err := s.writeBackup(ctx, std.out, recipients, std); err != nil {
			return err
		}
		return s.noteBackup(began)
	}
	f, err := os.OpenFile(out, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	err = s.writeBackup(ctx, f, recipients, std)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		os.Remove(out) // half a backup is none
		return err
	}
	fmt.Fprintf(std.err, "%s is written\n", out)
	return s.noteBackup(began)
}

// writeBackup copies the log first, and then the database: what is changed in between is restored as a change that
// waits for the log.
func (s *settings) writeBackup(ctx context.Context, w io.Writer, recipients []age.Recipient, std stdio) (err error) {
	log, err := s.logger(std.err)
	if err != nil {
		return err
	}
	temp, err := os.MkdirTemp(s.Data, ".backup-") // mode 0700
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(temp)) }()
	logKeys, err := s.logKeys(ctx, log)
	if err != nil {
		return err
	}
	m := backup.Manifest{Engine: engineSQLite, Created: std.now().UTC()}
	logCopy := filepath.Join(temp, logFolder)
	if m.LogSize, err = translog.Snapshot(ctx, filepath.Join(s.Data, logFolder), logCopy, logKeys); err != nil {
		return err
	}
	var b *backup.Writer
	begin := func() error {
		if b, err = backup.Create(w, m, recipients...); err != nil {
			return err
		}
		keys, err := os.ReadFile(filepath.Join(s.Data, entryKeys))
		if err != nil {
			return err
		}
		if err := b.Bytes(entryKeys, keys); err != nil {
			return err
		}
		return addTree(b, logFolder, logCopy)
	}
	if s.Database == "" {
		err = s.backupSQLite(ctx, temp, begin, func(r io.Reader) error { return b.Stream(entryDatabase, r) }, std)
	} else {
		m.Engine = enginePostgres
		err = postgres.Export(ctx, s.Database, func(version int64) error {
			m.Version = version
			return begin()
		}, func(table string, columns []string, rows io.Reader) error {
			if err := b.Bytes(entryTables+table+"/columns", []byte(strings.Join(columns, "\n"))); err != nil {
				return err
			}
			return b.Stream(entryTables+table+"/rows", rows)
		})
	}
	if err != nil {
		return err
	}
	return b.Close()
}

func (s *settings) backupSQLite(ctx context.Context, temp string, begin func() error, add func(io.Reader) error, std stdio) error {
	log, err := s.logger(std.err)
	if err != nil {
		return err
	}
	opened, _, err := openStore(ctx, *s, log)
	if err != nil {
		return err
	}
	defer opened.Close()
	store, ok := opened.(*sqlite.Store)
	if !ok {
		return fmt.Errorf("the database isn't SQLite")
	}
	name := filepath.Join(temp, entryDatabase)
	if err := store.Backup(ctx, name); err != nil {
		return err
	}
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := begin(); err != nil {
		return err
	}
	return add(f)
}

// addTree adds the files of a folder under a name.
func addTree(b *backup.Writer, name, dir string) error {
	return filepath.WalkDir(dir, func(p string, d iofs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, p)
		if err != nil {
			return err
		}
		return b.Bytes(path.Join(name, filepath.ToSlash(rel)), data)
	})
}
