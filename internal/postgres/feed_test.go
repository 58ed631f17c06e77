package postgres

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"healthcode"
	"healthcode/internal/storagetest"
)

func TestWatchAnotherProcess(t *testing.T) {
	s := processes(t, 2)
	storagetest.WatchOther(t, s[0], s[1])
}

// events collects what a store reports.
type events struct {
	mu   sync.Mutex
	list []healthcode.Event
}

func follow(t *testing.T, s *Store) *events {
	e := &events{}
	following, stop := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = s.Watch(following, func(event healthcode.Event) {
			e.mu.Lock()
			defer e.mu.Unlock()
			e.list = append(e.list, event)
		})
	}()
	t.Cleanup(func() { stop(); <-ended })
	e.await(t, func(event healthcode.Event) bool { return event.All })
	return e
}

// await drops every event up to the one that matches.
func (e *events) await(t *testing.T, matches func(healthcode.Event) bool) {
	t.Helper()
	for until := time.Now().Add(15 * time.Second); time.Now().Before(until); time.Sleep(5 * time.Millisecond) {
		e.mu.Lock()
		i := slices.IndexFunc(e.list, matches)
		if i >= 0 {
			e.list = e.list[i+1:]
		}
		e.mu.Unlock()
		if i >= 0 {
			return
		}
	}
	t.Fatalf("the event didn't come; others: %+v", e.list)
}

// TestWatchLostConnection ends the connection that listens: the watcher learns that it may miss something, and then that it doesn't.
func TestWatchLostConnection(t *testing.T) {
	s := processes(t, 2)
	e := follow(t, s[0])
	if _, err := s[1].pool.Exec(ctx, "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objid = $1::bigint::oid", int64(s[0].feed.peer)); err != nil {
		t.Fatal(err)
	}
	e.await(t, func(event healthcode.Event) bool { return event.All && event.Lost })
	e.await(t, func(event healthcode.Event) bool { return event.All && !event.Lost })
	if err := s[1].PutVenue(ctx, healthcode.Venue{ID: "v"}); err != nil {
		t.Fatal(err)
	}
	e.await(t, func(event healthcode.Event) bool { return event.Staff })
}

// TestWatchAProcessThatDied: what a process had committed and not yet told, the others learn as All.
func TestWatchAProcessThatDied(t *testing.T) {
	s := processes(t, 1)
	e := follow(t, s[0])
	dying := &feed{pool: s[0].pool, peer: newPeer()}
	conn, err := dying.connect(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.Close(ctx); err != nil {
		t.Fatal(err)
	}
	e.await(t, func(event healthcode.Event) bool { return event.All })
	e.await(t, func(event healthcode.Event) bool { return event.All })
}

// TestWatchAProcessThatLeaves costs the others nothing of what they remember.
func TestWatchAProcessThatLeaves(t *testing.T) {
	dsn, keys := newDatabase(t), newVault(t)
	staying := openAt(t, dsn, keys)
	e := follow(t, staying)
	leaving, err := Open(ctx, dsn, keys)
	if err != nil {
		t.Fatal(err)
	}
	if err := leaving.PutVenue(ctx, healthcode.Venue{ID: "v"}); err != nil {
		t.Fatal(err)
	}
	leaving.Close()
	e.await(t, func(event healthcode.Event) bool { return event.Staff })
	time.Sleep(2*roll + roll/2)
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, event := range e.list {
		if event.All {
			t.Error("everything is forgotten because a process left in good order")
		}
	}
}

func TestPayloads(t *testing.T) {
	var people []healthcode.PersonID
	for range 2*maxNamed + 5 {
		people = append(people, healthcode.PersonID(newPersonID()))
	}
	list := payloads(healthcode.Event{People: append(people, people[0]), Areas: true, Staff: true})
	if len(list) != 5 {
		t.Fatalf("%d notifications, want 5", len(list))
	}
	var got healthcode.Event
	for _, p := range list {
		if len(p) >= 8000 {
			t.Errorf("a notification of %d bytes", len(p))
		}
		e := parsePayload(p)
		got.People = append(got.People, e.People...)
		got.Areas, got.Staff, got.All = got.Areas || e.Areas, got.Staff || e.Staff, got.All || e.All
	}
	if !slices.Equal(got.People, sortedPeople(people)) || !got.Areas || !got.Staff || got.All {
		t.Errorf("%d people, %+v", len(got.People), got.Areas)
	}
	for _, p := range []string{"", "*", "?", "p!", "pAA"} {
		if e := parsePayload(p); !e.All {
			t.Errorf("%q is read as %+v, want All", p, e)
		}
	}
}
