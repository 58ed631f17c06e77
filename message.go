package healthcode

import "time"

// Message is a short message to a phone. Phone and Body are encrypted at rest.
// After Expires stands how far it has come; all of that is zero for a new one.
type Message struct {
	ID      string
	Phone   string // E.164
	Body    string
	At      time.Time
	Expires time.Time // when it stops being worth sending, such as a one-time code; zero: never

	State  MessageState // "" is queued
	Sent   time.Time    // when the gateway had taken all of it
	Reason string       // why it failed, or wasn't taken at the last try; never holds a number or text
	Tries  int          // how often the gateway has refused it for now
	Due    time.Time    // queued: nobody takes it before; at most [MaxMessageWait] ahead
	Holder string       // who has taken it until Due
	Parts  []MessagePart
}

// MessageState says how far a message has come.
type MessageState string

// The message states.
const (
	MessageQueued    MessageState = "queued"
	MessageSent      MessageState = "sent"      // the gateway has taken it
	MessageDelivered MessageState = "delivered" // the phone has it
	MessageFailed    MessageState = "failed"    // Reason says why
)

// MaxMessageWait bounds how far ahead a message's Due may be. One that is
// later was set before the clock was put back, and is due now.
const MaxMessageWait = time.Hour

// MessagePart is one submission to the gateway: a long text needs several.
type MessagePart struct {
	Submitted time.Time    `json:"submitted,omitzero"` // the last one
	Doubts    int          `json:"doubts,omitempty"`   // submissions of which no answer was seen
	Refs      []MessageRef `json:"refs,omitempty"`     // one for each submission that the gateway took
}

// MessageRef is the gateway's own name for a part that it took, and what it said of it since.
type MessageRef struct {
	Ref    string       `json:"ref"`
	State  MessageState `json:"state"` // sent, delivered or failed
	Reason string       `json:"reason,omitempty"`
}

// MessageReceipt is a gateway's word on a part that it took: delivered or failed.
type MessageReceipt struct {
	Ref    string
	State  MessageState
	Reason string
	At     time.Time // when it came
}

// MaybeTwice reports whether a part was submitted again although the gateway
// may have taken it the first time, so that the phone may show it twice.
func (m Message) MaybeTwice() bool {
	for _, p := range m.Parts {
		if p.Doubts+len(p.Refs) > 1 {
			return true
		}
	}
	return false
}

// Taken reports whether the gateway has taken every part.
func (m Message) Taken() bool {
	for _, p := range m.Parts {
		if len(p.Refs) == 0 {
			return false
		}
	}
	return len(m.Parts) > 0
}

// Receive records a receipt for the part that the gateway calls r.Ref. It may
// come late or again. "Delivered" outlives a "failed" that comes before or after it.
func (m *Message) Receive(r MessageReceipt) {
	for _, p := range m.Parts {
		for i := range p.Refs {
			if ref := &p.Refs[i]; ref.Ref == r.Ref && ref.State != MessageDelivered {
				ref.State, ref.Reason = r.State, r.Reason
			}
		}
	}
	m.Settle()
}

// Settle derives the state from the parts, after one of them has changed. A message is
// delivered when each part is, in one copy at least, and failed when every copy of a part is.
func (m *Message) Settle() {
	if !m.Taken() {
		return
	}
	delivered, failure := true, (*MessageRef)(nil)
	for _, p := range m.Parts {
		best := &p.Refs[0]
		for i := range p.Refs {
			if ref := &p.Refs[i]; ref.State == MessageDelivered || ref.State == MessageSent && best.State == MessageFailed {
				best = ref
			}
		}
		delivered = delivered && best.State == MessageDelivered
		if best.State == MessageFailed {
			failure = best
		}
	}
	m.State, m.Reason, m.Holder = MessageSent, "", ""
	switch {
	case failure != nil:
		m.State, m.Reason = MessageFailed, failure.Reason
	case delivered:
		m.State = MessageDelivered
	}
}
