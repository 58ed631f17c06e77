package main

import (
	"context"
	"maps"
	"math"
	"slices"
	"time"

	"healthcode/internal/api"
	"healthcode/internal/model"
	"healthcode/pass"
)

// How often what changes quickly is looked at, and the rest.
const (
	monitorEvery = 10 * time.Second
	monitorSlow  = time.Minute
)

// monitor tells the metrics how the service does, in every process for itself.
type monitor struct {
	*app
	metrics      *api.Metrics
	began        time.Time // with the monotonic clock
	slow         time.Time
	hits, misses uint64
}

// watchOver sets the gauges until ctx ends.
func (a *app) watchOver(ctx context.Context) {
	m := monitor{app: a, metrics: a.metrics, began: time.Now()}
	tick := time.NewTicker(monitorEvery)
	defer tick.Stop()
	for {
		m.look(ctx)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// try does one look; one that hangs must not hold up the others.
func (m *monitor) try(ctx context.Context, what string, look func(context.Context) error) {
	limited, cancel := context.WithTimeout(ctx, monitorEvery)
	defer cancel()
	if err := look(limited); err != nil && ctx.Err() == nil {
		m.metrics.LookFailed(what)
		m.log.Warn("a look at how the service does failed", "what", what, "error", err)
	}
}

func (m *monitor) look(ctx context.Context) {
	m.try(ctx, "database", m.database)
	m.try(ctx, "queues", func(ctx context.Context) error {
		now := m.clock.Now()
		list, err := m.store.Backlogs(ctx, m.policies.Jurisdictions(), now)
		m.metrics.SetBacklogs(list, now)
		return err
	})
	m.try(ctx, "clock", m.clocks)
	m.try(ctx, "disk", func(context.Context) error {
		free, size, err := diskRoom(m.settings.Data)
		if err == nil {
			m.metrics.Set(api.GaugeDiskFree, float64(free))
			m.metrics.Set(api.GaugeDiskSize, float64(size))
		}
		return err
	})
	m.metrics.Set(api.GaugeStreams, float64(m.live.Streams()))
	m.requests()
	if m.model != nil {
		m.copies(m.model)
	}
	if time.Since(m.slow) < monitorSlow {
		return
	}
	m.slow = time.Now()
	m.try(ctx, "backup", func(context.Context) error {
		at, err := m.settings.backedUp()
		if err == nil {
			m.metrics.SetTime(api.GaugeBackup, at)
		}
		return err
	})
	m.try(ctx, "areas", func(ctx context.Context) error {
		looks, err := m.store.AreaLooks(ctx)
		if err == nil {
			looks = append([]time.Time{{}}, looks...)
			m.metrics.SetTime(api.GaugeAreas, looks[len(looks)-1])
		}
		return err
	})
	m.try(ctx, "trust lists", m.trustLists)
	m.try(ctx, "pass keys", m.passKeys)
	m.try(ctx, "issuer keys", m.issuerKeys)
	m.policyEnds()
}

// database asks the engine itself: the copies in memory would answer without it.
func (m *monitor) database(ctx context.Context) error {
	began := time.Now()
	_, err := m.engine.AreasVersion(ctx)
	m.metrics.StoreAnswered(time.Since(began), err)
	return err
}

// clocks compares this process's clock with the database's, and with how much time has really passed since the start.
func (m *monitor) clocks(ctx context.Context) error {
	passed := time.Since(m.began)
	m.metrics.Set(api.GaugeClockSkew, (time.Now().Round(0).Sub(m.began.Round(0)) - passed).Seconds(), "start")
	before := time.Now()
	at, err := m.engine.DatabaseTime(ctx)
	if err == nil && !at.IsZero() {
		took := time.Since(before)
		m.metrics.Set(api.GaugeClockSkew, before.Add(took/2).Sub(at).Seconds(), "database")
	}
	return err
}

func (m *monitor) copies(c *model.Model) {
	hits, misses := c.Reads()
	m.metrics.ModelRead(hits-m.hits, misses-m.misses)
	m.hits, m.misses = hits, misses
	m.metrics.Set(api.GaugeModelBytes, float64(c.Bytes()))
	follows := 0.0
	if c.Following() {
		follows = 1
	}
	m.metrics.Set(api.GaugeModelFollows, follows)
}

func (m *monitor) trustLists(ctx context.Context) error {
	lists, err := m.trust.All(ctx)
	if err != nil {
		return err
	}
	m.metrics.Forget(api.GaugeTrustList)
	for _, l := range lists {
		m.metrics.SetTime(api.GaugeTrustList, l.Imported, l.Name)
	}
	return nil
}

// passKeys rotates those for which it is time, as any request does.
func (m *monitor) passKeys(context.Context) error {
	for _, j := range m.policies.Jurisdictions() {
		document, err := m.status.PublicKeys(j)
		if err != nil {
			return err
		}
		keys, err := pass.ParsePublicKeys(document)
		if err != nil {
			return err
		}
		var end time.Time
		for _, k := range keys {
			if k.NotAfter.After(end) {
				end = k.NotAfter
			}
		}
		m.metrics.SetTime(api.GaugeKeyEnd, end, "pass", j)
	}
	return nil
}

// issuerKeys looks until when there is a key of each use, of those that aren't withdrawn and have a certificate.
func (m *monitor) issuerKeys(ctx context.Context) error {
	all, err := m.issuer.List(ctx)
	if err != nil {
		return err
	}
	ends := map[string]time.Time{}
	for _, k := range all {
		if k.Withdrawn.IsZero() && k.Parsed() != nil && k.SignUntil.After(ends[string(k.Use)]) {
			ends[string(k.Use)] = k.SignUntil
		}
	}
	for _, use := range slices.Sorted(maps.Keys(ends)) {
		m.metrics.SetTime(api.GaugeKeyEnd, ends[use], use, "")
	}
	return nil
}

func (m *monitor) policyEnds() {
	for _, j := range m.policies.Jurisdictions() {
		versions := m.policies.Versions(j)
		until := versions[len(versions)-1].Until
		if until.IsZero() {
			m.metrics.Set(api.GaugePolicyEnd, math.Inf(1), j)
			continue
		}
		m.metrics.SetTime(api.GaugePolicyEnd, until, j)
	}
}
