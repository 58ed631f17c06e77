package postgres

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"healthcode"
)

// feed tells the watchers of this process of changes, and the other processes through NOTIFY.
//
// A write does not notify in its own transaction: PostgreSQL lets such transactions commit only one after the other,
// each with a sync of its own. It is told of here after it has ended, and a sender notifies of all that has gathered. What
// a process that was killed in between did not say, the others learn because it is no longer
// there: each holds an advisory lock as long as it lives.
type feed struct {
	healthcode.Feed
	pool *pgxpool.Pool
	peer int32 // names this process among the others

	mu      sync.Mutex
	pending healthcode.Event
	wake    chan struct{}

	stop    context.CancelFunc
	stopped sync.WaitGroup
	closed  chan struct{} // when the sender may end
}

// newFeed returns once other processes know of this one: from then on, what it commits does not pass unnoticed.
func newFeed(ctx context.Context, pool *pgxpool.Pool) (*feed, error) {
	f := &feed{pool: pool, peer: newPeer(), wake: make(chan struct{}, 1), closed: make(chan struct{})}
	conn, err := f.connect(ctx)
	if err != nil {
		return nil, fmt.Errorf("following changes: %w", err)
	}
	running, stop := context.WithCancel(context.Background())
	f.stop = stop
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		f.send()
	}()
	f.stopped.Go(func() {
		f.listen(running, conn)
		<-sent
	})
	return f, nil
}

// close sends what is waiting.
func (f *feed) close() {
	close(f.closed)
	f.stop()
	f.stopped.Wait()
}

// Refresh does nothing: notifications come by themselves, a moment after the commit.
func (s *Store) Refresh(context.Context) bool { return false }

// Watch returns ctx's error, or ErrClosed.
func (s *Store) Watch(ctx context.Context, changed func(healthcode.Event)) error {
	defer s.feed.Follow(changed)()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-s.closed:
		return fmt.Errorf("following changes: %w", ErrClosed)
	}
}

// changed tells of a write that has ended, whether it succeeded or not: where the connection broke, nobody knows.
func (s *Store) changed(persons ...uuid) {
	var event healthcode.Event
	for _, p := range persons {
		if p != (uuid{}) {
			event.People = append(event.People, healthcode.PersonID(p))
		}
	}
	if len(event.People) > 0 {
		s.feed.tell(event)
	}
}

// changedOwner is changed for what belongs to a person or, if that is zero, to a member of staff.
func (s *Store) changedOwner(person healthcode.PersonID) {
	if person == (healthcode.PersonID{}) {
		s.feed.tell(healthcode.Event{Staff: true})
		return
	}
	s.changed(uuid(person))
}

// changedFacts is changed for facts.
func (s *Store) changedFacts(persons ...uuid) {
	if len(persons) == 0 {
		return
	}
	var event healthcode.Event
	for _, p := range persons {
		event.People = append(event.People, healthcode.PersonID(p))
	}
	event.Facts = event.People
	s.feed.tell(event)
}

func personsOf(rows []*factRow) []uuid {
	persons := make([]uuid, len(rows))
	for i, row := range rows {
		persons[i] = row.person
	}
	return sortedSet(persons)
}

// maxPending is how many persons wait to be notified of; beyond, the others forget everything.
const maxPending = 20_000

// tell tells this process at once, and the others soon.
func (f *feed) tell(e healthcode.Event) {
	f.Tell(e)
	f.mu.Lock()
	f.pending.People = append(f.pending.People, e.People...)
	f.pending.Facts = append(f.pending.Facts, e.Facts...)
	f.pending.Areas = f.pending.Areas || e.Areas
	f.pending.Staff = f.pending.Staff || e.Staff
	if len(f.pending.People) > maxPending {
		f.pending = healthcode.Event{All: true}
	}
	f.mu.Unlock()
	select {
	case f.wake <- struct{}{}:
	default:
	}
}

func (f *feed) take() healthcode.Event {
	f.mu.Lock()
	defer f.mu.Unlock()
	e := f.pending
	f.pending = healthcode.Event{}
	return e
}

// Waits of the sender: after a failure, and for the last word of a process that ends.
const (
	sendAgain = 200 * time.Millisecond
	sendLast  = 2 * time.Second
)

func (f *feed) send() {
	for {
		select {
		case <-f.wake:
			for f.notify(payloads(f.take())) != nil {
				// What was sent of it is unknown.
				f.mu.Lock()
				f.pending = healthcode.Event{All: true}
				f.mu.Unlock()
				select {
				case <-f.closed:
					return // nobody hears that it leaves, so everybody forgets everything
				case <-time.After(sendAgain):
				}
			}
		case <-f.closed:
			if f.notify(payloads(f.take())) == nil {
				_ = f.notify([]string{f.name(saysBye)})
			}
			return
		}
	}
}

// notify sends payloads in one message.
func (f *feed) notify(payloads []string) error {
	if len(payloads) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), sendLast)
	defer cancel()
	var batch pgx.Batch
	for _, p := range payloads {
		batch.Queue("SELECT pg_notify($1, $2)", channel, p)
	}
	return f.pool.SendBatch(ctx, &batch).Close()
}
