package sms

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// gate lets submissions through: at most so many a second and so many at once. Trouble shuts it
// for a while, longer each time; then one is let through, and with each that goes well one more at once.
type gate struct {
	rate               *rate.Limiter
	most               int
	pauseMin, pauseMax time.Duration

	mu      sync.Mutex
	limit   int // at once, now
	inside  int
	shut    bool
	pause   time.Duration // the next one
	changed chan struct{} // closed when somebody may come in
}

// outcome is how a submission went for the gateway, not for the message.
type outcome int

const (
	well    outcome = iota // it answered
	neither                // nothing was submitted, or its answer says little
	trouble                // it is busy, or didn't answer
)

func newGate(cfg *Config) *gate {
	g := &gate{most: cfg.Concurrency, limit: cfg.Concurrency, pauseMin: cfg.PauseMin, pauseMax: cfg.PauseMax, pause: cfg.PauseMin,
		changed: make(chan struct{}), rate: rate.NewLimiter(rate.Inf, 0)}
	if cfg.PerSecond > 0 {
		g.rate = rate.NewLimiter(rate.Limit(cfg.PerSecond), 1)
	}
	return g
}

// enter waits for a place. After nil, leave must be called.
func (g *gate) enter(ctx context.Context) error {
	for {
		g.mu.Lock()
		if !g.shut && g.inside < g.limit {
			g.inside++
			g.mu.Unlock()
			break
		}
		changed := g.changed
		g.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if err := g.rate.Wait(ctx); err != nil {
		g.leave(neither)
		return err
	}
	return nil
}

func (g *gate) leave(how outcome) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.inside--
	switch {
	case g.shut: // what was inside when trouble came says nothing new
	case how == well:
		g.limit = min(g.limit+1, g.most)
		g.pause = g.pauseMin
	case how == trouble:
		g.shut, g.limit = true, 1
		time.AfterFunc(g.pause/2+rand.N(g.pause/2+1), g.open)
		g.pause = min(2*g.pause, g.pauseMax)
	}
	g.wake()
}

func (g *gate) open() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.shut = false
	g.wake()
}

func (g *gate) wake() {
	close(g.changed)
	g.changed = make(chan struct{})
}
