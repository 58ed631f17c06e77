package checkpoint_test

import (
	"testing"
	"time"

	"healthcode/internal/servicetest"
	"healthcode/internal/status"
	"healthcode/pass"
)

// The door takes both forms of the pass, and says what is wrong with one that a device signed.
func TestBoundAtTheDoor(t *testing.T) {
	h := servicetest.New(t)
	a, door, d, thief := h.Register("beijing", servicetest.Zhang), h.Venue("beijing", "mall", "110105"), h.NewDevice(), h.NewDevice()
	d.Bind(a, "beijing")
	thief.Bind(h.Register("beijing", servicetest.Li), "beijing")
	now := h.Clock.Now()
	answer, err := h.Checkpoint.Scan(t.Context(), door, d.Show(now), degrees(36.5))
	h.Must(err)
	if answer.Name != "张*" || answer.State != "green" || !answer.Unchecked || answer.Proxy || answer.Failure != "" {
		t.Errorf("answer %+v", answer)
	}
	h.Clock.Advance(40 * time.Second)
	_, err = h.Checkpoint.Scan(t.Context(), door, d.Show(now), degrees(36.5)) // once more: the same visit
	h.Must(err)
	if list := facts(h, a); len(list) != 1 || !list[0].From.Equal(now.Truncate(time.Second)) {
		t.Errorf("facts %+v", list)
	}
	_, err = h.Checkpoint.Scan(t.Context(), door, d.Show(h.Clock.Now()), degrees(36.5))
	h.Must(err)
	if list := facts(h, a); len(list) != 2 {
		t.Errorf("%d facts after the next presentation, want 2", len(list))
	}

	copied, err := pass.Present(d.Bound.Credentials[0], thief.Keys[0], h.Clock.Now())
	h.Must(err)
	picture := d.Show(h.Clock.Now())
	h.Clock.Advance(time.Minute)
	for what, c := range map[string]struct {
		text string
		want pass.Code
	}{"a picture of a minute ago": {picture, pass.Stale}, "copied": {copied, pass.NotTheHolder}, "signed ahead": {d.Show(h.Clock.Now().Add(time.Minute)), pass.FromTheFuture}} {
		answer, err := h.Checkpoint.Scan(t.Context(), door, c.text, degrees(36.5))
		h.Must(err)
		if answer.Failure != c.want || answer.State != "none" || answer.Name != "" {
			t.Errorf("%s: %+v, want %s", what, answer, c.want)
		}
	}

	h.Learn(a.Person, `{"id":"9","source":"border:PEK","kind":"entry","time":"2022-04-27T10:00:00+08:00"}`)
	if answer, err = h.Checkpoint.Scan(t.Context(), door, d.Show(h.Clock.Now()), degrees(36.5)); err != nil || answer.State != "held" {
		t.Errorf("after a change in mid-validity: %+v, %v", answer, err)
	}
	h.Must(h.Access.EndSessions(t.Context(), a))
	if answer, err = h.Checkpoint.Scan(t.Context(), door, d.Show(h.Clock.Now()), degrees(36.5)); err != nil || answer.Failure != status.DeviceEnded {
		t.Errorf("after signing out everywhere: %+v, %v", answer, err)
	}
}
