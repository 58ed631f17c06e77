// Package sms sends the short messages of the outbox ([healthcode.Messages])
// through a gateway: an SMSC, a webhook, or the demo's page.
//
// Every message is handed over at least once, whatever fails in between. What a gateway has
// answered is never sent again; what it hasn't is sent again once, and marked by
// [healthcode.Message.MaybeTwice]. Logs name messages by their id, never a number or a text.
package sms

import (
	"context"
	"fmt"

	"healthcode"
)

// Sender hands messages to a gateway. Its methods are safe for concurrent use.
type Sender interface {
	// Run keeps up the connection, if there is one, and tells events what the gateway sends by
	// itself, until ctx ends.
	Run(ctx context.Context, events Events)
	// Ready waits until the gateway can be reached. It fails only with ctx.
	Ready(ctx context.Context) error
	// Parts says how many submissions a message takes. Its error is a *[Refusal].
	Parts(m healthcode.Message) (int, error)
	// Submit hands over one part, counted from 0, and returns the gateway's name for it, which no
	// other message has had lately. A *[Refusal] says that the gateway hasn't taken it; any other error
	// that it may have.
	Submit(ctx context.Context, m healthcode.Message, part int) (ref string, err error)
}

// Events are where a [Sender] puts what its gateway sends by itself.
type Events struct {
	// Receipt keeps a receipt; its At is set here. After an error, the gateway must send it again.
	Receipt func(ctx context.Context, r healthcode.MessageReceipt) error
	// Late takes the answer to a Submit that had failed without one.
	Late func(ctx context.Context, id string, part int, ref string, answer error)
	// Incoming takes a message from a phone. After an error, the gateway must send it again.
	Incoming func(ctx context.Context, m Incoming) error
}

// Incoming is a message from a phone, such as a keyword that asks for a status.
type Incoming struct {
	From        string // E.164 where the gateway says so, otherwise as it says
	To          string // the number that it was sent to
	Text        string
	Part, Parts int // 1 of 1, unless it is longer than a short message; then each part comes by itself
}

// Verdict says what to do with a message that the gateway hasn't taken.
type Verdict int

// The verdicts.
const (
	Later Verdict = iota // try this message again, ever more seldom
	Busy                 // the gateway takes no message now: go slow with all
	Never                // this message can't be sent
)

// Refusal is a gateway's "no": it hasn't taken the message.
type Refusal struct {
	Verdict Verdict
	Reason  string // a short code such as ESME_RINVDSTADR; holds no number and no text
	Err     error  // the cause; may be nil
}

func (r *Refusal) Error() string {
	if r.Err != nil {
		return fmt.Sprintf("%s: %v", r.Reason, r.Err)
	}
	return r.Reason
}

// Unwrap returns the cause.
func (r *Refusal) Unwrap() error { return r.Err }

// Outbox is the demo's sender: a message counts as sent, and stays where a page shows it.
type Outbox struct{}

// Run waits for the end.
func (Outbox) Run(ctx context.Context, _ Events) { <-ctx.Done() }

// Ready never waits.
func (Outbox) Ready(ctx context.Context) error { return ctx.Err() }

// Parts is always 1.
func (Outbox) Parts(healthcode.Message) (int, error) { return 1, nil }

// Submit takes every message.
func (Outbox) Submit(_ context.Context, m healthcode.Message, _ int) (string, error) {
	return "outbox:" + m.ID, nil
}
