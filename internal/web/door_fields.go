package web

import "time"

func doorTitle(v view, d door) string {
	if d.answer != nil {
		return v.say(verdictWords[d.answer.Decision.Decision])
	}
	return v.say(textDoor)
}

func doorCodeField(v view, d door) field {
	return field{name: "code", label: v.say(textDoorCode), hint: v.say(textDoorCodeHint), errors: d.errors}
}

func doorTemperatureField(v view, d door) field {
	return field{name: "temperature", label: v.say(textDoorTemperature), optional: d.again == "", errors: d.errors}
}

// clock writes the time of day in the jurisdiction's time zone.
func (v view) clock(t time.Time) string { return t.In(v.now.Location()).Format("15:04:05") }
