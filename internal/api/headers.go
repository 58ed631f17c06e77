package api

import "net/http"

// setHeaders sets what every answer carries. Most answers are about a person: no cache keeps them.
func (s *Server) setHeaders(h http.Header, r *Route) {
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	if r != nil && r.fresh {
		h.Set("Cache-Control", "public, max-age=60")
	}
	if s.Secure {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}
