package web

import "healthcode"

var reportSteps = []healthcode.Text{textStepFillIn, textStepReview, textStepSent}

func symptomChoices(v view, f reportFields) []choice {
	all := []choice{{value: "none", label: v.say(textNoneOfThese), chosen: f.chosen("symptom", "none")}}
	for _, s := range symptoms {
		all = append(all, choice{value: s.id, label: v.say(s.text), chosen: f.chosen("symptom", s.id)})
	}
	return all
}

// contactChoices are the kinds of contact that a person can know of.
func contactChoices(v view, f reportFields) []choice {
	var all []choice
	for _, class := range []string{"close", "symptomatic-contact", "same-building"} {
		all = append(all, choice{value: class, label: v.word(classes, class), chosen: f.chosen("class", class)})
	}
	return all
}

func quarantineChoices(v view, f reportFields) []choice {
	var all []choice
	for _, place := range []string{"designated", "home"} {
		all = append(all, choice{value: place, label: v.word(places, place), chosen: f.chosen("place", place)})
	}
	return all
}

func doneChoices(v view, f reportFields) []choice {
	return []choice{
		{value: "no", label: v.say(textStillGoing), chosen: f.chosen("completed", "no")},
		{value: "yes", label: v.say(textDone), chosen: f.chosen("completed", "yes")},
	}
}

func areaLabel(v view, f reportFields) string {
	if f.Get("province") == abroad {
		return v.say(textCountryOnly)
	}
	return v.say(textCounty)
}
