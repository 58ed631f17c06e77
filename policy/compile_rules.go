package policy

import (
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
		r := rule{Rule: doc, index: i, colour: -1, hold: -1}
		c.effect(&r, path)
		c.text(doc.Text, true, "rules", i, "text")
		if !c.kind(doc.On, "rules", i, "on") {
			continue
		}
		if slices.Contains([]healthcode.Kind{healthcode.KindLift, healthcode.KindRetraction}, doc.On) {
			c.at(append(path, "on"), "rule %s can't match: a %s raises nothing", doc.Rule, doc.On)
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
	}
}

func (c *compiler) kind(kind healthcode.Kind, path ...any) bool {
	if kind.Fields() == nil {
		c.at(path, "%v: %q is not a kind of fact; use one of %v", path[len(path)-1], kind, healthcode.Kinds)
		return false
	}
	return true
}

func (c *compiler) others(r *Rule, list []Other, path []any, name string) []other {
	var out []other
	for i, o := range list {
		at := append(slices.Clone(path), name, i)
		if !c.kind(o.Any, append(at, "any")...) {
			continue
		}
		s := seek{slot: c.policy.firsts, kind: o.Any, any: true,
			where: c.condition(o.Where, r.On, o.Any, append(at, "where"))}
		c.policy.firsts++
		out = append(out, other{s, max(1, o.AtLeast)})
	}
	return out
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
		c.at(path, "rule %s can't match: a %s has no county; an area condition goes with stay (of: area) or arrival (of: origin)", r.Rule, r.On)
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
	if doc.Cases < 0 || doc.Within < 0 || doc.Reach < 0 {
		c.at(path, "area: cases, within and reach can't be negative")
	}
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
		c.at(path, "a %s has from and to instead of time", kind)
	case (a == anchorFrom || a == anchorTo) && !kind.Spans():
		c.at(path, "a %s has time instead of from and to", kind)
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
	if m.n = *n; m.n < 0 {
		c.at(path, "a number of days or hours can't be negative")
	}
	return m
}

func (c *compiler) ends(r *Rule, path []any) []end {
	if len(r.Until) == 0 {
		what := "hold " + r.Hold
		if r.Colour != "" {
			what = "colour " + r.Colour
		}
		c.at(path, "rule %s: the %s has no exit; give at least one end under until", r.Rule, what)
		return nil
	}
	ends := make([]end, 0, len(r.Until))
	for i := range r.Until {
		ends = append(ends, c.end(r, &r.Until[i], append(slices.Clone(path), "until", i)))
	}
	return ends
}

func (c *compiler) end(r *Rule, doc *End, path []any) end {
	e := end{End: doc}
	c.text(doc.Exit, true, append(path, "exit")...)
	if doc.Ends == "" {
		c.at(path, "ends: say what this end waits for, such as test-result; automatic where the clock alone brings it")
	}
	moment := doc.FullDays != nil || doc.Hours != nil || doc.At != "" && doc.First == ""
	given := 0
	for _, set := range []bool{moment, doc.First != "", doc.Area != "", doc.Lift} {
		if set {
			given++
		}
	}
	if given != 1 {
		c.at(path, "rule %s: give each end exactly one of full_days, hours, at, first, area and lift", r.Rule)
		return e
	}
	if doc.Before != 0 && doc.First == "" {
		c.at(append(path, "before"), "before goes with first")
	}
	switch {
	case moment:
		e.kind = endMoment
		e.moment = c.moment(doc.Moment, r.On, path)
		e.where = c.condition(doc.Where, r.On, "", append(path, "where"))
		c.empty(r, e.moment, path)
	case doc.First != "":
		e.kind = endFirst
		if !c.kind(doc.First, append(path, "first")...) {
			return e
		}
		name := doc.At
		if name == "" {
			name = "time"
			if doc.First.Spans() {
				name = "to"
			}
		}
		if doc.Before < 0 {
			c.at(append(path, "before"), "before can't be negative")
		}
		e.seek = seek{slot: c.policy.firsts, kind: doc.First, at: c.anchor(name, doc.First, append(path, "at")),
			before: time.Duration(doc.Before) * time.Hour,
			where:  c.condition(doc.Where, r.On, doc.First, append(path, "where"))}
		c.policy.firsts++
	case doc.Area != "":
		c.areaEnd(r, doc, &e, path)
	default:
		e.kind = endLift
		if r.Colour != "" {
			c.at(path, "rule %s: a lift ends a hold and never changes a colour", r.Rule)
		}
	}
	if doc.Where != "" && (doc.Area != "" || doc.Lift) {
		c.at(append(path, "where"), "where goes with full_days, hours, at or first")
	}
	return e
}

func (c *compiler) areaEnd(r *Rule, doc *End, e *end, path []any) {
	if r.Area == nil {
		c.at(append(path, "area"), "rule %s: area ends go with a rule that has an area condition", r.Rule)
	}
	if doc.Area == "ends" {
		e.kind = endAreaEnds
		return
	}
	e.kind, e.level = endAreaLevel, healthcode.Level(doc.Area)
	if !slices.Contains(healthcode.Levels, e.level) {
		c.at(append(path, "area"), "area: %q is neither ends nor one of %v", doc.Area, healthcode.Levels)
	}
}

// empty notes a span that ends before it starts, whatever the fact.
func (c *compiler) empty(r *Rule, until moment, path []any) {
	from := moment{}
	if r.From != nil {
		from = c.quiet(*r.From)
	}
	if from.anchor == until.anchor && from.unit == until.unit && until.n <= from.n && until.unit != unitNone {
		c.at(path, "rule %s can't match: it would end before it starts", r.Rule)
	}
}

// quiet reads a moment whose faults are noted elsewhere.
func (c *compiler) quiet(doc Moment) moment {
	m := moment{anchor: anchors[doc.After]}
	switch {
	case doc.FullDays != nil:
		m.unit, m.n = unitDays, *doc.FullDays
	case doc.Hours != nil:
		m.unit, m.n = unitHours, *doc.Hours
	default:
		m.anchor = anchors[doc.At]
	}
	return m
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

func oneLine(s string) string {
	first, rest, _ := strings.Cut(strings.TrimPrefix(s, "ERROR: "), "\n")
	if i := strings.Index(rest, "|"); i >= 0 {
		if line, _, _ := strings.Cut(rest[i+1:], "\n"); strings.TrimSpace(line) != "" {
			first += " in " + strings.TrimSpace(line)
		}
	}
	return first
}
