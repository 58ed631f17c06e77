package sms

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"healthcode"
)

func TestNeverAnswered(t *testing.T) {
	r := newRig(t)
	r.impatient()
	r.smsc.order(`{"do":"plan","answer":"never"}`)
	r.cfg.Concurrency = 4
	ids := r.put(4)
	r.start()
	for _, id := range ids {
		if m := r.reach(id, failed); m.Reason != ReasonNoAnswer || !m.MaybeTwice() {
			t.Errorf("%+v", m)
		}
	}
	for text, n := range r.smsc.copies() {
		if n != 2 {
			t.Errorf("%q was submitted %d times", text, n)
		}
	}
	// A receipt can't be told from another's; but the next message goes out as ever.
	r.smsc.order(`{"do":"plan","receipt":"after"}`)
	r.putOne("m9", "at last")
	r.reach("m9", delivered)
}

// TestSilentSMSCIsSparing: where nothing is answered, few messages are put in doubt while the others wait.
func TestSilentSMSCIsSparing(t *testing.T) {
	r := newRig(t)
	r.impatient()
	r.smsc.order(`{"do":"plan","answer":"never"}`)
	r.cfg.PauseMin, r.cfg.PauseMax = 300*time.Millisecond, time.Second
	ids := r.put(200)
	r.start()
	time.Sleep(1500 * time.Millisecond)
	if n := r.smsc.count("taken"); n < 1 || n > 16 {
		t.Errorf("%d messages were submitted to an SMSC that answers none", n)
	}
	r.smsc.order(`{"do":"plan"}`)
	r.wantOnceOrMarked(ids)
}

func TestCutInTheMiddle(t *testing.T) {
	for name, order := range map[string]string{
		"after it took one":  `{"do":"plan","answer":"cut","times":3}`,
		"before it took one": `{"do":"plan","answer":"drop","times":3}`,
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.smsc.order(order)
			ids := r.put(40)
			r.start()
			twice := r.wantOnceOrMarked(ids)
			if closed := r.smsc.count("closed"); closed < 3 {
				t.Errorf("the line was cut %d times", closed)
			}
			if strings.HasPrefix(name, "after") && twice == 0 {
				t.Error("no message was submitted again")
			}
			marked := 0
			for _, id := range ids {
				if r.message(id).MaybeTwice() {
					marked++
				}
			}
			// The rest were never in doubt: at most those that were submitted when the line was cut.
			if marked > 3*r.cfg.Concurrency {
				t.Errorf("%d are marked", marked)
			}
		})
	}
}

func TestCutBetweenParts(t *testing.T) {
	r := newRig(t)
	text := strings.Repeat("您的健康码将在零时恢复绿色。", 20) // 5 parts
	r.putOne("m0", text)
	r.smsc.order(`{"do":"plan","answer":"cut","skip":2,"times":1,"receipt":"after"}`)
	r.start()
	m := r.reach("m0", sent, delivered)
	if len(m.Parts) != 5 || !m.MaybeTwice() {
		t.Errorf("%+v", m)
	}
	var whole strings.Builder
	headers := map[string]int{}
	for _, h := range r.smsc.all("taken") {
		if headers[string(h.UDH)]++; headers[string(h.UDH)] == 1 {
			whole.WriteString(h.Text)
		}
	}
	if whole.String() != text || len(headers) != 5 {
		t.Errorf("%d parts make %q", len(headers), whole.String())
	}
	if n := len(r.smsc.all("taken")); n != 6 {
		t.Errorf("%d parts were taken, want one of them twice", n)
	}
}

func TestThrottling(t *testing.T) {
	for name, status := range map[string]int{"throttled": 0x58, "queue full": 0x14} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.smsc.order(fmt.Sprintf(`{"do":"plan","answer":"status","status":%d,"times":12}`, status))
			ids := r.put(30)
			r.start()
			twice := r.wantOnceOrMarked(ids)
			for _, id := range ids {
				if m := r.message(id); m.MaybeTwice() || m.Tries != 0 {
					t.Errorf("%+v", m)
				}
			}
			if s := r.queue.Stats(); twice != 0 || s.Refused != 12 || s.Taken != 30 {
				t.Errorf("%d twice, %+v", twice, s)
			}
		})
	}
}

func TestPoison(t *testing.T) {
	r := newRig(t)
	r.smsc.order(`{"do":"plan","answer":"status","status":11,"times":1}`)
	r.cfg.Concurrency = 1
	r.putOne("m0", "code 0")
	for id, m := range map[string]healthcode.Message{
		"local":  {Phone: "13800130001", Body: "x"},
		"name":   {Phone: "HEALTH", Body: "x"},
		"empty":  {Body: "x"},
		"letter": {Phone: "+86138o0130001", Body: "x"},
		"long":   {Phone: "+8613800130001", Body: strings.Repeat("码", 255*67+1)},
	} {
		m.ID, m.At = id, time.Now().Add(-time.Second) // ahead of the others
		if err := r.store.PutMessage(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	for i := 1; i <= 5; i++ {
		r.putOne(fmt.Sprintf("m%d", i), fmt.Sprintf("code %d", i))
	}
	r.start()
	for id, reason := range map[string]string{"m0": "ESME_RINVDSTADR", "local": "bad-number", "name": "bad-number", "empty": "bad-number",
		"letter": "bad-number", "long": "too-long"} {
		if m := r.reach(id, failed); m.Reason != reason || m.MaybeTwice() {
			t.Errorf("%s: %+v", id, m)
		}
	}
	for i := 1; i <= 5; i++ {
		r.reach(fmt.Sprintf("m%d", i), sent)
	}
	if s := r.queue.Stats(); s.Failed != 6 || s.Taken != 5 {
		t.Errorf("%+v", s)
	}
}

// TestRefusedForNow: a message that is refused again and again is tried ever
// more seldom, holds up no other, and ends as failed with the reason.
func TestRefusedForNow(t *testing.T) {
	r := newRig(t)
	r.smsc.order(`{"do":"plan","answer":"status","status":8}`)
	r.cfg.GiveUpAfter = 700 * time.Millisecond
	r.put(1)
	r.start()
	m := r.reach("m0", failed)
	if m.Reason != "expired, ESME_RSYSERR" || m.Tries < 1 || m.Tries > 12 || m.MaybeTwice() {
		t.Errorf("%+v", m)
	}
}

func TestSMSCEndsTheSession(t *testing.T) {
	r := newRig(t)
	ids := r.put(60)
	r.start()
	r.smsc.wait("taken", 1)
	r.smsc.order(`{"do":"unbind"}`)
	r.smsc.wait("unbind_resp", 1)
	r.wantOnceOrMarked(ids)
	if n := r.smsc.count("bind"); n < 2 {
		t.Errorf("%d binds", n)
	}
}

func TestSMSCRestarts(t *testing.T) {
	r := newRig(t)
	ids := r.put(300)
	r.start()
	for n := range 3 {
		r.smsc.wait("taken", 50*(n+1))
		r.smsc.restart()
	}
	r.wantOnceOrMarked(ids)
}

func TestOutage(t *testing.T) {
	r := newRig(t)
	r.smsc.kill()
	stale := healthcode.Message{ID: "stale", Phone: "+8613800130001", Body: "x", At: time.Now(), Expires: time.Now().Add(200 * time.Millisecond)}
	if err := r.store.PutMessage(t.Context(), stale); err != nil {
		t.Fatal(err)
	}
	ids := r.put(10)
	r.start()
	time.Sleep(300 * time.Millisecond)
	for _, id := range append(ids, "stale") {
		if m := r.message(id); m.State != healthcode.MessageQueued || m.Holder != "" || m.Tries != 0 {
			t.Errorf("while there is no SMSC: %+v", m)
		}
	}
	if r.sender.Err() == nil {
		t.Error("no error while there is no SMSC")
	}
	r.smsc.start()
	if twice := r.wantOnceOrMarked(ids); twice != 0 || r.sender.Err() != nil {
		t.Errorf("%d twice, %v", twice, r.sender.Err())
	}
	if m := r.reach("stale", failed); m.Reason != ReasonExpired {
		t.Errorf("%+v", m)
	}
	if r.smsc.copies()["x"] != 0 {
		t.Error("a message that had expired was sent")
	}
}

func TestBindRefused(t *testing.T) {
	r := newRig(t)
	r.smsc.order(`{"do":"bind","status":14}`)
	ids := r.put(3)
	r.start()
	r.smsc.wait("bind", 2)
	if err := r.sender.Err(); err == nil || !strings.Contains(err.Error(), "ESME_RINVPASWD") {
		t.Errorf("error %v", err)
	}
	r.smsc.order(`{"do":"bind","status":0}`)
	r.wantOnceOrMarked(ids)
}

func TestDeafSMSC(t *testing.T) {
	r := newRig(t)
	r.impatient()
	r.smpp.EnquireEvery = 50 * time.Millisecond
	r.smsc.order(`{"do":"deaf"}`)
	r.start()
	r.smsc.wait("closed", 1) // it answered no enquire_link
	r.smsc.wait("bind", 2)
}

func TestKeywords(t *testing.T) {
	r := newRig(t)
	heard := make(chan Incoming, 8)
	r.cfg.Incoming = func(_ context.Context, m Incoming) error {
		heard <- m
		if m.Text == "健康码" {
			return errors.New("not now")
		}
		return nil
	}
	r.start()
	r.smsc.wait("bind", 1)
	if err := r.sender.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		order  string
		want   Incoming
		status int
	}{
		{`"text":"JKM {€}","coding":0`, Incoming{"+8613800130007", "10690123", "JKM {€}", 1, 1}, 0},
		{`"text":"健康码","coding":8`, Incoming{"+8613800130007", "10690123", "健康码", 1, 1}, 0x64},
		{`"text":"JKM","coding":0,"udh":[5,0,3,7,2,1]`, Incoming{"+8613800130007", "10690123", "JKM", 1, 2}, 0},
		{`"text":"id:a000 stat:DELIVRD","coding":0`, Incoming{"+8613800130007", "10690123", "id:a000 stat:DELIVRD", 1, 1}, 0},
	} {
		before := r.smsc.count("deliver_sm_resp")
		r.smsc.order(`{"do":"say","from":"8613800130007","to":"10690123",` + c.order + `}`)
		if got := <-heard; got != c.want {
			t.Errorf("%+v, want %+v", got, c.want)
		}
		if got := r.smsc.wait("deliver_sm_resp", before+1)[before].Status; got != c.status {
			t.Errorf("%s: answered with %#x", c.order, got)
		}
	}
	if s := r.queue.Stats(); s.Incoming != 4 || s.Receipts != 0 {
		t.Errorf("%+v", s)
	}
}

func TestEndLosesNothing(t *testing.T) {
	r := newRig(t)
	ids := r.put(300)
	r.cfg.PerSecond = 300
	r.start()
	r.smsc.wait("taken", 20)
	r.stop()
	r.smsc.wait("unbind", 1)
	taken, waiting := r.smsc.copies(), 0
	for i, id := range ids {
		m := r.message(id)
		if n := taken[fmt.Sprintf("code %d", i)]; m.Holder != "" || n > 1 || (n == 1) != (m.State == sent) {
			t.Errorf("taken %d times: %+v", n, m)
		}
		if m.State == healthcode.MessageQueued {
			waiting++
		}
	}
	// Nobody has to wait for a lease to end.
	list, err := r.store.ClaimMessages(t.Context(), "next", time.Now(), time.Now(), 1000)
	if err != nil || len(list) != waiting || waiting == 0 {
		t.Errorf("%d of %d can be claimed, %v", len(list), waiting, err)
	}
	r.start()
	if twice := r.wantOnceOrMarked(ids); twice != 0 {
		t.Errorf("%d twice", twice)
	}
}
