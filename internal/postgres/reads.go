package postgres

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Reads that wait at the same time go to the server together, in one message
// and one answer: under load that spares most of what a read costs. A read that
// comes alone doesn't wait. Each remains a query of its own, and touches one shard.
const (
	maxReads = 64
	// readTimeout is for a server that takes a query and never answers.
	readTimeout = 30 * time.Second
)

// readWorkers is how many groups are under way at once: with more, each has fewer reads.
func readWorkers() int { return max(4, runtime.GOMAXPROCS(0)/2) }

// read is one query that waits for its turn.
type read struct {
	ctx  context.Context
	sql  string
	args []any
	each func(pgx.Rows) error // called for every row; must keep nothing of it
	// started is called before the query is sent; it may be nil.
	started func()
	number  int64 // what a shared read has found
	err     error
	done    chan struct{}
}

// reads sends queries in groups.
type reads struct {
	pool  *pgxpool.Pool
	queue chan *read

	mu      sync.RWMutex // held for reading while sending, so that close can close the queue
	closed  bool
	workers sync.WaitGroup
}

func newReads(pool *pgxpool.Pool) *reads {
	r := &reads{pool: pool, queue: make(chan *read, readWorkers()*maxReads)}
	for range readWorkers() {
		r.workers.Go(r.work)
	}
	return r
}

// close refuses further reads, and returns when those that wait are answered.
func (r *reads) close() {
	r.mu.Lock()
	if !r.closed {
		r.closed = true
		close(r.queue)
	}
	r.mu.Unlock()
	r.workers.Wait()
}

func (r *reads) send(op *read) error {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if r.closed {
		return ErrClosed
	}
	select {
	case r.queue <- op:
		return nil
	case <-op.ctx.Done():
		return op.ctx.Err()
	}
}

// do queues a read and waits for it. Only after it has returned nil may the caller look at what
// each has stored.
func (r *reads) do(op *read) error {
	if err := r.send(op); err != nil {
		return err
	}
	return op.wait(op.ctx)
}

func (op *read) wait(ctx context.Context) error {
	select {
	case <-op.done:
		return op.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (op *read) finish(err error) {
	op.err = err
	close(op.done)
}

func (r *reads) work() {
	group := make([]*read, 0, maxReads)
	for first := range r.queue {
		r.run(collect(append(group[:0], first), r.queue))
	}
}

// collect takes what waits, without waiting itself.
func collect(group []*read, queue <-chan *read) []*read {
	for len(group) < maxReads {
		select {
		case op, ok := <-queue:
			if !ok {
				return group
			}
			group = append(group, op)
		default:
			return group
		}
	}
	return group
}

// run answers every read of a group. A query that fails spoils those behind it, which are
// sent again; so are all that a broken connection has left: once on another connection,
// and, since that may have broken with it, once on a new one.
func (r *reads) run(group []*read) {
	group = slices.DeleteFunc(group, func(op *read) bool {
		if op.started != nil {
			op.started()
		}
		if op.ctx.Err() == nil {
			return false
		}
		op.finish(op.ctx.Err())
		return true
	})
	for broken := 0; len(group) > 0; {
		n, err := r.query(group)
		group = group[n:]
		switch {
		case len(group) == 0:
		case disconnected(err) && broken < 2:
			if broken++; broken == 2 {
				r.pool.Reset()
			}
		case disconnected(err):
			for _, op := range group {
				op.finish(err)
			}
			return
		default:
			group[0].finish(err)
			group = group[1:]
		}
	}
}

// query sends a group and returns how many it has answered. The error is that of the next one.
func (r *reads) query(group []*read) (answered int, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	var batch pgx.Batch
	for _, op := range group {
		batch.Queue(op.sql, op.args...)
	}
	results := r.pool.SendBatch(ctx, &batch)
	defer results.Close()
	for i, op := range group {
		rows, err := results.Query()
		if err != nil {
			return i, err
		}
		var rejected error
		for rows.Next() && rejected == nil {
			rejected = op.each(rows)
		}
		rows.Close()
		if err := rows.Err(); err != nil && rejected == nil {
			return i, err
		}
		op.finish(rejected)
	}
	return len(group), nil
}

// sharedRead lets callers who ask the same share one query, as long as it hasn't been sent: each
// gets an answer that was true after it asked.
type sharedRead struct {
	mu      sync.Mutex
	waiting *read
}

// join returns the read that waits, or queues the one that create makes, which must not end with
// the context of one caller.
func (s *sharedRead) join(r *reads, create func() *read) (*read, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.waiting != nil {
		return s.waiting, nil
	}
	op := create()
	op.started = func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.waiting == op {
			s.waiting = nil
		}
	}
	// Set before it is queued: a worker may start it at once.
	s.waiting = op
	s.mu.Unlock()
	err := r.send(op)
	s.mu.Lock()
	if err != nil {
		s.waiting = nil
		op.finish(fmt.Errorf("sharing a read: %w", err))
	}
	return op, err
}
