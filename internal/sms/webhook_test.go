package sms

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"healthcode"
)

const webhookSecret = "sixteen octets or more"

// hook is a gateway that answers with the next of its plan, then with 200.
type hook struct {
	*httptest.Server
	t    *testing.T
	mu   sync.Mutex
	plan []func(http.ResponseWriter)
	got  []posted
	keys map[string]int
}

type posted struct {
	ID, Phone, Body string
	At              time.Time
	Expires         *time.Time
}

func newHook(t *testing.T, plan ...func(http.ResponseWriter)) *hook {
	h := &hook{t: t, plan: plan, keys: map[string]int{}}
	h.Server = httptest.NewServer(h)
	t.Cleanup(h.Close)
	return h
}

func (h *hook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the connection was cut
	}
	timestamp := r.Header.Get("Healthcode-Timestamp")
	mac := hmac.New(sha256.New, []byte(webhookSecret))
	io.WriteString(mac, timestamp+"."+string(body))
	if want := "sha256=" + hex.EncodeToString(mac.Sum(nil)); r.Header.Get("Healthcode-Signature") != want {
		h.t.Errorf("signature %q, want %q", r.Header.Get("Healthcode-Signature"), want)
	}
	if n, err := strconv.ParseInt(timestamp, 10, 64); err != nil || time.Since(time.Unix(n, 0)).Abs() > time.Minute {
		h.t.Errorf("timestamp %q", timestamp)
	}
	var p posted
	if err := json.Unmarshal(body, &p); err != nil || r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/json" {
		h.t.Errorf("%s %s: %v", r.Method, body, err)
	}
	if p.ID != r.Header.Get("Idempotency-Key") {
		h.t.Errorf("message %q has key %q", p.ID, r.Header.Get("Idempotency-Key"))
	}
	h.mu.Lock()
	h.got = append(h.got, p)
	h.keys[p.ID]++
	answer := func(w http.ResponseWriter) { io.WriteString(w, `{"ref":"r-`+p.ID+`"}`) }
	if len(h.plan) > 0 {
		answer, h.plan = h.plan[0], h.plan[1:]
	}
	h.mu.Unlock()
	answer(w)
}

func status(code int) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) { w.WriteHeader(code) }
}

func cutLine(w http.ResponseWriter) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err == nil {
		conn.Close()
	}
}

func silent(http.ResponseWriter) { time.Sleep(300 * time.Millisecond) }

func (r *rig) startWebhook(h *hook) {
	r.t.Helper()
	sender, err := NewWebhook(WebhookConfig{URL: h.URL + "/send?token=hush", Secret: []byte(webhookSecret), Timeout: 200 * time.Millisecond, Clock: clock})
	if err != nil {
		r.t.Fatal(err)
	}
	if r.queue, err = NewQueue(r.store, sender, r.cfg); err != nil {
		r.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { r.queue.Run(ctx) })
	r.t.Cleanup(func() {
		cancel()
		running.Wait()
		for _, secret := range []string{"hush", webhookSecret, "1380013", "code"} {
			if log := r.log.String(); strings.Contains(log, secret) {
				r.t.Errorf("the log has %q:\n%s", secret, log)
			}
		}
	})
}

func webhookRig(t *testing.T) *rig {
	t.Parallel()
	r := &rig{t: t, store: newStore(t), log: &lockedBuffer{}}
	r.cfg = quick(slog.New(slog.NewTextHandler(r.log, nil)))
	return r
}

func TestWebhook(t *testing.T) {
	r := webhookRig(t)
	h := newHook(t)
	at := time.Date(2022, 4, 28, 9, 0, 0, 0, time.FixedZone("CST", 8*60*60))
	r.cfg.GiveUpAfter = 1 << 62
	expires := time.Now().Add(time.Hour)
	must(t, r.store.PutMessage(t.Context(), healthcode.Message{ID: "m0", Phone: "+8613800130000", Body: "验证码 123456", At: at, Expires: expires}))
	must(t, r.store.PutMessage(t.Context(), healthcode.Message{ID: "m1", Phone: "+8613800130001", Body: "x", At: at}))
	r.startWebhook(h)
	m := r.reach("m0", sent)
	r.reach("m1", sent)
	if m.Parts[0].Refs[0].Ref != "webhook:r-m0" {
		t.Errorf("%+v", m)
	}
	for _, p := range h.got {
		switch p.ID {
		case "m0":
			if p.Phone != "+8613800130000" || p.Body != "验证码 123456" || !p.At.Equal(at) || p.Expires == nil || !p.Expires.Equal(expires) {
				t.Errorf("%+v", p)
			}
		case "m1":
			if p.Expires != nil {
				t.Errorf("%+v", p)
			}
		}
	}
	must(t, r.queue.Receive(t.Context(), healthcode.MessageReceipt{Ref: "webhook:r-m0", State: delivered}))
	r.reach("m0", delivered)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestWebhookTriesAgain(t *testing.T) {
	for name, trouble := range map[string]func(http.ResponseWriter){
		"500": status(500), "503": status(503), "429": status(429), "401": status(401), "302": func(w http.ResponseWriter) {
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(302)
		}, "a cut line": cutLine, "silence": silent,
	} {
		t.Run(name, func(t *testing.T) {
			r := webhookRig(t)
			h := newHook(t, trouble, trouble, trouble)
			ids := r.put(4)
			r.startWebhook(h)
			for _, id := range ids {
				// The key makes a second submission harmless, so nothing is in doubt.
				if m := r.reach(id, sent); m.MaybeTwice() {
					t.Errorf("%+v", m)
				}
			}
			h.mu.Lock()
			defer h.mu.Unlock()
			if len(h.keys) != 4 || len(h.got) < 7 {
				t.Errorf("%d requests for %d messages", len(h.got), len(h.keys))
			}
		})
	}
}

func TestWebhookRefusesForGood(t *testing.T) {
	for code, want := range map[int]string{400: "http-400", 413: "http-413", 422: "http-422"} {
		t.Run(want, func(t *testing.T) {
			r := webhookRig(t)
			r.cfg.Concurrency = 1
			h := newHook(t, status(code))
			r.put(2)
			r.startWebhook(h)
			if m := r.reach("m0", failed); m.Reason != want {
				t.Errorf("%+v", m)
			}
			r.reach("m1", sent)
			if h.keys["m0"] != 1 {
				t.Errorf("%d requests", h.keys["m0"])
			}
		})
	}
}

func TestWebhookAnswerWithoutName(t *testing.T) {
	r := webhookRig(t)
	h := newHook(t, status(204), func(w http.ResponseWriter) { io.WriteString(w, `{"ref":"`+strings.Repeat("r", 101)+`"}`) })
	r.put(2)
	r.startWebhook(h)
	for _, id := range []string{"m0", "m1"} {
		if m := r.reach(id, sent); m.Parts[0].Refs[0].Ref != "webhook:"+id {
			t.Errorf("%+v", m)
		}
	}
}

func TestWebhookSettings(t *testing.T) {
	secret := []byte(webhookSecret)
	for name, cfg := range map[string]WebhookConfig{
		"URL":     {URL: "http://gateway.example/", Secret: secret, Clock: clock},
		"URL:":    {URL: "gateway", Secret: secret, Clock: clock},
		"secret":  {URL: "https://gateway.example/", Secret: []byte("short"), Clock: clock},
		"clock":   {URL: "https://gateway.example/", Secret: secret},
		"setting": {Secret: secret, Clock: clock},
	} {
		if _, err := NewWebhook(cfg); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := NewWebhook(WebhookConfig{URL: "https://gateway.example/", Secret: secret, Clock: clock}); err != nil {
		t.Error(err)
	}
}
