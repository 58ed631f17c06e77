// Package lab keeps the registry of laboratories and what they send: signed results, each sample once however many
// platforms pass it on; questions to a laboratory that somebody names; results that a person holds in signed form.
package lab

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"healthcode"
	"healthcode/internal/change"
	"healthcode/policy"
)

// Store is what the service reads and writes.
type Store interface {
	healthcode.Labs
	healthcode.Ledger
	healthcode.People
	healthcode.Access
}

// Policies gives the policy of a jurisdiction that is in force now.
type Policies interface {
	Policy(jurisdiction string) (*policy.Policy, error)
}

// Casework gets what only a person can settle.
type Casework interface {
	// Lead opens a case about a subject of the policy, or adds a note to the open one. The same id is noted once.
	Lead(ctx context.Context, person healthcode.PersonID, jurisdiction, subject, id, note string, facts []healthcode.FactRef) error
}

// Limits says how long things may take.
type Limits struct {
	Provisional time.Duration // a result that the person holds counts so long without the laboratory's own word
	Answer      time.Duration // a laboratory should have answered a question by then
}

// DefaultLimits are 72 hours and a day.
var DefaultLimits = Limits{Provisional: 72 * time.Hour, Answer: 24 * time.Hour}

// Service is what laboratories, residents and officers call. Each method checks who calls.
type Service struct {
	store    Store
	policies Policies
	changes  *change.Service
	cases    Casework
	clock    healthcode.Clock
	limits   Limits
	log      *slog.Logger
	client   *http.Client // of webhooks

	// Uploaded is called for each result of a laboratory that is new, with the time from sample to upload.
	Uploaded func(lab string, took time.Duration)

	mu    sync.Mutex
	hours map[string]hoursCache // by jurisdiction
}

// New returns a service.
func New(store Store, policies Policies, changes *change.Service, cases Casework, clock healthcode.Clock, limits Limits, log *slog.Logger) *Service {
	return &Service{store: store, policies: policies, changes: changes, cases: cases, clock: clock, limits: limits, log: log,
		client: webhookClient(), hours: map[string]hoursCache{}}
}

// Source is the source of what the registry itself writes: results that are set aside, or that nobody confirmed.
const Source = "registry"

func invalid(field, zh, en string, args ...any) error {
	return healthcode.Errorf(healthcode.CodeInvalid, field, zh, en, args...)
}

func newID() string {
	b := make([]byte, 12)
	rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}
