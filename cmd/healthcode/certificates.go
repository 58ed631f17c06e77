package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"time"

	"healthcode/certificate"
	"healthcode/internal/issuer"
	"healthcode/internal/travel"
)

// travelKeys gives travel certificates the issuer keys of their uses. A link may be signed with any.
type travelKeys struct{ *issuer.Keys }

// Issuer gives the key that signs content of a usage now.
func (k travelKeys) Issuer(ctx context.Context, usage certificate.Usage) (*certificate.Issuer, error) {
	use := issuer.Test
	if usage == certificate.UsageVaccination {
		use = issuer.Vaccination
	}
	return k.Keys.Issuer(ctx, use)
}

// travelPolicy reads the policy of travel certificates: a file, or the one that is built in.
func (s *settings) travelPolicy() (*travel.Policy, error) {
	if s.PublicURL != "" {
		if u, err := url.Parse(s.PublicURL); err != nil || u.Scheme != "https" || u.Host == "" || len(s.PublicURL) > 70 {
			return nil, fmt.Errorf("public_url %q: write the https address at which others reach this service, such as https://code.example, in at most 70 characters", s.PublicURL)
		}
	}
	if s.Travel == "" {
		return travel.BuiltIn(), nil
	}
	data, err := os.ReadFile(s.Travel)
	if err != nil {
		return nil, fmt.Errorf("reading the policy of travel certificates: %w", err)
	}
	return travel.ParsePolicy(s.Travel, data)
}

// openTravel makes the service of travel certificates.
func (a *app) openTravel() (*travel.Service, error) {
	p, err := a.settings.travelPolicy()
	if err != nil {
		return nil, err
	}
	t := travel.New(a.store, a.vault, a.status, travelKeys{a.issuer}, p, a.clock, a.log)
	t.Address = a.settings.PublicURL
	return t, nil
}

// settleTravel ends the certificates whose fact was taken back.
func (a *app) settleTravel(ctx context.Context, now time.Time) {
	if n, err := a.travel.Settle(ctx, now); err != nil && ctx.Err() == nil {
		a.log.Error("certificates", "error", err)
	} else if n > 0 {
		a.log.Info("certificates", "ended with their facts", n)
	}
}
