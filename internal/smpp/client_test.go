package smpp

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// These tests hold the other end of the connection themselves, to send what no
// SMSC should. internal/sms speaks with a real one.

const patience = 5 * time.Second

// wire is the SMSC's end of one connection.
type wire struct {
	net.Conn
	t *testing.T
}

func (w *wire) read() PDU {
	w.t.Helper()
	w.SetReadDeadline(time.Now().Add(patience))
	p, err := ReadPDU(w)
	if err != nil {
		w.t.Fatalf("the SMSC reads: %v", err)
	}
	return p
}

func (w *wire) want(c Command) PDU {
	w.t.Helper()
	p := w.read()
	if p.Command != c {
		w.t.Fatalf("the SMSC got %s, want %s", p.Command, c)
	}
	return p
}

func (w *wire) write(p PDU) {
	w.t.Helper()
	b, err := p.Append(nil)
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := w.Write(b); err != nil {
		w.t.Fatalf("the SMSC writes: %v", err)
	}
}

func (w *wire) answer(p PDU, status Status, id string) {
	w.t.Helper()
	a := PDU{Command: p.Command.Answer(), Status: status, Sequence: p.Sequence}
	switch {
	case status != StatusOK || p.Command == Unbind || p.Command == EnquireLink:
	case p.Command == SubmitSM:
		a.Body = &ShortAnswer{ID: id}
	default:
		a.Body = &BindAnswer{SystemID: id}
	}
	w.write(a)
}

// wantEnd waits until the client has closed the connection.
func (w *wire) wantEnd() {
	w.t.Helper()
	w.SetReadDeadline(time.Now().Add(patience))
	if _, err := io.Copy(io.Discard, w); errors.Is(err, context.DeadlineExceeded) || isTimeout(err) {
		w.t.Fatal("the client keeps the connection")
	}
}

func isTimeout(err error) bool {
	var e net.Error
	return errors.As(err, &e) && e.Timeout()
}

type smsc struct {
	t *testing.T
	l net.Listener
}

func (s *smsc) accept() *wire {
	s.t.Helper()
	s.l.(*net.TCPListener).SetDeadline(time.Now().Add(patience))
	conn, err := s.l.Accept()
	if err != nil {
		s.t.Fatalf("the client doesn't connect: %v", err)
	}
	s.t.Cleanup(func() { conn.Close() })
	return &wire{conn, s.t}
}

func (s *smsc) bound() *wire {
	s.t.Helper()
	w := s.accept()
	w.answer(w.want(BindTransceiver), StatusOK, "smsc")
	return w
}

// start runs a client against an SMSC that the test plays.
func start(t *testing.T, h Handler, change func(*Config)) (*Client, *smsc) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	var log strings.Builder
	cfg := Config{Address: l.Addr().String(), SystemID: "health", Password: "secret", Timeout: 200 * time.Millisecond, EnquireEvery: time.Hour,
		BackoffMin: time.Millisecond, BackoffMax: 5 * time.Millisecond, Log: slog.New(slog.NewTextHandler(&log, nil))}
	if change != nil {
		change(&cfg)
	}
	c, err := New(cfg, h)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { c.Run(ctx) })
	t.Cleanup(func() {
		cancel()
		running.Wait()
		for _, secret := range []string{"secret", "13800138000", "JKM"} {
			if strings.Contains(log.String(), secret) {
				t.Errorf("the log has %q:\n%s", secret, log.String())
			}
		}
	})
	return c, &smsc{t, l}
}

var short = &Short{Source: Address{0, 1, "10690123"}, Dest: Address{1, 1, "8613800138000"}, Text: []byte("JKM")}

type result struct {
	id  string
	err error
}

// submit sends the message while the test plays the SMSC.
func submit(t *testing.T, c *Client, tag string) <-chan result {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := c.Ready(ctx); err != nil {
		t.Fatalf("no session: %v, %v", err, c.Err())
	}
	done := make(chan result, 1)
	go func() {
		id, err := c.Submit(t.Context(), tag, short)
		done <- result{id, err}
	}()
	return done
}

func TestSubmitIsAnswered(t *testing.T) {
	c, s := start(t, Handler{}, nil)
	w := s.accept()
	bind := w.want(BindTransceiver)
	if b := bind.Body.(*Bind); b.SystemID != "health" || b.Password != "secret" || b.Version != 0x34 {
		t.Errorf("bind %+v", b)
	}
	w.write(PDU{Command: OutbindCommand, Sequence: 5, Body: &Outbind{SystemID: "smsc"}})
	if p := w.want(GenericNack); p.Status != StatusInvalidBind || p.Sequence != 5 {
		t.Errorf("outbind: %+v", p)
	}
	w.answer(bind, StatusOK, "smsc")

	done := submit(t, c, "m")
	p := w.want(SubmitSM)
	w.answer(p, StatusOK, "id-1")
	w.answer(p, StatusOK, "id-1") // twice
	if r := <-done; r.id != "id-1" || r.err != nil {
		t.Errorf("%+v", r)
	}
	done = submit(t, c, "m")
	w.answer(w.want(SubmitSM), StatusThrottled, "")
	var refused *StatusError
	if r := <-done; !errors.As(r.err, &refused) || refused.Status != StatusThrottled || errors.Is(r.err, ErrNoAnswer) {
		t.Errorf("%+v", r)
	}
	// A request that the SMSC couldn't read at all.
	done = submit(t, c, "m")
	p = w.want(SubmitSM)
	w.write(PDU{Command: GenericNack, Status: StatusInvalidCmdLen, Sequence: p.Sequence})
	if r := <-done; !errors.As(r.err, &refused) || refused.Status != StatusInvalidCmdLen {
		t.Errorf("%+v", r)
	}
	done = submit(t, c, "m")
	w.write(PDU{Command: GenericNack, Sequence: w.want(SubmitSM).Sequence})
	if r := <-done; !errors.As(r.err, &refused) || refused.Status != StatusUnknown {
		t.Errorf("%+v", r)
	}
	// A yes without an id.
	done = submit(t, c, "m")
	w.write(PDU{Command: SubmitSM.Answer(), Sequence: w.want(SubmitSM).Sequence})
	if r := <-done; r.id != "" || r.err != nil {
		t.Errorf("%+v", r)
	}
	// The answer to something else says nothing of the message.
	done = submit(t, c, "m")
	p = w.want(SubmitSM)
	w.write(PDU{Command: EnquireLink.Answer(), Sequence: p.Sequence})
	if r := <-done; !errors.Is(r.err, ErrNoAnswer) {
		t.Errorf("%+v", r)
	}
}

func TestBindRefused(t *testing.T) {
	c, s := start(t, Handler{}, nil)
	w := s.accept()
	w.answer(w.want(BindTransceiver), StatusInvalidPassword, "")
	w.wantEnd()
	w = s.accept() // tries again
	if err := c.Err(); err == nil || !strings.Contains(err.Error(), "ESME_RINVPASWD") {
		t.Errorf("error %v", err)
	}
	if _, err := c.Submit(t.Context(), "m", short); !errors.Is(err, ErrNotSent) {
		t.Errorf("submitted without a session: %v", err)
	}
	w.answer(w.want(BindTransceiver), StatusOK, "smsc")
	done := submit(t, c, "m")
	w.answer(w.want(SubmitSM), StatusOK, "1")
	if r := <-done; r.err != nil || c.Err() != nil {
		t.Errorf("%+v, %v", r, c.Err())
	}
}

func TestLateAnswer(t *testing.T) {
	type late struct {
		tag, id string
		err     error
	}
	heard := make(chan late, 4)
	c, s := start(t, Handler{Late: func(_ context.Context, tag, id string, err error) { heard <- late{tag, id, err} }}, nil)
	w := s.bound()
	done := submit(t, c, "m1")
	first := w.want(SubmitSM)
	w.answer(w.want(EnquireLink), StatusOK, "") // asked after the timeout: the line is fine
	if r := <-done; !errors.Is(r.err, ErrNoAnswer) {
		t.Fatalf("%+v", r)
	}
	done = submit(t, c, "m2")
	second := w.want(SubmitSM)
	w.answer(w.want(EnquireLink), StatusOK, "")
	<-done
	w.answer(first, StatusOK, "id-1")
	w.answer(first, StatusOK, "id-1")
	w.answer(second, StatusQueueFull, "")
	got := map[string]late{}
	for range 2 {
		l := <-heard
		got[l.tag] = l
	}
	if l := got["m1"]; l.id != "id-1" || l.err != nil {
		t.Errorf("late answer %+v", l)
	}
	var refused *StatusError
	if l := got["m2"]; !errors.As(l.err, &refused) || refused.Status != StatusQueueFull {
		t.Errorf("late refusal %+v", l)
	}
	// Still the same session, and the second copy of an answer was told to nobody.
	done = submit(t, c, "m3")
	w.answer(w.want(SubmitSM), StatusOK, "id-3")
	if r := <-done; r.id != "id-3" {
		t.Errorf("%+v", r)
	}
	if len(heard) != 0 {
		t.Errorf("heard again: %+v", <-heard)
	}
}

func TestSilenceEndsTheSession(t *testing.T) {
	for name, stall := range map[string]func(*wire){
		"nothing more":  func(*wire) {},
		"half a PDU":    func(w *wire) { w.Write([]byte{0, 0, 0, 16, 0x80, 0, 0}) },
		"half a header": func(w *wire) { w.Write([]byte{0, 0, 1, 0, 0x80, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 2}) },
	} {
		t.Run(name, func(t *testing.T) {
			c, s := start(t, Handler{}, func(cfg *Config) { cfg.EnquireEvery = 50 * time.Millisecond })
			w := s.bound()
			w.answer(w.want(EnquireLink), StatusOK, "")
			stall(w)
			w.want(EnquireLink)
			w.wantEnd()
			w = s.bound()
			done := submit(t, c, "m")
			w.answer(w.want(SubmitSM), StatusOK, "1")
			if r := <-done; r.err != nil {
				t.Error(r.err)
			}
		})
	}
}

func TestCutConnection(t *testing.T) {
	c, s := start(t, Handler{}, nil)
	w := s.bound()
	done := submit(t, c, "m")
	w.want(SubmitSM)
	w.Close()
	if r := <-done; !errors.Is(r.err, ErrNoAnswer) || errors.Is(r.err, ErrNotSent) {
		t.Errorf("cut behind the request: %v", r.err)
	}
	s.bound()
	if err := c.Ready(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestWindow(t *testing.T) {
	const window, messages = 3, 9
	c, s := start(t, Handler{}, func(cfg *Config) { cfg.Window, cfg.Timeout = window, patience })
	w := s.bound()
	var done []<-chan result
	for range messages {
		done = append(done, submit(t, c, "m"))
	}
	var open []PDU
	for range window {
		open = append(open, w.want(SubmitSM))
	}
	// No fourth comes until one is answered.
	w.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
	if p, err := ReadPDU(w); !isTimeout(err) {
		t.Fatalf("beyond the window: %+v, %v", p, err)
	}
	for answered := range messages {
		w.answer(open[0], StatusOK, "1")
		open = open[1:]
		if answered+window < messages {
			open = append(open, w.want(SubmitSM))
		}
	}
	for _, d := range done {
		if r := <-d; r.err != nil {
			t.Error(r.err)
		}
	}
}

func TestWhatTheSMSCSends(t *testing.T) {
	incoming := make(chan Incoming, 1)
	var receipts []Receipt
	h := Handler{
		Receipt: func(_ context.Context, r Receipt) error {
			receipts = append(receipts, r)
			if len(receipts) == 1 {
				return errors.New("the disk is full")
			}
			return nil
		},
		Incoming: func(_ context.Context, m Incoming) error { incoming <- m; return nil },
	}
	_, s := start(t, h, nil)
	w := s.bound()
	deliver := func(m *Short) Status {
		t.Helper()
		w.write(PDU{Command: DeliverSM, Sequence: 77, Body: m})
		p := w.want(DeliverSM.Answer())
		if p.Sequence != 77 {
			t.Errorf("answer to %d", p.Sequence)
		}
		return p.Status
	}
	receipt := &Short{Class: classReceipt, Text: []byte("id:1 stat:DELIVRD err:000")}
	for _, want := range []Status{StatusReceiverTemporary, StatusOK} {
		if got := deliver(receipt); got != want {
			t.Errorf("receipt: %s, want %s", got, want)
		}
	}
	if got := deliver(&Short{Class: classReceipt, Text: []byte("no receipt")}); got != StatusOK || len(receipts) != 2 {
		t.Errorf("an empty receipt: %s, %v", got, receipts)
	}
	if got := deliver(short); got != StatusOK {
		t.Errorf("keyword: %s", got)
	}
	if m := <-incoming; m.Text != "JKM" || m.From.Number != "10690123" {
		t.Errorf("%+v", m)
	}
	if got := deliver(&Short{Coding: 4, Text: []byte{1, 2}}); got != StatusReceiverReject {
		t.Errorf("binary: %s", got)
	}

	w.write(PDU{Command: EnquireLink, Sequence: 3})
	if p := w.want(EnquireLink.Answer()); p.Sequence != 3 {
		t.Errorf("%+v", p)
	}
	w.write(PDU{Command: 0x103, Sequence: 4, Body: &Raw{[]byte("x")}})
	if p := w.want(GenericNack); p.Sequence != 4 || p.Status != StatusInvalidCommand {
		t.Errorf("%+v", p)
	}
	w.write(PDU{Command: AlertNotification, Sequence: 5}) // has no answer
	w.write(PDU{Command: DeliverSM, Sequence: 6, Body: &Raw{[]byte("x")}})
	if p := w.want(GenericNack); p.Sequence != 6 || p.Status != StatusInvalidMsgLen {
		t.Errorf("%+v", p)
	}
	w.Write([]byte{0, 1, 0, 1, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 8})
	if p := w.want(GenericNack); p.Sequence != 8 || p.Status != StatusInvalidCmdLen {
		t.Errorf("%+v", p)
	}
	w.wantEnd()
	s.bound()
}

func TestSMSCUnbinds(t *testing.T) {
	c, s := start(t, Handler{}, nil)
	w := s.bound()
	done := submit(t, c, "m")
	p := w.want(SubmitSM)
	w.write(PDU{Command: Unbind, Sequence: 9})
	w.want(Unbind.Answer())
	if _, err := c.Submit(t.Context(), "n", short); !errors.Is(err, ErrNotSent) {
		t.Errorf("submitted after unbind: %v", err)
	}
	w.answer(p, StatusOK, "1") // what it had before
	if r := <-done; r.id != "1" || r.err != nil {
		t.Errorf("%+v", r)
	}
	w.Close()
	w = s.bound()
	done = submit(t, c, "n")
	w.answer(w.want(SubmitSM), StatusOK, "2")
	if r := <-done; r.id != "2" {
		t.Errorf("%+v", r)
	}
}

func TestEndUnbinds(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c, err := New(Config{Address: l.Addr().String()}, Handler{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { c.Run(ctx); close(ended) }()
	s := &smsc{t, l}
	w := s.bound()
	if err := c.Ready(ctx); err != nil {
		t.Fatal(err)
	}
	cancel()
	w.answer(w.want(Unbind), StatusOK, "")
	<-ended
	if err := c.Ready(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("ready after the end: %v", err)
	}
}

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
