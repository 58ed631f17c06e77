package web

import (
	"strconv"
	"time"

	"healthcode"
)

// roleNames say what each role is called.
var roleNames = map[healthcode.Role]healthcode.Text{
	healthcode.RoleResident:      textRoleResident,
	healthcode.RoleCheckpoint:    textRoleCheckpoint,
	healthcode.RoleCaseworker:    textRoleCaseworker,
	healthcode.RoleLab:           textRoleLab,
	healthcode.RoleAuthority:     textRoleAuthority,
	healthcode.RoleAuditor:       textRoleAuditor,
	healthcode.RoleAdministrator: textRoleAdministrator,
}

// age says how long ago something was, in the largest unit that is whole.
func (v view) age(t time.Time) string {
	d := max(0, v.now.Sub(t))
	unit := func(n int, one, many healthcode.Text) string {
		if n == 1 {
			return v.say(one)
		}
		return v.say(many, n)
	}
	switch {
	case d < time.Hour:
		return unit(int(d/time.Minute), textMinute, textMinutes)
	case d < 48*time.Hour:
		return unit(int(d/time.Hour), textHour, textHours)
	}
	return unit(int(d/(24*time.Hour)), textDays, textDays)
}

// count says a number of photos: the list may be cut.
func (v view) count(n int) string {
	if n >= photosAtOnce {
		return v.say(textAtLeast, n)
	}
	return strconv.Itoa(n)
}

func (v view) photoFilter(hours int) string {
	if hours == 0 {
		return v.say(textReviewsAll)
	}
	return v.say(textReviewsOlder, v.age(v.now.Add(-time.Duration(hours)*time.Hour)))
}
