package api

import "time"

// instant is a moment that may be absent.
type instant = time.Time

// at returns nil for the zero time, so that an absent moment is absent in JSON.
func at(t time.Time) *instant {
	if t.IsZero() {
		return nil
	}
	return &t
}
