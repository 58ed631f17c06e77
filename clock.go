package healthcode

import "time"

// Clock tells the time. Services take one, so that a test or the demo can set it.
type Clock interface {
	Now() time.Time
}

// ClockFunc makes a function a [Clock].
type ClockFunc func() time.Time

// Now calls f.
func (f ClockFunc) Now() time.Time { return f() }
