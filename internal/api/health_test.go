package api

import (
	"net/http"
	"testing"
	"time"
)

func TestHealth(t *testing.T) {
	h := newHouse(t)
	h.get("/healthz").want(200).has("ok")
	h.get("/readyz").want(200).has("ready")
	h.get("/metrics").want(200).has(`healthcode_http_requests_total{route="GET /readyz",status="200"} 1`, "healthcode_http_request_seconds_bucket", "go_goroutines")
	h.get("/v1/openapi.json").want(200).has(`"openapi": "3.1.0"`)
	h.get("/v1/openapi.yaml").want(200).has("openapi: 3.1.0")
}

func TestNotReady(t *testing.T) {
	h := newHouse(t)
	h.Clock.Advance(10 * 365 * 24 * time.Hour)
	h.get("/readyz").problem(503, "not_ready", "policies")
	h.get("/healthz").want(200)

	h = newHouse(t)
	h.server.Store = brokenStore{h.Store}
	h.get("/readyz").problem(503, "not_ready", "store")
}

func TestHeaders(t *testing.T) {
	h := newHouse(t)
	for path, cache := range map[string]string{"/v1/keys/beijing": "public, max-age=60", "/v1/keys/atlantis": "no-store", "/v1/policies": "no-store", "/v1/me": "no-store", "/v1/nothing": "no-store"} {
		header := h.call(http.MethodGet, path, "", nil).Header()
		for name, want := range map[string]string{"Cache-Control": cache, "X-Content-Type-Options": "nosniff",
			"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'", "Strict-Transport-Security": ""} {
			if got := header.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", path, name, got, want)
			}
		}
	}
	h.server.Secure = true
	if h.get("/healthz").Header().Get("Strict-Transport-Security") == "" {
		t.Error("no HSTS over TLS")
	}
}
