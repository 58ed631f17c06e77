// Package model keeps in memory what requests ask of a store again and again: the facts, the registration and
// the sessions of those who come often, the accounts and venues of doors, the version of the areas. It is a
// [healthcode.Store] over another one, begins empty, and is bounded in bytes.
//
// What is written goes through to the store. The store's change feed, which speaks after each commit and before the
// writer gets its answer, takes the old copy out; nothing is ever changed in place. So no answer is older than a write
// that this process has acknowledged. Changes of other processes are in force as soon as the feed knows of them; while it can't
// know, nothing is kept.
package model

import (
	"context"
	"encoding/binary"
	"hash/maphash"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"healthcode"
)

// DefaultBytes is how much memory the copies take at most: those of about 100,000 people with five facts.
const DefaultBytes = 384 << 20

// refreshEvery is how long a look at what other processes have written is good for.
const refreshEvery = 2 * time.Millisecond

// refreshSlow is how long others wait at most for the one that looks.
const refreshSlow = 10 * time.Millisecond

// Model is the store with its copies. It is safe for concurrent use.
type Model struct {
	healthcode.Store
	elapsed func() time.Duration

	following atomic.Bool  // the feed says everything
	refreshed atomic.Int64 // when the store was last asked, by elapsed
	whole     atomic.Bool  // what Refresh said
	looking   sync.Mutex   // held while the store is asked

	people *table[healthcode.PersonID, person]
	tokens *table[token, healthcode.PersonID] // whose a session is: that never changes
	staff  *table[string, account]
	areas  *table[struct{}, int64]

	hits, misses atomic.Uint64 // of facts

	stop    context.CancelFunc
	stopped chan struct{}
}

// token is the SHA-256 of a session's token.
type token [32]byte

// person is what is known of one person; nil is what hasn't been asked for.
type person struct {
	facts         *[]healthcode.Fact
	beside        *atomic.Value // what somebody keeps with these facts
	person        *healthcode.Person
	registrations *[]healthcode.Registration
	sessions      map[token]healthcode.Session
	devices       map[[8]byte]healthcode.Device
}

// account is an account, a session of one, or a venue; nil where there is none.
type account struct {
	staff   *healthcode.Staff
	session *healthcode.Session
	venue   *healthcode.Venue
	missing error
}

// New returns a model over a store, which it closes, too. It follows the store's changes until it is closed. Elapsed
// is a clock of the process that only goes forward.
func New(store healthcode.Store, bytes int64, elapsed func() time.Duration) *Model {
	m := &Model{Store: store, elapsed: elapsed, stopped: make(chan struct{})}
	seed := maphash.MakeSeed()
	// The start of a hash is a hash.
	start := func(t token) uint64 { return binary.NativeEndian.Uint64(t[:]) }
	m.people = newTable(bytes*7/8, func(id healthcode.PersonID) uint64 { return maphash.Bytes(seed, id[:]) }, person.bytes)
	m.tokens = newTable(bytes/16, start, func(healthcode.PersonID) int64 { return 16 })
	m.staff = newTable(bytes/16, func(key string) uint64 { return maphash.String(seed, key) }, account.bytes)
	m.areas = newTable(1<<20, func(struct{}) uint64 { return 0 }, func(int64) int64 { return 8 })
	m.refreshed.Store(-int64(time.Hour))
	following, stop := context.WithCancel(context.Background())
	m.stop = stop
	ready := make(chan struct{})
	var once sync.Once
	go func() {
		defer close(m.stopped)
		_ = store.Watch(following, func(e healthcode.Event) {
			m.changed(e)
			once.Do(func() { close(ready) })
		})
		m.following.Store(false)
		once.Do(func() { close(ready) })
	}()
	<-ready
	return m
}

// Close stops following and closes the store.
func (m *Model) Close() error {
	m.stop()
	<-m.stopped
	return m.Store.Close()
}

// Unwrap returns the store below.
func (m *Model) Unwrap() healthcode.Store { return m.Store }

// Following reports whether copies are used.
func (m *Model) Following() bool { return m.following.Load() }

// Reads returns how many reads of facts have found a copy, and how many haven't.
func (m *Model) Reads() (hits, misses uint64) { return m.hits.Load(), m.misses.Load() }

// Bytes is about what the copies take now.
func (m *Model) Bytes() int64 {
	return m.people.size() + m.tokens.size() + m.staff.size()
}

func (m *Model) changed(e healthcode.Event) {
	if e.All {
		m.following.Store(!e.Lost)
		m.people.clear()
		m.staff.clear()
		m.areas.clear()
		return
	}
	// Nothing but facts has changed of those in Facts: the rest of their copies stays.
	onlyFacts := make(map[healthcode.PersonID]bool, len(e.Facts))
	for _, id := range e.Facts {
		onlyFacts[id] = true
	}
	appended := make(map[healthcode.PersonID][]healthcode.Fact, len(e.Appended))
	for i := range e.Appended {
		appended[e.Appended[i].Person] = append(appended[e.Appended[i].Person], e.Appended[i].Fact)
	}
	for _, id := range e.People {
		if onlyFacts[id] {
			m.people.change(id, func(p *person) {
				p.facts, p.beside = withFacts(p.facts, appended[id]), new(atomic.Value)
			})
		} else {
			m.people.drop(id)
		}
	}
	if e.Staff {
		m.staff.clear()
	}
	if e.Areas {
		m.areas.clear()
	}
}

// withFacts returns another list with new facts in their places; nil where there is no list, or where it isn't known what has
// changed. A list that was read after the commit, and before it was told, has the facts already.
func withFacts(old *[]healthcode.Fact, fresh []healthcode.Fact) *[]healthcode.Fact {
	if old == nil || fresh == nil {
		return nil
	}
	list := make([]healthcode.Fact, len(*old), len(*old)+len(fresh))
	copy(list, *old)
	for _, f := range fresh {
		if !slices.ContainsFunc(list, func(g healthcode.Fact) bool { return g.ID == f.ID && g.Source == f.Source }) {
			list = append(list, f)
		}
	}
	slices.SortFunc(list, func(a, b healthcode.Fact) int { return a.Compare(&b) })
	list = slices.Clip(list)
	return &list
}

// ready reports whether copies may be used, after a look at what other processes have done.
func (m *Model) ready(ctx context.Context) bool {
	if !m.following.Load() {
		return false
	}
	now := int64(m.elapsed())
	late := now - m.refreshed.Load()
	if late < int64(refreshEvery) {
		return true
	}
	// One looks, and the others needn't wait for it unless it takes long.
	if !m.looking.TryLock() {
		if late < int64(refreshSlow) {
			return true
		}
		m.looking.Lock()
	}
	defer m.looking.Unlock()
	if now-m.refreshed.Load() >= int64(refreshEvery) {
		m.whole.Store(m.Store.Refresh(ctx))
		m.refreshed.Store(now)
	}
	return m.following.Load()
}
