package api

import "time"

// at returns nil for the zero time, so that an absent moment is absent in JSON.
func at(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
