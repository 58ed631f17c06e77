package policy_test

import (
	"slices"

	"healthcode"
)

// table returns the rows of a published policy, as its table has them.
func (o *oracle) table(ref string) (rows []row, colours []string) {
	switch ref {
	case "beijing@2020-03":
		return o.beijing2020(), []string{"red", "yellow", "green"}
	case "beijing@2022-04":
		return o.beijing2022(), []string{"red", "yellow", "green"}
	case "tianjin@2020-02":
		return o.tianjin(), []string{"red", "orange", "green"}
	case "ningbo@2020-02":
		return o.ningbo(), []string{"red", "yellow", "green"}
	}
	panic(ref)
}

// observed reports whether a verified quarantine that ended at or after an event is known by t.
func (o *oracle) observed(event, t int64) bool {
	return o.any(healthcode.KindQuarantine, func(q healthcode.Fact) bool { return unix(q.To) >= event && verified(q) <= t })
}

// beijingColours are the rows that both versions have.
func (o *oracle) beijingColours() []row {
	return []row{
		{rule: "diagnosis", colour: "red", holds: o.diagnosed},
		{rule: "close-contact", colour: "red", holds: func(t int64) bool {
			return o.any(healthcode.KindContact, func(f healthcode.Fact) bool {
				return f.Class == "close" && unix(f.Time) <= t && !o.observed(unix(f.Time), t)
			})
		}},
		{rule: "designated-observation", colour: "red", holds: o.quarantined([]string{"designated"}, verified)},
		{rule: "home-observation", colour: "yellow", holds: o.quarantined([]string{"home"}, verified)},
	}
}

func (o *oracle) beijing2020() []row {
	return append(o.beijingColours(),
		row{rule: "entry", colour: "red", holds: func(t int64) bool {
			return o.any(healthcode.KindEntry, func(f healthcode.Fact) bool { return unix(f.Time) <= t && t < after(unix(f.Time), 14) })
		}},
		row{rule: "travel", hold: "unconfirmed", holds: func(t int64) bool {
			return o.any(healthcode.KindArrival, func(f healthcode.Fact) bool {
				return unix(f.Time) <= t && t < after(unix(f.Time), 14) && !o.observed(unix(f.Time), t) && !o.lifted("unconfirmed", "travel", f, t)
			})
		}})
}

// negative reports whether a negative nucleic-acid result is known by t, for a sample taken at or after an instant.
func (o *oracle) negative(since, t int64) bool {
	return o.any(healthcode.KindTest, func(f healthcode.Fact) bool {
		return f.Analyte == "nucleic-acid" && f.Result == "negative" && unix(f.Time) >= since && max(unix(f.Time), known(f)) <= t
	})
}

// declared reports whether a declaration was made at or after an event and by t that fulfils ok.
func (o *oracle) declared(event, t int64, ok func(healthcode.Fact) bool) bool {
	return o.any(healthcode.KindDeclaration, func(d healthcode.Fact) bool { return unix(d.Time) >= event && unix(d.Time) <= t && ok(d) })
}

// unstarred reports that no county of a declaration is in a city with a medium or high county at that time.
func (o *oracle) unstarred(d healthcode.Fact) bool {
	for _, code := range d.Visited {
		for other := range o.areas {
			if len(other) == 6 && len(code) == 6 && other[:4] == code[:4] && o.level(other, unix(d.Time)) != healthcode.LevelLow {
				return false
			}
		}
	}
	return true
}

// becameLow reports whether the county's level changed to low after an instant and by t.
func (o *oracle) becameLow(code string, since, t int64) bool {
	return slices.ContainsFunc(o.areas[code].Levels, func(l healthcode.LevelChange) bool {
		at := unix(l.From)
		return at > since && at <= t && o.level(code, at) == healthcode.LevelLow && o.level(code, at-1) != healthcode.LevelLow
	})
}

func (o *oracle) beijing2022() []row {
	hold := func(rule, hold string, kind healthcode.Kind, open func(f healthcode.Fact, t int64) bool) row {
		return row{rule: rule, hold: hold, holds: func(t int64) bool {
			return o.any(kind, func(f healthcode.Fact) bool {
				return start(f) <= t && !(kind == healthcode.KindStay && !strong(f)) && !o.lifted(hold, rule, f, t) && open(f, t)
			})
		}}
	}
	return append(o.beijingColours(),
		hold("county-with-cases", "1", healthcode.KindStay, func(s healthcode.Fact, t int64) bool {
			return t < after(unix(s.To), 14) && slices.ContainsFunc(o.areas[s.Area].LocalCases, func(c healthcode.CaseCount) bool {
				date := unix(c.Date)
				return c.Count >= 1 && date <= t && t < after(date, 14) && !o.becameLow(s.Area, max(date, unix(s.From)), t)
			})
		}),
		hold("entry-quarantine", "2", healthcode.KindEntry, func(f healthcode.Fact, t int64) bool { return t < after(unix(f.Time), 21) }),
		row{rule: "risk-area", hold: "3", holds: func(t int64) bool {
			return o.riskStay(t, 14, o.mediumOrHigh,
				func(s healthcode.Fact, p period) bool { return p.from >= unix(s.To) && p.from < after(unix(s.To), 14) },
				func(s healthcode.Fact) bool { return o.lifted("3", "risk-area", s, t) })
		}},
		hold("association", "3", healthcode.KindContact, func(f healthcode.Fact, _ int64) bool { return f.Class == "association" }),
		hold("arrival-test", "4", healthcode.KindArrival, func(f healthcode.Fact, t int64) bool {
			return !o.negative(unix(f.Time)-48*3600, t) && !o.declared(unix(f.Time), t, o.unstarred)
		}),
		hold("medicine-test", "4", healthcode.KindPurchase, func(f healthcode.Fact, t int64) bool { return !o.negative(unix(f.Time), t) }),
		hold("clinic-test", "4", healthcode.KindClinic, func(f healthcode.Fact, t int64) bool {
			return has(f, "fever", "cough", "sore-throat", "runny-nose", "shortness-of-breath") && !o.negative(unix(f.Time), t)
		}),
		hold("land-port", "5", healthcode.KindStay, func(s healthcode.Fact, t int64) bool {
			return o.areas[s.Area].LandPort && t < after(unix(s.To), 14)
		}),
		hold("trip", "trip", healthcode.KindArrival, func(f healthcode.Fact, t int64) bool {
			return t < after(unix(f.Time), 14) && !o.declared(unix(f.Time), t, func(healthcode.Fact) bool { return true })
		}))
}

func (o *oracle) tianjin() []row {
	completed := func(f healthcode.Fact) int64 {
		if !f.Completed {
			return never
		}
		return unix(f.To)
	}
	return []row{
		{rule: "diagnosis", colour: "red", holds: o.diagnosed},
		{rule: "close-contact", colour: "red", holds: o.contacted("close", 14)},
		{rule: "designated-observation", colour: "red", holds: o.quarantined([]string{"designated"}, completed)},
		{rule: "home-observation", colour: "orange", holds: o.quarantined([]string{"home"}, completed)},
		{rule: "symptoms", colour: "orange", holds: func(t int64) bool {
			return o.any(healthcode.KindSymptoms, func(f healthcode.Fact) bool {
				well := func(g healthcode.Fact) bool {
					return len(g.Symptoms) == 0 && unix(g.Time) > unix(f.Time) && unix(g.Time) <= t
				}
				return has(f, "fever", "shortness-of-breath", "cough", "sore-throat") && unix(f.Time) <= t && !o.any(healthcode.KindSymptoms, well)
			})
		}},
		{rule: "risk-area", colour: "orange", holds: func(t int64) bool {
			return o.riskStay(t, 14, o.mediumOrHigh, no, func(s healthcode.Fact) bool {
				return o.any(healthcode.KindQuarantine, func(q healthcode.Fact) bool {
					return q.Completed && unix(q.To) < never && unix(q.From) >= unix(s.To) && unix(q.To) >= after(unix(q.From), 14) && max(unix(q.To), known(q)) <= t
				})
			})
		}},
	}
}

func (o *oracle) ningbo() []row {
	symptoms := func(t int64) bool {
		return o.any(healthcode.KindSymptoms, func(f healthcode.Fact) bool {
			return has(f, "fever", "shortness-of-breath", "cough", "sore-throat", "runny-nose") && unix(f.Time) <= t && t < after(unix(f.Time), 7)
		})
	}
	hardestHit := func(s healthcode.Fact) (spans []period) {
		for _, p := range o.areas[s.Area].HardestHit {
			spans = append(spans, period{unix(p.From), unix(p.To)})
		}
		return spans
	}
	high := func(s healthcode.Fact) []period { return o.spansOf(s.Area, healthcode.LevelHigh) }
	return []row{
		{rule: "diagnosis", colour: "red", holds: o.diagnosed},
		{rule: "close-contact", colour: "red", holds: o.contacted("close", 14)},
		{rule: "close-contact", colour: "yellow", holds: o.contacted("close", 7)},
		{rule: "observation", colour: "red", holds: o.quarantined([]string{"designated", "home"}, func(f healthcode.Fact) int64 { return unix(f.To) })},
		{rule: "hardest-hit", colour: "red", holds: func(t int64) bool { return o.riskStay(t, 14, hardestHit, no, notEnded) }},
		{rule: "symptoms", colour: "yellow", holds: symptoms},
		{rule: "symptomatic-contact", colour: "yellow", holds: o.contacted("symptomatic-contact", 7)},
		{rule: "same-building", colour: "yellow", holds: o.contacted("same-building", 7)},
		{rule: "high-risk-county", colour: "yellow", holds: func(t int64) bool { return o.riskStay(t, 7, high, no, notEnded) }},
	}
}
