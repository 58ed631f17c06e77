package api

import (
	"context"
	"crypto/rand"
	"net/http"
)

const requestIDHeader = "X-Request-Id"

type requestIDKey struct{}

// withRequestID names a request, for the log and for the caller. A name that
// the caller sends isn't taken: it could say anything of anybody.
func withRequestID(w http.ResponseWriter, r *http.Request) *http.Request {
	id := rand.Text()[:16]
	w.Header()[requestIDHeader] = []string{id}
	return r.WithContext(context.WithValue(r.Context(), requestIDKey{}, id))
}

// RequestID returns the name of the request that ctx belongs to, or "".
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}
