package storagetest

import (
	"errors"
	"fmt"
	"reflect"
	"sync"
	"testing"
	"time"

	"healthcode"
)

var messageTests = map[string]func(*testing.T, healthcode.Store){
	"round trip":       messagesComeBackWhole,
	"claim":            messagesAreClaimedInTurn,
	"claim at once":    messagesAreClaimedOnce,
	"clock put back":   messagesAreDueAfterTheClockWasPutBack,
	"change":           messagesChange,
	"receipt":          receiptsReachTheirMessage,
	"early receipt":    receiptsWaitForTheirMessage,
	"receipt of parts": receiptsOfEveryPart,
	"purge messages":   messagesArePurged,
}

func message(id string, at time.Time) healthcode.Message {
	return healthcode.Message{ID: id, Phone: "+8613800138000", Body: "您的验证码 123456", At: at}
}

// wantMessage compares instants as instants, whatever their zone.
func wantMessage(t tb, got, want healthcode.Message) {
	t.Helper()
	for _, m := range []*healthcode.Message{&got, &want} {
		m.Parts = append([]healthcode.MessagePart(nil), m.Parts...)
		for _, at := range []*time.Time{&m.At, &m.Expires, &m.Sent, &m.Due} {
			*at = at.UTC()
		}
		for i := range m.Parts {
			m.Parts[i].Submitted = m.Parts[i].Submitted.UTC()
		}
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("message\n%+v, want\n%+v", got, want)
	}
}

func stored(t tb, s healthcode.Store, id string) healthcode.Message {
	t.Helper()
	m, err := s.Message(ctx, id)
	must(t, err)
	return m
}

func claim(t tb, s healthcode.Store, holder string, now time.Time, limit int) (ids []string) {
	t.Helper()
	list, err := s.ClaimMessages(ctx, holder, now, now.Add(time.Minute), limit)
	must(t, err)
	for _, m := range list {
		ids = append(ids, m.ID)
		wantEqual(t, "holder", m.Holder, holder)
		wantTime(t, "due", m.Due, now.Add(time.Minute))
	}
	return ids
}

func wantIDs(t tb, what string, got []string, want ...string) {
	t.Helper()
	wantEqual(t, what, fmt.Sprint(got), fmt.Sprint(want))
}

// take records that the gateway took the message as one part under ref.
func take(t tb, s healthcode.Store, id, ref string, submitted time.Time) {
	t.Helper()
	must(t, s.ChangeMessage(ctx, id, func(m *healthcode.Message) error {
		m.Parts = []healthcode.MessagePart{{Submitted: submitted, Refs: []healthcode.MessageRef{{Ref: ref, State: healthcode.MessageSent}}}}
		m.Sent = submitted
		m.Settle()
		return nil
	}))
}

func receive(t tb, s healthcode.Store, ref string, state healthcode.MessageState, at time.Time) {
	t.Helper()
	must(t, s.PutReceipt(ctx, healthcode.MessageReceipt{Ref: ref, State: state, Reason: "r-" + string(state), At: at}))
}

func messagesComeBackWhole(t *testing.T, s healthcode.Store) {
	first := message("z", start)
	second := healthcode.Message{ID: "a", Phone: "+491701234567", Body: "your code", At: after(time.Minute), Expires: after(6 * time.Minute),
		State: healthcode.MessageFailed, Sent: after(2 * time.Minute), Reason: "UNDELIV", Tries: 3, Due: after(time.Hour), Holder: "h",
		Parts: []healthcode.MessagePart{{Submitted: after(2 * time.Minute), Doubts: 1,
			Refs: []healthcode.MessageRef{{Ref: "g:1", State: healthcode.MessageFailed, Reason: "UNDELIV"}}}}}
	must(t, s.PutMessage(ctx, second))
	must(t, s.PutMessage(ctx, first))
	again := first
	again.Body = "another"
	must(t, s.PutMessage(ctx, again))
	first.State, first.Due = healthcode.MessageQueued, first.At
	got, err := s.Messages(ctx, 10)
	must(t, err)
	if len(got) != 2 {
		t.Fatalf("%d messages", len(got))
	}
	for i, want := range []healthcode.Message{second, first} {
		wantMessage(t, got[i], want)
		wantMessage(t, stored(t, s, want.ID), want)
	}
	one, err := s.Messages(ctx, 1)
	must(t, err)
	if len(one) != 1 || one[0].ID != "a" {
		t.Errorf("the newest: %+v", one)
	}
	_, err = s.Message(ctx, "none")
	wantCode(t, "a message that isn't there", err, healthcode.CodeNotFound)
}

func messagesAreClaimedInTurn(t *testing.T, s healthcode.Store) {
	for i := range 4 {
		must(t, s.PutMessage(ctx, message(fmt.Sprint("slow", 4-i), after(time.Duration(i)*time.Second))))
	}
	code := message("code", after(10*time.Second))
	code.Expires = after(5 * time.Minute)
	must(t, s.PutMessage(ctx, code))
	later := message("later", start)
	later.Due = after(30 * time.Second)
	must(t, s.PutMessage(ctx, later))
	sent := message("sent", start)
	sent.State = healthcode.MessageSent
	must(t, s.PutMessage(ctx, sent))

	wantIDs(t, "before the first", claim(t, s, "one", start.Add(-time.Second), 10))
	wantIDs(t, "claimed", claim(t, s, "one", after(10*time.Second), 3), "code", "slow4", "slow3")
	wantIDs(t, "by another", claim(t, s, "two", after(10*time.Second), 10), "slow2", "slow1")
	wantIDs(t, "put off until then", claim(t, s, "two", after(30*time.Second), 10), "later")
	wantIDs(t, "after the first claims ended", claim(t, s, "two", after(70*time.Second), 10), "code", "slow4", "slow3", "slow2", "slow1")
	got := stored(t, s, "code")
	wantEqual(t, "body", got.Body, code.Body)
	wantEqual(t, "holder", got.Holder, "two")
}

func messagesAreClaimedOnce(t *testing.T, s healthcode.Store) {
	const n, callers = 100, 8
	for i := range n {
		must(t, s.PutMessage(ctx, message(fmt.Sprint(i), start)))
	}
	var mu sync.Mutex
	times := map[string]int{}
	var wg sync.WaitGroup
	for c := range callers {
		wg.Go(func() {
			for {
				list, err := s.ClaimMessages(ctx, fmt.Sprint(c), start, after(time.Minute), 7)
				if err != nil {
					t.Error(err)
				}
				if len(list) == 0 {
					return
				}
				mu.Lock()
				for _, m := range list {
					times[m.ID]++
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	wantEqual(t, "messages claimed", len(times), n)
	for id, got := range times {
		wantEqual(t, "claims of "+id, got, 1)
	}
}

func messagesAreDueAfterTheClockWasPutBack(t *testing.T, s healthcode.Store) {
	must(t, s.PutMessage(ctx, message("a", after(24*time.Hour))))
	m := message("b", after(24*time.Hour))
	m.Expires = after(25 * time.Hour)
	must(t, s.PutMessage(ctx, m))
	wantIDs(t, "due a day ahead", claim(t, s, "one", start, 10), "b", "a")
	wantIDs(t, "claimed again", claim(t, s, "two", start, 10))
}

func messagesChange(t *testing.T, s healthcode.Store) {
	must(t, s.PutMessage(ctx, message("a", start)))
	refused := errors.New("refused")
	err := s.ChangeMessage(ctx, "a", func(m *healthcode.Message) error { m.Tries = 9; return refused })
	if !errors.Is(err, refused) {
		t.Errorf("error %v", err)
	}
	wantEqual(t, "tries after a change that was undone", stored(t, s, "a").Tries, 0)
	err = s.ChangeMessage(ctx, "none", func(*healthcode.Message) error { return nil })
	wantCode(t, "changing none", err, healthcode.CodeNotFound)

	must(t, s.ChangeMessage(ctx, "a", func(m *healthcode.Message) error {
		*m = healthcode.Message{ID: "b", Phone: "+1", Body: "x", At: after(time.Hour), Tries: 2, Reason: "no", Due: after(time.Minute), State: m.State}
		return nil
	}))
	want := message("a", start)
	want.Tries, want.Reason, want.Due, want.State = 2, "no", after(time.Minute), healthcode.MessageQueued
	wantMessage(t, stored(t, s, "a"), want)

	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if err := s.ChangeMessage(ctx, "a", func(m *healthcode.Message) error { m.Tries++; return nil }); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	wantEqual(t, "tries", stored(t, s, "a").Tries, 22)
}

func receiptsReachTheirMessage(t *testing.T, s healthcode.Store) {
	must(t, s.PutMessage(ctx, message("a", start)))
	must(t, s.PutMessage(ctx, message("b", start)))
	take(t, s, "a", "g:1", start)
	wantEqual(t, "state", stored(t, s, "a").State, healthcode.MessageSent)
	receive(t, s, "g:1", healthcode.MessageFailed, after(time.Second))
	got := stored(t, s, "a")
	wantEqual(t, "state", got.State, healthcode.MessageFailed)
	wantEqual(t, "reason", got.Reason, "r-failed")
	// It came after all, and nothing takes that back.
	for _, state := range []healthcode.MessageState{healthcode.MessageDelivered, healthcode.MessageDelivered, healthcode.MessageFailed} {
		receive(t, s, "g:1", state, after(time.Minute))
		wantEqual(t, "state", stored(t, s, "a").State, healthcode.MessageDelivered)
	}
	// The gateway uses the name again.
	take(t, s, "b", "g:1", after(time.Hour))
	receive(t, s, "g:1", healthcode.MessageFailed, after(2*time.Hour))
	wantEqual(t, "state of b", stored(t, s, "b").State, healthcode.MessageFailed)
	wantEqual(t, "state of a", stored(t, s, "a").State, healthcode.MessageDelivered)
}

func receiptsWaitForTheirMessage(t *testing.T, s healthcode.Store) {
	for _, id := range []string{"a", "b", "c"} {
		must(t, s.PutMessage(ctx, message(id, start)))
	}
	receive(t, s, "g:1", healthcode.MessageDelivered, after(time.Second))
	receive(t, s, "g:1", healthcode.MessageDelivered, after(time.Second))
	take(t, s, "a", "g:1", start)
	wantEqual(t, "state", stored(t, s, "a").State, healthcode.MessageDelivered)
	// Used up: it says nothing of a later message of the same name.
	take(t, s, "b", "g:1", start)
	wantEqual(t, "state of the next", stored(t, s, "b").State, healthcode.MessageSent)
	// A receipt from before the submission is of another message.
	receive(t, s, "g:2", healthcode.MessageDelivered, after(time.Second))
	take(t, s, "c", "g:2", after(2*time.Second))
	wantEqual(t, "state of the third", stored(t, s, "c").State, healthcode.MessageSent)
}

func receiptsOfEveryPart(t *testing.T, s healthcode.Store) {
	must(t, s.PutMessage(ctx, message("a", start)))
	add := func(part int, ref string) {
		must(t, s.ChangeMessage(ctx, "a", func(m *healthcode.Message) error {
			if m.Parts == nil {
				m.Parts = make([]healthcode.MessagePart, 2)
			}
			m.Parts[part].Refs = append(m.Parts[part].Refs, healthcode.MessageRef{Ref: ref, State: healthcode.MessageSent})
			m.Settle()
			return nil
		}))
	}
	want := func(state healthcode.MessageState) {
		t.Helper()
		wantEqual(t, "state", stored(t, s, "a").State, state)
	}
	add(0, "g:1")
	receive(t, s, "g:1", healthcode.MessageDelivered, start)
	want(healthcode.MessageQueued)
	add(1, "g:2")
	want(healthcode.MessageSent)
	receive(t, s, "g:2", healthcode.MessageFailed, start)
	want(healthcode.MessageFailed)
	// A second copy of that part is still on its way, then arrives.
	add(1, "g:3")
	want(healthcode.MessageSent)
	if m := stored(t, s, "a"); !m.MaybeTwice() {
		t.Error("two copies of a part aren't marked")
	}
	receive(t, s, "g:3", healthcode.MessageDelivered, start)
	want(healthcode.MessageDelivered)
}

func messagesArePurged(t *testing.T, s healthcode.Store) {
	must(t, s.PutMessage(ctx, message("old", start)))
	must(t, s.PutMessage(ctx, message("new", after(time.Hour))))
	take(t, s, "old", "g:1", start)
	receive(t, s, "g:9", healthcode.MessageDelivered, start)
	n, err := s.PurgeMessages(ctx, after(time.Minute))
	must(t, err)
	wantEqual(t, "purged", n, 1)
	_, err = s.Message(ctx, "old")
	wantCode(t, "the old one", err, healthcode.CodeNotFound)
	stored(t, s, "new")
	// Neither the name nor the receipt that waited is there any more.
	receive(t, s, "g:1", healthcode.MessageFailed, after(time.Hour))
	take(t, s, "new", "g:9", start)
	wantEqual(t, "state", stored(t, s, "new").State, healthcode.MessageSent)
}
