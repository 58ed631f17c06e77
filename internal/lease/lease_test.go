package lease_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"healthcode"
	"healthcode/internal/lease"
	"healthcode/internal/sqlite"
	"healthcode/internal/vault"
)

// tasks lets a test cut a process off from the database.
type tasks struct {
	lease.Tasks
	cut atomic.Bool
}

func (c *tasks) ClaimTask(ctx context.Context, task, holder string, now, until time.Time) (bool, error) {
	if c.cut.Load() {
		<-ctx.Done()
		return false, ctx.Err()
	}
	return c.Tasks.ClaimTask(ctx, task, holder, now, until)
}

// TestOneProcessWorks: of three, one; when that one is cut off it stops before the next begins, and when the next ends
// another goes on at once.
func TestOneProcessWorks(t *testing.T) {
	keys, err := vault.Create(filepath.Join(t.TempDir(), "keys.json"), nil)
	if err != nil {
		t.Fatal(err)
	}
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "a.db"), keys)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	var working atomic.Int32
	began := make(chan string, 10)
	processes := map[string]*tasks{}
	stops := map[string]context.CancelFunc{}
	var all sync.WaitGroup
	for _, name := range []string{"a", "b", "c"} {
		processes[name] = &tasks{Tasks: store}
		ctx, stop := context.WithCancel(t.Context())
		stops[name] = stop
		k := lease.Keeper{Tasks: processes[name], Holder: name, Clock: healthcode.ClockFunc(time.Now), Log: slog.New(slog.DiscardHandler)}
		all.Go(func() {
			k.Run(ctx, "sweep", func(ctx context.Context) {
				if n := working.Add(1); n != 1 {
					t.Errorf("%d processes work at once", n)
				}
				began <- name
				<-ctx.Done()
				working.Add(-1)
			})
		})
	}
	next := func(within time.Duration) string {
		t.Helper()
		select {
		case name := <-began:
			return name
		case <-time.After(within):
			t.Fatalf("nobody has taken the task within %v", within)
			return ""
		}
	}
	first := next(lease.Renew)
	processes[first].cut.Store(true)
	second := next(lease.Held + 2*lease.Renew)
	if second == first {
		t.Errorf("%s works although it is cut off", first)
	}
	stops[second]()
	if third := next(2 * lease.Renew); third == second || third == first {
		t.Errorf("%s works after %s was cut off and %s ended", third, first, second)
	}
	for _, stop := range stops {
		stop()
	}
	all.Wait()
}
