package healthcode

import (
	"errors"
	"fmt"
)

// Code is the stable, machine-readable name of an error. It never changes once
// published; texts for people may.
type Code string

// The codes that storage and services share. Packages add their own, more
// precise ones where a caller can act on the difference.
const (
	CodeInvalid   Code = "invalid"   // the input is wrong; Field says where
	CodeNotFound  Code = "not_found" // there is no such thing, or it isn't the caller's to know of
	CodeConflict  Code = "conflict"  // it contradicts what is stored
	CodeDenied    Code = "denied"    // the caller's role or jurisdiction doesn't allow it
	CodeSignedOut Code = "signed_out"
	CodeTooMany   Code = "too_many" // a rate or number limit
	CodeExpired   Code = "expired"
	CodeInternal  Code = "internal"
)

// Error is an error that may be shown to the person who caused it.
// Every other error is shown as "internal" and only logged.
type Error struct {
	Code  Code
	Field string // the input field at fault, or ""
	Text  Text   // what is wrong and what to do
	Err   error  // the cause, for the log; may be nil
}

// Error returns the English text, the field in front of it.
func (e *Error) Error() string {
	s := e.Text.EN
	if s == "" {
		s = string(e.Code)
	}
	if e.Field != "" {
		s = e.Field + ": " + s
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Errorf returns an [Error] whose English text is formatted and whose Chinese
// text is given by zh.
func Errorf(code Code, field, zh, format string, args ...any) *Error {
	return &Error{Code: code, Field: field, Text: Text{ZH: zh, EN: fmt.Sprintf(format, args...)}}
}

// CodeOf returns the code of err, and CodeInternal for any error that isn't an [Error].
func CodeOf(err error) Code {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return CodeInternal
}
