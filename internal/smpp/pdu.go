package smpp

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

const (
	headerSize = 16
	// MaxPDU is the longest PDU that is written or read, in octets. The
	// longest that the specification allows, with a message_payload of 64 KiB - 1, is beyond it.
	MaxPDU = 64 << 10
)

// PDU is one protocol data unit.
type PDU struct {
	Command  Command
	Status   Status
	Sequence uint32
	Body     Body // nil where there is none
}

// Body is what follows the header of a PDU.
type Body interface{ walk(*codec) }

// FormatError says that octets aren't a PDU. The header, as far as it could be read, stands beside it.
type FormatError struct {
	Header PDU
	Status Status // to answer with
	// Lost means that where the next PDU begins can't be known.
	Lost bool
	Err  error
}

func (e *FormatError) Error() string {
	return fmt.Sprintf("reading a PDU (%s): %v", e.Header.Command, e.Err)
}

// Unwrap returns the cause.
func (e *FormatError) Unwrap() error { return e.Err }

// Append appends the PDU's octets.
func (p PDU) Append(b []byte) ([]byte, error) {
	c := &codec{buf: make([]byte, headerSize, 256)}
	if p.Body != nil {
		p.Body.walk(c)
	}
	if c.err == nil && len(c.buf) > MaxPDU {
		c.fail("command_length", "%d octets, want at most %d", len(c.buf), MaxPDU)
	}
	if c.err != nil {
		return b, fmt.Errorf("writing a PDU (%s): %w", p.Command, c.err)
	}
	for i, v := range []uint32{uint32(len(c.buf)), uint32(p.Command), uint32(p.Status), p.Sequence} {
		binary.BigEndian.PutUint32(c.buf[4*i:], v)
	}
	return append(b, c.buf...), nil
}

// ReadPDU reads one PDU. Octets that aren't one give a [FormatError].
func ReadPDU(r io.Reader) (PDU, error) {
	header := make([]byte, headerSize)
	if _, err := io.ReadFull(r, header); err != nil {
		return PDU{}, err
	}
	p, length := parseHeader(header)
	if length < headerSize || length > MaxPDU {
		return p, &FormatError{Header: p, Status: StatusInvalidCmdLen, Lost: true,
			Err: fmt.Errorf("command_length: %d, want %d to %d", length, headerSize, MaxPDU)}
	}
	body := make([]byte, length-headerSize)
	if _, err := io.ReadFull(r, body); err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return p, err
	}
	return p.withBody(body)
}

// Decode reads b, which must be exactly one PDU.
func Decode(b []byte) (PDU, error) {
	if len(b) < headerSize {
		return PDU{}, &FormatError{Status: StatusInvalidCmdLen, Lost: true, Err: fmt.Errorf("%d octets, want at least %d", len(b), headerSize)}
	}
	p, length := parseHeader(b)
	if int64(length) != int64(len(b)) || length > MaxPDU {
		return p, &FormatError{Header: p, Status: StatusInvalidCmdLen, Lost: true,
			Err: fmt.Errorf("command_length: %d for %d octets, want at most %d", length, len(b), MaxPDU)}
	}
	return p.withBody(b[headerSize:])
}

func parseHeader(b []byte) (PDU, uint32) {
	return PDU{Command: Command(binary.BigEndian.Uint32(b[4:])), Status: Status(binary.BigEndian.Uint32(b[8:])),
		Sequence: binary.BigEndian.Uint32(b[12:])}, binary.BigEndian.Uint32(b)
}

func (p PDU) withBody(b []byte) (PDU, error) {
	body := newBody(p.Command)
	// An answer that says no has no body (section 4.4.2, for one), and some SMSCs leave it out of a yes.
	if len(b) == 0 && (body == nil || p.Command.isAnswer()) {
		return p, nil
	}
	if body == nil {
		body = &Raw{}
	}
	c := &codec{buf: b, reading: true}
	body.walk(c)
	if c.err == nil && len(c.buf) > 0 {
		c.fail("command_length", "%d octets more than the fields", len(c.buf))
	}
	if c.err != nil {
		return p, &FormatError{Header: p, Status: StatusInvalidMsgLen, Err: c.err}
	}
	p.Body = body
	return p, nil
}

// newBody returns an empty body for a command; nil for those without one, and for unknown ones.
func newBody(c Command) Body {
	switch c {
	case BindReceiver, BindTransmitter, BindTransceiver:
		return &Bind{}
	case BindReceiver.Answer(), BindTransmitter.Answer(), BindTransceiver.Answer():
		return &BindAnswer{}
	case SubmitSM, DeliverSM:
		return &Short{}
	case SubmitSM.Answer(), DeliverSM.Answer():
		return &ShortAnswer{}
	case OutbindCommand:
		return &Outbind{}
	}
	return nil
}
