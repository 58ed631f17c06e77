package sms

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"sync/atomic"
	"testing"
	"time"

	"healthcode"
	"healthcode/internal/sqlite"
)

// child is a process that runs a queue on the rig's database.
type child struct {
	cmd  *exec.Cmd
	stop io.Closer
}

func (r *rig) child(dir string, lease time.Duration) *child {
	r.t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childStore+"="+dir, fmt.Sprintf("%s=%d", childPort, r.smsc.port), childLease+"="+lease.String())
	cmd.Stderr = os.Stderr
	stop, err := cmd.StdinPipe()
	if err != nil {
		r.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { _ = cmd.Process.Kill() })
	return &child{cmd, stop}
}

// end lets the queue stop by itself.
func (c *child) end(t *testing.T) {
	t.Helper()
	c.stop.Close()
	if err := c.cmd.Wait(); err != nil {
		t.Error(err)
	}
}

func rigIn(t *testing.T, dir string) *rig {
	t.Helper()
	t.Parallel()
	return &rig{t: t, store: openedIn(t, dir), smsc: startSMSC(t)}
}

// TestKilled kills the process that sends, again and again, in the middle of it.
func TestKilled(t *testing.T) {
	const messages, kills = 400, 6
	dir := t.TempDir()
	r := rigIn(t, dir)
	r.smsc.order(`{"do":"plan","receipt":"after"}`)
	ids := r.put(messages)
	for range kills {
		c := r.child(dir, time.Second)
		r.smsc.wait("taken", r.smsc.count("taken")+1)
		time.Sleep(rand.N(25 * time.Millisecond))
		_ = c.cmd.Process.Kill()
		_ = c.cmd.Wait()
	}
	if n := len(r.smsc.copies()); n == 0 || n == messages {
		t.Errorf("%d of %d messages were taken before the last kill: the test shows little", n, messages)
	}
	c := r.child(dir, time.Second)
	gaveUp := 0
	for _, id := range ids {
		if m := r.reach(id, sent, delivered, failed); m.State == failed {
			gaveUp++
			if m.Reason != ReasonNoAnswer {
				t.Errorf("%+v", m)
			}
		}
	}
	c.end(t)
	twice := 0
	copies := r.smsc.copies()
	for i, id := range ids {
		m, n := r.message(id), copies[fmt.Sprintf("code %d", i)]
		if n > 2 || n == 2 && !m.MaybeTwice() || n == 0 && m.State != failed || m.Holder != "" {
			t.Errorf("taken %d times: %+v", n, m)
		}
		if n == 2 {
			twice++
		}
	}
	t.Logf("%d kills, %d messages: %d were taken twice and marked, %d given up after two submissions", kills, messages, twice, gaveUp)
	if gaveUp > kills*8/2 {
		t.Errorf("%d were given up", gaveUp)
	}
}

// TestTwoProcesses: neither sends what the other has.
func TestTwoProcesses(t *testing.T) {
	dir := t.TempDir()
	r := rigIn(t, dir)
	// Long enough for one to wait while the other writes.
	first, second := r.child(dir, time.Minute), r.child(dir, time.Minute)
	r.smsc.wait("bind", 2)
	ids := r.put(400)
	if twice := r.wantOnceOrMarked(ids); twice != 0 {
		t.Errorf("%d were sent twice", twice)
	}
	for _, id := range ids {
		if m := r.message(id); m.MaybeTwice() {
			t.Errorf("%+v", m)
		}
	}
	first.end(t)
	second.end(t)
	r.smsc.wait("unbind", 2)
}

// brittle is a store whose changes fail now and then: some before they are durable, some after.
type brittle struct {
	*sqlite.Store
	lost, kept atomic.Int32
}

func (b *brittle) ChangeMessage(ctx context.Context, id string, change func(*healthcode.Message) error) error {
	switch rand.N(8) {
	case 0:
		b.lost.Add(1)
		return errors.New("the disk failed, and nothing was stored")
	case 1:
		b.kept.Add(1)
		return errors.Join(b.Store.ChangeMessage(ctx, id, change), errors.New("the disk failed, after all was stored"))
	}
	return b.Store.ChangeMessage(ctx, id, change)
}

func TestStoreFails(t *testing.T) {
	r := newRig(t)
	b := &brittle{Store: r.store.(*sqlite.Store)}
	r.store = b
	r.smsc.order(`{"do":"plan","receipt":"after"}`)
	ids := r.put(60)
	r.start()
	if twice := r.wantOnceOrMarked(ids); twice > 5 {
		t.Errorf("%d were sent twice", twice)
	}
	for _, id := range ids {
		r.reach(id, delivered)
	}
	if b.lost.Load() == 0 || b.kept.Load() == 0 {
		t.Errorf("%d writes were lost and %d kept: the test shows little", b.lost.Load(), b.kept.Load())
	}
}
