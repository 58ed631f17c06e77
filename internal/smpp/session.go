package smpp

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

const (
	handlers = 16        // of what the SMSC sends by itself, at once
	waiting  = 1024      // of these may wait; then the connection isn't read further
	maxLate  = 10_000    // requests without an answer that are remembered
	readSize = 16 << 10  // of the buffer
	maxSeq   = 1<<31 - 1 // sequence_number (section 3.2)

	farewell = 2 * time.Second // for the other side, at an unbind
)

// errClosed is why a session ended that the SMSC or the network closed.
var errClosed = errors.New("the connection was closed")

// session is one connection, from the bind to its end.
type session struct {
	cfg     *Config
	handler *Handler
	conn    net.Conn
	window  chan struct{} // holds one for each request that waits
	jobs    chan func()
	enquire chan struct{} // asks for an enquire_link now
	closed  chan struct{} // closed when nothing more can be read
	heard   atomic.Uint64 // PDUs read
	useful  atomic.Bool   // a request has been answered well since the bind

	writing sync.Mutex

	mu       sync.Mutex
	sequence uint32
	pending  map[uint32]*request
	late     int
	leaving  bool // no new requests
	err      error
}

// request waits for its answer.
type request struct {
	command Command
	tag     string
	answer  chan PDU
	late    bool
}

func newSession(cfg *Config, handler *Handler, conn net.Conn) *session {
	return &session{cfg: cfg, handler: handler, conn: conn, window: make(chan struct{}, cfg.Window), jobs: make(chan func(), waiting),
		enquire: make(chan struct{}, 1), closed: make(chan struct{}), pending: map[uint32]*request{}}
}

// end closes the connection; the first reason stays.
func (s *session) end(err error) {
	s.mu.Lock()
	if s.err == nil {
		s.err = err
	}
	s.leaving = true
	s.mu.Unlock()
	s.conn.Close()
}

func (s *session) reason() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// write sends a PDU. Its error means that the SMSC can't have read all of it.
func (s *session) write(p PDU) error {
	b, err := p.Append(nil)
	if err != nil {
		return err
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	stop := time.AfterFunc(s.cfg.Timeout, func() { s.end(errors.New("the SMSC reads nothing more")) })
	defer stop.Stop()
	if _, err := s.conn.Write(b); err != nil {
		s.end(err)
		return fmt.Errorf("%w: %w", ErrNotSent, err)
	}
	return nil
}

// register gives a request its sequence number.
func (s *session) register(c Command, tag string) (uint32, *request, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.leaving && c != Unbind {
		return 0, nil, ErrNotSent
	}
	for {
		s.sequence = s.sequence%maxSeq + 1
		if s.pending[s.sequence] == nil {
			break
		}
	}
	r := &request{command: c, tag: tag, answer: make(chan PDU, 1)}
	s.pending[s.sequence] = r
	return s.sequence, r, nil
}

// giveUp stops waiting for an answer. One that comes later goes to Handler.Late, if it has a tag.
func (s *session) giveUp(sequence uint32, r *request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pending[sequence] != r {
		return // it has just come
	}
	if r.tag == "" || s.late >= maxLate {
		delete(s.pending, sequence)
		return
	}
	r.late = true
	s.late++
}

// ask sends a request and waits for its answer, which may be a "no".
func (s *session) ask(ctx context.Context, p PDU, tag string) (PDU, error) {
	sequence, r, err := s.register(p.Command, tag)
	if err != nil {
		return PDU{}, err
	}
	p.Sequence = sequence
	if err := s.write(p); err != nil {
		s.mu.Lock()
		delete(s.pending, sequence)
		s.mu.Unlock()
		return PDU{}, err
	}
	timeout := time.NewTimer(s.cfg.Timeout)
	defer timeout.Stop()
	var why error
	select {
	case answer := <-r.answer:
		return check(p.Command, answer)
	case <-s.closed:
		why = s.reason()
	case <-ctx.Done():
		why = ctx.Err()
	case <-timeout.C:
		why = fmt.Errorf("%s: nothing within %v", p.Command, s.cfg.Timeout)
		// Is anybody there at all?
		select {
		case s.enquire <- struct{}{}:
		default:
		}
	}
	s.giveUp(sequence, r)
	select {
	case answer := <-r.answer:
		return check(p.Command, answer)
	default:
		return PDU{}, fmt.Errorf("%w: %w", ErrNoAnswer, why)
	}
}

func check(asked Command, answer PDU) (PDU, error) {
	switch {
	case answer.Status != StatusOK:
		return answer, &StatusError{Command: asked, Status: answer.Status}
	case answer.Command == GenericNack:
		return answer, &StatusError{Command: asked, Status: StatusUnknown}
	case answer.Command != asked.Answer():
		return answer, fmt.Errorf("%w: %s was answered with %s", ErrNoAnswer, asked, answer.Command)
	}
	return answer, nil
}

// read takes PDUs until the connection ends.
func (s *session) read() {
	defer close(s.closed)
	defer close(s.jobs)
	r := bufio.NewReaderSize(s.conn, readSize)
	for {
		p, err := ReadPDU(r)
		var format *FormatError
		switch {
		case err == nil:
			s.heard.Add(1)
			s.take(p)
		case errors.As(err, &format):
			s.cfg.Log.Warn("SMPP: unreadable PDU", "error", err)
			s.refuse(format)
			if format.Lost {
				s.end(err)
				return
			}
		default:
			s.end(fmt.Errorf("%w: %w", errClosed, err))
			return
		}
	}
}

// refuse answers what couldn't be read; an answer is never answered.
func (s *session) refuse(f *FormatError) {
	if f.Header.Command.isAnswer() && !f.Lost {
		return // its request goes without an answer
	}
	_ = s.write(PDU{Command: GenericNack, Status: f.Status, Sequence: f.Header.Sequence})
}

// take handles one PDU without blocking for long.
func (s *session) take(p PDU) {
	reply := func(status Status) {
		_ = s.write(PDU{Command: p.Command.Answer(), Status: status, Sequence: p.Sequence})
	}
	switch {
	case p.Command.isAnswer():
		s.answered(p)
	case p.Command == EnquireLink:
		reply(StatusOK)
	case p.Command == Unbind:
		s.mu.Lock()
		s.leaving = true
		s.mu.Unlock()
		reply(StatusOK)
		// The SMSC may still answer what it had before, and is the one to close.
		time.AfterFunc(farewell, func() { s.end(errors.New("the SMSC ended the session")) })
	case p.Command == DeliverSM:
		s.jobs <- func() { s.deliver(p) }
	case p.Command == AlertNotification: // has no answer
	case p.Command == OutbindCommand:
		// Only a client that listens can be asked to bind; and whoever answers here has been asked already.
		s.cfg.Log.Warn("SMPP: outbind refused")
		_ = s.write(PDU{Command: GenericNack, Status: StatusInvalidBind, Sequence: p.Sequence})
	default:
		_ = s.write(PDU{Command: GenericNack, Status: StatusInvalidCommand, Sequence: p.Sequence})
	}
}

// answered hands an answer to its request. A second answer finds none.
func (s *session) answered(p PDU) {
	s.mu.Lock()
	r := s.pending[p.Sequence]
	delete(s.pending, p.Sequence)
	late := r != nil && r.late
	if late {
		s.late--
	}
	s.mu.Unlock()
	if r == nil {
		if p.Command == GenericNack && p.Sequence == 0 {
			s.end(errors.New("the SMSC couldn't read a PDU"))
		}
		return
	}
	if p.Status == StatusOK && r.command != binds[s.cfg.Mode] {
		s.useful.Store(true)
	}
	if !late {
		r.answer <- p
		return
	}
	s.jobs <- func() {
		_, err := check(r.command, p)
		if s.handler.Late != nil && !errors.Is(err, ErrNoAnswer) {
			ctx, cancel := context.WithTimeout(context.Background(), s.cfg.Timeout)
			defer cancel()
			s.handler.Late(ctx, r.tag, messageID(p), err)
		}
	}
}

func messageID(p PDU) string {
	if body, ok := p.Body.(*ShortAnswer); ok {
		return body.ID
	}
	return ""
}

// deliver hands a message to its handler, and answers when that is done.
func (s *session) deliver(p PDU) {
	ctx, cancel := context.WithTimeout(context.Background(), s.cfg.Timeout)
	defer cancel()
	status := s.handle(ctx, p.Body.(*Short))
	answer := PDU{Command: DeliverSM.Answer(), Status: status, Sequence: p.Sequence}
	if status == StatusOK {
		answer.Body = &ShortAnswer{}
	}
	_ = s.write(answer)
}

func (s *session) handle(ctx context.Context, m *Short) Status {
	var err error
	switch {
	case m.IsReceipt():
		receipt, ok := m.Receipt()
		if !ok || s.handler.Receipt == nil {
			// Sending it again wouldn't help.
			s.cfg.Log.Warn("SMPP: a receipt without id or state, or that nobody asked for")
			return StatusOK
		}
		err = s.handler.Receipt(ctx, receipt)
	case s.handler.Incoming == nil:
		return StatusReceiverReject
	default:
		text, part, parts, ok := m.Read()
		if !ok {
			return StatusReceiverReject
		}
		err = s.handler.Incoming(ctx, Incoming{From: m.Source, To: m.Dest, Text: text, Part: part, Parts: parts})
	}
	if err != nil {
		s.cfg.Log.Error("SMPP: taking a message from the SMSC; it is asked to send it again", "error", err)
		return StatusReceiverTemporary
	}
	return StatusOK
}
