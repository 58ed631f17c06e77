package smpp

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"time"
)

// Mode is the kind of session.
type Mode string

// The modes: both ways, sending only, receiving only.
const (
	Transceiver Mode = "transceiver"
	Transmitter Mode = "transmitter"
	Receiver    Mode = "receiver"
)

var binds = map[Mode]Command{Transceiver: BindTransceiver, Transmitter: BindTransmitter, Receiver: BindReceiver}

// Config is what a [Client] needs to know. A zero value stands for the default.
type Config struct {
	Address    string      // host:port of the SMSC
	TLS        *tls.Config // nil: not encrypted, for a private line
	Mode       Mode        // default Transceiver
	SystemID   string      // at most 15 octets
	Password   string      // at most 8 octets
	SystemType string      // at most 12 octets
	Addresses  Address     // which messages from phones to receive; the SMSC's default where zero

	Window       int           // requests that may wait for an answer at once; default 16
	Timeout      time.Duration // to connect, to write, and to be answered; default 10 s
	EnquireEvery time.Duration // silence after which the SMSC is asked whether it is there; default 30 s
	BackoffMin   time.Duration // before the first reconnection; default 500 ms
	BackoffMax   time.Duration // default 60 s
	Log          *slog.Logger  // default slog.Default(); gets no number and no text
}

func (c Config) withDefaults() (Config, error) {
	setDefault(&c.Mode, Transceiver)
	setDefault(&c.Window, 16)
	setDefault(&c.Timeout, 10*time.Second)
	setDefault(&c.EnquireEvery, 30*time.Second)
	setDefault(&c.BackoffMin, 500*time.Millisecond)
	setDefault(&c.BackoffMax, time.Minute)
	setDefault(&c.Log, slog.Default())
	var errs []error
	if _, _, err := net.SplitHostPort(c.Address); err != nil {
		errs = append(errs, fmt.Errorf("address: %w; want host:port", err))
	}
	if binds[c.Mode] == 0 {
		errs = append(errs, fmt.Errorf("mode: %q; want transceiver, transmitter or receiver", c.Mode))
	}
	for name, d := range map[string]time.Duration{"timeout": c.Timeout, "enquire every": c.EnquireEvery, "backoff min": c.BackoffMin} {
		if d < time.Millisecond {
			errs = append(errs, fmt.Errorf("%s: %v; want at least 1ms", name, d))
		}
	}
	if c.Window < 1 || c.BackoffMax < c.BackoffMin {
		errs = append(errs, errors.New("window, backoff: want a window of at least 1 and a largest backoff not under the smallest"))
	}
	if _, err := c.bind().Append(nil); err != nil {
		errs = append(errs, err)
	}
	if err := errors.Join(errs...); err != nil {
		return c, fmt.Errorf("SMPP settings: %w", err)
	}
	return c, nil
}

func setDefault[T comparable](v *T, value T) {
	var zero T
	if *v == zero {
		*v = value
	}
}

func (c *Config) bind() PDU {
	return PDU{Command: binds[c.Mode], Body: &Bind{SystemID: c.SystemID, Password: c.Password, SystemType: c.SystemType,
		Version: 0x34, Addresses: c.Addresses}}
}

// Handler takes what the SMSC sends by itself. Its functions are called from
// several goroutines at once; nil ones refuse. Where one returns an error, the
// SMSC is told to send the message again later.
type Handler struct {
	Receipt  func(context.Context, Receipt) error
	Incoming func(context.Context, Incoming) error
	// Late is told of the answer to a Submit that had given up waiting: the id, or a *[StatusError].
	Late func(ctx context.Context, tag, id string, answer error)
}

// Incoming is a message from a phone. Of a long text, each part comes by itself.
type Incoming struct {
	From, To    Address
	Text        string
	Part, Parts int // 1 of 1 for a text in one part
}

// Errors of [Client.Submit] beside [StatusError]. Any other error means, like
// ErrNotSent, that the SMSC can't have taken the message.
var (
	// ErrNotSent: there was no session, or it broke before the request was written.
	ErrNotSent = errors.New("the message wasn't handed to the SMSC")
	// ErrNoAnswer: the request was written, and no answer seen. The SMSC may have taken the message.
	ErrNoAnswer = errors.New("the SMSC hasn't answered; it may have taken the message")
)
