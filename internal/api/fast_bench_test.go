package api

import (
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"healthcode"
	"healthcode/internal/access"
	"healthcode/internal/area"
	"healthcode/internal/checkpoint"
	"healthcode/internal/model"
	"healthcode/internal/servicetest"
	"healthcode/internal/status"
)

// nowhereWriter is an answer that nobody reads.
type nowhereWriter struct {
	header http.Header
	code   int
}

func (w *nowhereWriter) Header() http.Header         { return w.header }
func (w *nowhereWriter) WriteHeader(code int)        { w.code = code }
func (w *nowhereWriter) Write(b []byte) (int, error) { return len(b), nil }

// BenchmarkQuickPass shows what a fresh pass takes besides HTTP itself, and "bare" what the harness takes.
func BenchmarkQuickPass(b *testing.B) {
	h := servicetest.New(b)
	person := h.Register("beijing", servicetest.Zhang).Person
	history, err := area.DemoHistory()
	h.Must(err)
	h.Must(h.Store.PutAreas(b.Context(), history))
	began := time.Now()
	store := model.New(h.Store, model.DefaultBytes, func() time.Duration { return time.Since(began) })
	b.Cleanup(func() { store.Close() })
	counts := NewMetrics()
	all := Counted(store, counts)
	signedIn := access.New(all, h.Clock)
	codes := status.New(all, h.Status.Policies(), status.NewKeys(h.Vault), h.Vault, h.Clock, area.Complete)
	server, err := New(Services{Clock: h.Clock, Log: slog.New(slog.NewJSONHandler(io.Discard, nil)), Metrics: counts, Store: all, Sealer: h.Vault,
		Access: signedIn, Status: codes, Residents: h.Residents, Checkpoint: checkpoint.New(all, codes, h.Clock), Casework: h.Casework,
		Complete: area.Complete, PolicyFile: policyFile})
	h.Must(err)
	var facts []healthcode.PersonFact
	for day := range 5 {
		sampled := h.Clock.Now().Add(-time.Duration(day+1) * 24 * time.Hour)
		facts = append(facts, healthcode.PersonFact{Person: person, Fact: healthcode.Fact{ID: "t" + sampled.Format("02"), Kind: healthcode.KindTest, Source: "lab-a",
			Time: sampled, Recorded: sampled.Add(6 * time.Hour), Analyte: "nucleic-acid", Result: "negative"}})
	}
	_, err = h.Store.Append(b.Context(), facts)
	h.Must(err)
	token, err := signedIn.OpenResident(b.Context(), person, "bench")
	h.Must(err)
	bare := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "{}") })
	for name, handler := range map[string]http.Handler{"bare": bare, "pass": server.Mount(http.NotFoundHandler())} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r := &http.Request{Method: http.MethodPost, URL: &url.URL{Path: "/v1/me/codes/beijing/pass"}, Host: "localhost", RemoteAddr: "192.0.2.1:1",
					Header: http.Header{"Authorization": {"Bearer " + token}}, Body: io.NopCloser(strings.NewReader(""))}
				w := &nowhereWriter{header: make(http.Header)}
				handler.ServeHTTP(w, r)
				if w.code > http.StatusOK {
					b.Fatal(w.code)
				}
			}
		})
	}
}
