package access_test

import (
	"errors"
	"testing"
	"time"

	"healthcode/internal/access"
	"healthcode/internal/identity"
	"healthcode/internal/servicetest"
)

func TestLimiter(t *testing.T) {
	h := servicetest.New(t)
	l := access.NewLimiter(h.Store, h.Clock)
	send := func(phone string) error {
		return l.Allow(t.Context(), identity.ActionSendCode, map[identity.Per]string{identity.PerPhone: phone})
	}
	h.Must(send("a"))
	err := send("a")
	h.WantCode(err, identity.CodeTooOften)
	var often *identity.TooOften
	if !errors.As(err, &often) || often.RetryAfter <= 0 || often.RetryAfter > time.Minute {
		t.Errorf("error %v doesn't say when to try again", err)
	}
	h.Must(send("b")) // another phone has limits of its own
	h.Must(send(""))  // nothing to count by
	h.Must(send(""))
	h.Clock.Advance(time.Minute)
	h.Must(send("a"))
}
