package web

import (
	"github.com/a-h/templ"

	"healthcode"
	"healthcode/internal/identity"
	"healthcode/internal/resident"
)

// phoneTemplate is a page about one phone.
type phoneTemplate func(view, phoneForm) templ.Component

// unboundWords says when a number was unbound, and for how long it still has to be declared.
func unboundWords(v view, p resident.MyPhone) string {
	if p.DaysLeft <= 0 {
		return v.say(textPhoneUnboundToday, v.day(p.Unbound), v.moment(p.DeleteAfter))
	}
	return v.say(textPhoneUnbound, v.day(p.Unbound), p.DaysLeft, v.moment(p.DeleteAfter))
}

func lossWords(v view, l healthcode.PhoneLoss) string {
	switch l.State {
	case healthcode.PhoneLossAsked:
		return v.say(textPhoneLossAsked, v.moment(l.Asked))
	case healthcode.PhoneLossConfirmed:
		return v.say(textPhoneLossConfirmed, v.moment(l.Decided))
	case healthcode.PhoneLossRefused:
		return v.say(textPhoneLossRefused, v.moment(l.Decided))
	}
	return ""
}

func kindChoices(v view, chosen string) []choice {
	var all []choice
	for _, k := range healthcode.RelationKinds {
		all = append(all, choice{value: string(k), label: v.say(identity.RelationLabel(k)), chosen: string(k) == chosen})
	}
	return all
}

func wordChoices(v view, values []string, words map[string]healthcode.Text, chosen string) []choice {
	var all []choice
	for _, value := range values {
		all = append(all, choice{value: value, label: v.word(words, value), chosen: value == chosen})
	}
	return all
}

// lostGroundField is optional for the browser, since "can't be confirmed" needs no ground.
func lostGroundField(v view, page lostPhoneList, id string) field {
	f := field{name: "ground", label: v.say(textLostGround), kind: "radio", optional: true}
	if page.id == id {
		f.errors = page.errors
	}
	return f
}
