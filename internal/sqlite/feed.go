package sqlite

import (
	"context"
	"fmt"
	"slices"
	"time"

	"healthcode"
)

// lookEvery is how often the writer looks whether another process has written: one read of shared memory.
const lookEvery = 200 * time.Millisecond

// feed tells of changes. Those of this process come from the writer, after the commit and before the caller learns
// of it; that another process, such as an import beside the server, has written shows only in the file's version.
type feed struct {
	healthcode.Feed
	ids *personIDs
	// version is what the writer's connection last saw; only its goroutine uses it. 0: not looked yet.
	version int64
}

// Watch never fails before ctx ends or the store is closed.
func (s *Store) Watch(ctx context.Context, changed func(healthcode.Event)) error {
	defer s.feed.Follow(changed)()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-s.closed:
		return fmt.Errorf("following changes: %w", ErrClosed)
	}
}

// touch says that the write changes something of a person.
func (t *tx) touch(person int64) {
	if n := len(t.changed); n == 0 || t.changed[n-1] != person {
		t.changed = append(t.changed, person)
	}
}

// touchFacts is touch for the person's facts.
func (t *tx) touchFacts(person int64) {
	if n := len(t.factsOf); n == 0 || t.factsOf[n-1] != person {
		t.factsOf = append(t.factsOf, person)
	}
}

// touchOwner is touch for what belongs to a person or, where that is nil, to a member of staff.
func (t *tx) touchOwner(person *int64) {
	if person == nil {
		t.staff = true
		return
	}
	t.touch(*person)
}

// tell reports what a group has changed, in one event.
func (w *writer) tell(group []*write) {
	w.lookAbroad()
	if !w.feed.Watched() {
		return
	}
	var event healthcode.Event
	var people, facts, gone []int64
	for _, op := range group {
		if op.err == nil {
			people, facts, gone = append(people, op.changed...), append(facts, op.factsOf...), append(gone, op.gone...)
			event.Areas, event.Staff = event.Areas || op.areas, event.Staff || op.staff
		}
	}
	slices.Sort(people)
	people = slices.Compact(people)
	for _, person := range people {
		event.People = append(event.People, w.feed.ids.id(person))
	}
	slices.Sort(facts)
	for _, person := range slices.Compact(facts) {
		if _, found := slices.BinarySearch(people, person); !found {
			event.Facts = append(event.Facts, w.feed.ids.id(person))
		}
	}
	event.People = append(event.People, event.Facts...)
	unknown := make(map[healthcode.PersonID]bool, len(gone))
	for _, person := range append(gone, people...) {
		unknown[w.feed.ids.id(person)] = true
	}
	for _, op := range group {
		if op.err != nil {
			continue
		}
		for _, f := range op.appended {
			if !unknown[f.Person] {
				event.Appended = append(event.Appended, f)
			}
		}
	}
	if len(event.People) > 0 || event.Areas || event.Staff {
		w.feed.Tell(event)
	}
}

// Refresh asks the writer's connection, unless a group is being written: then no other process can
// commit, and the writer has looked itself. It is not whole while the writer waits for another process.
func (s *Store) Refresh(context.Context) bool {
	if s.writer.using.TryLock() {
		s.writer.lookAbroad()
		s.writer.using.Unlock()
		return true
	}
	return s.writer.alone.Load()
}

// lookAbroad tells that anything may have changed where another process has written since it last looked. The
// version that this connection sees stays as it is while only this connection writes.
func (w *writer) lookAbroad() {
	if !w.feed.Watched() {
		w.feed.version = 0
		return
	}
	var version int64
	err := w.conn.numbers(func(n int64) { version = n }, "PRAGMA data_version")
	before := w.feed.version
	w.feed.version = version
	if err != nil || before != version {
		w.feed.Tell(healthcode.Event{All: true})
	}
}
