package policy

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"healthcode"
)

// compiler turns a Document into a Policy and notes what is wrong on the way.
type compiler struct {
	*source
	policy *Policy
}

var identifier = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*$`)

// shapes are the shapes in which a state can be drawn.
var shapes = []string{"octagon", "triangle", "circle", "square", "diamond", "pentagon", "star"}

var paint = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)

// id notes an identifier that isn't one, and one that is there twice.
func (c *compiler) id(seen map[string]bool, id string, what string, path ...any) {
	switch {
	case !identifier.MatchString(id):
		c.at(path, "%s %q: use small letters, digits and hyphens", what, id)
	case seen[id]:
		c.at(path, "%s %q is there twice; give each its own", what, id)
	}
	seen[id] = true
}

// text notes a missing translation and a placeholder where none is filled in.
func (c *compiler) text(t healthcode.Text, required bool, path ...any) {
	name := path[len(path)-1]
	c.translated(t, required, path)
	if strings.ContainsAny(t.ZH+t.EN, "{}") {
		c.at(path, "%v: only the texts of rules, exits and the question have placeholders", name)
	}
}

// template notes a missing translation and an unknown placeholder.
func (c *compiler) template(t healthcode.Text, path ...any) {
	c.translated(t, true, path)
	for _, p := range append(placeholdersIn(t.ZH), placeholdersIn(t.EN)...) {
		if !slices.Contains(placeholders, p) {
			c.at(path, "%v: {%s} is no placeholder; use one of {%s}", path[len(path)-1], p, strings.Join(placeholders, "}, {"))
		}
	}
}

func (c *compiler) translated(t healthcode.Text, required bool, path []any) {
	name := path[len(path)-1]
	t = healthcode.Text{ZH: strings.TrimSpace(t.ZH), EN: strings.TrimSpace(t.EN)}
	switch {
	case t == (healthcode.Text{}) && required:
		c.at(path, "%v: the text is missing; write zh and en", name)
	case t.ZH == "" && t.EN != "":
		c.at(path, "%v: the Chinese translation (zh) is missing", name)
	case t.EN == "" && t.ZH != "":
		c.at(path, "%v: the English translation (en) is missing", name)
	}
}

func (c *compiler) header() {
	p := c.policy
	if !identifier.MatchString(p.Jurisdiction) {
		c.at([]any{"jurisdiction"}, "jurisdiction %q: give a short id such as beijing", p.Jurisdiction)
	}
	if p.Version == "" || strings.ContainsAny(p.Version, "@/ ") {
		c.at([]any{"version"}, "version %q: give one such as 2022-04, without @, / or spaces", p.Version)
	}
	c.text(p.Name, true, "name")
	c.text(p.Issued.By, true, "issued", "by")
	c.text(p.Issued.Document, false, "issued", "document")
	loc, err := time.LoadLocation(p.TimeZone)
	if err != nil || p.TimeZone == "" {
		c.at([]any{"timezone"}, "timezone %q: give an IANA name such as Asia/Shanghai", p.TimeZone)
	} else {
		p.Location = loc
		p.From = c.date(p.InForce.From, "in_force", "from")
		p.Until = c.date(p.InForce.Until, "in_force", "until")
		if !p.From.IsZero() && !p.Until.IsZero() && !p.From.Before(p.Until) {
			c.at([]any{"in_force", "until"}, "in_force: until must be later than from")
		}
	}
	c.states()
	contacts := make(map[string]bool)
	for i, contact := range p.Contacts {
		c.id(contacts, contact.Contact, "contact", "contacts", i, "contact")
		c.text(contact.Name, true, "contacts", i, "name")
		c.text(contact.Hours, false, "contacts", i, "hours")
		if contact.Phone == "" {
			c.at([]any{"contacts", i}, "contact %s: phone is missing; a person must be able to reach somebody", contact.Contact)
		}
	}
	holds := make(map[string]bool)
	for i, h := range p.Holds {
		c.id(holds, h.Hold, "hold", "holds", i, "hold")
		c.text(h.Name, true, "holds", i, "name")
		c.text(h.Advice, true, "holds", i, "advice")
		c.text(h.AdviceElsewhere, false, "holds", i, "advice_elsewhere")
		for j, duty := range h.Duties {
			c.text(duty, true, "holds", i, "duties", j)
		}
		if c.text(h.Basis, false, "holds", i, "basis"); len(h.Duties) > 0 && !h.Basis.Complete() {
			c.at([]any{"holds", i, "duties"}, "hold %s: duties rest on a law; name it under basis, in both languages", h.Hold)
		}
		if h.Essential && !p.Casework.Any() {
			c.at([]any{"holds", i, "essential_trips"}, "hold %s: essential trips are decided as cases; add casework and routing", h.Hold)
		}
		if !contacts[h.Owner] {
			c.at([]any{"holds", i, "owner"}, "hold %s: owner %q is none of the contacts", h.Hold, h.Owner)
		}
	}
	if len(p.Holds) > 64 {
		c.at([]any{"holds"}, "a policy can have 64 holds at the most")
	}
	for i, note := range p.Notes {
		c.text(note, true, "notes", i)
	}
	c.settings()
}

func (c *compiler) settings() {
	p := c.policy
	c.template(p.Question, "question")
	if p.Declaration.Version == "" {
		c.at([]any{"declaration"}, "declaration: give a version and a text; a person accepts it before registering")
	}
	c.text(p.Declaration.Text, true, "declaration", "text")
	c.text(p.People.Label, p.People.Max > 0, "people", "label")
	for i, kind := range p.People.Relations {
		if !slices.Contains(healthcode.RelationKinds, kind) {
			c.at([]any{"people", "relations", i}, "relation %q is none of %v", kind, healthcode.RelationKinds)
		}
	}
	positive := func(n int, path ...any) {
		if n <= 0 {
			c.at(path, "%v: give a number above 0", path[len(path)-1])
		}
	}
	positive(p.Retention.Visits, "retention", "visits")
	positive(p.Retention.Photos, "retention", "photos")
	positive(p.Pass.Valid, "pass", "valid")
	if b := p.Pass.Bound; b != 0 && (b < 300 || b > 43200) {
		c.at([]any{"pass", "bound"}, "bound: give 300 to 43200 seconds, for which a phone shows its code without asking; without it, 7200")
	}
	if p.FeverAt < 35 || p.FeverAt > 42 {
		c.at([]any{"fever_at"}, "fever_at: give the temperature in °C from which a person is sent to the fever clinic, such as 37.3")
	}
}

func (c *compiler) states() {
	p := c.policy
	if len(p.Colours) < 2 {
		c.at([]any{"colours"}, "colours: list at least two, the worst first; the last means that nothing is known against the person")
		return
	}
	state := func(s State, path ...any) {
		step := func(name string) []any { return append(slices.Clone(path), name) }
		c.text(s.Name, true, step("name")...)
		c.text(s.Means, true, step("means")...)
		c.text(s.Advice, true, step("advice")...)
		if !slices.Contains(shapes, s.Shape) {
			c.at(step("shape"), "shape %q is none of %s", s.Shape, strings.Join(shapes, ", "))
		}
		if !paint.MatchString(s.Paint) {
			c.at(step("paint"), "paint %q: give a colour such as \"#1a7f37\"", s.Paint)
		}
	}
	seen := map[string]bool{}
	used := map[string]bool{}
	for i, colour := range p.Colours {
		c.id(seen, colour.Colour, "colour", "colours", i, "colour")
		if colour.Colour == healthcode.StateHeld || colour.Colour == StateNone {
			c.at([]any{"colours", i}, "a colour can't be called %s; that is a state of its own", colour.Colour)
		}
		if used[colour.Shape] {
			c.at([]any{"colours", i, "shape"}, "shape %s is used twice; colours must differ without colour", colour.Shape)
		}
		used[colour.Shape] = true
		state(colour.State, "colours", i)
	}
	if len(p.Holds) > 0 {
		state(p.Held, "held")
		if used[p.Held.Shape] {
			c.at([]any{"held", "shape"}, "shape %s is used by a colour too; states must differ without colour", p.Held.Shape)
		}
	}
}

func (c *compiler) date(s string, path ...any) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, s, c.policy.Location)
	if err != nil {
		c.at(path, "%v: %q is no date such as 2022-04-01; a policy has a start and an end", path[len(path)-1], s)
	}
	return t
}
