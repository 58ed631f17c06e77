package shed

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestClasses(t *testing.T) {
	for path, want := range map[string]Class{
		"/healthz": Always, "/readyz": Always, "/metrics": Always, "/in/beijing/live": Always,
		"/door": Door, "/door/scan": Door, "/door/worker.js": Door, "/v1/checkpoint/scans": Door, "/v1/keys/beijing": Door, "/v1/passes/verify": Door,
		"/.well-known/healthcode/beijing.json": Door,
		"/in/beijing/code":                     Own, "/in/beijing/code/pass": Own, "/in/beijing/show": Own, "/v1/me/codes/beijing": Own, "/v1/me/codes/beijing/pass": Own,
		"/static/app.js": Own, "/code-worker.js": Own, "/in/tianjin/others/r1/code": Own, "/v1/me/relations/r1/code": Own,
		"/": Rest, "/doors": Rest, "/in/beijing/others": Rest, "/in/beijing/report": Rest, "/v1/me": Rest, "/v1/sessions": Rest, "/staff/cases": Rest, "/check": Rest,
		"/in/code": Rest, "/in/beijing/codes": Rest, "/v1/jurisdictions/beijing/facts": Rest,
	} {
		if got := ClassOf(httptest.NewRequest("GET", path, nil)); got != want {
			t.Errorf("%s is %s, want %s", path, got, want)
		}
	}
}

// house is a limited handler whose requests last until they are let go.
type house struct {
	*Limiter
	handler http.Handler
	let     chan struct{}
	mu      sync.Mutex
	served  []string
	refused [len(names)]atomic.Int32
	after   sync.Map // what was refused → Retry-After
	busy    sync.WaitGroup
}

func newHouse(places int) *house {
	h := &house{let: make(chan struct{})}
	h.Limiter = New(places, func(w http.ResponseWriter, r *http.Request, after time.Duration) {
		h.after.Store(RetryAfter(after), true)
		w.WriteHeader(http.StatusServiceUnavailable)
	}, func(c Class) { h.refused[c].Add(1) })
	h.handler = h.Wrap(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		h.mu.Lock()
		h.served = append(h.served, ClassOf(r).String())
		h.mu.Unlock()
		if ClassOf(r) != Always {
			<-h.let
		}
	}))
	return h
}

// ask sends n requests that go on.
func (h *house) ask(n int, path string) {
	for range n {
		h.busy.Go(func() { h.handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", path, nil)) })
	}
	synctest.Wait()
}

func (h *house) want(t *testing.T, what string, c Class, running, waiting, refused int) {
	t.Helper()
	r, w := h.Count(c)
	if n := int(h.refused[c].Load()); r != running || w != waiting || n != refused {
		t.Errorf("%s: of %s %d are answered, %d wait, %d were refused; want %d, %d, %d", what, c, r, w, n, running, waiting, refused)
	}
}

// TestWhoIsServed fills a limiter with the least class, then the next, then doors; each still gets in where the one before doesn't.
func TestWhoIsServed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(20)
		h.ask(50, "/staff/cases")
		h.want(t, "a crowd", Rest, 12, 20, 18)
		h.ask(50, "/in/beijing/code")
		h.want(t, "own codes", Own, 5, 20, 25)
		h.ask(5, "/door/scan")
		h.want(t, "doors", Door, 3, 2, 0)
		h.ask(3, "/healthz")
		if n := len(h.served); n != 12+5+3+3 {
			t.Errorf("%d were served: health checks are always answered", n)
		}
		time.Sleep(600 * time.Millisecond)
		synctest.Wait()
		h.want(t, "the rest has no more patience", Rest, 12, 0, 38)
		h.want(t, "own codes wait", Own, 5, 20, 25)

		// Whoever leaves makes room for doors first. 18 run then, so nobody's own code gets in yet.
		h.let <- struct{}{}
		h.let <- struct{}{}
		synctest.Wait()
		if r, w := h.Count(Door); w != 0 || r < 3 {
			t.Errorf("doors: %d are answered, %d wait", r, w)
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if _, w := h.Count(Own); w != 0 {
			t.Errorf("%d wait for their code for ever", w)
		}
		close(h.let)
		h.busy.Wait()
		for _, c := range Classes {
			if r, w := h.Count(c); r != 0 || w != 0 {
				t.Errorf("afterwards %d of %s are answered and %d wait", r, c, w)
			}
		}
		different := 0
		h.after.Range(func(after, _ any) bool {
			different++
			if n, err := strconv.Atoi(after.(string)); err != nil || n < 5 || n > 30 {
				t.Errorf("Retry-After: %v", after)
			}
			return true
		})
		if different < 5 {
			t.Errorf("all come back at the same %d moments", different)
		}
	})
}

// TestThoseWhoWaitComeIn once there is room, the higher class first.
func TestThoseWhoWaitComeIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(4)
		h.ask(4, "/door")
		h.ask(2, "/in/beijing/code")
		h.ask(2, "/door")
		h.want(t, "full", Door, 4, 2, 0)
		h.want(t, "full", Own, 0, 2, 0)
		for range 8 {
			h.let <- struct{}{}
			synctest.Wait()
		}
		h.busy.Wait()
		h.mu.Lock()
		defer h.mu.Unlock()
		want := []string{"door", "door", "door", "door", "door", "door", "own", "own"}
		for i := range want {
			if len(h.served) != len(want) || h.served[i] != want[i] {
				t.Fatalf("served %v, want %v", h.served, want)
			}
		}
	})
}

// TestPlacesComeBack also after a panic.
func TestPlacesComeBack(t *testing.T) {
	l := New(4, func(http.ResponseWriter, *http.Request, time.Duration) {}, func(Class) {})
	h := l.Wrap(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("x") }))
	for range 10 {
		func() {
			defer func() { _ = recover() }()
			h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
		}()
	}
	if r, _ := l.Count(Rest); r != 0 {
		t.Errorf("%d places are lost", r)
	}
}

func BenchmarkAPlace(b *testing.B) {
	l := New(100, nil, nil)
	h := l.Wrap(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	r := httptest.NewRequest("GET", "/v1/me/codes/beijing/pass", nil)
	for b.Loop() {
		h.ServeHTTP(nil, r)
	}
}
