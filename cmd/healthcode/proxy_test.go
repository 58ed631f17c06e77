package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestProxies(t *testing.T) {
	trusted, err := parseProxies([]string{"10.0.0.0/8", "fd00::/8"})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, peer, forwarded, want string }{
		{"no proxy", "203.0.113.9:4000", "", "203.0.113.9:4000"},
		{"a stranger's word is nothing", "203.0.113.9:4000", "198.51.100.7", "203.0.113.9:4000"},
		{"a proxy's is", "10.1.2.3:4000", "198.51.100.7", "198.51.100.7:0"},
		{"what the caller wrote itself isn't", "10.1.2.3:4000", "192.0.2.1, 198.51.100.7", "198.51.100.7:0"},
		{"two proxies", "10.1.2.3:4000", "198.51.100.7, 10.9.9.9", "198.51.100.7:0"},
		{"IPv6", "[fd00::1]:4000", "2001:db8::5", "[2001:db8::5]:0"},
		{"nonsense", "10.1.2.3:4000", "unknown", "10.1.2.3:4000"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "/", nil)
			r.RemoteAddr = tt.peer
			if tt.forwarded != "" {
				r.Header.Set("X-Forwarded-For", tt.forwarded)
			}
			r.Header.Set("Traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
			var got string
			trusted.wrap(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.RemoteAddr })).ServeHTTP(httptest.NewRecorder(), r)
			if got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
			if stranger, kept := strings.HasPrefix(tt.peer, "203."), r.Header.Get("Traceparent") != ""; kept == stranger {
				t.Errorf("from %s: the trace that it belongs to is kept: %v", tt.peer, kept)
			}
		})
	}
	if _, err := parseProxies([]string{"proxy.example"}); err == nil {
		t.Error("a name is no network")
	}
}
