package web

import (
	"strings"

	"healthcode"
	"healthcode/internal/resident"
	"healthcode/internal/status"
	"healthcode/policy"
)

// maskNumber shows the ends of a document number: enough for its holder to know which it is.
func maskNumber(number string) string {
	n := len(number)
	if n < 6 {
		return strings.Repeat("*", n)
	}
	return number[:2] + strings.Repeat("*", n-5) + number[n-3:]
}

func deviceName(v view, device string) string {
	if device == "" {
		return v.say(textUnknownDevice)
	}
	return device
}

func photoField(v view, f photoForm) field {
	return field{name: "photo", label: v.say(textPhotoLabel), hint: v.say(textPhotoHint), errors: f.errors}
}

// lookWords says who looked, and why.
func lookWords(v view, l resident.Look) string {
	who := v.word(lookRoles, string(l.Role))
	switch l.Purpose {
	case status.LookDevice:
		return v.list(v.say(textYourDevice, deviceName(v, l.By)), v.word(lookPurposes, l.Purpose))
	case status.LookOtherDevice:
		return v.list(v.say(textAnotherBrowser), v.word(lookPurposes, l.Purpose))
	}
	if l.Role == healthcode.RoleResident {
		who = v.say(textLookBy, l.By)
	}
	where := ""
	switch {
	case l.Place != (healthcode.Text{}):
		where = v.say(textLookVenue, v.say(l.Place))
	case l.Venue != "":
		where = v.say(textLookVenue, l.Venue)
	}
	return v.list(who, v.word(lookPurposes, l.Purpose), where)
}

// placeName is the name of a jurisdiction's code.
func placeName(set *policy.Set, jurisdiction string) healthcode.Text {
	versions := set.Versions(jurisdiction)
	if len(versions) == 0 {
		return healthcode.Text{ZH: jurisdiction, EN: jurisdiction}
	}
	return versions[len(versions)-1].Name
}

// declarationText is the text of the declaration that was accepted, where its policy is still here.
func declarationText(set *policy.Set, r healthcode.Registration) healthcode.Text {
	for _, p := range set.Versions(r.Jurisdiction) {
		if p.Declaration.Version == r.Declaration {
			return p.Declaration.Text
		}
	}
	return healthcode.Text{}
}
