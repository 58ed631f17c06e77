package main

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"healthcode"
)

// benchStores makes the databases of a bench: a file each, or databases on a PostgreSQL server that are dropped at the end.
type benchStores struct {
	database string
	dir      string
	made     []string
}

func (b *benchStores) engine() string {
	if b.database == "" {
		return "sqlite"
	}
	return "postgres"
}

// name is the database of a data directory.
func (b *benchStores) name(data string) string {
	return strings.ToLower(strings.ReplaceAll(filepath.Base(b.dir), "-", "_")) + "_" + filepath.Base(data)
}

func (b *benchStores) settings(data string) (settings, error) {
	s := settings{Data: data}
	if b.database == "" {
		return s, nil
	}
	at, err := url.Parse(b.database)
	if err != nil || at.Scheme == "" {
		return s, fmt.Errorf("--database: write it as a URL, such as postgres://user@host/postgres")
	}
	at.Path = "/" + b.name(data)
	s.Database = at.String()
	return s, nil
}

func (b *benchStores) open(ctx context.Context, data string) (healthcode.Store, error) {
	s, err := b.settings(data)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(data); err != nil && b.database != "" {
		if err := b.exec(ctx, "CREATE DATABASE "+pgx.Identifier{b.name(data)}.Sanitize()); err != nil {
			return nil, err
		}
		b.made = append(b.made, b.name(data))
	}
	store, _, err := openStore(ctx, s, slog.New(slog.NewTextHandler(io.Discard, nil)))
	return store, err
}

func (b *benchStores) exec(ctx context.Context, sql string) error {
	conn, err := pgx.Connect(ctx, b.database)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, sql)
	return err
}

// size is that of the database's files.
func (b *benchStores) size(ctx context.Context, data string) (size int64, err error) {
	if b.database != "" {
		conn, err := pgx.Connect(ctx, b.database)
		if err != nil {
			return 0, err
		}
		defer conn.Close(ctx)
		return size, conn.QueryRow(ctx, "SELECT pg_database_size($1)", b.name(data)).Scan(&size)
	}
	err = filepath.WalkDir(data, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasPrefix(d.Name(), "healthcode.db") {
			return err
		}
		info, err := d.Info()
		if err == nil {
			size += info.Size()
		}
		return err
	})
	return size, err
}

// command says how this binary serves or imports.
func (b *benchStores) command(what, data string, more ...string) []string {
	args := map[string][]string{"server": {"bench", "server"}, "baseline": {"bench", "baseline"}, "import": {"import", "facts"}}[what]
	if data != "" {
		args = append(args, "--data", data)
		if s, err := b.settings(data); err == nil && s.Database != "" {
			args = append(args, "--database", s.Database)
		}
	}
	return append(args, more...)
}

// drop deletes what was made on the server.
func (b *benchStores) drop() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for _, name := range b.made {
		_ = b.exec(ctx, "DROP DATABASE IF EXISTS "+pgx.Identifier{name}.Sanitize()+" WITH (FORCE)")
	}
}
