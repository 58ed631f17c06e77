package sms

import (
	"math/rand/v2"
	"slices"
	"time"

	"healthcode"
)

// The reasons that the queue itself gives; others are the gateway's.
const (
	ReasonNoAnswer = "no-answer" // submitted twice and never answered: it may have arrived
	ReasonExpired  = "expired"   // it wasn't taken before it stopped being worth sending; what the gateway said last follows
)

// maxDoubts is how often a part is submitted without an answer being seen.
const maxDoubts = 2

// step is what begin tells the worker to do.
type step int

const (
	submit step = iota
	skip        // the gateway has this part already
	stop        // nothing more to do with the message
)

// begin records that a part is about to be submitted. It must be durable
// before the gateway sees anything: whoever finds the message after a crash
// knows by it that the gateway may have taken it. now is the same if it is called again.
func (q *Queue) begin(m *healthcode.Message, part, parts int, now time.Time) step {
	if m.State != healthcode.MessageQueued || m.Holder != q.holder {
		return stop // another process has it, or a late answer has settled it
	}
	if !m.Expires.IsZero() && !now.Before(m.Expires) || now.Sub(m.At) >= q.cfg.GiveUpAfter {
		reason := ReasonExpired
		if m.Reason != "" {
			reason += ", " + m.Reason
		}
		fail(m, reason)
		return stop
	}
	if len(m.Parts) != parts {
		restart(m, parts)
	}
	p := &m.Parts[part]
	if len(p.Refs) > 0 {
		return skip
	}
	if p.Doubts > 0 && p.Submitted.Equal(now) {
		return submit // recorded before the store failed
	}
	if p.Doubts >= maxDoubts {
		fail(m, ReasonNoAnswer)
		return stop
	}
	p.Doubts++
	p.Submitted = now
	m.Due = now.Add(q.cfg.Lease)
	return submit
}

// restart begins a message anew that another gateway had begun to send in other parts.
func restart(m *healthcode.Message, parts int) {
	begun := false
	for _, p := range m.Parts {
		begun = begun || p.Doubts+len(p.Refs) > 0
	}
	m.Parts = make([]healthcode.MessagePart, parts)
	if begun {
		for i := range m.Parts {
			m.Parts[i].Doubts = 1
		}
	}
}

func fail(m *healthcode.Message, reason string) {
	m.State, m.Reason, m.Holder = healthcode.MessageFailed, reason, ""
}

// answered takes one doubt from a part.
func answered(m *healthcode.Message, part int) {
	if part < len(m.Parts) {
		m.Parts[part].Doubts = max(0, m.Parts[part].Doubts-1)
	}
}

// taken records the gateway's name for a part. It also counts where the message had been given up.
func taken(m *healthcode.Message, part int, ref string, now time.Time) {
	if part >= len(m.Parts) || slices.ContainsFunc(m.Parts[part].Refs, func(r healthcode.MessageRef) bool { return r.Ref == ref }) {
		return // of other parts, or recorded before the store failed
	}
	answered(m, part)
	m.Parts[part].Refs = append(m.Parts[part].Refs, healthcode.MessageRef{Ref: ref, State: healthcode.MessageSent})
	if m.Taken() && m.Sent.IsZero() {
		m.Sent = now
	}
	m.Settle()
}

// refused records a gateway's "no". holder is "" for a late one, which puts nothing off.
func (q *Queue) refused(m *healthcode.Message, part int, r *Refusal, holder string, now time.Time) {
	answered(m, part)
	if m.State != healthcode.MessageQueued {
		return
	}
	m.Reason = r.Reason
	if r.Verdict == Never {
		fail(m, r.Reason)
		return
	}
	wait := q.cfg.RetryMin
	if r.Verdict == Later {
		wait = min(q.cfg.RetryMin<<min(m.Tries, 20), q.cfg.RetryMax)
		m.Tries++
	}
	release(m, holder, now.Add(wait/2+rand.N(wait/2+1)))
}

// doubted records that no answer came. Before the message is sent again, one may still come late.
func (q *Queue) doubted(m *healthcode.Message, now time.Time) {
	if m.State == healthcode.MessageQueued {
		m.Reason = ReasonNoAnswer
		release(m, q.holder, now.Add(q.cfg.ResendAfter))
	}
}

// release lets others claim a message from a time on, if it is still held by holder.
func release(m *healthcode.Message, holder string, due time.Time) {
	if m.Holder == holder && holder != "" {
		m.Holder, m.Due = "", due
	}
}
