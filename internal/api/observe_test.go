package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"healthcode"
	"healthcode/internal/access"
	"healthcode/internal/checkpoint"
	"healthcode/internal/identity"
	"healthcode/internal/resident"
	"healthcode/internal/status"
	"healthcode/policy"
)

// logged returns the last line of the log with the message.
func (h *house) logged(message string) map[string]any {
	h.Helper()
	var found map[string]any
	for l := range strings.Lines(h.log.String()) {
		var entry map[string]any
		h.Must(json.Unmarshal([]byte(l), &entry))
		if entry["msg"] == message {
			found = entry
		}
	}
	if found == nil {
		h.Fatalf("%q isn't in the log:\n%s", message, h.log)
	}
	return found
}

// TestOurFaultsAreLoggedAndNotShown breaks the store under a call.
func TestOurFaultsAreLoggedAndNotShown(t *testing.T) {
	h := newHouse(t)
	h.server.Store = brokenStore{h.Store}
	a := h.get("/v1/areas")
	p := a.problem(500, "internal", "")
	if strings.Contains(a.Body.String(), "disk") {
		t.Errorf("the caller learns %s", a.Body)
	}
	entry := h.logged("a call failed")
	if entry["request_id"] != p.RequestID || entry["route"] != "GET /v1/areas" || !strings.Contains(entry["error"].(string), errDisk.Error()) {
		t.Errorf("logged: %v", entry)
	}
}

func TestPanics(t *testing.T) {
	h := newHouse(t)
	serve := func(f http.HandlerFunc) (w *httptest.ResponseRecorder, broken any) {
		w = httptest.NewRecorder()
		defer func() { broken = recover() }()
		h.server.Observe(f).ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
		return w, nil
	}
	w, broken := serve(func(http.ResponseWriter, *http.Request) { panic("somebody's name") })
	answer{w, t}.problem(500, "internal", "")
	if broken != nil || h.logged("a call panicked")["panic"] != "string" || strings.Contains(h.log.String(), "somebody's name") {
		t.Errorf("log: %s", h.log)
	}
	var list []int
	serve(func(http.ResponseWriter, *http.Request) { _ = list[3] })
	if text := h.logged("a call panicked")["panic"].(string); !strings.Contains(text, "index out of range") {
		t.Errorf("logged: %s", text)
	}
	if _, broken = serve(func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("half")); panic("x") }); broken != http.ErrAbortHandler {
		t.Errorf("half an answer went out as a whole one: %v", broken)
	}
	if _, broken = serve(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }); broken != http.ErrAbortHandler {
		t.Errorf("an abort was swallowed: %v", broken)
	}
}

// TestMount leaves other addresses to the pages, and counts those too.
func TestMount(t *testing.T) {
	h := newHouse(t)
	pages := http.NewServeMux()
	pages.HandleFunc("GET /sign-in", func(w http.ResponseWriter, r *http.Request) { w.Write([]byte(RequestID(r.Context()))) })
	mounted := h.server.Mount(pages)
	for path, want := range map[string]int{"/v1/policies": 200, "/v1/nothing": 404, "/healthz": 200, "/.well-known/healthcode/beijing.json": 200, "/sign-in": 200, "/nothing": 404} {
		w := httptest.NewRecorder()
		mounted.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		if w.Code != want || len(w.Header().Values("X-Request-Id")) != 1 {
			t.Errorf("%s: %d, %v", path, w.Code, w.Header())
		}
		if path == "/sign-in" && w.Body.String() != w.Header().Get("X-Request-Id") {
			t.Errorf("the page knows the request as %q", w.Body)
		}
	}
	h.get("/metrics").want(200).has(`route="GET /sign-in",status="200"} 1`, `route="none",status="404"} 2`, `route="GET /v1/policies",status="200"} 1`)
}

func TestLanguage(t *testing.T) {
	h := newHouse(t)
	for accept, want := range map[string]string{"": "en", "zh-CN,zh;q=0.9,en;q=0.8": "zh", "fr, en-GB": "en", "fr": "en", "zh": "zh"} {
		a := h.with("Accept-Language: " + accept).get("/v1/nothing")
		var p Problem
		a.want(404, &p)
		if a.Header().Get("Content-Language") != want || p.Detail != p.Text.In(healthcode.Language(want)) {
			t.Errorf("%q: %s, %s", accept, a.Header().Get("Content-Language"), p.Detail)
		}
	}
}

// TestEveryCodeHasAStatus finds codes that would be shown as "internal".
func TestEveryCodeHasAStatus(t *testing.T) {
	codes := append(identity.Codes(), healthcode.CodeInvalid, healthcode.CodeNotFound, healthcode.CodeConflict, healthcode.CodeDenied,
		healthcode.CodeSignedOut, healthcode.CodeTooMany, healthcode.CodeExpired, access.CodeWrongSignIn, access.CodeStale,
		status.CodeNoPolicy, status.CodeNumber, resident.CodeDeclaration, resident.CodeRegistered, resident.CodeForm, checkpoint.CodeVenue)
	for _, code := range codes {
		if s := statusOf(code); s < 400 || s >= 500 {
			t.Errorf("%s: status %d", code, s)
		}
	}
	for _, code := range []healthcode.Code{healthcode.CodeInternal, "made_up"} {
		if s := statusOf(code); s != 0 {
			t.Errorf("%s would be shown with status %d", code, s)
		}
	}
}

func TestPolicyFileMustBeThePolicy(t *testing.T) {
	h := newHouse(t)
	services := h.server.Services
	for want, f := range map[string]func(*policy.Policy) ([]byte, error){
		"has changed":  func(*policy.Policy) ([]byte, error) { return []byte("jurisdiction: beijing\n"), nil },
		"no such file": func(*policy.Policy) ([]byte, error) { return nil, errors.New("no such file") },
	} {
		services.PolicyFile = f
		if _, err := New(services); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

// TestSlownessAndAbsence tell a store that is too slow from a caller who went away.
func TestSlownessAndAbsence(t *testing.T) {
	h := newHouse(t)
	for cause, want := range map[error]struct {
		code   healthcode.Code
		status int
		logged bool
	}{
		context.DeadlineExceeded: {codeBusy, 503, true},
		context.Canceled:         {codeInterrupted, 400, false},
	} {
		before := len(h.log.String())
		c := &call{server: h.server, route: &Route{}, ctx: t.Context(), header: http.Header{}, lang: healthcode.EN}
		p := c.problem(fmt.Errorf("reading the facts: %w", cause))
		if p.Code != want.code || p.Status != want.status || want.logged != (len(h.log.String()) > before) {
			t.Errorf("%v: %+v, log %s", cause, p, h.log.String()[before:])
		}
	}
}
