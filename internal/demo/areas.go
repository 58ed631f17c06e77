package demo

import (
	"slices"
	"strings"
	"time"

	"healthcode"
)

// withCases adds what the real snapshots leave out and the demo needs: a local case on each day
// on which a county's level rose (it rose because there was one; the true number isn't in the data),
// and one county on the list of hardest-hit areas. Both are simulated.
func withCases(history healthcode.AreaHistory, loc *time.Location) healthcode.AreaHistory {
	out := healthcode.AreaHistory{Areas: slices.Clone(history.Areas)}
	hardest := -1
	for i := range out.Areas {
		c := &out.Areas[i]
		before := healthcode.LevelLow
		for _, change := range c.Levels {
			if change.Level.Rank() > before.Rank() {
				y, m, d := change.From.In(loc).Date()
				c.LocalCases = append(c.LocalCases, healthcode.CaseCount{Date: time.Date(y, m, d, 0, 0, 0, 0, loc), Count: 1})
				if change.Level == healthcode.LevelHigh && hardest < 0 {
					hardest = i
					c.HardestHit = []healthcode.Period{{From: change.From}}
				}
			}
			before = change.Level
		}
	}
	return out
}

// places resolves the area names of cases.yaml at the demo's start.
func places(history healthcode.AreaHistory, start time.Time) func(name string) string {
	found := map[string]string{}
	for _, c := range history.Areas {
		put := func(name string, ok bool) {
			if _, taken := found[name]; ok && !taken {
				found[name] = c.Code
			}
		}
		level := c.LevelAt(start)
		recent := slices.ContainsFunc(c.LocalCases, func(n healthcode.CaseCount) bool {
			return n.Date.Before(start) && n.Date.After(start.AddDate(0, 0, -8))
		})
		// Beijing's own counties would hold its whole population.
		outside := !strings.HasPrefix(c.Code, "11")
		put("risk", outside && level == healthcode.LevelMedium)
		put("high", outside && level == healthcode.LevelHigh)
		put("cases", outside && recent && level != healthcode.LevelLow)
		put("port", c.LandPort && len(c.Levels) == 0)
		put("hardest", len(c.HardestHit) > 0)
	}
	return func(name string) string {
		if healthcode.ValidAreaCode(name) {
			return name
		}
		if code := found[name]; code != "" {
			return code
		}
		return "341503" // a county that the snapshots never list: home
	}
}
