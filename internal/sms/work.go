package sms

import (
	"context"
	"errors"
	"time"

	"healthcode"
)

// send submits what is missing of a claimed message.
func (q *Queue) send(ctx context.Context, m healthcode.Message) {
	parts, err := q.sender.Parts(m)
	var refusal *Refusal
	if err == nil && parts < 1 || err != nil && !errors.As(err, &refusal) {
		refusal = &Refusal{Verdict: Never, Reason: "unsendable", Err: err}
	}
	if refusal != nil {
		q.change(m.ID, func(m *healthcode.Message) { fail(m, refusal.Reason) })
		return
	}
	for part := range parts {
		if !q.sendPart(ctx, m, part, parts) {
			return
		}
	}
}

// sendPart submits one part and reports whether the next may follow.
func (q *Queue) sendPart(ctx context.Context, m healthcode.Message, part, parts int) bool {
	if ctx.Err() != nil || q.gate.enter(ctx) != nil {
		q.giveBack(m.ID)
		return false
	}
	how := neither
	defer func() { q.gate.leave(how) }()
	if q.sender.Ready(ctx) != nil {
		q.giveBack(m.ID)
		return false
	}
	todo, now := stop, q.cfg.Clock.Now()
	if !q.change(m.ID, func(m *healthcode.Message) { todo = q.begin(m, part, parts, now) }) {
		return false
	}
	if todo == submit {
		how = q.submit(ctx, m, part)
		return how == well
	}
	return todo == skip
}

// submit hands a part over and records what came of it.
func (q *Queue) submit(ctx context.Context, m healthcode.Message, part int) outcome {
	// An end of ctx doesn't cut off what the gateway may take; the lease does, long before others may claim it.
	submitCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), q.cfg.Lease/2)
	defer cancel()
	ref, err := q.sender.Submit(submitCtx, m, part)
	q.record(m.ID, part, ref, err, q.holder)
	var refusal *Refusal
	switch {
	case err == nil:
		return well
	case !errors.As(err, &refusal):
		q.cfg.Log.Warn("short message: no answer; the gateway may have taken it", "message", m.ID, "error", err)
		return trouble
	case refusal.Verdict == Busy:
		q.cfg.Log.Warn("short messages: the gateway is busy; going slow", "reason", refusal.Reason, "error", refusal.Err)
		return trouble
	}
	return neither
}

// record stores the answer to a submission, or that there was none. holder is "" for a late answer.
func (q *Queue) record(id string, part int, ref string, err error, holder string) {
	var refusal *Refusal
	count, change := &q.doubtful, q.doubted
	switch {
	case err == nil:
		count, change = &q.taken, func(m *healthcode.Message, now time.Time) { taken(m, part, ref, now) }
	case errors.As(err, &refusal):
		count, change = &q.refusals, func(m *healthcode.Message, now time.Time) { q.refused(m, part, refusal, holder, now) }
	}
	count.Add(1)
	q.change(id, func(m *healthcode.Message) { change(m, q.cfg.Clock.Now()) })
}

func (q *Queue) giveBack(id string) {
	q.change(id, func(m *healthcode.Message) {
		if m.State == healthcode.MessageQueued {
			release(m, q.holder, q.cfg.Clock.Now())
		}
	})
}

// changeTries bounds how long a store that fails is asked again: about 10 s.
const changeTries = 8

// change alters a message durably and reports whether it did. What can't be
// stored leaves the message in doubt, and so it is sent once more.
func (q *Queue) change(id string, change func(*healthcode.Message)) bool {
	var failed string
	wait := 50 * time.Millisecond
	for try := 1; ; try++ {
		err := q.store.ChangeMessage(context.Background(), id, func(m *healthcode.Message) error {
			before := m.State
			change(m)
			if failed = ""; m.State == healthcode.MessageFailed && before != m.State {
				failed = m.Reason
			}
			return nil
		})
		switch {
		case err == nil:
			if failed != "" {
				q.failed.Add(1)
				q.cfg.Log.Warn("short message failed", "message", id, "reason", failed)
			}
			return true
		case healthcode.CodeOf(err) == healthcode.CodeNotFound:
			return false // deleted meanwhile
		case try == changeTries:
			q.cfg.Log.Error("short messages: recording what became of one", "message", id, "error", err)
			return false
		}
		time.Sleep(wait)
		wait *= 2
	}
}

// events is what the sender tells.
func (q *Queue) events() Events {
	e := Events{
		Receipt: q.Receive,
		Late: func(_ context.Context, id string, part int, ref string, answer error) {
			q.record(id, part, ref, answer, "")
		},
	}
	if q.cfg.Incoming != nil {
		e.Incoming = func(ctx context.Context, m Incoming) error {
			q.incoming.Add(1)
			return q.cfg.Incoming(ctx, m)
		}
	}
	return e
}
