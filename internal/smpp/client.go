package smpp

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"sync"
	"time"
)

// Client keeps a session with an SMSC. It is safe for concurrent use.
type Client struct {
	cfg     Config
	handler Handler

	mu      sync.Mutex
	session *session      // bound; nil while there is none
	changed chan struct{} // closed at the next change of session
	err     error         // why there is none

	work sync.WaitGroup // on what the SMSC sent by itself
}

// New checks the settings. Nothing happens before [Client.Run].
func New(cfg Config, handler Handler) (*Client, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	return &Client{cfg: cfg, handler: handler, changed: make(chan struct{}), err: errors.New("not connected yet")}, nil
}

// Run keeps a session bound until ctx ends, then unbinds, and waits for the
// handlers. It reconnects after a wait that doubles up to BackoffMax, and
// varies so that clients don't come back all at once.
func (c *Client) Run(ctx context.Context) {
	defer c.work.Wait()
	wait := time.Duration(0)
	for ctx.Err() == nil {
		s, err := c.connect(ctx)
		if err == nil {
			c.set(s, nil)
			err = s.serve(ctx)
			if s.useful.Load() {
				wait = 0
			}
		}
		c.set(nil, err)
		if ctx.Err() != nil {
			return
		}
		wait = c.cfg.backoff(wait, err)
		c.cfg.Log.Warn("SMPP: no session; trying again", "error", err, "wait", wait)
		select {
		case <-time.After(wait/2 + rand.N(wait/2+1)):
		case <-ctx.Done():
		}
	}
}

// backoff returns how long to wait at most after err, when the wait before was that long.
func (c *Config) backoff(wait time.Duration, err error) time.Duration {
	var refused *StatusError
	if errors.As(err, &refused) && (refused.Status == StatusInvalidPassword || refused.Status == StatusInvalidSystemID) {
		// It won't mend by itself, and too many tries lock an account.
		return c.BackoffMax
	}
	return min(max(2*wait, c.BackoffMin), c.BackoffMax)
}

// connect dials and binds.
func (c *Client) connect(ctx context.Context) (*session, error) {
	dialCtx, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	var conn net.Conn
	var err error
	if c.cfg.TLS != nil {
		conn, err = (&tls.Dialer{Config: c.cfg.TLS}).DialContext(dialCtx, "tcp", c.cfg.Address)
	} else {
		conn, err = (&net.Dialer{}).DialContext(dialCtx, "tcp", c.cfg.Address)
	}
	if err != nil {
		return nil, fmt.Errorf("connecting to the SMSC: %w", err)
	}
	s := newSession(&c.cfg, &c.handler, conn)
	go s.read()
	for range handlers {
		c.work.Go(func() {
			for job := range s.jobs {
				job()
			}
		})
	}
	if _, err := s.ask(ctx, c.cfg.bind(), ""); err != nil {
		s.end(err)
		<-s.closed
		return nil, fmt.Errorf("binding to the SMSC: %w", err)
	}
	return s, nil
}

// serve watches over a bound session until it ends, or unbinds it when ctx does.
func (s *session) serve(ctx context.Context) error {
	tick := time.NewTicker(s.cfg.EnquireEvery)
	defer tick.Stop()
	heard := s.heard.Load()
	for {
		silent := true
		select {
		case <-s.closed:
			return s.reason()
		case <-ctx.Done():
			s.leave()
			return ctx.Err()
		case <-tick.C:
			silent = s.heard.Load() == heard
		case <-s.enquire:
		}
		if silent {
			if _, err := s.ask(ctx, PDU{Command: EnquireLink}, ""); errors.Is(err, ErrNoAnswer) && ctx.Err() == nil {
				s.end(err)
			}
		}
		heard = s.heard.Load()
	}
}

// leave unbinds; requests that wait for their answer get it or not meanwhile.
func (s *session) leave() {
	s.mu.Lock()
	s.leaving = true
	s.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), farewell)
	defer cancel()
	_, _ = s.ask(ctx, PDU{Command: Unbind}, "")
	s.end(errors.New("the session was ended"))
	<-s.closed
}

func (c *Client) set(s *session, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.session, c.err = s, err
	close(c.changed)
	c.changed = make(chan struct{})
}

// Err says why there is no session; nil while there is one.
func (c *Client) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// Ready waits until there is a session.
func (c *Client) Ready(ctx context.Context) error {
	_, err := c.bound(ctx)
	return err
}

func (c *Client) bound(ctx context.Context) (*session, error) {
	for {
		c.mu.Lock()
		s, changed := c.session, c.changed
		c.mu.Unlock()
		if s != nil && s.open() {
			return s, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func (s *session) open() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.leaving
}

// Submit sends a short message and returns the SMSC's id of it. It waits for a
// place in the window, not for a session. The tag names the message to Handler.Late.
func (c *Client) Submit(ctx context.Context, tag string, m *Short) (id string, err error) {
	c.mu.Lock()
	s, why := c.session, c.err
	c.mu.Unlock()
	if s == nil {
		return "", fmt.Errorf("%w: %w", ErrNotSent, why)
	}
	select {
	case s.window <- struct{}{}:
		defer func() { <-s.window }()
	case <-s.closed:
		return "", fmt.Errorf("%w: %w", ErrNotSent, s.reason())
	case <-ctx.Done():
		return "", fmt.Errorf("%w: %w", ErrNotSent, ctx.Err())
	}
	answer, err := s.ask(ctx, PDU{Command: SubmitSM, Body: m}, tag)
	return messageID(answer), err
}
