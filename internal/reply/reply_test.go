package reply_test

import (
	"context"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"healthcode/internal/reply"
	"healthcode/internal/servicetest"
	"healthcode/internal/smpp"
	"healthcode/internal/sms"
)

type phones struct {
	*servicetest.House
	*reply.Service
}

func newPhones(t *testing.T) *phones {
	h := servicetest.New(t)
	return &phones{h, reply.New(h.Store, h.Status, h.Vault, h.Clock, slog.New(slog.DiscardHandler), map[string][]string{"tianjin": {"津"}})}
}

// replies are the answers to a phone, the newest first.
func (p *phones) replies(phone string) (all []string) {
	for _, m := range p.Messages(phone) {
		if strings.HasPrefix(m.ID, "reply:") {
			all = append(all, m.Body)
		}
	}
	return all
}

// A phone that is one person's own gets the state in words; no other learns anything.
func TestKeyword(t *testing.T) {
	p := newPhones(t)
	a := p.Register("beijing", servicetest.Zhang)
	p.Learn(a.Person, `{"id":"e","source":"border:PEK","kind":"entry","time":"2022-04-28T08:00:00+08:00","port":"PEK"}`)
	phone := servicetest.Zhang.Phone
	for _, text := range []string{"hello", "", "津"} { // no keyword of Beijing's
		p.Must(p.Incoming(t.Context(), phone, text))
		p.Clock.Advance(time.Minute)
	}
	if got := p.replies(phone); len(got) > 1 {
		t.Fatalf("answers: %q", got)
	}
	p.Clock.Advance(time.Hour)
	p.Must(p.Incoming(t.Context(), phone, " ｊkm。"))
	p.Must(p.Incoming(t.Context(), phone, "JKM")) // at once again: it may be the same message
	got := p.replies(phone)
	for _, want := range []string{"暂不能确认", "5月20日 00:00", "12345"} {
		if !strings.Contains(got[0], want) {
			t.Errorf("%q lacks %q", got[0], want)
		}
	}
	if strings.Contains(got[0], servicetest.Zhang.Name) || strings.Contains(got[0], servicetest.Zhang.Document.Number) {
		t.Errorf("the answer names the person: %s", got[0])
	}
	count := len(got)
	for range 30 {
		p.Clock.Advance(time.Minute)
		p.Must(p.Incoming(t.Context(), phone, "健康码"))
	}
	if got := len(p.replies(phone)) - count; got > 9 {
		t.Errorf("%d more answers within half an hour", got)
	}

	unknown := "+8613900000000"
	p.Must(p.Incoming(t.Context(), unknown, "code"))
	neutral := p.replies(unknown)
	if len(neutral) != 1 || strings.Contains(neutral[0], "确认") {
		t.Errorf("an unknown number is told %q", neutral)
	}
	shared := servicetest.Wang
	shared.Phone = servicetest.Li.Phone
	p.Register("beijing", servicetest.Li)
	p.Clock.Advance(time.Hour)
	p.Register("beijing", shared)
	p.Must(p.Incoming(t.Context(), shared.Phone, "CODE"))
	if got := p.replies(shared.Phone); len(got) != 1 || got[0] != neutral[0] {
		t.Errorf("a number of two persons is told %q", got)
	}
}

// A real exchange: the SMSC delivers the keyword, and takes the answer.
func TestOverSMPP(t *testing.T) {
	p := newPhones(t)
	p.Register("beijing", servicetest.Zhang)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	p.Must(err)
	defer l.Close()
	sender, err := sms.NewSMPP(sms.SMPPConfig{Source: "10690123", Clock: p.Clock,
		Config: smpp.Config{Address: l.Addr().String(), SystemID: "health", Password: "secret", Log: slog.New(slog.NewTextHandler(io.Discard, nil))}})
	p.Must(err)
	queue, err := sms.NewQueue(p.Store, sender, sms.Config{Clock: p.Clock, Poll: 10 * time.Millisecond, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Incoming: func(ctx context.Context, m sms.Incoming) error { return p.Incoming(ctx, m.From, m.Text) }})
	p.Must(err)
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { queue.Run(ctx) })
	defer running.Wait()
	defer stop()

	conn, err := l.Accept()
	p.Must(err)
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(8 * time.Second))
	write := func(pdu smpp.PDU) {
		b, err := pdu.Append(nil)
		p.Must(err)
		_, err = conn.Write(b)
		p.Must(err)
	}
	from, err := smpp.ParseAddress(servicetest.Zhang.Phone)
	p.Must(err)
	to, err := smpp.ParseAddress("10690123")
	p.Must(err)
	taken, answered := 0, false
	for !answered || taken == 0 {
		pdu, err := smpp.ReadPDU(conn)
		p.Must(err)
		switch pdu.Command {
		case smpp.BindTransceiver:
			write(smpp.PDU{Command: pdu.Command.Answer(), Sequence: pdu.Sequence, Body: &smpp.BindAnswer{SystemID: "smsc"}})
			write(smpp.PDU{Command: smpp.DeliverSM, Sequence: 7, Body: &smpp.Short{Source: from, Dest: to, Text: []byte("JKM")}})
		case smpp.DeliverSM.Answer():
			answered = pdu.Status == smpp.StatusOK
		case smpp.SubmitSM:
			short := pdu.Body.(*smpp.Short)
			if short.Dest.E164() == servicetest.Zhang.Phone {
				taken++
			}
			write(smpp.PDU{Command: pdu.Command.Answer(), Sequence: pdu.Sequence, Body: &smpp.ShortAnswer{ID: "1"}})
		}
	}
	if got := p.replies(servicetest.Zhang.Phone); len(got) != 1 || !strings.Contains(got[0], "绿色") {
		t.Errorf("answers: %q", got)
	}
}
