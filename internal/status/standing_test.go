package status_test

import (
	"testing"
	"time"

	"healthcode"
	"healthcode/internal/model"
	"healthcode/internal/servicetest"
	"healthcode/internal/status"
)

// TestPassesFromMemory: a pass that is made from what is remembered of a person is the one that the facts, the areas and the
// clock give now.
func TestPassesFromMemory(t *testing.T) {
	h := servicetest.New(t)
	a := h.Register("beijing", servicetest.Zhang)
	began := time.Now()
	store := model.New(h.Store, model.DefaultBytes, func() time.Duration { return time.Since(began) })
	t.Cleanup(func() { store.Close() })
	remembers := status.New(store, h.Status.Policies(), status.NewKeys(h.Vault), h.Vault, h.Clock,
		func(history healthcode.AreaHistory) healthcode.AreaHistory { return history })
	same := func(when, state string) {
		t.Helper()
		for range 3 { // read, kept, remembered
			got, err := remembers.Renew(t.Context(), a, "beijing", "")
			h.Must(err)
			want, err := h.Status.Renew(t.Context(), a, "beijing", "")
			h.Must(err)
			if got.State != state || want.State != state || !got.Expires.Equal(want.Expires) || !got.Issued.Equal(h.Clock.Now()) {
				t.Errorf("%s: %s until %v, without memory %s until %v, want %s", when, got.State, got.Expires, want.State, want.Expires, state)
			}
		}
	}
	same("at first", "green")
	h.Learn(a.Person, entered)
	same("after a fact", "held")
	free := servicetest.At(time.April, 29, 0, 0)
	h.Clock.Set(free.Add(-time.Second))
	same("the second before the end", "held")
	h.Clock.Set(free)
	same("at the end", "green")
	h.Clock.Set(free.Add(-time.Minute))
	same("with the clock set back", "held")
	h.Clock.Set(free)

	h.Learn(a.Person, `{"id":"2","source":"border:PEK","kind":"entry","time":"2022-04-29T06:00:00+08:00","recorded":"2022-04-29T09:00:00+08:00","port":"PEK"}`)
	same("before a fact is known", "green")
	h.Clock.Set(servicetest.At(time.April, 29, 9, 0))
	same("once it is known", "held")
}
