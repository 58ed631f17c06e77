package policy

import (
	"cmp"
	"slices"
	"time"

	"healthcode"
)

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
	e := end{End: doc, line: c.line(path...)}
	c.template(doc.Exit, append(path, "exit")...)
	if doc.Ends == "" {
		c.at(path, "ends: say what this end waits for, such as test-result; automatic where the clock alone brings it")
	}
	moment := doc.First == "" && doc.Moment != (Moment{})
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
	if doc.First == "" && (doc.Before != 0 || doc.Several != Several{}) {
		c.at(path, "before, at_least and apart go with first")
	}
	switch {
	case moment:
		e.kind = endMoment
		e.moment = c.moment(doc.Moment, r.On, path)
		e.where = c.condition(doc.Where, r.On, "", append(path, "where"))
		c.empty(r, doc, path)
	case doc.First != "":
		e.kind = endFirst
		if !c.kind(doc.First, append(path, "first")...) {
			return e
		}
		c.number(doc.Before, append(path, "before"))
		e.seek = seek{slot: c.policy.firsts, kind: doc.First, at: c.foundAt(doc, path),
			before: time.Duration(doc.Before) * time.Hour,
			where:  c.condition(doc.Where, r.On, doc.First, append(path, "where"))}
		c.several(&e.seek, doc.Several, path)
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

// foundAt reads when a found fact counts: at its time (or its end, for a kind
// with spans) unless the end says otherwise.
func (c *compiler) foundAt(doc *End, path []any) moment {
	m, name := doc.Moment, "time"
	if doc.First.Spans() {
		name = "to"
	}
	switch {
	case m == Moment{}:
		m.At = name
	case m.At == "" && m.After == "":
		m.After = name
	}
	return c.moment(m, doc.First, path)
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

// empty notes a span that ends before it starts, whatever the fact. An end with a
// condition may do so: it excepts the facts that fulfil it.
func (c *compiler) empty(r *Rule, doc *End, path []any) {
	from := Moment{At: "start"}
	if r.From != nil {
		from = *r.From
	}
	a, ok := offset(from, r.On)
	b, also := offset(doc.Moment, r.On)
	if doc.Where == "" && ok && also && a.of == b.of && (b.most <= a.least || a == b) {
		c.at(path, "rule %s can't match: it would end before it starts", r.Rule)
	}
}

// hoursAfter is how many hours after a time of the fact a moment lies.
type hoursAfter struct {
	of          string
	least, most int
}

// offset returns where a moment lies; ok is false where that depends on the fact.
func offset(m Moment, kind healthcode.Kind) (o hoursAfter, ok bool) {
	o.of = cmp.Or(m.At, m.After, "start")
	if o.of == "time" || o.of == "from" { // one of them is the start of every kind
		o.of = "start"
	}
	switch {
	case m.FullDays != nil:
		o.least, o.most = 24**m.FullDays, 24*(*m.FullDays+1)
	case m.Hours != nil:
		o.least, o.most = *m.Hours, *m.Hours
	}
	return o, o.of != "recorded"
}
