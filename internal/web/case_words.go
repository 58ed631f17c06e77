package web

import (
	"strings"

	"healthcode"
	"healthcode/internal/change"
	"healthcode/policy"
)

// caseSubject is what a case is about: the name of a hold, or of a colour with its rule.
func (v view) caseSubject(subject string) string {
	if hold, ok := v.policy.HoldOf(subject); ok {
		return v.say(hold.Name)
	}
	if subject == healthcode.OriginEssential {
		return v.say(textEssential)
	}
	name, _ := reasonOf([]*policy.Policy{v.policy}, subject)
	if name.ZH == subject {
		return subject
	}
	return v.joined(v.say(name), subject)
}

func (v view) office(id string) policy.Contact {
	contact, _ := v.policy.ContactOf(id)
	return contact
}

// overdue reports whether a case has stayed in its state for too long.
func (v view) overdue(c healthcode.Case) bool {
	return c.State != healthcode.CaseDecided && !v.now.Before(c.Due)
}

// entryText is what an entry of a case says, in words.
func (v view) entryText(e healthcode.CaseEntry) string {
	first, rest, _ := strings.Cut(e.Text, "\n")
	switch e.Kind {
	case "opened":
		return v.word(caseOrigins, first)
	case "escalated":
		return v.say(caseStates[healthcode.CaseState(first)])
	case "decided":
		if first == healthcode.OutcomeGranted {
			from, rest, _ := strings.Cut(rest, "\n")
			until, why, _ := strings.Cut(rest, "\n")
			return v.lines(v.joined(v.word(caseOutcomes, first), v.say(textEssentialDays, from, until)), why)
		}
		return v.lines(v.word(caseOutcomes, first), rest)
	case "application":
		from, rest, _ := strings.Cut(rest, "\n")
		until, evidence, _ := strings.Cut(rest, "\n")
		return v.lines(v.joined(v.word(essentialReasons, first), v.say(textEssentialDays, from, until)), evidence)
	case "commitment":
		return v.list(first, rest)
	case "moved":
		where, more, _ := strings.Cut(e.Text, "\n")
		stays, office, _ := strings.Cut(more, "\n")
		return v.list(v.say(policy.RoutePlaces[where]), v.say(policy.RoutePlaces[stays]), v.say(v.office(office).Name))
	case "proposed":
		ground, evidence, _ := strings.Cut(rest, "\n")
		return v.lines(v.joined(v.word(changeKinds, first), v.healthGround(ground)), evidence)
	case "extended":
		return v.lines(v.say(textHours, atoi(first)), rest)
	}
	return e.Text
}

func (v view) lines(lines ...string) string {
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

func (v view) healthGround(id string) string {
	info, _ := change.Ground(id).Info()
	return v.say(info.Text)
}

// entryBy says who wrote an entry; "" for the system.
func (v view) entryBy(e healthcode.CaseEntry) string {
	switch {
	case e.By != "":
		return e.By
	case e.Role == healthcode.RoleResident:
		return v.say(textCasePerson)
	}
	return ""
}

// groundChoices lists the grounds of a lift or a retraction.
func (v view) groundChoices(kind healthcode.Kind) []group {
	var g group
	for _, info := range change.Grounds {
		for _, k := range info.Kinds {
			if k == kind && info.Ground != change.GroundDeadline {
				g.choices = append(g.choices, choice{value: string(info.Ground), label: v.say(info.Text)})
			}
		}
	}
	return []group{g}
}

// placeChoices lists values of the routing table.
func (v view) placeChoices(values []string, chosen string) []choice {
	var list []choice
	for _, value := range values {
		list = append(list, choice{value: value, label: v.say(policy.RoutePlaces[value]), chosen: value == chosen})
	}
	return list
}
