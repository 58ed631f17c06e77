package api

import (
	"bytes"
	"context"
	"encoding/json"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"healthcode"
	"healthcode/internal/access"
	"healthcode/internal/area"
	"healthcode/internal/casework"
	"healthcode/internal/checkpoint"
	"healthcode/internal/resident"
	"healthcode/internal/sqlite"
	"healthcode/internal/status"
	"healthcode/internal/vault"
	"healthcode/policies"
	"healthcode/policy"
)

// clock is set by tests.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// house is the whole service over a real store.
type house struct {
	t      *testing.T
	clock  *clock
	store  healthcode.Store
	server *Server
	log    *logBuffer
	tokens map[string]string // by staff name
}

// logBuffer keeps the log of a test.
type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

var start = time.Date(2022, 4, 28, 9, 0, 0, 0, time.FixedZone("CST", 8*60*60))

func newHouse(t *testing.T) *house {
	t.Helper()
	v, err := vault.Create(filepath.Join(t.TempDir(), "keys.json"), nil)
	must(t, err)
	db, err := sqlite.Open(context.Background(), filepath.Join(t.TempDir(), "health.db"), v)
	must(t, err)
	t.Cleanup(func() { must(t, db.Close()) })
	set, err := policy.Load(policies.FS)
	must(t, err)

	h := &house{t: t, clock: &clock{now: start}, log: &logBuffer{}, tokens: map[string]string{}}
	metrics := NewMetrics()
	h.store = Counted(db, metrics)
	log := slog.New(slog.NewJSONHandler(h.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	acc := access.New(h.store, h.clock)
	st := status.New(h.store, set, status.NewKeys(v), v, h.clock, func(a healthcode.AreaHistory) healthcode.AreaHistory { return a })
	res, err := resident.New(h.store, v, st, acc, h.clock, log)
	must(t, err)
	h.server, err = New(Services{Clock: h.clock, Log: log, Metrics: metrics, Store: h.store, Sealer: v,
		Access: acc, Status: st, Residents: res,
		Checkpoint: checkpoint.New(h.store, st, h.clock), Casework: casework.New(h.store, h.clock, log),
		PolicyFile: func(p *policy.Policy) ([]byte, error) { return fs.ReadFile(policies.FS, filepath.ToSlash(p.File)) }})
	must(t, err)
	h.settle()
	return h
}

// settle stores area history, and for two jurisdictions a venue and an account of each role.
func (h *house) settle() {
	history, err := area.DemoHistory()
	must(h.t, err)
	must(h.t, h.store.PutAreas(h.t.Context(), history))
	for j, v := range map[string]healthcode.Venue{
		"beijing": {Kind: "mall", Area: "110105", Name: healthcode.Text{ZH: "朝阳大悦城", EN: "Chaoyang Joy City"}},
		"tianjin": {Kind: "restaurant", Area: "120101", Name: healthcode.Text{ZH: "狗不理", EN: "Goubuli"}},
	} {
		v.ID, v.Jurisdiction = j+"-door", j
		must(h.t, h.store.PutVenue(h.t.Context(), v))
		for _, role := range healthcode.Roles {
			if role == healthcode.RoleResident {
				continue
			}
			m := healthcode.Staff{Name: string(role) + "-" + j, Role: role, Jurisdiction: j}
			switch role {
			case healthcode.RoleCheckpoint:
				m.Venue = v.ID
			case healthcode.RoleLab:
				m.Source = "lab:" + j
			}
			h.tokens[m.Name], m.TokenHash = access.NewToken()
			must(h.t, h.store.PutStaff(h.t.Context(), m))
		}
	}
}

// answer is what the service said.
type answer struct {
	*httptest.ResponseRecorder
	t *testing.T
}

// call sends one request. Body is a string, bytes, or anything that becomes JSON; token may be "".
func (h *house) call(method, path, token string, body any) answer {
	h.t.Helper()
	contentType := "application/json"
	var data []byte
	switch b := body.(type) {
	case nil:
	case string:
		data = []byte(b)
	case upload:
		contentType, data = b.contentType, b.data
	default:
		var err error
		data, err = json.Marshal(b)
		must(h.t, err)
	}
	r := httptest.NewRequest(method, path, bytes.NewReader(data))
	if body != nil {
		r.Header.Set("Content-Type", contentType)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	w := httptest.NewRecorder()
	h.server.Handler().ServeHTTP(w, r)
	return answer{w, h.t}
}

// upload is a body that isn't JSON.
type upload struct {
	contentType string
	data        []byte
}

// want fails unless the status is as expected, and reads the JSON into the given values.
func (a answer) want(status int, into ...any) answer {
	a.t.Helper()
	if a.Code != status {
		a.t.Fatalf("status %d, want %d: %s", a.Code, status, a.Body)
	}
	for _, v := range into {
		if err := json.Unmarshal(a.Body.Bytes(), v); err != nil {
			a.t.Fatalf("reading %s: %v", a.Body, err)
		}
	}
	return a
}

// problem fails unless the answer is a complete problem document with the code and field.
func (a answer) problem(status int, code, field string) Problem {
	a.t.Helper()
	var p Problem
	a.want(status, &p)
	if p.Code != healthcode.Code(code) || p.Field != field {
		a.t.Errorf("code %q, field %q; want %q, %q: %s", p.Code, p.Field, code, field, a.Body)
	}
	if got := a.Header().Get("Content-Type"); got != "application/problem+json" {
		a.t.Errorf("content type %q", got)
	}
	if !p.Text.Complete() || p.Detail != p.Text.EN || p.Status != status || p.Title == "" ||
		p.Type != "urn:healthcode:problem:"+code || p.RequestID == "" || p.RequestID != a.Header().Get("X-Request-Id") {
		a.t.Errorf("the problem is incomplete: %s", a.Body)
	}
	return p
}

// has fails unless the body contains each text.
func (a answer) has(texts ...string) answer {
	a.t.Helper()
	for _, text := range texts {
		if !strings.Contains(a.Body.String(), text) {
			a.t.Errorf("%q is not in %s", text, a.Body)
		}
	}
	return a
}

// get is a GET by nobody.
func (h *house) get(path string) answer { h.t.Helper(); return h.call(http.MethodGet, path, "", nil) }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
