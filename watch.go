package healthcode

import (
	"context"
	"sync"
)

// Event says that something has changed, and not what: whoever wants to know reads it.
type Event struct {
	// People are those of whom a fact, or anything else that their code or their account shows, has changed:
	// identity, documents, registrations, sessions, phones, trips, photos, relations, disputes, cases, codes on paper.
	People []PersonID
	// Facts are those among People of whom nothing but facts has changed.
	Facts []PersonID
	// Appended are the new facts of those among Facts of whom nothing else has changed, in the order of their commits, as
	// [Ledger.Facts] returns them; of people who aren't named here anything may have changed. Nobody changes what they hold.
	Appended []PersonFact
	// Areas: the area history has a new version.
	Areas bool
	// Staff: an account, a session of one, or a venue has changed.
	Staff bool
	// All: something may have been missed. Whoever keeps a copy of anything forgets it.
	All bool
	// Lost, which comes with All: until an event with All alone, changes that other processes make may go unreported.
	// Whoever keeps copies keeps none meanwhile.
	Lost bool
}

// Watcher lets others follow what changes in a store.
type Watcher interface {
	// Watch calls changed for what is committed until ctx ends or the store is closed, and returns why it ended.
	// The first event has All: from then on nothing is missed.
	//
	// Every change is reported at least once, after it is committed, and those of one person in the order of
	// their commits; several may come as one event. A change made through this store is reported before the
	// method that made it returns, also where it returns an error of which nobody can know whether it undid the
	// change. One made by another process is reported as soon as it is known, within a second or two at most, in SQLite as All.
	//
	// changed must be quick and must not use the store: writers wait for it. It is called by one goroutine at a time.
	Watch(ctx context.Context, changed func(Event)) error

	// Refresh looks at once what other processes have committed, and reports it to those who watch before it
	// returns. It is cheap, and waits for nobody. Whole is false where an engine can't tell everything at once, as over a network.
	Refresh(ctx context.Context) (whole bool)
}

// Feed hands events to those who watch. The zero value is ready. Engines embed it.
type Feed struct {
	mu       sync.Mutex
	watchers map[*func(Event)]struct{}
	lost     bool
}

// Follow calls changed with All, and Lost if that is how things stand, and then with every event that is told, until stop is called.
func (f *Feed) Follow(changed func(Event)) (stop func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	changed(Event{All: true, Lost: f.lost})
	if f.watchers == nil {
		f.watchers = make(map[*func(Event)]struct{})
	}
	f.watchers[&changed] = struct{}{}
	return func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		delete(f.watchers, &changed)
	}
}

// Tell returns when every watcher has been told.
func (f *Feed) Tell(e Event) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if e.All {
		f.lost = e.Lost
	}
	for changed := range f.watchers {
		(*changed)(e)
	}
}

// Watched reports whether there is anybody to tell.
func (f *Feed) Watched() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.watchers) > 0
}
