package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestDoorsComeFirst floods a real server of four places with requests that don't end: health checks, doors and people's own codes are
// still answered, and everybody else is told kindly when to come back.
func TestDoorsComeFirst(t *testing.T) {
	t.Parallel()
	s := settings{Data: filepath.Join(t.TempDir(), "data"), Policies: ongoing(t)}
	p := startServer(t, s, "max_requests: 4\nportals: [\"https://b.example/\", \"https://c.example\"]\n")
	address, err := url.Parse(p.url)
	if err != nil {
		t.Fatal(err)
	}
	var slow []net.Conn
	for range 6 { // two get a place, the others wait for one
		conn, err := net.Dial("tcp", address.Host)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		fmt.Fprintf(conn, "POST /v1/sessions HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{", address.Host)
		slow = append(slow, conn)
	}
	get := func(path string) (*http.Response, string) {
		t.Helper()
		res, err := http.Get(p.url + path)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return res, string(body)
	}
	eventually(t, "refusals", 10*time.Second, func() bool {
		res, _ := get("/v1/policies")
		return res.StatusCode == http.StatusServiceUnavailable
	})
	res, body := get("/v1/policies")
	if n, err := strconv.Atoi(res.Header.Get("Retry-After")); err != nil || n < 5 || n > 30 {
		t.Errorf("Retry-After: %q", res.Header.Get("Retry-After"))
	}
	for _, want := range []string{`"code":"busy"`, "人太多", "Too many people"} {
		if !strings.Contains(body, want) {
			t.Errorf("the problem lacks %s: %s", want, body)
		}
	}
	res, body = get("/in/beijing/sign-in?x=1")
	if res.StatusCode != http.StatusServiceUnavailable || res.Header.Get("Retry-After") == "" || res.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("a page: %s, %v", res.Status, res.Header)
	}
	for _, want := range []string{`http-equiv="refresh" content="` + res.Header.Get("Retry-After") + `"`, "您没有做错什么", "You did nothing wrong",
		`href="https://b.example/in/beijing/sign-in?x=1"`, `data-portal="https://c.example"`} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %s:\n%s", want, body)
		}
	}
	if policy := res.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "connect-src 'self' https://b.example https://c.example;") {
		t.Errorf("the page may not ask the portals: %s", policy)
	}
	for path, want := range map[string]int{"/healthz": 200, "/readyz": 200, "/v1/keys/beijing": 200, "/v1/checkpoint/decisions": 401,
		"/v1/me/codes/beijing": 401} {
		if res, body := get(path); res.StatusCode != want {
			t.Errorf("%s: %s, want %d: %s", path, res.Status, want, body)
		}
	}
	if _, body := get("/metrics"); !strings.Contains(body, `healthcode_requests_shed_total{class="rest"}`) || strings.Contains(body, `healthcode_requests_shed_total{class="door"}`) {
		t.Error("the metrics don't say who was refused")
	}
	for _, conn := range slow {
		conn.Close()
	}
	eventually(t, "room for everybody", 10*time.Second, func() bool {
		res, _ := get("/v1/policies")
		return res.StatusCode == http.StatusOK
	})
}

func TestPortalsAreOrigins(t *testing.T) {
	t.Parallel()
	s := settings{Data: filepath.Join(t.TempDir(), "data"), Portals: []string{"https://b.example/health"}}
	log, err := s.logger(io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := newApp(t.Context(), s, testClock{}, log); err == nil || !strings.Contains(err.Error(), "https://b.example/health") {
		t.Errorf("an address with a path: %v", err)
	}
}

type testClock struct{}

func (testClock) Now() time.Time { return time.Now() }
