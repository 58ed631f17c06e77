package postgres

import (
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"healthcode"
)

// Errors that an operator can act on. They are wrapped in what is returned.
var (
	ErrClosed   = errors.New("the database is closed")
	ErrDiskFull = errors.New("the database's disk is full; free some space and send it again")
	ErrReadOnly = errors.New("the database takes no writes; point the server at the primary")
	ErrDisk     = errors.New("the database's disk failed; look at its log, then send it again")
)

// PostgreSQL's error codes (its manual, appendix A).
const (
	uniqueViolation = "23505"
	serialization   = "40001"
	deadlock        = "40P01"
	noSuchCharacter = "22021" // bytes that aren't UTF-8, and the character 0
	badUnicode      = "22P05"
	diskFull        = "53100"
	readOnly        = "25006"
	ioError         = "58030"
	operatorClass   = "57P" // the server is going down or coming up
)

func codeOf(err error) string {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// Errors after which [Store.write] runs its function again.
var (
	errAgain    = errors.New("another writer was faster")
	errNotBegun = errors.New("the connection was broken") // as all are after a restart
)

// retryable reports whether a transaction that failed has changed nothing and may succeed the next time.
func retryable(err error) bool {
	code := codeOf(err)
	return code == serialization || code == deadlock || errors.Is(err, errAgain) || errors.Is(err, errNotBegun) || pgconn.SafeToRetry(err)
}

// disconnected reports whether err says nothing of the statement, but of the connection.
func disconnected(err error) bool {
	code := codeOf(err)
	return code == "" || strings.HasPrefix(code, operatorClass)
}

// unstorable reports whether err says that a text holds what PostgreSQL can't store.
func unstorable(err error) bool {
	code := codeOf(err)
	return code == noSuchCharacter || code == badUnicode
}

// taken reports whether err says that a unique key holds the value already. On a
// shard the key's name has a number behind it.
func taken(err error, key string) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && e.Code == uniqueViolation && strings.HasPrefix(e.ConstraintName, key)
}

// explain says what an operator or a caller can do about err.
func explain(err error) error {
	switch codeOf(err) {
	case diskFull:
		return fmt.Errorf("%w: %w", ErrDiskFull, err)
	case readOnly:
		return fmt.Errorf("%w: %w", ErrReadOnly, err)
	case ioError:
		return fmt.Errorf("%w: %w", ErrDisk, err)
	case noSuchCharacter, badUnicode:
		return &healthcode.Error{Code: healthcode.CodeInvalid, Err: err, Text: healthcode.Text{
			ZH: "文字中含有不能保存的字符", EN: "the text holds a character that can't be stored"}}
	}
	return err
}

func notFound(field, zh, en string) error {
	return &healthcode.Error{Code: healthcode.CodeNotFound, Field: field, Text: healthcode.Text{ZH: zh, EN: en}}
}

func noPerson() error { return notFound("person", "查无此人", "there is no such person") }

func invalid(field, zh, en string) error {
	return &healthcode.Error{Code: healthcode.CodeInvalid, Field: field, Text: healthcode.Text{ZH: zh, EN: en}}
}

// found turns "no row" into CodeNotFound. What can't be stored isn't there either.
func found(err error, field, zh, en string) error {
	if errors.Is(err, pgx.ErrNoRows) || unstorable(err) {
		return notFound(field, zh, en)
	}
	return err
}
