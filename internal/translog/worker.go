package translog

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"healthcode"
)

// Store is what the worker reads and writes.
type Store interface {
	ChangesToLog(ctx context.Context, limit int) ([]healthcode.Change, error)
	PutChangeIndex(ctx context.Context, id string, index int64) error
}

// Worker appends the entries of applied changes to the log. It can be killed at any moment: an entry that was
// appended and not recorded is found again, so that none is lost and none is there twice.
type Worker struct {
	log      *Log
	store    Store
	zone     Zone
	announce func(context.Context, healthcode.Change) error
	logger   *slog.Logger
	wake     chan struct{}
	// Kept keeps the last witnessed checkpoint where every process reads it, so that none goes on with another log. May be nil.
	Kept Secrets
	// known says that the log holds nothing of what waits.
	known bool
}

// keptCheckpoint is the name under which it is kept.
const keptCheckpoint = "translog.checkpoint"

// Continues refuses a log that isn't the one that another process has written.
func (w *Worker) Continues(ctx context.Context) error {
	if w.Kept == nil {
		return nil
	}
	kept, err := w.Kept.Secret(keptCheckpoint)
	if healthcode.CodeOf(err) == healthcode.CodeNotFound {
		return nil
	}
	if err != nil {
		return err
	}
	return w.log.Continues(ctx, kept)
}

// keep keeps the checkpoint that the witness has just signed.
func (w *Worker) keep(ctx context.Context) error {
	if w.Kept == nil {
		return nil
	}
	raw, err := w.log.source(ctx, witnessedFile)
	if err != nil {
		return err
	}
	if _, err := w.Kept.Secret(keptCheckpoint); err != nil && healthcode.CodeOf(err) != healthcode.CodeNotFound {
		return err
	}
	return w.Kept.PutSecret(keptCheckpoint, raw)
}

// NewWorker returns a worker. Announce is called for each change before its index is recorded, and
// again after a crash between the two.
func NewWorker(log *Log, store Store, zone Zone, announce func(context.Context, healthcode.Change) error, logger *slog.Logger) *Worker {
	return &Worker{log: log, store: store, zone: zone, announce: announce, logger: logger, wake: make(chan struct{}, 1)}
}

// Wake lets the worker look at once.
func (w *Worker) Wake() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// every is how often the worker looks without being woken.
const every = 5 * time.Second

// Run works until ctx ends.
func (w *Worker) Run(ctx context.Context) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		if err := w.Pass(ctx); err != nil && ctx.Err() == nil {
			w.logger.Error("transparency log; it is tried again", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-w.wake:
		}
	}
}

// perPass bounds what is held in memory.
const perPass = 1000

// Pass logs what waits now.
func (w *Worker) Pass(ctx context.Context) error {
	for {
		waiting, err := w.store.ChangesToLog(ctx, perPass)
		if err != nil || len(waiting) == 0 {
			return err
		}
		if err := w.pass(ctx, waiting); err != nil {
			w.known = false
			return err
		}
		if len(waiting) < perPass {
			w.known = true
			return nil
		}
	}
}

func (w *Worker) pass(ctx context.Context, waiting []healthcode.Change) error {
	entries := make([]Entry, len(waiting))
	for i := range waiting {
		var err error
		if entries[i], err = EntryOf(&waiting[i], w.zone); err != nil {
			return err
		}
	}
	places, err := w.places(ctx, entries)
	if err != nil {
		return err
	}
	var fresh [][]byte
	for _, e := range entries {
		if _, there := places[string(e.Hash)]; !there {
			data, err := e.marshal()
			if err != nil {
				return err
			}
			fresh = append(fresh, data)
		}
	}
	added, err := w.log.append(ctx, fresh)
	if err == nil {
		err = w.keep(ctx)
	}
	if err != nil {
		return err
	}
	for i, e := range entries {
		index, there := places[string(e.Hash)]
		if !there {
			index, added = added[0], added[1:]
		}
		if err := w.announce(ctx, waiting[i]); err != nil {
			return err
		}
		if err := w.store.PutChangeIndex(ctx, waiting[i].ID, int64(index)); err != nil {
			return fmt.Errorf("recording entry %d of the transparency log: %w", index, err)
		}
	}
	return nil
}

// places returns where in the log some of the entries are already. It looks only where one
// may be: at the start, and after a failure.
func (w *Worker) places(ctx context.Context, entries []Entry) (map[string]uint64, error) {
	if w.known {
		return nil, nil
	}
	wanted := make(map[string]bool, len(entries))
	for _, e := range entries {
		wanted[string(e.Hash)] = true
	}
	size, err := w.log.reader.IntegratedSize(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the transparency log: %w", err)
	}
	if err := w.log.witnessed(ctx, size); err != nil {
		return nil, err
	}
	places := make(map[string]uint64)
	err = w.log.source.entries(ctx, 0, size, func(index uint64, data []byte) error {
		e, err := parseEntry(data)
		if err != nil {
			return fmt.Errorf("entry %d of the transparency log: %w", index, err)
		}
		if wanted[string(e.Hash)] {
			places[string(e.Hash)] = index
		}
		return nil
	})
	return places, err
}
