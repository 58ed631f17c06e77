package api

import (
	"context"
	"errors"
	"io"
	"mime"
	"net"
	"net/http"
	"slices"

	"healthcode"
)

// read returns the whole body, which must be of one of the media types.
func (c *call) read(types ...string) ([]byte, error) {
	if err := c.accept(types...); err != nil {
		return nil, err
	}
	data, err := io.ReadAll(c.r.Body)
	if err != nil {
		return nil, bodyError(err)
	}
	return data, nil
}

// accept refuses a body of another media type.
func (c *call) accept(types ...string) error {
	got, _, err := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	if err != nil || !slices.Contains(types, got) {
		return &healthcode.Error{Code: codeMediaType, Text: textMediaType}
	}
	return nil
}

// bodyError tells the caller's faults in sending a body from our own.
func bodyError(err error) error {
	var large *http.MaxBytesError
	switch {
	case errors.Is(err, context.DeadlineExceeded): // it is a net.Error too
		return err
	case errors.As(err, &large):
		return &healthcode.Error{Code: codeTooLarge, Text: textTooLarge, Err: err}
	case isReadError(err):
		return &healthcode.Error{Code: codeInterrupted, Text: textInterrupted, Err: err}
	}
	return err
}

// isReadError reports whether the connection, and not we, ended a body.
func isReadError(err error) bool {
	var network net.Error
	return errors.Is(err, io.ErrUnexpectedEOF) || errors.As(err, &network)
}
