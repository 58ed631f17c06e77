package smpp

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"time"
)

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
