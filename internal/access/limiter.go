package access

import (
	"context"
	"fmt"

	"healthcode"
	"healthcode/internal/identity"
)

// Limiter counts what may be done only so often.
type Limiter struct {
	store healthcode.Access
	clock healthcode.Clock
}

// NewLimiter returns a limiter over a store.
func NewLimiter(store healthcode.Access, clock healthcode.Clock) *Limiter {
	return &Limiter{store: store, clock: clock}
}

// Allow counts an action and refuses it where one of its limits is passed.
// Values says for each thing that limits count by, which one it is: a keyed hash or
// an id, never a phone number in the clear. Things without a value aren't counted.
func (l *Limiter) Allow(ctx context.Context, action identity.Action, values map[identity.Per]string) error {
	now := l.clock.Now()
	for _, limit := range identity.LimitsOf(action) {
		value := values[limit.Per]
		if value == "" {
			continue
		}
		n, err := l.store.Count(ctx, limit.Key(value), limit.Start(now))
		if err != nil {
			return fmt.Errorf("counting %s: %w", action, err)
		}
		if err := limit.Check(n, now); err != nil {
			return err
		}
	}
	return nil
}

// Failed counts a failure of an action of which the failures alone are limited. Where that uses a limit up,
// [Limiter.Barred] refuses the action until the limit's window ends.
func (l *Limiter) Failed(ctx context.Context, action identity.Action, values map[identity.Per]string) error {
	now := l.clock.Now()
	for _, limit := range identity.LimitsOf(action) {
		value := values[limit.Per]
		if value == "" {
			continue
		}
		n, err := l.store.Count(ctx, limit.Key(value), limit.Start(now))
		if err == nil && n >= limit.Max {
			err = l.store.PutCode(ctx, healthcode.OneTimeCode{Key: bar(limit, value), Hash: []byte{0}, Sent: now, Expires: limit.End(now)})
		}
		if err != nil {
			return fmt.Errorf("counting %s: %w", action, err)
		}
	}
	return nil
}

// Barred refuses an action that failed too often. It counts nothing.
func (l *Limiter) Barred(ctx context.Context, action identity.Action, values map[identity.Per]string) error {
	now := l.clock.Now()
	for _, limit := range identity.LimitsOf(action) {
		value := values[limit.Per]
		if value == "" {
			continue
		}
		barred, err := l.store.TryCode(ctx, bar(limit, value))
		switch {
		case err == nil && now.Before(barred.Expires):
			return limit.Check(limit.Max+1, now)
		case err != nil && healthcode.CodeOf(err) != healthcode.CodeNotFound:
			return fmt.Errorf("looking whether %s is barred: %w", action, err)
		}
	}
	return nil
}

func bar(l identity.Limit, value string) string { return "barred " + l.Key(value) }
