package api

import "net/http"

// setHeaders sets what every answer carries. Most answers are about a person: no cache keeps them.
func (s *Server) setHeaders(h http.Header, r *Route) {
	for _, f := range everyAnswer {
		h[f.name] = f.value
	}
	if r != nil && r.fresh {
		h.Set("Cache-Control", "public, max-age=60")
	}
	if s.Secure {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// everyAnswer are fields with their canonical names. Nobody changes a value in place: [http.Header] puts another there.
var everyAnswer = []struct {
	name  string
	value []string
}{
	{"Content-Security-Policy", []string{"default-src 'none'; frame-ancestors 'none'"}},
	{"X-Content-Type-Options", []string{"nosniff"}},
	{"Referrer-Policy", []string{"no-referrer"}},
	{"Cross-Origin-Resource-Policy", []string{"same-origin"}},
	{"Cache-Control", []string{"no-store"}},
}
