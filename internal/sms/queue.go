package sms

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"healthcode"
)

// Config is how a [Queue] works. A zero value stands for the default.
type Config struct {
	Concurrency int           // submissions at once; default 16, and no use beyond the gateway's window
	PerSecond   float64       // submissions a second that the gateway allows; default no limit
	Poll        time.Duration // how often the outbox is looked at; default 500 ms
	Lease       time.Duration // how long this process may work on a message; default 2 min, at most an hour
	ResendAfter time.Duration // from a lost answer to the second and last submission; default 30 s
	GiveUpAfter time.Duration // from a message's At until it fails, taken or not; default 24 h
	RetryMin    time.Duration // after the first refusal for now; default 5 s
	RetryMax    time.Duration // after many; default 30 min, at most an hour
	PauseMin    time.Duration // of everything, after a gateway's first trouble; default 1 s
	PauseMax    time.Duration // default 60 s
	Clock       healthcode.Clock
	Log         *slog.Logger // default slog.Default(); gets no number and no text
	// Incoming takes messages from phones, from several goroutines, and may get one again; nil refuses them.
	Incoming func(context.Context, Incoming) error
}

func (c Config) withDefaults() (Config, error) {
	for _, d := range []struct {
		v     *time.Duration
		value time.Duration
	}{
		{&c.Poll, 500 * time.Millisecond}, {&c.Lease, 2 * time.Minute}, {&c.ResendAfter, 30 * time.Second}, {&c.GiveUpAfter, 24 * time.Hour},
		{&c.RetryMin, 5 * time.Second}, {&c.RetryMax, 30 * time.Minute}, {&c.PauseMin, time.Second}, {&c.PauseMax, time.Minute},
	} {
		if *d.v == 0 {
			*d.v = d.value
		}
		if *d.v < time.Millisecond {
			return c, fmt.Errorf("short message settings: %v; want at least 1ms", *d.v)
		}
	}
	if c.Concurrency == 0 {
		c.Concurrency = 16
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	switch most := healthcode.MaxMessageWait; {
	case c.Clock == nil:
		return c, errors.New("short message settings: clock: there is none")
	case c.Concurrency < 1 || c.PerSecond < 0:
		return c, errors.New("short message settings: concurrency, per second: want at least 1, and no negative rate")
	case c.Lease > most || c.ResendAfter > most || c.RetryMax > most || c.RetryMin > c.RetryMax || c.PauseMin > c.PauseMax:
		return c, fmt.Errorf("short message settings: want lease, resend after and retry max of at most %v, and no smallest wait over the largest", most)
	}
	return c, nil
}

// Stats are counts since the start.
type Stats struct {
	Taken    int64 // parts that the gateway took
	Refused  int64 // parts that it refused, for now or for good
	Doubtful int64 // parts of which no answer came in time
	Failed   int64 // messages that failed here; those that a receipt fails aren't among them
	Receipts int64
	Incoming int64
}

// Queue takes messages from the outbox and sends them. Several processes may
// run one each on the same outbox.
type Queue struct {
	cfg    Config
	store  healthcode.Messages
	sender Sender
	holder string
	gate   *gate
	wake   chan struct{}

	taken, refusals, doubtful, failed, receipts, incoming atomic.Int64
}

// NewQueue checks the settings. Nothing happens before [Queue.Run].
func NewQueue(store healthcode.Messages, sender Sender, cfg Config) (*Queue, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	return &Queue{cfg: cfg, store: store, sender: sender, holder: rand.Text(), gate: newGate(&cfg), wake: make(chan struct{}, 1)}, nil
}

// Wake makes the queue look at the outbox now, such as after a one-time code was put there.
func (q *Queue) Wake() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// Stats returns the counts.
func (q *Queue) Stats() Stats {
	return Stats{Taken: q.taken.Load(), Refused: q.refusals.Load(), Doubtful: q.doubtful.Load(), Failed: q.failed.Load(),
		Receipts: q.receipts.Load(), Incoming: q.incoming.Load()}
}

// Run sends messages until ctx ends, then lets those that were submitted be
// answered and the others go. After kill -9 instead, whoever runs next finishes
// them when their lease ends.
func (q *Queue) Run(ctx context.Context) {
	// The connection must outlive the submissions.
	senderCtx, hangUp := context.WithCancel(context.WithoutCancel(ctx))
	var connection, workers sync.WaitGroup
	connection.Go(func() { q.sender.Run(senderCtx, q.events()) })

	claimed := make(chan healthcode.Message, q.cfg.Concurrency)
	for range q.cfg.Concurrency {
		workers.Go(func() {
			for m := range claimed {
				q.send(ctx, m)
			}
		})
	}
	q.claim(ctx, claimed)
	close(claimed)
	workers.Wait()
	hangUp()
	connection.Wait()
}

// claim fills the channel until ctx ends. It claims nothing while the gateway can't be reached.
func (q *Queue) claim(ctx context.Context, claimed chan<- healthcode.Message) {
	for q.sender.Ready(ctx) == nil {
		now := q.cfg.Clock.Now()
		list, err := q.store.ClaimMessages(ctx, q.holder, now, now.Add(q.cfg.Lease), q.cfg.Concurrency)
		if err != nil && ctx.Err() == nil {
			q.cfg.Log.Error("short messages: claiming; trying again", "error", err)
		}
		for _, m := range list {
			claimed <- m // a worker gives it back if ctx has ended
		}
		if len(list) == q.cfg.Concurrency {
			continue // more may wait
		}
		select {
		case <-q.wake:
		case <-time.After(q.cfg.Poll):
		case <-ctx.Done():
			return
		}
	}
}

// Receive keeps a receipt that came by another way than the sender's, such as a webhook's own call. Its At is set here.
func (q *Queue) Receive(ctx context.Context, r healthcode.MessageReceipt) error {
	q.receipts.Add(1)
	r.At = q.cfg.Clock.Now()
	return q.store.PutReceipt(ctx, r)
}
