package model

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"healthcode"
	"healthcode/internal/sqlite"
	"healthcode/internal/storagetest"
	"healthcode/internal/vault"
)

var (
	ctx   = context.Background()
	start = time.Date(2022, 4, 28, 9, 0, 0, 0, time.UTC)
)

func elapsed() func() time.Duration {
	began := time.Now()
	return func() time.Duration { return time.Since(began) }
}

// open returns two stores on one file, as two processes have.
func open(t *testing.T, n int) []healthcode.Store {
	t.Helper()
	dir := t.TempDir()
	keys, err := vault.Create(filepath.Join(dir, "keys.json"), nil)
	if err != nil {
		t.Fatal(err)
	}
	stores := make([]healthcode.Store, n)
	for i := range stores {
		if stores[i], err = sqlite.Open(ctx, filepath.Join(dir, "health.db"), keys); err != nil {
			t.Fatal(err)
		}
	}
	return stores
}

// asked counts the reads that reach the store below.
type asked struct {
	healthcode.Store
	facts, persons, versions atomic.Int64
}

func (a *asked) Facts(ctx context.Context, id healthcode.PersonID) ([]healthcode.Fact, error) {
	a.facts.Add(1)
	return a.Store.Facts(ctx, id)
}

func (a *asked) Person(ctx context.Context, id healthcode.PersonID) (healthcode.Person, error) {
	a.persons.Add(1)
	return a.Store.Person(ctx, id)
}

func (a *asked) AreasVersion(ctx context.Context) (int64, error) {
	a.versions.Add(1)
	return a.Store.AreasVersion(ctx)
}

func newModel(t *testing.T, store healthcode.Store, bytes int64) *Model {
	m := New(store, bytes, elapsed())
	t.Cleanup(func() {
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	})
	return m
}

// TestStore runs the storage suite over a model: nobody can tell it from a store.
func TestStore(t *testing.T) {
	storagetest.Run(t, func(t *testing.T) healthcode.Store { return newModel(t, open(t, 1)[0], DefaultBytes) })
}

func fact(id string) healthcode.Fact {
	return healthcode.Fact{ID: id, Source: "lab:bj-0007", Kind: healthcode.KindTest, Time: start, Recorded: start, Analyte: "nucleic-acid", Result: "negative"}
}

func people(t *testing.T, s healthcode.Store, n int) []healthcode.PersonID {
	t.Helper()
	var documents []healthcode.Document
	for i := range n {
		documents = append(documents, healthcode.Document{Type: healthcode.DocumentPassport, Number: fmt.Sprintf("E%08d", i)})
	}
	ids, err := s.EnsurePersons(ctx, documents)
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

func TestReadsOnce(t *testing.T) {
	below := &asked{Store: open(t, 1)[0]}
	m := newModel(t, below, DefaultBytes)
	id := people(t, m, 1)[0]
	for i := range 5 {
		if _, err := m.Append(ctx, []healthcode.PersonFact{{Person: id, Fact: fact(fmt.Sprint(i))}}); err != nil {
			t.Fatal(err)
		}
		for range 10 {
			facts, err := m.Facts(ctx, id)
			if err != nil || len(facts) != i+1 {
				t.Fatalf("%d facts (%v), want %d", len(facts), err, i+1)
			}
			facts[0].Result = "changed by a caller"
			if _, err := m.Person(ctx, id); err != nil {
				t.Fatal(err)
			}
			if version, err := m.AreasVersion(ctx); err != nil || version != int64(i) {
				t.Fatalf("version %d (%v), want %d", version, err, i)
			}
		}
		if err := m.PutAreas(ctx, healthcode.AreaHistory{Areas: []healthcode.County{{Code: "110105"}}}); err != nil {
			t.Fatal(err)
		}
	}
	// A new fact joins those that are kept; areas touch nobody.
	if below.facts.Load() != 1 || below.persons.Load() != 1 || below.versions.Load() != 5 {
		t.Errorf("%d reads of facts, %d of persons, %d of versions, want 1, 1, 5", below.facts.Load(), below.persons.Load(), below.versions.Load())
	}
	if m.Bytes() == 0 {
		t.Error("it says that it takes nothing")
	}
}

// TestAnotherProcess writes through a store beside: areas are in force in the next request, facts too.
func TestAnotherProcess(t *testing.T) {
	stores := open(t, 2)
	defer stores[1].Close()
	m := newModel(t, stores[0], DefaultBytes)
	id := people(t, stores[1], 1)[0]
	for i := range 10 {
		if facts, err := m.Facts(ctx, id); err != nil || len(facts) != i {
			t.Fatalf("%d facts (%v), want %d", len(facts), err, i)
		}
		if version, err := m.AreasVersion(ctx); err != nil || version != int64(i) {
			t.Fatalf("version %d (%v), want %d", version, err, i)
		}
		if _, err := stores[1].Append(ctx, []healthcode.PersonFact{{Person: id, Fact: fact(fmt.Sprint(i))}}); err != nil {
			t.Fatal(err)
		}
		if err := stores[1].PutAreas(ctx, healthcode.AreaHistory{Areas: []healthcode.County{{Code: "110105"}}}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(refreshEvery) // no process ends, and no request comes, faster
	}
}

// TestOwnWrites has many writers of few people: each sees its own write at once, whoever else reads and writes.
func TestOwnWrites(t *testing.T) {
	m := newModel(t, open(t, 1)[0], DefaultBytes)
	ids := people(t, m, 3)
	var wg sync.WaitGroup
	for w := range 12 {
		wg.Go(func() {
			id := ids[w%len(ids)]
			for i := range 30 {
				f := fact(fmt.Sprintf("%d-%d", w, i))
				if _, err := m.Append(ctx, []healthcode.PersonFact{{Person: id, Fact: f}}); err != nil {
					t.Error(err)
					return
				}
				facts, err := m.Facts(ctx, id)
				if err != nil || !slices.ContainsFunc(facts, func(g healthcode.Fact) bool { return g.ID == f.ID }) {
					t.Errorf("writer %d doesn't see its fact %d among %d (%v)", w, i, len(facts), err)
					return
				}
			}
		})
	}
	wg.Wait()
}

// lossy reports to the model what a test wants.
type lossy struct {
	healthcode.Store
	feed healthcode.Feed
}

func (l *lossy) Watch(ctx context.Context, changed func(healthcode.Event)) error {
	defer l.feed.Follow(changed)()
	<-ctx.Done()
	return ctx.Err()
}

func (l *lossy) Refresh(context.Context) bool { return false }

// TestLost: while the feed can't know what other processes do, every read reaches the store.
func TestLost(t *testing.T) {
	below := &asked{Store: open(t, 1)[0]}
	feed := &lossy{Store: below}
	m := newModel(t, feed, DefaultBytes)
	id := people(t, m, 1)[0]
	reads := func(times int) int64 {
		before := below.facts.Load()
		for range times {
			if _, err := m.Facts(ctx, id); err != nil {
				t.Fatal(err)
			}
		}
		return below.facts.Load() - before
	}
	for i, step := range []struct {
		event healthcode.Event
		want  int64
	}{{healthcode.Event{}, 1}, {healthcode.Event{}, 0}, {healthcode.Event{All: true}, 1}, {healthcode.Event{All: true, Lost: true}, 4},
		{healthcode.Event{People: []healthcode.PersonID{id}}, 4}, {healthcode.Event{All: true}, 1}, {healthcode.Event{Areas: true, Staff: true}, 0}} {
		feed.feed.Tell(step.event)
		if got := reads(4); got != step.want {
			t.Errorf("step %d: %d reads reached the store, want %d", i, got, step.want)
		}
	}
	// Not all can be told at once: areas are read each time.
	for range 3 {
		if _, err := m.AreasVersion(ctx); err != nil {
			t.Fatal(err)
		}
	}
	if below.versions.Load() != 3 {
		t.Errorf("%d reads of the version, want 3", below.versions.Load())
	}
}

// TestReadUnderWay: a read that began before a change isn't kept after it.
func TestReadUnderWay(t *testing.T) {
	tab := newTable(1<<20, func(k int) uint64 { return uint64(k) }, func(string) int64 { return 1 })
	_, epoch, _ := tab.get(1)
	tab.drop(1)
	tab.put(1, epoch, func(v *string) { *v = "old" })
	if _, _, ok := tab.get(1); ok {
		t.Error("an old value is kept")
	}
	_, epoch, _ = tab.get(1)
	tab.clear()
	tab.put(1, epoch, func(v *string) { *v = "old" })
	if _, _, ok := tab.get(1); ok {
		t.Error("an old value is kept after everything was forgotten")
	}
}

func TestBounded(t *testing.T) {
	const limit = shards * 10 * (perEntry + 100)
	tab := newTable(limit, func(k int) uint64 { return uint64(k) }, func(string) int64 { return 100 })
	for k := range 50_000 {
		_, epoch, _ := tab.get(k)
		tab.put(k, epoch, func(v *string) { *v = "x" })
		tab.get(0) // always in use
		if k%5000 == 0 && tab.size() > limit {
			t.Fatalf("%d bytes after %d values, at most %d", tab.size(), k, limit)
		}
	}
	if got := tab.size(); got > limit || got < limit/2 {
		t.Errorf("%d bytes, want up to %d", got, limit)
	}
	huge := newTable(limit, func(k int) uint64 { return uint64(k) }, func(string) int64 { return limit })
	huge.put(1, 0, func(v *string) { *v = "x" })
	if huge.size() != 0 {
		t.Error("a value that is larger than its shard is kept")
	}
}

// TestSessions: what signs a person or an account out is in force in the next request.
func TestSessions(t *testing.T) {
	m := newModel(t, open(t, 1)[0], DefaultBytes)
	id := people(t, m, 1)[0]
	key := token{1}
	session := healthcode.Session{ID: "s", TokenHash: key[:], Person: id, Created: start, Seen: start, Expires: start.Add(time.Hour)}
	door := healthcode.Session{ID: "d", TokenHash: slices.Repeat([]byte{2}, 32), Staff: "door", Created: start, Seen: start, Expires: start.Add(time.Hour)}
	for name, out := range map[string]func() error{
		"one": func() error { return errors.Join(m.DeleteSession(ctx, "s"), m.DeleteSession(ctx, "d")) },
		"all": func() error {
			return errors.Join(m.DeleteSessions(ctx, id, ""), m.DeleteSessions(ctx, healthcode.PersonID{}, "door"))
		},
		"expiry": func() error { return nil },
	} {
		if err := errors.Join(m.PutSession(ctx, session), m.PutSession(ctx, door)); err != nil {
			t.Fatal(err)
		}
		for range 4 {
			for _, s := range []healthcode.Session{session, door} {
				if got, err := m.SessionByToken(ctx, s.TokenHash, start); err != nil || got.ID != s.ID {
					t.Fatalf("%s: session %+v (%v)", name, got, err)
				}
			}
		}
		now := start
		if name == "expiry" {
			now = session.Expires
		}
		if err := out(); err != nil {
			t.Fatal(err)
		}
		for _, s := range []healthcode.Session{session, door} {
			if _, err := m.SessionByToken(ctx, s.TokenHash, now); healthcode.CodeOf(err) != healthcode.CodeNotFound {
				t.Errorf("%s: signed out, and the answer is %v", name, err)
			}
		}
	}
}

// TestBytes compares what a person is counted as with what the person takes.
func TestBytes(t *testing.T) {
	var facts []healthcode.Fact
	for i := range 5 {
		facts = append(facts, fact(fmt.Sprint(i)))
	}
	p := person{facts: &facts, person: &healthcode.Person{Name: "张三"}, registrations: &[]healthcode.Registration{{Jurisdiction: "beijing"}}}
	if n := p.bytes() + perEntry; n < 3500 || n > 6000 {
		t.Errorf("a person with five facts is counted as %d bytes", n)
	} else {
		t.Logf("a person with five facts takes about %d bytes", n)
	}
}
