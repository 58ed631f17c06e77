package web

import (
	"context"
	"log/slog"

	"healthcode"
	"healthcode/certificate"
	"healthcode/internal/access"
	"healthcode/internal/boarding"
	"healthcode/internal/issuer"
	"healthcode/missions"
)

// boarding gives the site its service of health statements, with the missions that are built in.
func (s *site) boarding(sealer healthcode.Sealer, acc *access.Service, clock healthcode.Clock) *boarding.Service {
	s.t.Helper()
	service, err := boarding.New(boarding.Config{Rules: loaded(boarding.Load(missions.FS)), Store: s.store, Sealer: sealer, Access: acc, Clock: clock, Log: slog.New(slog.DiscardHandler),
		Issuer:   func(ctx context.Context) (*certificate.Issuer, error) { return s.issuer.Issuer(ctx, issuer.Statement) },
		Verifier: s.lists.Verifier})
	if err != nil {
		s.t.Fatal(err)
	}
	s.lists.Revoked = append(s.lists.Revoked, service.Revoked)
	return service
}
