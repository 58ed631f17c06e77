package trace

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	oteltrace "go.opentelemetry.io/otel/trace"

	"healthcode"
)

// open returns traces to url, and what they log.
func open(t testing.TB, url string, ratio float64, parents bool) (*Traces, *bytes.Buffer) {
	t.Helper()
	var log bytes.Buffer
	traces, err := Open(t.Context(), Options{URL: url, Ratio: ratio, Parents: parents, Log: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	return traces, &log
}

// closed closes traces, which must not take longer than it may.
func closed(t *testing.T, traces *Traces, within time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	began := time.Now()
	traces.Close(ctx)
	if took := time.Since(began); took > within+time.Second {
		t.Errorf("closing took %v", took)
	}
}

// silent is a collector that takes connections and never answers.
func silent(t *testing.T) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	return "http://" + listener.Addr().String() + "/v1/traces"
}

// TestACollectorThatIsSilentHoldsNobodyUp: ten thousand requests are more than any queue holds.
func TestACollectorThatIsSilentHoldsNobodyUp(t *testing.T) {
	traces, _ := open(t, silent(t), 1, false)
	began := time.Now()
	for range 10_000 {
		_, end := traces.Begin(httptest.NewRequest("GET", "/", nil), "id")
		end("GET /{$}", http.StatusOK)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("the requests took %v", took)
	}
	closed(t, traces, 100*time.Millisecond)
}

func TestACollectorThatRefusesIsLoggedOnce(t *testing.T) {
	refusing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadRequest) }))
	defer refusing.Close()
	traces, log := open(t, refusing.URL, 1, false)
	for range 3 {
		_, end := traces.Begin(httptest.NewRequest("GET", "/", nil), "id")
		end("GET /{$}", http.StatusOK)
		if err := traces.provider.ForceFlush(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	closed(t, traces, time.Second)
	if n := strings.Count(log.String(), "traces don't reach the collector"); n != 1 {
		t.Errorf("it is said %d times:\n%s", n, log)
	}
}

// TestParents: the header decides alone where it is believed.
func TestParents(t *testing.T) {
	const sampled, not = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"
	for _, tt := range []struct {
		name    string
		ratio   float64
		parents bool
		header  string
		traced  bool
	}{
		{"nothing drawn", 0, false, "", false},
		{"all drawn", 1, false, "", true},
		{"believed: traced", 0, true, sampled, true},
		{"believed: not traced", 1, true, not, false},
		{"not believed: traced", 0, false, sampled, false},
		{"not believed: not traced", 1, false, not, true},
		{"believed, nonsense", 0, true, "yes", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			traces, _ := open(t, silent(t), tt.ratio, tt.parents)
			defer closed(t, traces, 10*time.Millisecond)
			r := httptest.NewRequest("GET", "/", nil)
			r.Header.Set("Traceparent", tt.header)
			got, end := traces.Begin(r, "id")
			defer end("none", http.StatusNotFound)
			span := oteltrace.SpanContextFromContext(got.Context())
			if span.IsSampled() != tt.traced {
				t.Errorf("traced: %v", span.IsSampled())
			}
			if far := span.TraceID().String() == sampled[3:35]; far != (tt.parents && tt.traced) {
				t.Errorf("part of the other trace: %v", far)
			}
		})
	}
}

// answering is a store that gives the version of the areas, or fails.
type answering struct {
	healthcode.Store
	mu   sync.Mutex
	err  error
	seen []oteltrace.SpanContext
}

func (a *answering) AreasVersion(ctx context.Context) (int64, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.seen = append(a.seen, oteltrace.SpanContextFromContext(ctx))
	return 7, a.err
}

func TestStore(t *testing.T) {
	traces, _ := open(t, silent(t), 1, false)
	defer closed(t, traces, 10*time.Millisecond)
	below := &answering{}
	s := traces.Store(below)
	if got := (*Traces)(nil).Store(below); got != healthcode.Store(below) {
		t.Error("without traces something is put around the store")
	}
	if v, err := s.AreasVersion(t.Context()); v != 7 || err != nil || below.seen[0].IsValid() {
		t.Errorf("outside a request: %d, %v, span %v", v, err, below.seen[0])
	}
	r, end := traces.Begin(httptest.NewRequest("GET", "/", nil), "id")
	defer end("none", http.StatusNotFound)
	below.err = errors.New("the disk is full")
	v, err := s.AreasVersion(r.Context())
	request := oteltrace.SpanContextFromContext(r.Context())
	if v != 7 || !errors.Is(err, below.err) || below.seen[1].TraceID() != request.TraceID() || below.seen[1].SpanID() == request.SpanID() {
		t.Errorf("within a request: %d, %v, span %v of %v", v, err, below.seen[1], request)
	}
}

// BenchmarkBegin is what a request costs that is drawn, and one that isn't.
func BenchmarkBegin(b *testing.B) {
	for name, ratio := range map[string]float64{"drawn": 1, "not": 0} {
		b.Run(name, func(b *testing.B) {
			traces, _ := open(b, "http://127.0.0.1:1/v1/traces", ratio, false)
			r := httptest.NewRequest("GET", "/", nil)
			b.ReportAllocs()
			for b.Loop() {
				_, end := traces.Begin(r, "id")
				end("GET /{$}", http.StatusOK)
			}
			ctx, cancel := context.WithCancel(context.Background())
			cancel()
			traces.Close(ctx)
		})
	}
}
