package policy

import "time"

// dayEnd returns date(t) + days + 1, 00:00 in loc: the end of so many full
// days, the day of the event being day 0. Entered on the 1st, 21 full days end
// on the 23rd at 00:00. Source: Beijing's pop-up 2; every rule counts this way.
func dayEnd(t time.Time, days int, loc *time.Location) time.Time {
	const day = 24 * 60 * 60
	_, offset := t.In(loc).Zone()
	local := t.Unix() + int64(offset)
	sinceMidnight := (local%day + day) % day
	end := time.Unix(local-sinceMidnight+int64(days+1)*day-int64(offset), 0).In(loc)
	if _, then := end.Zone(); then == offset {
		return end
	}
	y, m, d := t.In(loc).Date() // the clocks change in between
	return time.Date(y, m, d+days+1, 0, 0, 0, 0, loc)
}
