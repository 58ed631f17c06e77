package smpp

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
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
