package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"sync"
	"sync/atomic"
	"time"

	"healthcode"
)

// A group is committed when no further write waits, or when it has this many
// writes or rows. One commit costs one fsync, whatever its size; the bounds
// keep the first writer of a group from waiting long for the last.
const (
	maxGroupWrites = 500
	maxGroupRows   = 2000
)

// ErrClosed is returned by every write after Close.
var ErrClosed = errors.New("the database is closed")

// write is one change that waits for its turn. It succeeds or fails as a whole.
type write struct {
	ctx  context.Context
	rows int // about how many it writes
	run  func(*tx) error
	// What it has changed, for the feed.
	changed, factsOf []int64
	appended         []healthcode.PersonFact
	gone             []int64
	staff, areas     bool
	err              error
	done             chan struct{}
}

// tx is what a write may use while it runs. Reads see the writes before it.
type tx struct {
	*conn
	w *writer
	// persons, facts and areas are added to the totals if the write succeeds.
	persons, facts, areas int
	// changed are those of whom the write changes something, and staff says whether it changes an account or a venue.
	changed []int64
	staff   bool
	// factsOf are those of whom nothing but facts has changed.
	factsOf []int64
	// appended are the new facts of those in factsOf; those in gone have lost facts, or have more new ones than is told.
	appended []healthcode.PersonFact
	gone     []int64
	// watched: somebody wants to be told.
	watched bool
	// sources are those that the group has named or looked up so far.
	sources map[string]int64
}

// writer owns the one connection that writes. Its goroutine takes queued
// writes, runs each under a savepoint of its own and commits them as a group.
type writer struct {
	// using is held by whoever uses conn: the goroutine, or [Store.Refresh].
	using sync.Mutex
	// alone is set while a group keeps other processes from writing.
	alone   atomic.Bool
	conn    *conn
	feed    *feed
	queue   chan *write
	stopped chan struct{}
	// sources is the committed part of the dictionary; only the goroutine uses it.
	sources map[string]int64
	last    int // writes in the last group

	mu     sync.RWMutex // held for reading while sending, so that Close can close the queue
	closed bool
}

func newWriter(c *conn, f *feed) *writer {
	w := &writer{conn: c, feed: f, queue: make(chan *write, maxGroupWrites), stopped: make(chan struct{}),
		sources: map[string]int64{}}
	go w.loop()
	return w
}

// do queues one write and returns after its group has been committed. A context
// that ends while the write is waiting takes it out; once it runs, it is finished.
func (w *writer) do(ctx context.Context, rows int, run func(*tx) error) error {
	op := &write{ctx: ctx, rows: rows, run: run, done: make(chan struct{})}
	if err := w.send(op); err != nil {
		return err
	}
	<-op.done
	return op.err
}

func (w *writer) send(op *write) error {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if w.closed {
		return ErrClosed
	}
	select {
	case w.queue <- op:
		return nil
	case <-op.ctx.Done():
		return op.ctx.Err()
	}
}

// close refuses further writes, and returns when those that wait are committed.
func (w *writer) close() {
	w.mu.Lock()
	if !w.closed {
		w.closed = true
		close(w.queue)
	}
	w.mu.Unlock()
	<-w.stopped
}

func (w *writer) loop() {
	defer close(w.stopped)
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for {
		select {
		case first, ok := <-w.queue:
			if !ok {
				return
			}
			group := w.collect(first)
			w.using.Lock()
			w.commit(group)
			w.using.Unlock()
			for _, op := range group {
				close(op.done)
			}
		case <-look.C:
			w.using.Lock()
			w.lookAbroad()
			w.using.Unlock()
		}
	}
}

// Where many write at once, half of them are answered while the other half waits, and each half would be a group. So a
// writer that has just committed many waits this long for more: that halves the syncs and the pages that are written twice.
const (
	gatherFor  = time.Millisecond
	gatherFrom = 16 // writes in the last group
)

// gather waits for a group as large as the last two together, where the last one was large.
func (w *writer) gather(group []*write, rows int) ([]*write, int, bool) {
	if w.last < gatherFrom {
		return group, rows, true
	}
	most := min(2*w.last, maxGroupWrites)
	end := time.NewTimer(gatherFor)
	defer end.Stop()
	for len(group) < most && rows < maxGroupRows {
		select {
		case op, ok := <-w.queue:
			if !ok {
				return group, rows, false
			}
			group, rows = append(group, op), rows+op.rows
		case <-end.C:
			return group, rows, true
		}
	}
	return group, rows, true
}

// collect takes what waits, and waits itself only in gather.
func (w *writer) collect(first *write) []*write {
	group, rows, open := w.gather([]*write{first}, first.rows)
	defer func() { w.last = len(group) }()
	if !open {
		return group
	}
	for len(group) < maxGroupWrites && rows < maxGroupRows {
		select {
		case op, ok := <-w.queue:
			if !ok {
				return group
			}
			group, rows = append(group, op), rows+op.rows
		default:
			return group
		}
	}
	return group
}

// commit runs a group and sets the error of each write. If the transaction as
// a whole fails, every write of the group fails.
func (w *writer) commit(group []*write) {
	t := &tx{conn: w.conn, w: w, sources: map[string]int64{}, watched: w.feed.Watched()}
	err := w.transaction(t, group)
	if err != nil {
		// Where SQLite has rolled back by itself there is nothing left to roll back.
		_, _ = w.conn.exec("ROLLBACK")
		w.feed.Tell(healthcode.Event{All: true})
		err, _ = broken(err)
		for _, op := range group {
			op.err = fmt.Errorf("the write was undone: %w", err)
		}
		return
	}
	if len(w.sources) >= maxCachedSources {
		clear(w.sources)
	}
	maps.Copy(w.sources, t.sources)
	w.tell(group)
}

func (w *writer) transaction(t *tx, group []*write) error {
	if _, err := t.exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	w.lookAbroad() // from here to the end no other process can write
	w.alone.Store(true)
	defer w.alone.Store(false)
	var persons, facts, areas int
	for _, op := range group {
		if op.err = op.ctx.Err(); op.err != nil {
			continue
		}
		t.persons, t.facts, t.areas, t.changed, t.factsOf, t.appended, t.gone, t.staff = 0, 0, 0, nil, nil, nil, nil, false
		if err := w.savepoint(t, op); err != nil {
			return err
		}
		if op.err == nil {
			persons, facts, areas = persons+t.persons, facts+t.facts, areas+t.areas
			op.changed, op.factsOf, op.appended, op.gone, op.staff, op.areas = t.changed, t.factsOf, t.appended, t.gone, t.staff, t.areas > 0
		}
	}
	for name, n := range map[string]int{"persons": persons, "facts": facts, "areas": areas} {
		if n == 0 {
			continue
		}
		if _, err := t.exec("UPDATE total SET n = n + ? WHERE name = ?", n, name); err != nil {
			return err
		}
	}
	_, err := t.exec("COMMIT")
	return err
}

// savepoint runs one write, so that its failure undoes it alone. An error
// that it returns spoils the whole group.
func (w *writer) savepoint(t *tx, op *write) error {
	if _, err := t.exec("SAVEPOINT one"); err != nil {
		return err
	}
	op.err = run(t, op)
	if op.err != nil {
		if _, fatal := broken(op.err); fatal {
			return op.err
		}
		// What the failed write looked up may have been its own.
		clear(t.sources)
		if _, err := t.exec("ROLLBACK TO one"); err != nil {
			return err
		}
	}
	_, err := t.exec("RELEASE one")
	return err
}

// run keeps a bug in one write from ending the process, and with it every
// other caller's write.
func run(t *tx, op *write) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("a write panicked: %v", p)
		}
	}()
	return op.run(t)
}

// source returns the code of a source's name, and makes one where there is none.
func (t *tx) source(name string) (int64, error) {
	if code, ok := t.w.sources[name]; ok {
		return code, nil
	}
	if code, ok := t.sources[name]; ok {
		return code, nil
	}
	var code int64
	err := t.row([]any{&code}, "SELECT code FROM source WHERE name = ?", name)
	if errors.Is(err, sql.ErrNoRows) {
		var res sql.Result
		if res, err = t.exec("INSERT INTO source (name) VALUES (?)", name); err == nil {
			code, err = res.LastInsertId()
		}
	}
	if err != nil {
		return 0, err
	}
	t.sources[name] = code
	return code, nil
}
