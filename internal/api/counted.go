package api

import (
	"context"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"

	"healthcode"
)

// counted is a store that counts what passes through it, whoever calls: pages,
// this API or an import.
type counted struct {
	healthcode.Store
	m *Metrics
}

// Counted returns store with its writes counted in m.
func Counted(store healthcode.Store, m *Metrics) healthcode.Store { return &counted{store, m} }

func (c *counted) Append(ctx context.Context, facts []healthcode.PersonFact) ([]healthcode.Outcome, error) {
	began := prometheus.NewTimer(nil)
	out, err := c.Store.Append(ctx, facts)
	c.m.wrote("facts", began)
	for i := range out {
		if out[i] == healthcode.Stored {
			c.m.arrived(&facts[i].Fact)
		}
		c.m.facts.WithLabelValues(string(facts[i].Fact.Kind), outcomes[out[i]]).Inc()
	}
	return out, err
}

func (c *counted) PutSession(ctx context.Context, s healthcode.Session) error {
	began := prometheus.NewTimer(nil)
	err := c.Store.PutSession(ctx, s)
	c.m.wrote("session", began)
	if err == nil {
		who := "staff"
		if s.Staff == "" {
			who = "resident"
		}
		c.m.sessions.WithLabelValues(who).Inc()
	}
	return err
}

func (c *counted) CreatePerson(ctx context.Context, p healthcode.Person, r healthcode.Registration) (healthcode.PersonID, error) {
	id, err := c.Store.CreatePerson(ctx, p, r)
	c.registered(r, err)
	return id, err
}

func (c *counted) Register(ctx context.Context, r healthcode.Registration) error {
	err := c.Store.Register(ctx, r)
	c.registered(r, err)
	return err
}

func (c *counted) registered(r healthcode.Registration, err error) {
	if err == nil {
		c.m.registrations.WithLabelValues(r.Jurisdiction, r.Channel).Inc()
	}
}

func (c *counted) PutLook(ctx context.Context, l healthcode.Look) error {
	err := c.Store.PutLook(ctx, l)
	if err == nil {
		c.m.looks.WithLabelValues(string(l.Role), l.Purpose).Inc()
	}
	return err
}

func (c *counted) PutScan(ctx context.Context, l healthcode.Look, v healthcode.Visit, fact *healthcode.PersonFact) error {
	began := prometheus.NewTimer(nil)
	err := c.Store.PutScan(ctx, l, v, fact)
	c.m.wrote("scan", began)
	if err == nil {
		c.m.looks.WithLabelValues(string(l.Role), l.Purpose).Inc()
		c.m.decisions.WithLabelValues(v.Decision, v.State).Inc()
	}
	return err
}

func (c *counted) PutVisit(ctx context.Context, v healthcode.Visit, fact *healthcode.PersonFact) error {
	err := c.Store.PutVisit(ctx, v, fact)
	if err == nil {
		c.m.decisions.WithLabelValues(v.Decision, v.State).Inc()
	}
	return err
}

// SharedFacts is that of the store below, or Facts.
func (c *counted) SharedFacts(ctx context.Context, id healthcode.PersonID) ([]healthcode.Fact, *atomic.Value, error) {
	if shared, ok := c.Store.(interface {
		SharedFacts(context.Context, healthcode.PersonID) ([]healthcode.Fact, *atomic.Value, error)
	}); ok {
		return shared.SharedFacts(ctx, id)
	}
	facts, err := c.Store.Facts(ctx, id)
	return facts, nil, err
}
