package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"healthcode"
	"healthcode/internal/access"
	"healthcode/internal/api"
	"healthcode/internal/area"
	"healthcode/internal/assist"
	"healthcode/internal/board"
	"healthcode/internal/boarding"
	"healthcode/internal/casework"
	"healthcode/internal/change"
	"healthcode/internal/checkpoint"
	"healthcode/internal/issuer"
	"healthcode/internal/lab"
	"healthcode/internal/live"
	"healthcode/internal/model"
	"healthcode/internal/notice"
	"healthcode/internal/postgres"
	"healthcode/internal/reply"
	"healthcode/internal/resident"
	"healthcode/internal/shed"
	"healthcode/internal/sms"
	"healthcode/internal/sqlite"
	"healthcode/internal/status"
	"healthcode/internal/trace"
	"healthcode/internal/translog"
	"healthcode/internal/travel"
	"healthcode/internal/trustlist"
	"healthcode/internal/vault"
	"healthcode/internal/web"
	"healthcode/policy"
)

// app is the service, wired together: adapters don't know each other, so
// everything meets here.
type app struct {
	settings settings
	log      *slog.Logger
	clock    healthcode.Clock
	vault    *vault.Vault
	store    healthcode.Store
	// engine is the database below the copies and counters of store; model is the copies, nil where there are none.
	engine   healthcode.Store
	model    *model.Model
	metrics  *api.Metrics
	traces   *trace.Traces // nil where there are none
	policies *policy.Set
	access   *access.Service
	status   *status.Service
	changes  *change.Service
	// secrets are those that every process on the database shares.
	secrets  status.Secrets
	translog *translog.Public
	// logger is there while this process is the one that writes the log.
	logger atomic.Pointer[translog.Worker]
	cases  *casework.Cases
	issuer *issuer.Keys
	trust  *trustlist.Lists
	// messages sends short messages; nil where no gateway is set.
	messages  *sms.Queue
	residents *resident.Service
	travel    *travel.Service
	notices   *notice.Service
	replies   *reply.Service
	board     *board.Service
	assist    *assist.Service
	labs      *lab.Service
	live      *live.Hub
	boarding  *boarding.Service
	handler   http.Handler
	limiter   *shed.Limiter // nil where nothing is limited
}

// newApp opens the store and builds every service over it.
func newApp(ctx context.Context, s settings, clock healthcode.Clock, log *slog.Logger) (_ *app, err error) {
	a := &app{settings: s, log: log, clock: clock}
	if a.policies, err = policy.Load(s.policyFS()); err != nil {
		return nil, err
	}
	// Limits per day follow the jurisdictions' day, not the server's.
	home := a.policies.Policies()[0].Location
	clock = localClock(clock, home)
	a.clock = clock
	trusted, err := parseProxies(s.TrustedProxies)
	if err != nil {
		return nil, err
	}
	if err := a.openTraces(ctx, trusted); err != nil {
		return nil, err
	}
	if a.store, a.vault, err = openStore(ctx, s, log); err != nil {
		return nil, err
	}
	s.tuneMemory()
	a.metrics, a.engine = api.NewMetrics(), a.store
	a.store = s.withModel(a.traces.Store(a.store))
	a.model, _ = a.store.(*model.Model)
	a.store = api.Counted(a.store, a.metrics)
	defer func() {
		if err != nil {
			a.close()
		}
	}()
	for _, p := range a.policies.Policies() {
		log.Info("policy loaded", "policy", p.Ref(), "sha256", p.SHA256, "from", p.InForce.From, "until", p.InForce.Until)
	}
	if a.issuer, err = newKeys(s, a.store, a.vault, clock); err != nil {
		return nil, err
	}
	if err := a.checkKeys(ctx); err != nil {
		return nil, err
	}
	a.trust = trustlist.New(a.store, clock, a.issuer.Published)
	a.access = access.New(a.store, clock)
	a.secrets = s.secrets(a.store, a.vault)
	a.status = status.New(a.store, a.policies, status.NewKeys(a.secrets), a.vault, clock, area.Complete)
	a.changes = change.New(a.store, a.status, clock, log, change.DefaultLimits)
	if a.travel, err = a.openTravel(); err != nil {
		return nil, err
	}
	if err := a.openLog(); err != nil {
		return nil, err
	}
	if err := a.openNotices(); err != nil {
		return nil, err
	}
	if err := a.openHelp(); err != nil {
		return nil, err
	}
	if a.messages, err = newQueue(&s, a.store, clock, log, a.incoming); err != nil {
		return nil, err
	}
	residents, err := resident.New(a.store, a.vault, a.status, a.access, clock, log)
	if err != nil {
		return nil, err
	}
	a.residents = residents
	doors := checkpoint.New(a.store, a.status, clock)
	cases := casework.New(a.store, clock, log)
	a.cases = casework.NewCases(a.store, a.status, a.changes, clock, log)
	counts := translog.NewCounts(a.translog)
	a.changes.Raised = a.metrics.AlarmRaised
	a.openLabs()
	jsonAPI, err := api.New(api.Services{Clock: clock, Log: log, Metrics: a.metrics, Store: a.store, Sealer: a.vault,
		Access: a.access, Status: a.status, Residents: residents, Checkpoint: doors,
		Casework: cases, Cases: a.cases, Change: a.changes, Labs: a.labs, Counts: counts.Monthly, PolicyFile: s.policyFile, Complete: area.Complete, Secure: s.Secure})
	if err != nil {
		return nil, err
	}
	if a.traces != nil {
		jsonAPI.Trace = a.traces.Begin
	}
	jsonAPI.Notices, jsonAPI.Board, jsonAPI.Assist = a.notices, a.board, a.assist
	if inbound, err := a.inbound(); err != nil {
		return nil, err
	} else if inbound != nil {
		jsonAPI.Gateway = inbound
	}
	pages := web.Config{Clock: clock, Policies: a.policies, Access: a.access, Resident: residents, Status: a.status,
		Checkpoint: doors, Casework: cases, Cases: a.cases, Change: a.changes, Counts: counts.Monthly, Store: a.store, Sealer: a.vault, Log: log, Secure: s.Secure}
	pages.Labs, pages.Live = a.labs, a.live
	pages.Trust = a.trust
	if err := a.openBoarding(); err != nil {
		return nil, err
	}
	pages.Boarding = a.boarding
	pages.Notices, pages.Board, pages.Assist = a.notices, a.board, a.assist
	if s.Outbox {
		pages.Outbox = a.store
	}
	jsonAPI.Travel, jsonAPI.PublicURL = a.travel, s.PublicURL
	jsonAPI.Boarding = a.boarding
	pages.Travel, pages.PublicURL = a.travel, s.PublicURL
	if pages.Portals, err = web.ParsePortals(s.Portals); err != nil {
		return nil, err
	}
	site := web.New(pages)
	a.handler = trusted.wrap(a.limited(jsonAPI, site, jsonAPI.Mount(a.withLog(site))))
	return a, nil
}

// openStore opens the vault in the data directory, and the database: a file beside it, or PostgreSQL.
func openStore(ctx context.Context, s settings, log *slog.Logger) (healthcode.Store, *vault.Vault, error) {
	if err := os.MkdirAll(s.Data, 0o700); err != nil {
		return nil, nil, fmt.Errorf("making the data directory: %w", err)
	}
	master, err := s.masterKey()
	if err != nil {
		return nil, nil, err
	}
	keys, err := vault.OpenOrCreate(filepath.Join(s.Data, "keys.json"), master)
	if err != nil {
		return nil, nil, fmt.Errorf("opening the keys: %w", err)
	}
	if warning := keys.Warning(); warning != "" {
		log.Warn("keys", "warning", warning)
	}
	store, err := s.openDatabase(ctx, keys)
	if err != nil {
		return nil, nil, fmt.Errorf("opening the database: %w", err)
	}
	return store, keys, nil
}

// openDatabase opens the engine that the settings name.
func (s *settings) openDatabase(ctx context.Context, sealer healthcode.Sealer) (healthcode.Store, error) {
	if s.Database == "" {
		return sqlite.Open(ctx, filepath.Join(s.Data, "healthcode.db"), sealer)
	}
	return postgres.Open(ctx, s.Database, sealer)
}

// localClock tells the time of a clock in a time zone.
func localClock(clock healthcode.Clock, loc *time.Location) healthcode.Clock {
	return healthcode.ClockFunc(func() time.Time { return clock.Now().In(loc) })
}

// Timeouts of the server: a slow phone on a bad network must get through, an
// idle connection must not stay for ever.
const (
	readHeader = 10 * time.Second
	readAll    = 2 * time.Minute
	idle       = 2 * time.Minute
	shutdown   = 20 * time.Second
)

// run serves until ctx ends, then lets running requests finish. Ready is called with the address once requests are taken.
func (a *app) run(ctx context.Context, ready func(net.Addr)) error {
	listener, err := net.Listen("tcp", a.settings.Addr)
	if err != nil {
		return fmt.Errorf("listening: %w", err)
	}
	server := &http.Server{Handler: a.handler, ReadHeaderTimeout: readHeader, ReadTimeout: readAll, IdleTimeout: idle,
		ErrorLog: slog.NewLogLogger(a.log.Handler(), slog.LevelWarn)}
	server.RegisterOnShutdown(a.live.Close) // its streams end with no request
	background, stop := context.WithCancel(ctx)
	var working sync.WaitGroup
	a.begin(background, &working)
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	a.log.Info("serving", "addr", listener.Addr().String())
	ready(listener.Addr())

	select {
	case err = <-failed:
	case <-ctx.Done():
		last, cancel := context.WithTimeout(context.Background(), shutdown)
		defer cancel()
		err = server.Shutdown(last)
	}
	stop()
	working.Wait()
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	a.log.Info("stopped")
	return errors.Join(err, a.close())
}

func (a *app) close() error {
	a.closeTraces()
	return a.store.Close()
}
