// Package lease lets one of several processes do a task, and another where that one has ended. Who has a task stands in
// the database.
package lease

import (
	"context"
	"log/slog"
	"time"

	"healthcode"
)

// How long a task is held, how often its holder says that it still lives, and how long before the end of its time
// a holder that can't say so gives up. The clocks of the machines, and how late a busy machine is, may differ by less than Margin.
const (
	Held   = 8 * time.Second
	Renew  = 2 * time.Second
	Margin = 2 * time.Second
)

// Tasks says who has a task.
type Tasks interface {
	// ClaimTask hands a task to holder until then, unless somebody else has it at now.
	ClaimTask(ctx context.Context, task, holder string, now, until time.Time) (bool, error)
}

// Keeper claims tasks for one process.
type Keeper struct {
	Tasks  Tasks
	Holder string // another one in each process
	Clock  healthcode.Clock
	Log    *slog.Logger
}

// Run does work whenever the task is this process's, until ctx ends. The context of work ends when the
// task is no longer this process's: then work must end, too, before anybody else begins.
func (k *Keeper) Run(ctx context.Context, task string, work func(context.Context)) {
	tick := time.NewTicker(Renew)
	defer tick.Stop()
	for ctx.Err() == nil {
		if left := k.claim(ctx, task); left > 0 {
			k.hold(ctx, task, left, work)
		}
		select {
		case <-ctx.Done():
		case <-tick.C:
		}
	}
}

// claim returns for how long the task is this process's from now on: 0 where it isn't. The time that the claim itself took is gone.
func (k *Keeper) claim(ctx context.Context, task string) time.Duration {
	now := k.Clock.Now()
	mine, err := k.Tasks.ClaimTask(ctx, task, k.Holder, now, now.Add(Held))
	if err != nil && ctx.Err() == nil {
		k.Log.Warn("claiming a task; it is tried again", "task", task, "error", err)
	}
	if !mine || err != nil {
		return 0
	}
	return min(max(Held-Margin-k.Clock.Now().Sub(now), 0), Held-Margin)
}

// hold works while the task is this process's, and claims it again and again. It returns when work has returned.
func (k *Keeper) hold(ctx context.Context, task string, left time.Duration, work func(context.Context)) {
	k.Log.Info("task taken", "task", task, "holder", k.Holder)
	working, stop := context.WithCancel(ctx)
	defer stop()
	done := make(chan struct{})
	go func() { defer close(done); work(working) }()
	tick := time.NewTicker(Renew)
	defer tick.Stop()
	// A claim that hangs must not outlast the lease, so its end doesn't wait for the loop.
	expiry := time.AfterFunc(left, stop)
	defer expiry.Stop()
	for {
		select {
		case <-tick.C:
			asking, cancel := context.WithTimeout(working, Renew)
			left := k.claim(asking, task)
			cancel()
			if left > 0 && expiry.Stop() {
				expiry.Reset(left)
			}
		case <-working.Done():
			if <-done; ctx.Err() == nil {
				k.Log.Warn("task lost", "task", task, "holder", k.Holder)
				return
			}
			k.release(task)
			return
		case <-done:
			k.release(task)
			return
		}
	}
}

// release lets another process have the task at once.
func (k *Keeper) release(task string) {
	ctx, cancel := context.WithTimeout(context.Background(), Renew)
	defer cancel()
	now := k.Clock.Now()
	if _, err := k.Tasks.ClaimTask(ctx, task, k.Holder, now, now); err != nil {
		k.Log.Warn("giving a task back", "task", task, "error", err)
	}
}
