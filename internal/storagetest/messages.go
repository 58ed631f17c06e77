package storagetest

import (
	"testing"
	"time"

	"healthcode"
)

var messageTests = map[string]func(*testing.T, healthcode.Store){
	"round trip": messagesComeBackWhole,
}

func messagesComeBackWhole(t *testing.T, s healthcode.Store) {
	first := healthcode.Message{ID: "z", Phone: "+8613800138000", Body: "您的验证码 123456", At: start}
	second := healthcode.Message{ID: "a", Phone: "+491701234567", Body: "your code", At: after(time.Minute), Sent: after(2 * time.Minute)}
	must(t, s.PutMessage(ctx, second))
	must(t, s.PutMessage(ctx, first))
	first.Sent = after(time.Hour)
	must(t, s.PutMessage(ctx, first))
	got, err := s.Messages(ctx, 10)
	must(t, err)
	if len(got) != 2 {
		t.Fatalf("%d messages", len(got))
	}
	for i, want := range []healthcode.Message{second, first} {
		wantTime(t, "at", got[i].At, want.At)
		wantTime(t, "sent", got[i].Sent, want.Sent)
		got[i].At, got[i].Sent = want.At, want.Sent
		wantEqual(t, "message", got[i], want)
	}
	one, err := s.Messages(ctx, 1)
	must(t, err)
	if len(one) != 1 || one[0].ID != "a" {
		t.Errorf("the newest: %+v", one)
	}
}
