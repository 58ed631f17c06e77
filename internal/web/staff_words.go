package web

import (
	"strconv"
	"time"

	"healthcode"
	"healthcode/internal/area"
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
	healthcode.RoleHotline:       textRoleHotline,
	healthcode.RoleConsular:      textRoleConsular,
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

// levelNames say what each risk level is called.
var levelNames = map[healthcode.Level]healthcode.Text{
	healthcode.LevelLow: textLevelLow, healthcode.LevelMedium: textLevelMedium, healthcode.LevelHigh: textLevelHigh}

// purposeNames and sawNames say why somebody looked, and what they saw.
var (
	purposeNames = map[string]healthcode.Text{"scan": textPurposeScan, "proxy": textPurposeProxy,
		"review": textPurposeReview, "dispute": textPurposeDispute, "change": textManualChange,
		"case": textPurposeCase, "boarding": textMission, "hotline": textPurposeHotline,
		"certificate": textRevokingPurpose, "offline": textPurposePaper, "assist": textPurposeAssist, "lab-query": textPurposeLab,
		"phone": textPurposePhone, "device": textPurposeDevice, "other-device": textPurposeOtherDevice}
	sawNames = map[string]healthcode.Text{"state": textSawState, "photo": textSawPhoto, "statement": textSawStatement,
		"record": textSawRecord, "case": textSawCase, "document": textSawDocument, "paper": textSawPaper, "results": textSawResults,
		"nothing": textSawNothing, "pass": textSawPass}
)

// accountDone says what was done to an account.
var accountDone = map[string]healthcode.Text{"closed": textAccountDoneClosed, "opened": textAccountDoneOpened}

func areaFilesField(v view, page areaPage) field {
	return field{name: "files", label: v.say(textAreasFiles), hint: v.say(textAreasFilesHint), errors: page.errors}
}

// roleChoices lists the roles that an account can have.
func (v view) roleChoices(chosen healthcode.Role) []choice {
	var list []choice
	for _, role := range staff {
		list = append(list, choice{value: string(role), label: v.say(roleNames[role]), chosen: role == chosen})
	}
	return list
}

// venueChoices lists the venues at which an account can work.
func (v view) venueChoices(venues []healthcode.Venue, chosen string) []group {
	var g group
	for _, venue := range venues {
		g.choices = append(g.choices, choice{value: venue.ID, label: v.say(venue.Name) + " · " + venue.ID, chosen: venue.ID == chosen})
	}
	return []group{g}
}

// county names a county; a code that is none stands for itself.
func (v view) county(code string) string {
	if name := area.FullName(code); name.Complete() {
		return v.say(name)
	}
	return code
}
