package status_test

import (
	"errors"
	"testing"
	"time"

	"healthcode/internal/servicetest"
	"healthcode/pass"
)

// TestClockJumps puts the clock a month and two years ahead, and back: no pass of another time is accepted, a new one always is, and
// what a person's code says at an instant is what it said before.
func TestClockJumps(t *testing.T) {
	h := servicetest.New(t)
	a := h.Register("beijing", servicetest.Zhang)
	h.Learn(a.Person, entered)
	start := h.Clock.Now()
	shown := map[time.Time]string{}
	for _, jump := range []time.Duration{0, time.Hour, 30 * 24 * time.Hour, 0, -30 * 24 * time.Hour, 0, 60 * 24 * time.Hour, 0} {
		now := start.Add(jump)
		h.Clock.Set(now)
		code, err := h.Status.Own(t.Context(), a, "beijing")
		if err != nil {
			t.Fatalf("at %v: %v", jump, err)
		}
		if before, known := shown[now]; known && before != code.Status.State {
			t.Errorf("at %v it says %s now, and said %s", jump, code.Status.State, before)
		}
		shown[now] = code.Status.State
		p, err := h.Status.Renew(t.Context(), a, "beijing", "")
		if err != nil {
			t.Fatalf("at %v: %v", jump, err)
		}
		claims, err := h.Status.Claims(p.Text, "beijing")
		if err != nil {
			t.Fatalf("at %v a new pass is refused: %v", jump, err)
		}
		if id, err := h.Status.PersonOf(claims); err != nil || id != a.Person {
			t.Errorf("at %v a new pass is of %v (%v)", jump, id, err)
		}
		for _, other := range []time.Duration{-24 * time.Hour, 24 * time.Hour} {
			h.Clock.Set(now.Add(other))
			var failure *pass.Failure
			if _, err := h.Status.Claims(p.Text, "beijing"); !errors.As(err, &failure) {
				t.Errorf("a pass of %v is accepted %v later: %v", jump, other, err)
			}
		}
	}
}
