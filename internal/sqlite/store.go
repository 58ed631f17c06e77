// Package sqlite keeps everything in one SQLite file: [healthcode.Store] for a
// single machine.
//
// One goroutine writes. It commits queued writes in groups, so that one fsync
// serves many callers, and a caller gets its answer only after the commit.
// Readers have connections of their own and never wait for it.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"sync"

	"healthcode"
)

// Store is one open database. It is safe for concurrent use.
type Store struct {
	path    string
	sealer  healthcode.Sealer
	ids     *personIDs
	refs    *refHash
	sources *sourceNames

	feed            feed
	writeDB, readDB *sql.DB
	writer          *writer
	readers         chan *conn // those that are idle
	conns           []*conn    // all

	once    sync.Once
	closed  chan struct{}
	closing error
}

var _ healthcode.Store = (*Store)(nil)

// Open opens the database at path, makes it where there is none, and brings
// its tables up to date. The sealer must be the one that it was made with.
func Open(ctx context.Context, path string, sealer healthcode.Sealer) (*Store, error) {
	s := &Store{path: path, sealer: sealer, sources: newSourceNames(), closed: make(chan struct{})}
	if err := s.open(ctx, path); err != nil {
		_ = s.release()
		err, _ = broken(err)
		return nil, fmt.Errorf("opening the database %s: %w", path, err)
	}
	return s, nil
}

func (s *Store) open(ctx context.Context, path string) (err error) {
	if err := create(path); err != nil {
		return err
	}
	if s.writeDB, err = open(ctx, path, 1, false); err != nil {
		return err
	}
	if err := migrate(ctx, s.writeDB); err != nil {
		return err
	}
	// Readers beyond the cores only wait for one another.
	readers := max(4, 2*runtime.GOMAXPROCS(0))
	if s.readDB, err = open(ctx, path, readers, true); err != nil {
		return err
	}
	s.readers = make(chan *conn, readers)
	for range readers {
		c, err := s.connect(ctx, s.readDB)
		if err != nil {
			return err
		}
		s.readers <- c
	}
	c, err := s.connect(ctx, s.writeDB)
	if err != nil {
		return err
	}
	if err := s.keys(c); err != nil {
		return err
	}
	s.feed.ids = s.ids
	s.writer = newWriter(c, &s.feed)
	return nil
}

// create makes an empty file that only its owner reads. SQLite gives its log the same mode.
func create(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return f.Close()
}

// Close waits for the reads that run and the writes that are queued, then
// closes the file. Later calls get [ErrClosed].
func (s *Store) Close() error {
	s.once.Do(func() {
		close(s.closed)
		s.writer.close()
		for range cap(s.readers) {
			<-s.readers
		}
		s.closing = s.release()
	})
	return s.closing
}

// release closes whatever open has opened.
func (s *Store) release() error {
	for _, c := range s.conns {
		c.close()
	}
	var errs []error
	for _, db := range []*sql.DB{s.readDB, s.writeDB} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	return errors.Join(errs...)
}

func (s *Store) connect(ctx context.Context, db *sql.DB) (*conn, error) {
	c, err := newConn(ctx, db)
	if err == nil {
		s.conns = append(s.conns, c)
	}
	return c, err
}

// read runs f with a connection that sees what is committed.
func (s *Store) read(ctx context.Context, doing string, f func(*conn) error) error {
	select {
	case <-s.closed:
		return fmt.Errorf("%s: %w", doing, ErrClosed)
	case c := <-s.readers:
		defer func() { s.readers <- c }()
		if err := f(c); err != nil {
			return fmt.Errorf("%s: %w", doing, err)
		}
		return nil
	case <-ctx.Done():
		return fmt.Errorf("%s: %w", doing, ctx.Err())
	}
}

// write runs f in the writer and returns after the commit.
func (s *Store) write(ctx context.Context, doing string, f func(*tx) error) error {
	return s.writeRows(ctx, doing, 1, f)
}

func (s *Store) writeRows(ctx context.Context, doing string, rows int, f func(*tx) error) error {
	if err := s.writer.do(ctx, rows, f); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}

func notFound(field, zh, en string) error {
	return &healthcode.Error{Code: healthcode.CodeNotFound, Field: field, Text: healthcode.Text{ZH: zh, EN: en}}
}

// found turns "no row" into CodeNotFound.
func found(err error, field, zh, en string) error {
	if errors.Is(err, sql.ErrNoRows) {
		return notFound(field, zh, en)
	}
	return err
}
