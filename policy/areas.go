package policy

import (
	"slices"
	"time"

	"healthcode"
)

// Areas is an area history prepared for evaluation. It is immutable and safe
// for concurrent use.
type Areas struct {
	counties map[string]*healthcode.County
	cities   map[string]*healthcode.County // by the first four digits: all counties of the city as one
}

// NewAreas prepares a history.
func NewAreas(history healthcode.AreaHistory) *Areas {
	a := &Areas{
		counties: make(map[string]*healthcode.County, len(history.Areas)),
		cities:   make(map[string]*healthcode.County),
	}
	members := make(map[string][]*healthcode.County)
	for _, c := range history.Areas {
		c.Levels = changes(c.Levels)
		order(&c)
		a.counties[c.Code] = &c
		members[city(c.Code)] = append(members[city(c.Code)], &c)
	}
	for code, counties := range members {
		a.cities[code] = join(code, counties)
	}
	return a
}

// order brings a county's own copies of its lists into order, without counts of no case.
func order(c *healthcode.County) {
	c.LocalCases = slices.DeleteFunc(slices.Clone(c.LocalCases), func(n healthcode.CaseCount) bool { return n.Count <= 0 })
	slices.SortStableFunc(c.LocalCases, func(a, b healthcode.CaseCount) int { return a.Date.Compare(b.Date) })
	c.HardestHit = slices.Clone(c.HardestHit)
	slices.SortStableFunc(c.HardestHit, func(a, b healthcode.Period) int { return a.From.Compare(b.From) })
}

// join makes one area of a city's counties: at the level of its worst county,
// with the cases of all of them.
func join(code string, counties []*healthcode.County) *healthcode.County {
	if len(counties) == 1 {
		return counties[0]
	}
	city := &healthcode.County{Code: code}
	for _, c := range counties {
		city.LandPort = city.LandPort || c.LandPort
		city.HardestHit = append(city.HardestHit, c.HardestHit...)
		city.LocalCases = append(city.LocalCases, c.LocalCases...)
	}
	city.Levels = changes(worst(counties))
	order(city)
	return city
}

// worst walks over every change of the counties' levels and returns the worst
// level after each.
func worst(counties []*healthcode.County) []healthcode.LevelChange {
	type change struct {
		healthcode.LevelChange
		county int
	}
	var all []change
	for i, c := range counties {
		for _, l := range c.Levels {
			all = append(all, change{l, i})
		}
	}
	slices.SortStableFunc(all, func(a, b change) int { return a.From.Compare(b.From) })
	rank := make([]int, len(counties))
	at := [3]int{len(counties)} // how many counties are at each rank
	out := make([]healthcode.LevelChange, 0, len(all))
	for _, ch := range all {
		at[rank[ch.county]]--
		rank[ch.county] = ch.Level.Rank()
		at[rank[ch.county]]++
		level := 2
		for at[level] == 0 {
			level--
		}
		out = append(out, healthcode.LevelChange{From: ch.From, Level: healthcode.Levels[level]})
	}
	return out
}

// changes keeps the entries at which the level really changes: of several at
// one time the last, and none that says what was so already.
func changes(entries []healthcode.LevelChange) []healthcode.LevelChange {
	entries = slices.Clone(entries)
	slices.SortStableFunc(entries, func(a, b healthcode.LevelChange) int { return a.From.Compare(b.From) })
	out := entries[:0]
	level := healthcode.LevelLow // before its first entry
	for i, e := range entries {
		if i+1 < len(entries) && entries[i+1].From.Equal(e.From) || e.Level == level {
			continue
		}
		level = e.Level
		out = append(out, e)
	}
	return out
}

func city(code string) string { return code[:min(4, len(code))] }

// Level returns a county's level; low for one that the history doesn't name.
func (a *Areas) Level(code string, at time.Time) healthcode.Level {
	if c := a.counties[code]; c != nil {
		return c.LevelAt(at)
	}
	return healthcode.LevelLow
}

// CityLevel returns the highest level of any county in the city of a county:
// the one whose first four digits are the same.
func (a *Areas) CityLevel(code string, at time.Time) healthcode.Level {
	if c := a.cities[city(code)]; c != nil {
		return c.LevelAt(at)
	}
	return healthcode.LevelLow
}

// Name returns a county's name, or its code where the history has none.
func (a *Areas) Name(code string) healthcode.Text {
	if c := a.counties[code]; c != nil && c.Name.Complete() {
		return c.Name
	}
	return healthcode.Text{ZH: code, EN: code}
}

// areaSpan is a stretch of time in which a county is in a state; until is zero where it is still going on.
type areaSpan struct {
	from, until time.Time
}

// spans appends the stretches in which a county is in the state that a
// condition asks for, in order of their start.
func (cond *areaCondition) spans(out []areaSpan, c *healthcode.County, loc *time.Location) []areaSpan {
	switch {
	case cond.landPort && c.LandPort:
		return append(out, areaSpan{})
	case cond.landPort:
		return out
	case cond.hardestHit:
		for _, p := range c.HardestHit {
			out = append(out, areaSpan{p.From, p.To})
		}
		return out
	case cond.cases > 0:
		return cond.caseSpans(out, c, loc)
	}
	return cond.levelSpans(out, c)
}

// levelSpans joins neighbouring entries whose levels are both asked for.
func (cond *areaCondition) levelSpans(out []areaSpan, c *healthcode.County) []areaSpan {
	var from time.Time
	open := cond.levels[0] // before the first entry a county is low
	for _, change := range c.Levels {
		in := cond.levels[change.Level.Rank()]
		switch {
		case in && !open:
			from, open = change.From, true
		case !in && open:
			open = false
			out = append(out, areaSpan{from, change.From})
		}
	}
	if open {
		out = append(out, areaSpan{from, time.Time{}})
	}
	return out
}

// caseSpans finds, for each day with a case on which the sum over the window
// reaches the threshold, the time from that day until the sum falls below it.
func (cond *areaCondition) caseSpans(out []areaSpan, c *healthcode.County, loc *time.Location) []areaSpan {
	cases := c.LocalCases
	sum, first := 0, 0 // of cases[first..i], those still counted
	for i := range cases {
		for ; !dayEnd(cases[first].Date, cond.within, loc).After(cases[i].Date); first++ {
			sum -= cases[first].Count
		}
		sum += cases[i].Count
		if sum < cond.cases {
			continue
		}
		// The sum falls as the oldest days drop out.
		rest, last := sum, first
		for ; rest-cases[last].Count >= cond.cases; last++ {
			rest -= cases[last].Count
		}
		out = append(out, areaSpan{cases[i].Date, dayEnd(cases[last].Date, cond.within, loc)})
	}
	return out
}

// becomes returns when the county's level first changes to the given one after t.
func becomes(c *healthcode.County, level healthcode.Level, t time.Time) (time.Time, bool) {
	for _, change := range c.Levels {
		if change.Level == level && change.From.After(t) {
			return change.From, true
		}
	}
	return time.Time{}, false
}
