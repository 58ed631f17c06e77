package api

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"healthcode"
	"healthcode/internal/access"
	"healthcode/internal/area"
	"healthcode/internal/servicetest"
	"healthcode/policies"
	"healthcode/policy"
)

// house is the whole service over a real store, with the API in front.
type house struct {
	*servicetest.House
	server *Server
	log    *logBuffer
	tokens map[string]string // of staff, by role and jurisdiction
	header string            // of the next calls, as name: value
}

// with returns the house with a header on each call.
func (h *house) with(header string) *house {
	other := *h
	other.header = header
	return &other
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

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{House: servicetest.New(t), log: &logBuffer{}, tokens: map[string]string{}}
	log := slog.New(slog.NewJSONHandler(h.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	var err error
	h.server, err = New(Services{Clock: h.Clock, Log: log, Store: h.Store, Sealer: h.Vault,
		Access: h.Access, Status: h.Status, Residents: h.Residents, Checkpoint: h.Checkpoint, Casework: h.Casework, Cases: h.Cases, Change: h.Change, Labs: h.Labs, Counts: noCounts, Boarding: h.boarding(),
		Complete: area.Complete, PolicyFile: policyFile})
	h.Must(err)
	h.server.Travel, _ = h.NewTravel()
	h.server.Notices, h.server.Board, h.server.Assist = h.NewNotices()
	h.settle()
	return h
}

func noCounts(context.Context) ([]healthcode.ChangeCount, uint64, error) {
	return []healthcode.ChangeCount{{Jurisdiction: "beijing", Office: "beijing", Month: "2022-04", Kind: healthcode.KindLift, Ground: "no-link", Count: 3}}, 3, nil
}

func policyFile(p *policy.Policy) ([]byte, error) { return fs.ReadFile(policies.FS, p.File) }

// settle stores area history, and for two jurisdictions a venue and an account of each role.
func (h *house) settle() {
	history, err := area.DemoHistory()
	h.Must(err)
	h.Must(h.Store.PutAreas(h.Context(), history))
	for _, door := range []struct{ jurisdiction, kind, area string }{{"beijing", "mall", "110119"}, {"tianjin", "restaurant", "120101"}} {
		venue := h.Venue(door.jurisdiction, door.kind, door.area).Venue
		for _, role := range healthcode.Roles {
			if role == healthcode.RoleResident {
				continue
			}
			m := healthcode.Staff{Name: staffName(role, door.jurisdiction), Role: role, Jurisdiction: door.jurisdiction}
			switch role {
			case healthcode.RoleCheckpoint:
				m.Venue = venue
			case healthcode.RoleLab:
				m.Source = "lab:" + door.jurisdiction
			}
			h.tokens[m.Name], m.TokenHash = access.NewToken()
			h.Must(h.Store.PutStaff(h.Context(), m))
		}
		mission := missionOf[door.jurisdiction]
		m := healthcode.Staff{Name: staffName(healthcode.RoleConsular, mission), Role: healthcode.RoleConsular, Jurisdiction: mission}
		h.tokens[m.Name], m.TokenHash = access.NewToken()
		h.Must(h.Store.PutStaff(h.Context(), m))
	}
}

func staffName(role healthcode.Role, jurisdiction string) string {
	return string(role) + "-" + jurisdiction
}

// staff returns the API token of a member of staff.
func (h *house) staff(role healthcode.Role, jurisdiction string) string {
	h.Helper()
	token := h.tokens[staffName(role, jurisdiction)]
	if token == "" {
		h.Fatalf("there is no %s in %s", role, jurisdiction)
	}
	return token
}

// answer is what the service said.
type answer struct {
	*httptest.ResponseRecorder
	t testing.TB
}

// call sends one request. Body is a string, bytes, or anything that becomes JSON; token may be "".
func (h *house) call(method, path, token string, body any) answer {
	h.Helper()
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
		h.Must(err)
	}
	r := httptest.NewRequest(method, path, bytes.NewReader(data))
	if body != nil {
		r.Header.Set("Content-Type", contentType)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if name, value, ok := strings.Cut(h.header, ": "); ok {
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	h.server.Handler().ServeHTTP(w, r)
	return answer{w, h.TB}
}

// stream posts a body whose connection breaks at its end.
func (h *house) stream(path, token, body string) answer {
	h.Helper()
	broken := io.MultiReader(strings.NewReader(body), iotest.ErrReader(io.ErrUnexpectedEOF))
	r := httptest.NewRequest(http.MethodPost, path, broken)
	name, value, _ := strings.Cut(h.header, ": ")
	r.Header.Set(name, value)
	r.Header.Set("Authorization", "Bearer "+token)
	w := httptest.NewRecorder()
	h.server.Handler().ServeHTTP(w, r)
	return answer{w, h.TB}
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
func (h *house) get(path string) answer { h.Helper(); return h.call(http.MethodGet, path, "", nil) }
