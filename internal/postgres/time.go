package postgres

import "time"

// stamp is how tables hold an instant: nanoseconds since 1970, 0 for the zero
// time. PostgreSQL's own timestamps end at microseconds.
func stamp(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}

func unstamp(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.Unix(0, n).UTC()
}
