package web

import (
	"net/http"
	"strings"
)

// contentPolicy allows nothing from anywhere else, and nothing inline.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; " +
	"connect-src 'self'; media-src 'self' blob:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// setHeaders sets what every answer carries. Pages are about a person: no cache keeps them.
func (s *Server) setHeaders(h http.Header, r Route) {
	content := contentPolicy
	if r.Wasm {
		content = strings.Replace(content, "script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'", 1)
	}
	h.Set("Content-Security-Policy", content)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	if s.secure {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
	camera, location := "()", "()"
	if r.Camera {
		camera = "(self)"
	}
	if r.Location {
		location = "(self)"
	}
	h.Set("Permissions-Policy", "camera="+camera+", geolocation="+location+
		", microphone=(), payment=(), usb=(), browsing-topics=()")
}
