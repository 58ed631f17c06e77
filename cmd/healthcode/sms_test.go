package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"healthcode"
)

// TestServeSendsMessages runs the service with a webhook: what is put into the outbox arrives there, signed.
func TestServeSendsMessages(t *testing.T) {
	got := make(chan string, 1)
	const secret = "0123456789abcdef0123"
	gateway := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		mac := hmac.New(sha256.New, []byte(secret))
		io.WriteString(mac, r.Header.Get("Healthcode-Timestamp")+"."+string(body))
		if r.Header.Get("Healthcode-Signature") != "sha256="+hex.EncodeToString(mac.Sum(nil)) {
			t.Error("the signature is wrong")
		}
		got <- string(body)
	}))
	defer gateway.Close()
	dir := t.TempDir()
	file := filepath.Join(dir, "secret")
	if err := os.WriteFile(file, []byte(secret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := settings{Addr: "127.0.0.1:0", Data: dir}
	s.SMS.Gateway, s.SMS.Webhook.URL, s.SMS.Webhook.SecretFile = "webhook", gateway.URL, file
	clock := healthcode.ClockFunc(time.Now)
	a, err := newApp(t.Context(), s, clock, slog.New(slog.NewTextHandler(t.Output(), nil)))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- a.run(ctx, func(net.Addr) {
			if err := a.store.PutMessage(ctx, healthcode.Message{ID: "m1", Phone: "+8613800000001", Body: "hello", At: clock.Now()}); err != nil {
				t.Error(err)
			}
		})
	}()
	select {
	case body := <-got:
		if !strings.Contains(body, "hello") {
			t.Errorf("the gateway got %s", body)
		}
	case <-time.After(20 * time.Second):
		t.Error("nothing arrived")
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// writerFunc is called when the service says that it is ready.
type writerFunc func([]byte)

func (f writerFunc) Write(b []byte) (int, error) { f(b); return len(b), nil }

func TestServeSaysThatNothingCanBeSent(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var errs bytes.Buffer
	code := runServe(ctx, []string{"--addr", "127.0.0.1:0", "--data", t.TempDir(), "--log-level", "error"}, stdio{out: writerFunc(func([]byte) { stop() }), err: &errs, now: time.Now})
	if code != exitOK || !strings.Contains(errs.String(), "one-time codes can't be sent") {
		t.Errorf("exit %d: %s", code, errs.String())
	}
}

func TestGatewaySettings(t *testing.T) {
	log := slog.New(slog.DiscardHandler)
	clock := healthcode.ClockFunc(time.Now)
	for _, c := range []struct {
		want string
		set  func(*settings)
	}{
		{"gateway", func(s *settings) { s.SMS.Gateway = "pigeon" }},
		{"smpp.password_file", func(s *settings) { s.SMS.Gateway = "smpp" }},
		{"webhook.secret_file", func(s *settings) { s.SMS.Gateway = "webhook" }},
		{"URL", func(s *settings) {
			s.SMS.Gateway, s.SMS.Webhook.URL, s.SMS.Webhook.SecretFile = "webhook", "http://example.org", "sms_test.go"
		}},
	} {
		var s settings
		c.set(&s)
		if _, err := newQueue(&s, nil, clock, log, nil); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v; want %s", err, c.want)
		}
	}
	trial := settings{Outbox: true}
	if q, err := newQueue(&trial, nil, clock, log, nil); q == nil || err != nil {
		t.Errorf("the outbox: %v, %v", q, err)
	}
}
