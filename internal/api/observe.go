package api

import (
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"runtime/debug"

	"github.com/prometheus/client_golang/prometheus"

	"healthcode"
)

// Observe names each request, logs it, counts it, and answers a panic with a
// problem. It is around [Server.Handler] already; put it around other handlers
// of the same process as well. The log has the route's pattern, never the path, the query or an address:
// those can say who somebody is.
func (s *Server) Observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sent := &sent{ResponseWriter: w}
		r = withRequestID(w, r)
		if s.Trace != nil {
			var end func(route string, status int)
			r, end = s.Trace(r, RequestID(r.Context()))
			defer func() { end(routeOf(r), sent.status()) }()
		}
		timer := prometheus.NewTimer(nil) // of the process, not of the service's clock, which a demo sets
		defer func() {
			if cause := recover(); cause != nil {
				if cause == http.ErrAbortHandler {
					panic(cause)
				}
				s.panicked(sent, r, cause)
			}
			route, took := routeOf(r), timer.ObserveDuration()
			s.Metrics.request(route, sent.status(), took)
			s.Log.LogAttrs(r.Context(), levelOf(route), "request",
				slog.String("request_id", RequestID(r.Context())), slog.String("route", route), slog.Int("status", sent.status()),
				slog.Int64("bytes", sent.bytes), slog.Float64("ms", float64(took.Microseconds())/1000))
		}()
		r.Pattern = "" // of whatever mounted this
		next.ServeHTTP(sent, r)
	})
}

// routeOf is the pattern that a request met, known after it was served.
func routeOf(r *http.Request) string {
	if r.Pattern == "" {
		return "none"
	}
	return r.Pattern
}

func (r *Route) name() string { return r.Method + " " + r.Pattern }

// levelOf keeps what a monitor asks every few seconds out of the log.
func levelOf(route string) slog.Level {
	switch route {
	case "GET /healthz", "GET /readyz", "GET /metrics":
		return slog.LevelDebug
	}
	return slog.LevelInfo
}

// panicked logs a panic without what it carries, which could be anything but for the runtime's own.
func (s *Server) panicked(w *sent, r *http.Request, cause any) {
	text := fmt.Sprintf("%T", cause)
	if e, ok := cause.(runtime.Error); ok {
		text = e.Error()
	}
	s.Log.ErrorContext(r.Context(), "a call panicked", "request_id", RequestID(r.Context()), "route", routeOf(r),
		"panic", text, "stack", string(debug.Stack()))
	if w.code != 0 {
		panic(http.ErrAbortHandler) // half an answer is out: break it off
	}
	c := &call{server: s, ctx: r.Context(), r: r, header: w.Header(), lang: languageOf(r)}
	c.newProblem(http.StatusInternalServerError, []FieldProblem{{Code: healthcode.CodeInternal, Text: textInternal}}).write(w)
}

// sent notes what was answered.
type sent struct {
	http.ResponseWriter
	code  int
	bytes int64
}

func (w *sent) WriteHeader(code int) {
	if w.code == 0 {
		w.code = code
	}
	w.ResponseWriter.WriteHeader(code)
}

func (w *sent) Write(b []byte) (int, error) {
	if w.code == 0 {
		w.code = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(b)
	w.bytes += int64(n)
	return n, err
}

// Unwrap lets [http.ResponseController] find the connection.
func (w *sent) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *sent) status() int {
	if w.code == 0 {
		return http.StatusOK
	}
	return w.code
}
