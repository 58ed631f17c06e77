package translog

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/transparency-dev/tessera"
	"github.com/transparency-dev/tessera/storage/posix"
	"k8s.io/klog/v2"
)

// Timing of the log. An entry waits at most a batch's age and then for the next checkpoint.
const (
	batchAge           = 50 * time.Millisecond
	batchSize          = 1024
	checkpointInterval = 200 * time.Millisecond
	publishedWithin    = 30 * time.Second
	poll               = 25 * time.Millisecond
)

func init() {
	// The library writes lines of its own to standard error. What goes wrong is seen by who waits for it.
	klog.SetSlogLogger(slog.New(slog.NewTextHandler(io.Discard, nil)))
}

// ErrTaken means that another process has the log open.
var ErrTaken = errors.New("another process has it open")

// lockFile is held by who has the log open, and is let go by the kernel when that process ends, however it does.
const lockFile = ".open"

// Log is a log that is open for appending. One process at a time may have it open.
type Log struct {
	*Public
	dir      string
	keys     Keys
	lock     *os.File
	appender *tessera.Appender
	reader   tessera.LogReader
	shutdown func(context.Context) error
	cancel   context.CancelFunc
}

// Open opens the log in a directory, and makes it where there is none. [ErrTaken].
func Open(dir string, keys Keys) (*Log, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("opening the transparency log: %w", err)
	}
	public, err := NewPublic(dir, keys.Public)
	if err != nil {
		return nil, err
	}
	lock, err := takeLock(filepath.Join(dir, lockFile))
	if err != nil {
		return nil, fmt.Errorf("opening the transparency log %s: %w", dir, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	l := &Log{Public: public, dir: dir, keys: keys, lock: lock, cancel: cancel}
	driver, err := posix.New(ctx, posix.Config{Path: dir})
	if err == nil {
		options := tessera.NewAppendOptions().WithCheckpointSigner(keys.signer).WithBatching(batchSize, batchAge).
			WithCheckpointInterval(checkpointInterval).WithCheckpointRepublishInterval(0)
		l.appender, l.shutdown, l.reader, err = tessera.NewAppender(ctx, driver, options)
	}
	if err != nil {
		cancel()
		lock.Close()
		return nil, fmt.Errorf("opening the transparency log %s: %w", dir, err)
	}
	return l, nil
}

func takeLock(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			err = ErrTaken
		}
		return nil, err
	}
	return f, nil
}

// Close waits until what was appended is published, and stops the log's own goroutines.
func (l *Log) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), publishedWithin)
	defer cancel()
	err := l.shutdown(ctx)
	l.cancel()
	// The library doesn't say when its last round is over.
	time.Sleep(2 * poll)
	return errors.Join(err, l.lock.Close())
}

// append adds entries in order, and returns their indices once a checkpoint that the witness has signed
// holds all of them. If it fails, some may be in the log: look before appending again.
func (l *Log) append(ctx context.Context, entries [][]byte) ([]uint64, error) {
	if len(entries) == 0 {
		return nil, nil
	}
	futures := make([]tessera.IndexFuture, len(entries))
	for i, e := range entries {
		futures[i] = l.appender.Add(ctx, tessera.NewEntry(e))
	}
	indices := make([]uint64, len(entries))
	size := uint64(0)
	for i, future := range futures {
		index, err := future()
		if err != nil {
			return nil, fmt.Errorf("appending to the transparency log: %w", err)
		}
		indices[i] = index.Index
		size = max(size, index.Index+1)
	}
	return indices, l.witnessed(ctx, size)
}

// witnessed returns once a witnessed checkpoint holds the first size entries.
func (l *Log) witnessed(ctx context.Context, size uint64) error {
	ctx, cancel := context.WithTimeout(ctx, publishedWithin)
	defer cancel()
	for {
		raw, err := l.reader.ReadCheckpoint(ctx)
		if err == nil {
			published, err := parseCheckpoint(raw, l.keys.Public.Log)
			if err != nil {
				return fmt.Errorf("reading the checkpoint: %w", err)
			}
			if published.Size >= size {
				return l.cosign(ctx, raw)
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting for a checkpoint of %d entries: %w", size, ctx.Err())
		case <-time.After(poll):
		}
	}
}

// replace puts a file in place of another, so that a crash leaves one of the two.
func replace(path string, data []byte) error {
	temp, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name())
	if _, err = temp.Write(data); err == nil {
		err = temp.Sync()
	}
	if closing := temp.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = os.Chmod(temp.Name(), 0o644)
	}
	if err != nil {
		return err
	}
	return os.Rename(temp.Name(), path)
}
