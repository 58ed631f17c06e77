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
