package web

import (
	"strconv"

	"healthcode"
	"healthcode/internal/travel"
)

// travelWhys say why a certificate ended; an officer's ground is in the travel policy.
var travelWhys = map[string]healthcode.Text{healthcode.TravelEndedHolder: textTravelWhyHolder,
	healthcode.TravelEndedSuperseded: textTravelWhyNext, healthcode.TravelEndedRetracted: textTravelWhyFact}

// linkStates say what a link can do, and what came of a try.
var linkStates = map[string]healthcode.Text{"open": textLinkOpen, "locked": textLinkLocked, "used-up": textLinkUsed, "expired": textLinkOver,
	"ended": textLinkEnded, "opened": textLinkOpened, "wrong-passcode": textLinkWrong}

// travelState says whether a certificate stands, and if not why.
func (v view) travelState(p *travel.Policy, c *healthcode.TravelCertificate) string {
	switch {
	case c.Stands(v.now):
		return v.say(textTravelStands, v.moment(c.Expires))
	case c.Ended.IsZero():
		return v.say(textTravelOver, v.moment(c.Expires))
	}
	why := v.word(travelWhys, c.Why)
	if g, ok := p.Ground(c.Why); ok {
		why = v.say(g.Name)
	}
	return v.say(textTravelEnded, v.moment(c.Ended), why)
}

// travelName says what a certificate is about.
func (v view) travelName(p *travel.Policy, c *healthcode.TravelCertificate) string {
	rule, _ := p.Content(c.Content)
	return v.list(v.say(rule.Name), v.say(travel.DirectionNames[c.Direction]))
}

func (f travelRequest) directions(v view) []choice {
	var all []choice
	for _, d := range f.policy.Directions {
		all = append(all, choice{value: string(d), label: v.say(travel.DirectionNames[d]), chosen: d == f.Direction})
	}
	return all
}

func (f travelRequest) kinds(v view) []choice {
	var all []choice
	for _, d := range f.policy.Documents {
		all = append(all, choice{value: d.Kind, label: v.say(d.Name), chosen: d.Kind == f.Document.Kind})
	}
	return all
}

// contents are the facts that can be certified.
func (f travelRequest) contents(v view) []choice {
	var all []choice
	for _, o := range f.offers {
		if !o.Ready() {
			continue
		}
		chosen := false
		for _, ref := range f.Facts {
			chosen = chosen || ref == o.Fact.Ref()
		}
		all = append(all, choice{value: certifiedFact(o.Fact.Ref()), label: v.list(v.say(o.Content.Name), v.moment(o.Fact.Time)),
			hint: v.list(factWords(v, o.Fact), v.say(textTravelStands, v.moment(o.Until))), chosen: chosen})
	}
	return all
}

func (f travelRequest) field(name, label, hint, value string, max int, optional bool) field {
	return field{name: name, label: label, hint: hint, value: value, max: max, optional: optional, errors: f.errors}
}

// orDefault is the number that a form begins with.
func orDefault(n, otherwise int) string {
	if n <= 0 {
		n = otherwise
	}
	return strconv.Itoa(n)
}
