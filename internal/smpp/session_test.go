package smpp

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestBackoff(t *testing.T) {
	c := Config{BackoffMin: time.Second, BackoffMax: 5 * time.Second}
	wait, cut := time.Duration(0), errors.New("cut")
	for _, want := range []time.Duration{1, 2, 4, 5, 5} {
		if wait = c.backoff(wait, cut); wait != want*time.Second {
			t.Errorf("%v, want %vs", wait, int(want))
		}
	}
	for status, want := range map[Status]time.Duration{StatusInvalidPassword: 5, StatusInvalidSystemID: 5, StatusThrottled: 1, 0x05: 1} {
		if wait := c.backoff(0, &StatusError{BindTransceiver, status}); wait != want*time.Second {
			t.Errorf("%s: %v", status, wait)
		}
	}
}

// TestBackoffStartsAnew: a session that was of use isn't held against the SMSC when it ends.
func TestBackoffStartsAnew(t *testing.T) {
	c, s := start(t, Handler{}, func(cfg *Config) { cfg.BackoffMin, cfg.BackoffMax = time.Millisecond, time.Hour })
	for range 25 {
		w := s.bound()
		done := submit(t, c, "m")
		w.answer(w.want(SubmitSM), StatusOK, "1")
		<-done
		w.Close()
	}
}

func TestSequenceStartsAnew(t *testing.T) {
	s := newSession(&Config{Window: 1}, &Handler{}, nil)
	s.sequence = maxSeq - 1
	s.pending[1] = &request{} // still unanswered
	for _, want := range []uint32{maxSeq, 2, 3} {
		if got, _, err := s.register(SubmitSM, "m"); got != want || err != nil {
			t.Errorf("sequence %d, %v, want %d", got, err, want)
		}
	}
}

// TestTalkingSMSCIsNotAsked: as long as something comes, it is there.
func TestTalkingSMSCIsNotAsked(t *testing.T) {
	_, s := start(t, Handler{}, func(cfg *Config) { cfg.EnquireEvery = time.Second })
	w := s.bound()
	for range 60 {
		w.write(PDU{Command: EnquireLink, Sequence: 1})
		w.want(EnquireLink.Answer()) // and nothing else in between
		time.Sleep(20 * time.Millisecond)
	}
}

func TestTLS(t *testing.T) {
	web := httptest.NewTLSServer(nil) // for its certificate
	defer web.Close()
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: web.TLS.Certificates})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for name, roots := range map[string]*x509.CertPool{
		"a certificate that is trusted": web.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs,
		"one that isn't":                x509.NewCertPool(),
	} {
		c, err := New(Config{Address: l.Addr().String(), TLS: &tls.Config{RootCAs: roots}}, Handler{})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { c.Run(ctx); close(ended) }()
		conn, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		w := &wire{conn, t}
		if name == "one that isn't" {
			w.wantEnd()
			for c.Err().Error() == "not connected yet" {
				time.Sleep(time.Millisecond)
			}
			if err := c.Err(); !strings.Contains(err.Error(), "certificate") {
				t.Error(err)
			}
			cancel()
		} else {
			w.answer(w.want(BindTransceiver), StatusOK, "smsc")
			if err := c.Ready(ctx); err != nil {
				t.Error(err)
			}
			cancel()
			w.answer(w.want(Unbind), StatusOK, "")
		}
		<-ended
		conn.Close()
	}
}

func TestSettings(t *testing.T) {
	for want, cfg := range map[string]Config{
		"address":     {Address: "smsc.example"},
		"mode":        {Address: "smsc.example:2775", Mode: "sender"},
		"password":    {Address: "smsc.example:2775", Password: "123456789"},
		"window":      {Address: "smsc.example:2775", Window: -1},
		"timeout":     {Address: "smsc.example:2775", Timeout: 5},
		"backoff min": {Address: "smsc.example:2775", BackoffMin: -1},
	} {
		if _, err := New(cfg, Handler{}); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "123456789") {
			t.Errorf("%s: %v", want, err)
		}
	}
}
