package api

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"healthcode"
	"healthcode/internal/access"
	"healthcode/internal/area"
	"healthcode/internal/servicetest"
)

// BenchmarkCall shows what the API costs around the services: nothing to do, a
// token to look up, and a body to check with a pass to verify.
func BenchmarkCall(b *testing.B) {
	h := servicetest.New(b)
	server, err := New(Services{Clock: h.Clock, Log: slog.New(slog.DiscardHandler), Store: h.Store, Sealer: h.Vault,
		Access: h.Access, Status: h.Status, Residents: h.Residents, Checkpoint: h.Checkpoint, Casework: h.Casework,
		Complete: area.Complete, PolicyFile: policyFile})
	h.Must(err)
	server.limits.post.perSecond, server.limits.post.burst = 1e9, 1e9
	token, hash := access.NewToken()
	h.Must(h.Store.PutStaff(context.Background(), healthcode.Staff{Name: "auditor", Role: healthcode.RoleAuditor, Jurisdiction: "beijing", TokenHash: hash}))
	for _, c := range []struct{ name, method, path, body string }{
		{"alive", "GET", "/healthz", ""},
		{"session", "GET", "/v1/session", ""},
		{"verify", "POST", "/v1/passes/verify", `{"pass":"HCP1:NONSENSE"}`},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r := httptest.NewRequest(c.method, c.path, bytes.NewReader([]byte(c.body)))
				r.Header.Set("Authorization", "Bearer "+token)
				w := httptest.NewRecorder()
				server.Handler().ServeHTTP(w, r)
				if w.Code != http.StatusOK {
					b.Fatal(w.Code, w.Body)
				}
			}
		})
	}
}
