package sms

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"healthcode"
	"healthcode/internal/smpp"
	"healthcode/internal/sqlite"
	"healthcode/internal/vault"
)

const patience = 20 * time.Second

var clock = healthcode.ClockFunc(time.Now)

func TestMain(m *testing.M) {
	if os.Getenv(childStore) != "" {
		runChild()
		return
	}
	// Most of these tests wait for something; the one that doesn't is quick.
	for name, value := range map[string]string{"test.parallel": "8", "rapid.checks": "2000", "rapid.steps": "60"} {
		if err := flag.Set(name, value); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

func openStore(dir string) (*sqlite.Store, error) {
	keys, err := vault.OpenOrCreate(filepath.Join(dir, "keys.json"), nil)
	if err != nil {
		return nil, err
	}
	return sqlite.Open(context.Background(), filepath.Join(dir, "health.db"), keys)
}

func newStore(t testing.TB) *sqlite.Store {
	t.Helper()
	return openedIn(t, t.TempDir())
}

func openedIn(t testing.TB, dir string) *sqlite.Store {
	t.Helper()
	s, err := openStore(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// quick are settings under which a test needn't wait long.
func quick(log *slog.Logger) Config {
	return Config{Concurrency: 8, Poll: 10 * time.Millisecond, Lease: 2 * time.Second, ResendAfter: 150 * time.Millisecond,
		RetryMin: 20 * time.Millisecond, RetryMax: 200 * time.Millisecond, PauseMin: 20 * time.Millisecond, PauseMax: 200 * time.Millisecond,
		Clock: clock, Log: log}
}

func quickSMPP(port int, log *slog.Logger) SMPPConfig {
	return SMPPConfig{Source: "10690123", Clock: clock, Config: smpp.Config{Address: fmt.Sprintf("127.0.0.1:%d", port), SystemID: "health",
		Password: "secret", Window: 8, Timeout: 2 * time.Second, BackoffMin: 10 * time.Millisecond, BackoffMax: 100 * time.Millisecond, Log: log}}
}

// rig is a queue between a real store and a real SMSC.
type rig struct {
	t     *testing.T
	store healthcode.Messages
	smsc  *smsc
	cfg   Config
	smpp  SMPPConfig
	log   *lockedBuffer

	sender *SMPP
	queue  *Queue
	stop   func() // and wait
}

type lockedBuffer struct {
	mu sync.Mutex
	bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.Write(p)
}

// impatient makes the queue wait only a moment for an answer.
func (r *rig) impatient() { r.smpp.Timeout = 200 * time.Millisecond }

// newRig has not started its queue yet.
func newRig(t *testing.T) *rig {
	t.Helper()
	t.Parallel()
	r := &rig{t: t, store: newStore(t), smsc: startSMSC(t), log: &lockedBuffer{}}
	log := slog.New(slog.NewTextHandler(r.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	r.cfg, r.smpp = quick(log), quickSMPP(r.smsc.port, log)
	return r
}

func (r *rig) start() *rig {
	r.t.Helper()
	var err error
	if r.sender, err = NewSMPP(r.smpp); err != nil {
		r.t.Fatal(err)
	}
	if r.queue, err = NewQueue(r.store, r.sender, r.cfg); err != nil {
		r.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { r.queue.Run(ctx) })
	r.stop = sync.OnceFunc(func() { cancel(); running.Wait() })
	r.t.Cleanup(func() {
		r.stop()
		for _, secret := range []string{"secret", "1380013", "验证码", "code"} {
			if log := r.log.String(); strings.Contains(log, secret) {
				r.t.Errorf("the log has %q:\n%s", secret, log)
			}
		}
	})
	return r
}

// put queues n messages m0, m1, … with texts "code 0", … to as many numbers.
func (r *rig) put(n int) (ids []string) {
	r.t.Helper()
	for i := range n {
		ids = append(ids, fmt.Sprintf("m%d", i))
		r.putOne(ids[i], fmt.Sprintf("code %d", i))
	}
	return ids
}

func (r *rig) putOne(id, body string) {
	r.t.Helper()
	n := 0
	fmt.Sscanf(id, "m%d", &n)
	err := r.store.PutMessage(context.Background(), healthcode.Message{ID: id, Phone: fmt.Sprintf("+86138001300%02d", n%100), Body: body, At: time.Now()})
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) message(id string) healthcode.Message {
	r.t.Helper()
	m, err := r.store.Message(context.Background(), id)
	if err != nil {
		r.t.Fatal(err)
	}
	return m
}

// reach waits until the message is in one of the states.
func (r *rig) reach(id string, states ...healthcode.MessageState) healthcode.Message {
	r.t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(2 * time.Millisecond) {
		m := r.message(id)
		for _, s := range states {
			if m.State == s {
				return m
			}
		}
		if time.Now().After(end) {
			r.t.Fatalf("message %s stays %+v, want %v", id, m, states)
		}
	}
}

// wantOnceOrMarked checks that every message was taken, none more than twice,
// and that whichever was taken twice is marked.
func (r *rig) wantOnceOrMarked(ids []string) (twice int) {
	r.t.Helper()
	for _, id := range ids {
		r.reach(id, healthcode.MessageSent, healthcode.MessageDelivered)
	}
	copies := r.smsc.copies()
	for i, id := range ids {
		m, n := r.message(id), copies[fmt.Sprintf("code %d", i)]
		if n < 1 || n > 2 || n == 2 && !m.MaybeTwice() {
			r.t.Errorf("%s was taken %d times: %+v", id, n, m)
		}
		if n == 2 {
			twice++
		}
	}
	return twice
}

// The child process: a queue that runs until it is killed, or its standard input ends.
const (
	childStore = "HEALTHCODE_SMS_STORE"
	childPort  = "HEALTHCODE_SMS_PORT"
	childLease = "HEALTHCODE_SMS_LEASE"
)

func runChild() {
	fail := func(err error) {
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	store, err := openStore(os.Getenv(childStore))
	fail(err)
	var port int
	fmt.Sscan(os.Getenv(childPort), &port)
	log := slog.New(slog.DiscardHandler)
	sender, err := NewSMPP(quickSMPP(port, log))
	fail(err)
	cfg := quick(log)
	cfg.Lease, err = time.ParseDuration(os.Getenv(childLease))
	fail(err)
	queue, err := NewQueue(store, sender, cfg)
	fail(err)
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		cancel()
	}()
	queue.Run(ctx)
	fail(store.Close())
}
