package sms

import (
	"context"
	"strings"
	"testing"
	"time"

	"healthcode"
)

const (
	sent      = healthcode.MessageSent
	delivered = healthcode.MessageDelivered
	failed    = healthcode.MessageFailed
)

func TestTextsArriveWhole(t *testing.T) {
	r := newRig(t)
	r.smsc.order(`{"do":"plan","receipt":"after"}`)
	texts := map[string]string{
		"m1": "Your code is {123456}. It lasts 5 minutes: @£$¥ äöñüà ÄÖÑÜ §¿¡ΔΩ ^|€[]~\\ %&/()=?+-*#",
		"m2": "【北京健康宝】验证码 123456，5 分钟内有效。请不要告诉任何人。😀",
		"m3": strings.Repeat("Your code is {123456} €. ", 20),
		"m4": strings.Repeat("您的健康码将在 4 月 28 日零时恢复绿色 😀。", 12),
	}
	for id, text := range texts {
		r.putOne(id, text)
	}
	soon := healthcode.Message{ID: "m5", Phone: "+8613800130099", Body: "soon", At: time.Now(), Expires: time.Now().Add(5 * time.Minute)}
	if err := r.store.PutMessage(context.Background(), soon); err != nil {
		t.Fatal(err)
	}
	r.start()
	got := map[string]string{}
	for id := range texts {
		m := r.reach(id, delivered)
		if m.MaybeTwice() || m.Sent.IsZero() || m.Reason != "" {
			t.Errorf("%+v", m)
		}
	}
	r.reach("m5", delivered)
	for _, h := range r.smsc.all("taken") {
		got[h.To] += h.Text
		if h.From != "10690123" || h.TON != 1 || h.NPI != 1 || h.Registered != 1 {
			t.Errorf("%+v", h)
		}
		if h.Text == "soon" {
			until, err := time.Parse(time.RFC3339, h.Validity)
			if left := time.Until(until); err != nil || left < 4*time.Minute || left > 5*time.Minute {
				t.Errorf("validity %q, %v", h.Validity, err)
			}
		} else if h.Validity != "" {
			t.Errorf("validity %q", h.Validity)
		}
	}
	for id, text := range texts {
		if to := "861380013000" + id[1:]; got[to] != text {
			t.Errorf("%s: %q", id, got[to])
		}
	}
	if bind := r.smsc.all("bind")[0]; bind.As != "bind_transceiver" || bind.SystemID != "health" || bind.Password != "secret" {
		t.Errorf("%+v", bind)
	}
}

func TestReceiptsWheneverTheyCome(t *testing.T) {
	for name, c := range map[string]struct {
		plan   string
		want   healthcode.MessageState
		reason string
	}{
		"before the answer":               {`"receipt":"before"`, delivered, ""},
		"before an answer that is late":   {`"receipt":"before","answer":"late","delay":300`, delivered, ""},
		"late":                            {`"receipt":"after","receiptDelay":300`, delivered, ""},
		"twice":                           {`"receipt":"twice"`, delivered, ""},
		"never":                           {`"receipt":"none"`, sent, ""},
		"undelivered":                     {`"receipt":"after","stat":"UNDELIV"`, failed, "UNDELIV 01b"},
		"undelivered, before an answer":   {`"receipt":"before","stat":"REJECTD"`, failed, "REJECTD 01b"},
		"still on its way, and no answer": {`"receipt":"twice","stat":"ENROUTE","answer":"twice"`, sent, ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			if strings.Contains(c.plan, "late") {
				r.impatient()
			}
			r.smsc.order(`{"do":"plan",` + c.plan + `}`)
			r.cfg.ResendAfter = time.Minute
			ids := r.put(3)
			r.start()
			for _, id := range ids {
				if m := r.reach(id, c.want); m.Reason != c.reason || m.MaybeTwice() {
					t.Errorf("%+v", m)
				}
			}
			if n := len(r.smsc.all("taken")); n != 3 {
				t.Errorf("%d taken", n)
			}
			for _, h := range r.smsc.all("deliver_sm_resp") {
				if h.Status != 0 {
					t.Errorf("a receipt was answered with %#x", h.Status)
				}
			}
		})
	}
}

func TestReceiptAfterARestart(t *testing.T) {
	r := newRig(t)
	r.put(2)
	r.start()
	r.reach("m0", sent)
	r.reach("m1", sent)
	ids := map[string]string{}
	for _, h := range r.smsc.all("taken") {
		ids[h.Text] = h.ID
	}
	r.stop()
	r.smsc.restart() // its ids go on elsewhere
	r.start()
	r.smsc.wait("bind", 2)
	r.smsc.order(`{"do":"receipt","tlv":true,"stat":"DELIVRD","id":"` + ids["code 0"] + `"}`)
	r.smsc.order(`{"do":"receipt","stat":"UNDELIV","id":"` + ids["code 1"] + `"}`)
	r.reach("m0", delivered)
	r.reach("m1", failed)
	r.smsc.order(`{"do":"receipt","stat":"DELIVRD","id":"` + ids["code 1"] + `"}`)
	r.reach("m1", delivered)
	r.smsc.order(`{"do":"receipt","stat":"DELIVRD","id":"never heard of"}`)
	for _, h := range r.smsc.wait("deliver_sm_resp", 4) {
		if h.Status != 0 {
			t.Errorf("a receipt was answered with %#x", h.Status)
		}
	}
}

func TestLateAnswers(t *testing.T) {
	t.Run("before the second submission", func(t *testing.T) {
		r := newRig(t)
		r.cfg.ResendAfter = time.Minute
		r.impatient()
		r.smsc.order(`{"do":"plan","answer":"late","delay":350,"receipt":"after","receiptDelay":50}`)
		ids := r.put(5)
		r.start()
		for _, id := range ids {
			if m := r.reach(id, delivered); m.MaybeTwice() {
				t.Errorf("%+v", m)
			}
		}
		if twice := r.wantOnceOrMarked(ids); twice != 0 || r.queue.Stats().Doubtful == 0 {
			t.Errorf("%d twice, %+v", twice, r.queue.Stats())
		}
	})
	t.Run("after it", func(t *testing.T) {
		r := newRig(t)
		r.impatient()
		r.smsc.order(`{"do":"plan","answer":"late","delay":700}`)
		ids := r.put(2)
		r.start()
		if twice := r.wantOnceOrMarked(ids); twice == 0 {
			t.Error("the answers weren't late enough to test anything")
		}
		for _, h := range r.smsc.all("taken") {
			r.smsc.order(`{"do":"receipt","stat":"DELIVRD","id":"` + h.ID + `"}`)
		}
		for _, id := range ids {
			r.reach(id, delivered)
		}
	})
	t.Run("refused", func(t *testing.T) {
		r := newRig(t)
		r.cfg.ResendAfter = time.Minute
		r.impatient()
		r.smsc.order(`{"do":"plan","answer":"late","delay":400}`)
		r.put(1)
		r.start()
		r.smsc.wait("taken", 1)
		// While the first answer is awaited, it is none of anybody else's business.
		if list, err := r.store.ClaimMessages(t.Context(), "other", time.Now(), time.Now().Add(time.Second), 10); err != nil || len(list) != 0 {
			t.Errorf("claimed %+v, %v", list, err)
		}
		r.reach("m0", sent)
	})
}
