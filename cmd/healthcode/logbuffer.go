package main

import (
	"context"
	"io"
	"log/slog"
	"sync"
	"time"
)

// A line for each request is held back this long, or until so many bytes wait, so that many are written at once. Any
// other line is written at once, after those that wait. Looks and changes are in the store, not in this log.
const (
	logHold  = 100 * time.Millisecond
	logBytes = 32 << 10
)

// gathered is a log whose lines of requests are written many at once.
type gathered struct {
	slog.Handler
	to    *gatherer
	plain bool // no attributes of its own, and nothing replaced
}

type gatherer struct {
	mu      sync.Mutex
	w       io.Writer
	waiting []byte
	timed   bool
}

func newGathered(w io.Writer, options *slog.HandlerOptions) slog.Handler {
	to := &gatherer{w: w}
	return &gathered{slog.NewJSONHandler(to, options), to, !options.AddSource && options.ReplaceAttr == nil}
}

// Handle writes at once whatever isn't the line of a request.
func (g *gathered) Handle(ctx context.Context, r slog.Record) error {
	if r.Message != "request" {
		err := g.Handler.Handle(ctx, r)
		g.to.flush()
		return err
	}
	if g.plain {
		var room [512]byte
		if line, ok := appendLine(room[:0], &r); ok {
			_, err := g.to.Write(line)
			return err
		}
	}
	return g.Handler.Handle(ctx, r)
}

func (g *gathered) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &gathered{g.Handler.WithAttrs(attrs), g.to, false}
}

func (g *gathered) WithGroup(name string) slog.Handler {
	return &gathered{g.Handler.WithGroup(name), g.to, false}
}

// Write takes one line.
func (g *gatherer) Write(line []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.waiting = append(g.waiting, line...)
	if len(g.waiting) >= logBytes {
		return len(line), g.write()
	}
	if !g.timed {
		g.timed = true
		time.AfterFunc(logHold, g.flush)
	}
	return len(line), nil
}

func (g *gatherer) flush() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.timed = false
	g.write()
}

func (g *gatherer) write() error {
	if len(g.waiting) == 0 {
		return nil
	}
	_, err := g.w.Write(g.waiting)
	g.waiting = g.waiting[:0]
	return err
}
