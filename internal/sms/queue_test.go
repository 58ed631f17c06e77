package sms

import (
	"context"
	"fmt"
	"log/slog"
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

// TestEveryCourse plays any sequence of claims, answers, late answers, crashes and receipts, and
// checks what must hold of a message whatever happens.
func TestEveryCourse(t *testing.T) {
	const me, other = "me", "other"
	rapid.Check(t, func(t *rapid.T) {
		q, err := NewQueue(nil, Outbox{}, Config{Clock: clock, Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		q.holder = me
		now := time.Now()
		parts := rapid.IntRange(1, 3).Draw(t, "parts")
		m := &healthcode.Message{ID: "m", At: now, State: healthcode.MessageQueued, Due: now}
		submitted := make([]int, parts)  // to the gateway
		unanswered := make([]int, parts) // of these
		refs := 0
		delivered := false
		answer := func(part int, holder string) {
			switch rapid.SampledFrom([]string{"ok", "no", "busy", "never"}).Draw(t, "answer") {
			case "ok":
				refs++
				taken(m, part, fmt.Sprint("r", refs), now)
			case "no":
				submitted[part]--
				q.refused(m, part, &Refusal{Verdict: Later, Reason: "no"}, holder, now)
			case "busy":
				submitted[part]--
				q.refused(m, part, &Refusal{Verdict: Busy, Reason: "busy"}, holder, now)
			case "never":
				submitted[part]--
				q.refused(m, part, &Refusal{Verdict: Never, Reason: "never"}, holder, now)
			}
		}
		t.Repeat(map[string]func(*rapid.T){
			"time": func(t *rapid.T) {
				now = now.Add(time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "passes")))
			},
			"another claims": func(t *rapid.T) {
				if m.State == healthcode.MessageQueued && !m.Due.After(now) {
					m.Holder, m.Due = other, now.Add(q.cfg.Lease)
				}
			},
			"work": func(t *rapid.T) {
				if m.State != healthcode.MessageQueued || m.Due.After(now) {
					t.Skip("not due")
				}
				m.Holder, m.Due = me, now.Add(q.cfg.Lease)
				for part := range parts {
					switch q.begin(m, part, parts, now) {
					case stop:
						return
					case skip:
						continue
					}
					submitted[part]++
					switch rapid.SampledFrom([]string{"answered", "silence", "crash"}).Draw(t, "then") {
					case "answered":
						answer(part, me)
						if m.State != healthcode.MessageQueued || m.Holder != me {
							return
						}
					case "silence":
						unanswered[part]++
						q.doubted(m, now)
						return
					case "crash":
						return
					}
				}
			},
			"late answer": func(t *rapid.T) {
				part := rapid.IntRange(0, parts-1).Draw(t, "part")
				if unanswered[part] == 0 {
					t.Skip("none is missing")
				}
				unanswered[part]--
				answer(part, "")
			},
			"receipt": func(t *rapid.T) {
				if refs == 0 {
					t.Skip("nothing was taken")
				}
				state := rapid.SampledFrom([]healthcode.MessageState{healthcode.MessageDelivered, healthcode.MessageFailed}).Draw(t, "state")
				m.Receive(healthcode.MessageReceipt{Ref: fmt.Sprint("r", rapid.IntRange(1, refs).Draw(t, "ref")), State: state, Reason: "R"})
			},
			"": func(t *rapid.T) {
				twice := false
				for part, n := range submitted {
					if n > maxDoubts {
						t.Fatalf("part %d was left with the gateway %d times", part, n)
					}
					twice = twice || n > 1
				}
				if twice && !m.MaybeTwice() {
					t.Fatalf("not marked: %+v", m)
				}
				if (m.State == healthcode.MessageSent || m.State == healthcode.MessageDelivered) && (!m.Taken() || m.Sent.IsZero() || m.Reason != "") {
					t.Fatalf("sent without being taken: %+v", m)
				}
				if m.Taken() && m.State == healthcode.MessageQueued || m.State == healthcode.MessageFailed && m.Reason == "" {
					t.Fatalf("%+v", m)
				}
				if m.State != healthcode.MessageQueued && m.Holder != "" {
					t.Fatalf("done, and held: %+v", m)
				}
				if delivered && m.State != healthcode.MessageDelivered {
					t.Fatalf("delivered, and then not: %+v", m)
				}
				delivered = m.State == healthcode.MessageDelivered
				if m.Due.Sub(now) > healthcode.MaxMessageWait {
					t.Fatalf("put off too far: %+v", m)
				}
			},
		})
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
