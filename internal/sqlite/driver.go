package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"strings"

	driver "modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"
)

// Everything that depends on the driver is in this file.

// cacheKiB is the page cache of one connection. Index pages are what is asked
// for again and again; the operating system keeps the rest.
const cacheKiB = 32 << 10

// checkpointPages is the length of the log, in pages of 4 KiB, at which a commit moves it
// into the database: long enough that a page changed by many groups moves once.
const checkpointPages = 8000

// open opens one connection pool of exactly n connections.
func open(ctx context.Context, path string, n int, readOnly bool) (*sql.DB, error) {
	query := url.Values{"_pragma": {
		"busy_timeout(10000)", // another process, such as an import beside the server
		"journal_mode(WAL)",
		"synchronous(FULL)",
		"foreign_keys(1)",
		"secure_delete(1)", // what is deleted is overwritten
		fmt.Sprintf("cache_size(-%d)", cacheKiB),
		fmt.Sprintf("wal_autocheckpoint(%d)", checkpointPages),
		fmt.Sprintf("journal_size_limit(%d)", 2*4096*checkpointPages),
		"temp_store(MEMORY)",
	}}
	if readOnly {
		query = url.Values{"mode": {"ro"}, "_pragma": {"busy_timeout(10000)", "query_only(1)",
			fmt.Sprintf("cache_size(-%d)", cacheKiB)}}
	}
	// A file name may hold the ? and % that a URI gives a meaning.
	name := "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + query.Encode()
	db, err := sql.Open("sqlite", name)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	if err := db.PingContext(ctx); err != nil {
		db.Close()
		return nil, err
	}
	return db, nil
}

// Errors that an operator can act on. They are wrapped in what is returned.
var (
	ErrDiskFull = errors.New("the disk is full; free some space and send it again")
	ErrReadOnly = errors.New("the database is read-only; let the server write its folder")
	ErrDisk     = errors.New("the disk failed; look at the system log, then send it again")
)

// broken reports whether err means that the transaction as a whole can't go on,
// and explains it. Any other error spoils only the statement that met it.
func broken(err error) (error, bool) {
	var e *driver.Error
	if !errors.As(err, &e) {
		return err, false
	}
	switch e.Code() & 0xff {
	case lib.SQLITE_FULL:
		return fmt.Errorf("%w: %w", ErrDiskFull, err), true
	case lib.SQLITE_READONLY, lib.SQLITE_CANTOPEN:
		return fmt.Errorf("%w: %w", ErrReadOnly, err), true
	case lib.SQLITE_IOERR:
		return fmt.Errorf("%w: %w", ErrDisk, err), true
	case lib.SQLITE_BUSY, lib.SQLITE_LOCKED, lib.SQLITE_NOMEM, lib.SQLITE_CORRUPT, lib.SQLITE_NOTADB,
		lib.SQLITE_INTERRUPT, lib.SQLITE_PROTOCOL:
		return err, true
	}
	return err, false
}

// taken reports whether err says that a value which must be unique is there already.
func taken(err error) bool {
	var e *driver.Error
	return errors.As(err, &e) && e.Code()&0xff == lib.SQLITE_CONSTRAINT && strings.Contains(e.Error(), "UNIQUE")
}

// noSuchPerson turns a broken reference into CodeNotFound: every reference of a table is to a person.
func noSuchPerson(err error) error {
	var e *driver.Error
	if errors.As(err, &e) && e.Code() == lib.SQLITE_CONSTRAINT_FOREIGNKEY {
		return noPerson()
	}
	return err
}
