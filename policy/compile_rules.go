package policy

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"healthcode"
)

func (c *compiler) rules() {
	p := c.policy
	if len(p.Rules) == 0 {
		c.at([]any{"rules"}, "the policy is empty: it has no rules")
		return
	}
	seen := make(map[string]bool)
	p.rules = make([]rule, len(p.Rules))
	for i := range p.Rules {
		doc := &p.Rules[i]
		path := []any{"rules", i}
		// One rule may raise two colours, each with an end of its own.
		if key := doc.Rule + " for " + doc.Colour + doc.Hold; seen[key] {
			c.at([]any{"rules", i, "rule"}, "rule %s is there twice; give each its own id", key)
		} else {
			c.id(map[string]bool{}, doc.Rule, "rule", "rules", i, "rule")
			seen[key] = true
		}
		r := rule{Rule: doc, index: i, colour: -1, hold: -1, line: c.line(path...)}
		c.effect(&r, path)
		c.template(doc.Text, "rules", i, "text")
		if !c.kind(doc.On, "rules", i, "on") {
			continue
		}
		if slices.Contains([]healthcode.Kind{healthcode.KindLift, healthcode.KindRetraction}, doc.On) {
			c.at(append(path, "on"), "rule %s can't match: %s raises nothing", doc.Rule, article(string(doc.On)))
			continue
		}
		r.where = c.condition(doc.Where, doc.On, "", append(path, "where"))
		r.given = c.others(doc, doc.Given, path, "given")
		r.unless = c.others(doc, doc.Unless, path, "unless")
		r.area = c.area(doc, path)
		if doc.From != nil {
			r.from = c.moment(*doc.From, doc.On, append(path, "from"))
		}
		r.ends = c.ends(doc, path)
		p.rules[i] = r
		p.byKind[doc.On] = append(p.byKind[doc.On], &p.rules[i])
	}
}

// effect sets what the rule raises: a colour or a hold.
func (c *compiler) effect(r *rule, path []any) {
	switch {
	case (r.Colour == "") == (r.Hold == ""):
		c.at(path, "rule %s: give either colour or hold", r.Rule.Rule)
	case r.Colour != "":
		if r.colour = c.policy.colourIndex(r.Colour); r.colour < 0 {
			c.at(append(path, "colour"), "rule %s: %q is none of the policy's colours", r.Rule.Rule, r.Colour)
		} else if r.colour == len(c.policy.Colours)-1 {
			c.at(append(path, "colour"), "rule %s can't match: %s is what a person has when no rule matches", r.Rule.Rule, r.Colour)
		}
	default:
		if r.hold = c.policy.holdIndex(r.Hold); r.hold < 0 {
			c.at(append(path, "hold"), "rule %s: %q is none of the policy's holds", r.Rule.Rule, r.Hold)
		}
		if i := c.policy.holdIndex(r.Rule.Rule); i >= 0 && i != r.hold {
			c.at(append(path, "rule"), "rule %s raises hold %s but is called like another hold; a lift names a hold or a rule, so give it an id of its own", r.Rule.Rule, r.Hold)
		}
	}
}

func (c *compiler) kind(kind healthcode.Kind, path ...any) bool {
	if kind.Fields() == nil {
		c.at(path, "%v: %q is not a kind of fact; use one of %v", path[len(path)-1], kind, healthcode.Kinds)
		return false
	}
	return true
}

func (c *compiler) others(r *Rule, list []Other, path []any, name string) []seek {
	var out []seek
	for i, o := range list {
		at := append(slices.Clone(path), name, i)
		if !c.kind(o.Any, append(at, "any")...) {
			continue
		}
		s := seek{slot: c.policy.firsts, kind: o.Any, any: true,
			where: c.condition(o.Where, r.On, o.Any, append(at, "where"))}
		c.several(&s, o.Several, at)
		c.policy.firsts++
		out = append(out, s)
	}
	return out
}

func (c *compiler) several(s *seek, doc Several, path []any) {
	c.number(doc.AtLeast, append(path, "at_least"))
	c.number(doc.Apart, append(path, "apart"))
	if doc.Apart > 0 && doc.AtLeast < 2 {
		c.at(append(path, "apart"), "apart, in hours, goes with at_least: 2 or more")
	}
	s.atLeast, s.apart = max(1, doc.AtLeast), time.Duration(doc.Apart)*time.Hour
}

func (c *compiler) area(r *Rule, path []any) *areaCondition {
	doc := r.Area
	if doc == nil {
		return nil
	}
	path = append(slices.Clone(path), "area")
	cond := &areaCondition{cases: doc.Cases, within: doc.Within, landPort: doc.LandPort, hardestHit: doc.HardestHit, reach: doc.Reach}
	switch of := doc.Of; {
	case (of == "" || of == "area") && r.On == healthcode.KindStay:
	case (of == "" || of == "origin") && r.On == healthcode.KindArrival:
		cond.ofOrigin = true
	default:
		c.at(path, "rule %s can't match: %s has no county; an area condition goes with stay (of: area) or arrival (of: origin)", r.Rule, article(string(r.On)))
	}
	if cond.ofCity = doc.Unit == "city"; !cond.ofCity && doc.Unit != "" && doc.Unit != "county" {
		c.at(append(path, "unit"), "area: unit %q is neither county nor city", doc.Unit)
	}
	given := 0
	for _, set := range []bool{len(doc.Level) > 0, doc.Cases > 0, doc.LandPort, doc.HardestHit} {
		if set {
			given++
		}
	}
	if given != 1 {
		c.at(path, "area: give exactly one of level, cases, land_port and hardest_hit")
	}
	for i, level := range doc.Level {
		if !slices.Contains(healthcode.Levels, level) {
			c.at(append(path, "level", i), "rule %s can't match: level %q is none of %v", r.Rule, level, healthcode.Levels)
			continue
		}
		cond.levels[level.Rank()] = true
	}
	c.number(doc.Cases, append(path, "cases"))
	c.number(doc.Within, append(path, "within"))
	c.number(doc.Reach, append(path, "reach"))
	if (doc.Within > 0) != (doc.Cases > 0) {
		c.at(path, "area: cases and within go together: so many cases, counted for so many full days")
	}
	return cond
}

var anchors = map[string]anchor{"": anchorStart, "start": anchorStart, "time": anchorTime, "from": anchorFrom,
	"to": anchorTo, "recorded": anchorRecorded}

// anchor reads the name of a time and notes one that the kind doesn't have.
func (c *compiler) anchor(name string, kind healthcode.Kind, path []any) anchor {
	a, ok := anchors[name]
	switch {
	case !ok:
		c.at(path, "%q is none of start, time, from, to, recorded", name)
	case a == anchorTime && kind.Spans():
		c.at(path, "%s has from and to instead of time", article(string(kind)))
	case (a == anchorFrom || a == anchorTo) && !kind.Spans():
		c.at(path, "%s has time instead of from and to", article(string(kind)))
	}
	return a
}

func (c *compiler) moment(doc Moment, kind healthcode.Kind, path []any) moment {
	given := 0
	for _, set := range []bool{doc.At != "", doc.FullDays != nil, doc.Hours != nil} {
		if set {
			given++
		}
	}
	if given != 1 {
		c.at(path, "give exactly one of at, full_days and hours")
		return moment{}
	}
	if doc.At != "" {
		if doc.After != "" {
			c.at(path, "after goes with full_days or hours")
		}
		return moment{anchor: c.anchor(doc.At, kind, path)}
	}
	m := moment{anchor: c.anchor(doc.After, kind, path), unit: unitDays}
	n := doc.FullDays
	if n == nil {
		n, m.unit = doc.Hours, unitHours
	}
	m.n = *n
	c.number(m.n, path)
	return m
}

// maxNumber bounds days, hours and counts: more than anybody lives.
const maxNumber = 1_000_000

func (c *compiler) number(n int, path []any) {
	if n < 0 || n > maxNumber {
		c.at(path, "%d is no such number; give one from 0 to %d", n, maxNumber)
	}
}

// condition compiles an expression about a fact of kind on and, where it isn't
// "", another of kind it; and notes what makes it impossible.
func (c *compiler) condition(source string, on, it healthcode.Kind, path []any) *condition {
	cond, err := compileCondition(source, c.policy.Location)
	if err != nil {
		c.at(path, "where: %s", oneLine(err.Error()))
		return nil
	}
	if cond != nil {
		for _, fault := range cond.faults(on, it) {
			c.at(path, "where: %s", fault)
		}
	}
	return cond
}

// place is where CEL says that a fault is, in the expression alone.
var place = regexp.MustCompile(`^<input>:-?\d+:-?\d+: `)

func oneLine(s string) string {
	first, rest, _ := strings.Cut(strings.TrimPrefix(s, "ERROR: "), "\n")
	first = place.ReplaceAllString(first, "")
	if i := strings.Index(rest, "|"); i >= 0 {
		if line, _, _ := strings.Cut(rest[i+1:], "\n"); strings.TrimSpace(line) != "" {
			first += " in " + strings.TrimSpace(line)
		}
	}
	return first
}
