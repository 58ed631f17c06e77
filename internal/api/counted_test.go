package api

import (
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"

	"healthcode"
	"healthcode/internal/access"
	"healthcode/internal/area"
	"healthcode/internal/checkpoint"
	"healthcode/internal/resident"
	"healthcode/internal/servicetest"
	"healthcode/internal/status"
)

// TestCounted wires services over a counted store, as the binary does, and counts what they do.
func TestCounted(t *testing.T) {
	h := servicetest.New(t)
	m := NewMetrics()
	store := Counted(h.Store, m)
	var err error
	h.Access = access.New(store, h.Clock)
	h.Status = status.New(store, h.Policies, status.NewKeys(h.Vault), h.Vault, h.Clock, area.Complete)
	h.Residents, err = resident.New(store, h.Vault, h.Status, h.Access, h.Clock, slog.New(slog.DiscardHandler))
	h.Must(err)

	zhang := h.Register("beijing", servicetest.Zhang)
	p, err := h.Status.Policy("tianjin")
	h.Must(err)
	h.Must(h.Residents.Enrol(t.Context(), zhang, "tianjin", p.Declaration.Version, healthcode.ZH, "web"))
	sealed, _, err := h.Residents.Review(t.Context(), zhang, "beijing", resident.Report{Answered: true})
	h.Must(err)
	for range 2 {
		h.Must(h.Residents.Send(t.Context(), zhang, sealed))
	}
	code, err := h.Status.Own(t.Context(), zhang, "beijing")
	h.Must(err)
	_, err = checkpoint.New(store, h.Status, h.Clock).Scan(t.Context(), h.Venue("beijing", "mall", "110119"), code.Pass.Text, nil)
	h.Must(err)
	h.Must(store.PutStaff(t.Context(), healthcode.Staff{Name: "door", Role: healthcode.RoleCheckpoint, PasswordHash: access.HashPassword("x")}))
	_, err = h.Access.SignIn(t.Context(), "door", "x", "")
	h.Must(err)

	w := httptest.NewRecorder()
	m.handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	for _, want := range []string{
		`healthcode_registrations_total{channel="web",jurisdiction="beijing"} 1`,
		`healthcode_registrations_total{channel="web",jurisdiction="tianjin"} 1`,
		`healthcode_facts_total{kind="symptoms",outcome="stored"} 1`,
		`healthcode_facts_total{kind="symptoms",outcome="duplicate"} 1`,
		`healthcode_decisions_total{decision="measure-temperature",state="green"} 1`,
		`healthcode_looks_total{purpose="scan",role="checkpoint"} 1`,
		`healthcode_sessions_opened_total{who="resident"} 1`,
		`healthcode_sessions_opened_total{who="staff"} 1`,
	} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s isn't counted", want)
		}
	}
}
