package policy

import (
	"fmt"
	"slices"
	"strings"

	"healthcode"
)

// Verdict is what a venue does.
type Verdict string

// The verdicts.
const (
	Admit    Verdict = "admit"
	Measure  Verdict = "measure-temperature"
	Refer    Verdict = "refer"
	Refuse   Verdict = "refuse"
	Advisory Verdict = "advisory"
	NotUsed  Verdict = "not-used"
)

// Verdicts lists every verdict.
var Verdicts = []Verdict{Admit, Measure, Refer, Refuse, Advisory, NotUsed}

// StateNone is the state of somebody who shows no code.
const StateNone = "none"

// Temperature classes of a door's table.
const (
	tempNormal     = "normal"
	tempFever      = "fever"
	tempUnmeasured = "unmeasured"
)

var temperatures = []string{tempNormal, tempFever, tempUnmeasured}

// Grounds on which a venue may refer or refuse. Plate and household registration are none.
const (
	groundState       = "state"
	groundTemperature = "temperature"
	groundNoCode      = "no-code"
)

var grounds = []string{groundState, groundTemperature, groundNoCode}

// Capacities in which somebody comes to a venue. No decision depends on it: relatives and couriers are let in like residents.
var Capacities = []string{"resident", "staff", "visitor"}

// Decision is what a venue decides, and on what grounds: the state itself, temperature or no-code.
type Decision struct {
	Decision Verdict         `json:"decision"`
	Grounds  []string        `json:"grounds"`
	Text     healthcode.Text `json:"text"`
}

// VenueOf returns a kind of venue by its id.
func (d *Document) VenueOf(id string) (VenueKind, bool) {
	i := slices.IndexFunc(d.Venues, func(v VenueKind) bool { return v.Venue == id })
	if i < 0 {
		return VenueKind{}, false
	}
	return d.Venues[i], true
}

// Decide applies the door of a kind of venue to a state and a temperature in °C (nil = not
// measured). State "" or none means that no code was shown. Errors name what the policy doesn't have.
func (p *Policy) Decide(venue, state string, temperature *float64) (Decision, error) {
	kind, ok := p.VenueOf(venue)
	if !ok {
		var ids []string
		for _, v := range p.Venues {
			ids = append(ids, v.Venue)
		}
		return Decision{}, fmt.Errorf("venue %q: %s has none of that kind; use one of %s", venue, p.Jurisdiction, strings.Join(ids, ", "))
	}
	if state == "" || state == "no-code" {
		state = StateNone
	}
	if !slices.Contains(p.doorStates(), state) {
		return Decision{}, fmt.Errorf("state %q: %s has no such state; use one of %s", state, p.Jurisdiction, strings.Join(p.doorStates(), ", "))
	}
	class := tempUnmeasured
	if temperature != nil {
		switch {
		case *temperature < 30 || *temperature > 45 || *temperature != *temperature:
			return Decision{}, fmt.Errorf("temperature %g: no body temperature in °C; measure again", *temperature)
		case *temperature >= p.FeverAt:
			class = tempFever
		default:
			class = tempNormal
		}
	}
	row := p.door(kind.Door).row(state, class)
	if row == nil { // held, in a policy without holds
		return Decision{}, fmt.Errorf("state %q: %s has no holds", state, p.Jurisdiction)
	}
	d := Decision{Decision: row.Decision, Grounds: []string{}, Text: row.Text}
	for _, g := range row.Grounds {
		if g == groundState {
			g = state
		}
		d.Grounds = append(d.Grounds, g)
	}
	return d, nil
}

func (p *Policy) doorStates() []string {
	var states []string
	for _, c := range p.Colours {
		states = append(states, c.Colour)
	}
	return append(states, healthcode.StateHeld, StateNone)
}

func (d *Document) door(id string) *Door {
	i := slices.IndexFunc(d.Doors, func(door Door) bool { return door.Door == id })
	if i < 0 {
		return nil
	}
	return &d.Doors[i]
}

// row returns the first row that fits, or nil.
func (d *Door) row(state, temperature string) *DoorRow {
	for i := range d.Rows {
		r := &d.Rows[i]
		if (len(r.State) == 0 || slices.Contains(r.State, state)) &&
			(len(r.Temperature) == 0 || slices.Contains(r.Temperature, temperature)) {
			return r
		}
	}
	return nil
}

// doors checks that every door answers every state and temperature, that no
// code is never by itself a refusal, and that nobody is refused on unlisted grounds.
func (c *compiler) doors() {
	p := c.policy
	seen := map[string]bool{}
	for i := range p.Doors {
		door := &p.Doors[i]
		c.id(seen, door.Door, "door", "doors", i, "door")
		c.text(door.Name, true, "doors", i, "name")
		for j := range door.Rows {
			c.doorRow(door, &door.Rows[j], []any{"doors", i, "rows", j})
		}
		for _, state := range p.doorStates() {
			for _, temperature := range temperatures {
				row := door.row(state, temperature)
				switch {
				case row == nil && state == healthcode.StateHeld && len(p.Holds) == 0: // nobody is ever held
				case row == nil:
					c.at([]any{"doors", i}, "door %s: no row fits state %s with temperature %s", door.Door, state, temperature)
				case row.Decision == Refuse && (state == StateNone || state == healthcode.StateHeld):
					c.at([]any{"doors", i}, "door %s: %s is never by itself a refusal; refer instead", door.Door, state)
				}
			}
		}
	}
	venues := map[string]bool{}
	for i, v := range p.Venues {
		c.id(venues, v.Venue, "venue", "venues", i, "venue")
		c.text(v.Name, true, "venues", i, "name")
		if p.door(v.Door) == nil {
			c.at([]any{"venues", i, "door"}, "venue %s: there is no door %q", v.Venue, v.Door)
		}
	}
	if len(p.Venues) == 0 {
		c.at([]any{"venues"}, "venues: list at least one kind, and the door that it uses")
	}
}

func (c *compiler) doorRow(door *Door, r *DoorRow, path []any) {
	if !slices.Contains(Verdicts, r.Decision) {
		c.at(append(path, "decision"), "decision %q is none of %v", r.Decision, Verdicts)
	}
	for _, s := range r.State {
		if !slices.Contains(c.policy.doorStates(), s) {
			c.at(append(path, "state"), "state %q is none of %s", s, strings.Join(c.policy.doorStates(), ", "))
		}
	}
	for _, t := range r.Temperature {
		if !slices.Contains(temperatures, t) {
			c.at(append(path, "temperature"), "temperature %q is none of %s", t, strings.Join(temperatures, ", "))
		}
	}
	for _, g := range r.Grounds {
		if !slices.Contains(grounds, g) {
			c.at(append(path, "grounds"), "ground %q isn't lawful; use one of %s", g, strings.Join(grounds, ", "))
		}
	}
	if r.Decision == Refuse && len(r.Grounds) == 0 {
		c.at(path, "door %s: a refusal needs a ground", door.Door)
	}
	c.text(r.Text, true, append(path, "text")...)
}
