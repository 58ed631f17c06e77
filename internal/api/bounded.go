package api

import (
	"context"
	"sync"
	"time"
)

// bounded is [context.WithTimeout], but its timer is first set when somebody would wait: a call that finds everything in
// memory never does.
type bounded struct {
	context.Context
	limit time.Duration

	mu     sync.Mutex
	ended  bool
	inner  context.Context // nil = nobody has asked yet
	cancel context.CancelFunc
}

func (b *bounded) timed() context.Context {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.inner == nil {
		b.inner, b.cancel = context.WithTimeout(b.Context, b.limit)
		if b.ended {
			b.cancel()
		}
	}
	return b.inner
}

// end is the cancel function.
func (b *bounded) end() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ended = true
	if b.cancel != nil {
		b.cancel()
	}
}

// Deadline sets the timer.
func (b *bounded) Deadline() (time.Time, bool) { return b.timed().Deadline() }

// Done sets the timer.
func (b *bounded) Done() <-chan struct{} { return b.timed().Done() }

func (b *bounded) Err() error {
	b.mu.Lock()
	inner, ended := b.inner, b.ended
	b.mu.Unlock()
	switch {
	case inner != nil:
		return inner.Err()
	case ended:
		return context.Canceled
	}
	return b.Context.Err()
}

// Value asks the timed context once there is one: contexts made of this one find it by that.
func (b *bounded) Value(key any) any {
	b.mu.Lock()
	inner := b.inner
	b.mu.Unlock()
	if inner != nil {
		return inner.Value(key)
	}
	return b.Context.Value(key)
}
