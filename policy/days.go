package policy

import "time"

// dayEnd returns date(t) + days + 1, 00:00 in loc: the end of so many full
// days, the day of the event being day 0. Entered on the 1st, 21 full days end
// on the 23rd at 00:00. Source: Beijing's pop-up 2; every rule counts this way.
func dayEnd(t time.Time, days int, loc *time.Location) time.Time {
	y, m, d := t.In(loc).Date()
	return time.Date(y, m, d+days+1, 0, 0, 0, 0, loc)
}
