package sms

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"healthcode"
	"healthcode/internal/smpp"
)

func TestOutbox(t *testing.T) {
	r := webhookRig(t)
	queue, err := NewQueue(r.store, Outbox{}, r.cfg)
	must(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { queue.Run(ctx) })
	for _, id := range r.put(3) {
		r.reach(id, sent)
	}
	cancel()
	running.Wait()
	list, err := r.store.Messages(t.Context(), 10)
	if err != nil || len(list) != 3 || list[2].Body != "code 0" {
		t.Errorf("%+v, %v", list, err)
	}
}

func TestWake(t *testing.T) {
	r := webhookRig(t)
	r.cfg.Poll = time.Hour
	queue, err := NewQueue(r.store, Outbox{}, r.cfg)
	must(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { queue.Run(ctx) })
	r.put(1)
	for r.message("m0").State == healthcode.MessageQueued {
		queue.Wake()
		time.Sleep(time.Millisecond)
	}
	cancel()
	running.Wait()
}

func TestQueueSettings(t *testing.T) {
	for want, cfg := range map[string]Config{
		"clock":       {},
		"1ms":         {Clock: clock, Poll: -1},
		"concurrency": {Clock: clock, Concurrency: -1},
		"lease":       {Clock: clock, Lease: 2 * time.Hour},
		"smallest":    {Clock: clock, RetryMin: time.Minute, RetryMax: time.Second},
	} {
		if _, err := NewQueue(nil, Outbox{}, cfg); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
	if _, err := NewSMPP(SMPPConfig{Source: "+8613800130000x", Clock: clock}); err == nil || strings.Contains(err.Error(), "13800130000") {
		t.Errorf("source: %v", err)
	}
	if _, err := NewSMPP(SMPPConfig{Config: smpp.Config{Mode: smpp.Receiver}, Source: "106", Clock: clock}); err == nil || !strings.Contains(err.Error(), "mode") {
		t.Errorf("receiver: %v", err)
	}
}

func TestRefs(t *testing.T) {
	s := &SMPP{cfg: SMPPConfig{Name: "smpp"}}
	if got := s.ref("0A1B"); got != "smpp:0A1B" {
		t.Error(got)
	}
	s.cfg.DecimalReceipts = true
	if got := s.ref("0A1B"); got != "smpp:2587" {
		t.Error(got)
	}
	if got := s.ref("x-9"); got != "smpp:x-9" {
		t.Error(got)
	}
}

func TestValidity(t *testing.T) {
	now := time.Now()
	for left, want := range map[time.Duration]string{
		5 * time.Minute: "000000000500000R", -time.Hour: "000000000001000R", 25*time.Hour + time.Second: "000001010001000R", 1000 * time.Hour: "000030000000000R",
	} {
		if got := validity(now.Add(left), now); got != want || len(got) != 16 {
			t.Errorf("%v: %s, want %s", left, got, want)
		}
	}
	if got := validity(time.Time{}, now); got != "" {
		t.Error(got)
	}
}

func TestGate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(&Config{Concurrency: 4, PauseMin: time.Second, PauseMax: 4 * time.Second})
		start := time.Now()
		enter := func(n int) time.Duration {
			for range n {
				must(t, g.enter(t.Context()))
			}
			return time.Since(start)
		}
		full := func() {
			t.Helper()
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			if g.enter(ctx) == nil {
				t.Error("one too many came in")
			}
			start = time.Now()
		}
		enter(4)
		full()
		for range 4 {
			g.leave(trouble) // the last three say nothing new
		}
		for _, most := range []time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 4 * time.Second} {
			if waited := enter(1); waited < most/2 || waited > most {
				t.Errorf("waited %v, want %v to %v", waited, most/2, most)
			}
			full() // one at a time
			g.leave(trouble)
		}
		enter(1)
		g.leave(well)
		enter(2)
		full()
		g.leave(well)
		g.leave(well)
		enter(4)
		full()
	})
}

func TestRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(&Config{Concurrency: 4, PerSecond: 10, PauseMin: time.Second, PauseMax: time.Second})
		start := time.Now()
		for range 21 {
			must(t, g.enter(t.Context()))
			g.leave(well)
		}
		if took := time.Since(start).Round(time.Millisecond); took != 2*time.Second {
			t.Errorf("21 submissions at 10 a second took %v", took)
		}
	})
}

// course is one message, the two processes that may send it, and what its gateway has seen.
type course struct {
	now     time.Time
	m       *healthcode.Message
	parts   int
	workers []*worker
	late    []int // parts whose answer has been given up and may still come
	// left counts the submissions of a part that the gateway hasn't refused.
	left, refs []int
	names      int
	delivered  bool
}

// worker is a process that has claimed the message, or had.
type worker struct {
	q         *Queue
	busy      bool
	part      int
	submitted bool // and waits for the answer
}

func (c *course) answer(t *rapid.T, part int, q *Queue, holder string) {
	verdict := rapid.SampledFrom([]Verdict{-1, -1, Later, Busy, Never}).Draw(t, "answer")
	if verdict < 0 {
		c.names++
		c.refs[part]++
		taken(c.m, part, fmt.Sprint("r", c.names), c.now)
		return
	}
	c.left[part]--
	q.refused(c.m, part, &Refusal{Verdict: verdict, Reason: "no"}, holder, c.now)
}

// pick chooses one of the workers for which ok holds.
func (c *course) pick(t *rapid.T, ok func(*worker) bool) *worker {
	var list []*worker
	for _, w := range c.workers {
		if ok(w) {
			list = append(list, w)
		}
	}
	if len(list) == 0 {
		t.Skip("there is none")
	}
	return rapid.SampledFrom(list).Draw(t, "worker")
}

func waits(w *worker) bool { return w.busy && w.submitted }

func (c *course) passTime(t *rapid.T) {
	c.now = c.now.Add(rapid.SampledFrom([]time.Duration{time.Millisecond, time.Second, 40 * time.Second, 3 * time.Minute, 2 * time.Hour}).Draw(t, "time"))
}

func (c *course) claim(t *rapid.T) {
	w := c.pick(t, func(w *worker) bool { return !w.busy })
	if c.m.State != healthcode.MessageQueued || c.m.Due.After(c.now) {
		t.Skip("not due")
	}
	c.m.Holder, c.m.Due = w.q.holder, c.now.Add(w.q.cfg.Lease)
	*w = worker{q: w.q, busy: true}
}

func (c *course) submit(t *rapid.T) {
	w := c.pick(t, func(w *worker) bool { return w.busy && !w.submitted })
	if w.part == c.parts {
		w.busy = false
		return
	}
	mine := c.m.Holder == w.q.holder
	switch w.q.begin(c.m, w.part, c.parts, c.now) {
	case submit:
		if !mine {
			t.Fatalf("a worker submitted what another holds: %+v", c.m)
		}
		if c.refs[w.part] > 0 {
			t.Fatalf("part %d was submitted after the gateway took it: %+v", w.part, c.m)
		}
		c.left[w.part]++
		w.submitted = true
	case skip:
		w.part++
	case stop:
		w.busy = false
	}
}

// spare returns a check that what one worker learns takes nothing from the other.
func (c *course) spare(t *rapid.T, w *worker) func() {
	holder, due := c.m.Holder, c.m.Due
	return func() {
		if holder != w.q.holder && c.m.State == healthcode.MessageQueued && (c.m.Holder != holder || c.m.Due != due) {
			t.Fatalf("taken from %q, due %v: %+v", holder, due, c.m)
		}
	}
}

func (c *course) hear(t *rapid.T) {
	w := c.pick(t, waits)
	defer c.spare(t, w)()
	c.answer(t, w.part, w.q, w.q.holder)
	w.submitted = false
	w.part++
}

func (c *course) hearNothing(t *rapid.T) {
	w := c.pick(t, waits)
	defer c.spare(t, w)()
	c.late = append(c.late, w.part)
	w.q.doubted(c.m, c.now)
	w.busy = false
}

func (c *course) crash(t *rapid.T) { c.pick(t, func(w *worker) bool { return w.busy }).busy = false }

func (c *course) hearLate(t *rapid.T) {
	if len(c.late) == 0 {
		t.Skip("none is missing")
	}
	part := c.late[0]
	c.late = c.late[1:]
	c.answer(t, part, c.workers[0].q, "")
}

func (c *course) receipt(t *rapid.T) {
	if c.names == 0 {
		t.Skip("nothing was taken")
	}
	state := rapid.SampledFrom([]healthcode.MessageState{delivered, failed}).Draw(t, "state")
	c.m.Receive(healthcode.MessageReceipt{Ref: fmt.Sprint("r", rapid.IntRange(1, c.names).Draw(t, "ref")), State: state, Reason: "R"})
}

// check holds of a message whatever happens.
func (c *course) check(t *rapid.T) {
	m, twice := c.m, false
	for part, n := range c.left {
		if n > maxDoubts {
			t.Fatalf("part %d was left with the gateway %d times: %+v", part, n, m)
		}
		twice = twice || n > 1
	}
	done := m.State == sent || m.State == delivered
	switch {
	case twice && !m.MaybeTwice():
		t.Fatalf("not marked: %+v", m)
	case done && (!m.Taken() || m.Sent.IsZero() || m.Reason != ""):
		t.Fatalf("sent without being taken: %+v", m)
	case m.State == healthcode.MessageQueued && m.Taken(), m.State == failed && m.Reason == "":
		t.Fatalf("%+v", m)
	case m.State != healthcode.MessageQueued && m.Holder != "":
		t.Fatalf("done, and held: %+v", m)
	case c.delivered && m.State != delivered:
		t.Fatalf("delivered, and then not: %+v", m)
	case m.Due.Sub(c.now) > healthcode.MaxMessageWait:
		t.Fatalf("put off too far: %+v", m)
	}
	c.delivered = m.State == delivered
}

// TestEveryCourse plays any sequence of claims, answers, late answers, crashes and receipts.
func TestEveryCourse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now, parts := time.Now(), rapid.IntRange(1, 2).Draw(t, "parts")
		c := &course{now: now, parts: parts, left: make([]int, parts), refs: make([]int, parts),
			m: &healthcode.Message{ID: "m", At: now, State: healthcode.MessageQueued, Due: now}}
		for range 2 {
			q, err := NewQueue(nil, Outbox{}, Config{Clock: clock})
			if err != nil {
				t.Fatal(err)
			}
			c.workers = append(c.workers, &worker{q: q})
		}
		t.Repeat(map[string]func(*rapid.T){"time": c.passTime, "claim": c.claim, "submit": c.submit, "answer": c.hear, "silence": c.hearNothing,
			"crash": c.crash, "late answer": c.hearLate, "receipt": c.receipt, "": c.check})
	})
}

// TestSwitchOfGateway: a text that one gateway has begun is sent whole by the next.
func TestSwitchOfGateway(t *testing.T) {
	q, err := NewQueue(nil, Outbox{}, Config{Clock: clock})
	must(t, err)
	now := time.Now()
	m := &healthcode.Message{State: healthcode.MessageQueued, At: now, Holder: q.holder, Due: now.Add(time.Minute)}
	if q.begin(m, 0, 3, now) != submit {
		t.Fatal("not begun")
	}
	taken(m, 0, "a:1", now)
	if q.begin(m, 0, 1, now) != submit || len(m.Parts) != 1 {
		t.Fatalf("%+v", m)
	}
	taken(m, 0, "b:1", now)
	if m.State != sent || !m.MaybeTwice() {
		t.Errorf("%+v", m)
	}
	// The first gateway's late answer to its third part names none of these.
	taken(m, 2, "a:3", now)
	if len(m.Parts) != 1 || m.State != sent {
		t.Errorf("%+v", m)
	}
}

// TestVerdicts: what is about the message fails it, what is about the settings doesn't.
func TestVerdicts(t *testing.T) {
	for status, want := range map[smpp.Status]Verdict{smpp.StatusInvalidDest: Never, smpp.StatusInvalidMsgLen: Never, smpp.StatusThrottled: Busy,
		smpp.StatusQueueFull: Busy, smpp.StatusInvalidSource: Busy, smpp.StatusSystemError: Later, smpp.StatusUnknown: Later, 0x400: Later} {
		refusal, ok := verdict(&smpp.StatusError{Command: smpp.SubmitSM, Status: status}).(*Refusal)
		if !ok || refusal.Verdict != want || refusal.Reason != status.String() {
			t.Errorf("%s: %+v", status, refusal)
		}
	}
	if _, ok := verdict(fmt.Errorf("x: %w", smpp.ErrNoAnswer)).(*Refusal); ok {
		t.Error("no answer passes for a refusal")
	}
}
