package casework

import (
	"time"

	"healthcode"
	"healthcode/policy"
)

// changeWatch is how often a case looks whether a second officer has answered.
const changeWatch = time.Minute

// enter puts a case into a state and starts the state's clock.
func enter(c *healthcode.Case, state healthcode.CaseState, p *policy.Policy, now time.Time) {
	c.State, c.Since, c.Escalated = state, now, time.Time{}
	c.Due = now.Add(hours(p.Casework.Clocks.Deadline(state)))
	wind(c, now)
}

// start starts a case's clocks.
func start(c *healthcode.Case, p *policy.Policy, now time.Time) {
	c.Last = now.Add(hours(p.Casework.Clocks.Last))
	enter(c, healthcode.CaseReceived, p, now)
}

// wind says when the worker looks at a case next.
func wind(c *healthcode.Case, now time.Time) {
	switch {
	case c.State == healthcode.CaseDecided:
		c.Wake = time.Time{}
		return
	case c.Escalated.IsZero() && c.Due.Before(c.Last):
		c.Wake = c.Due
	default:
		c.Wake = c.Last
	}
	if len(c.Changes) > 0 {
		if soon := now.Add(changeWatch); soon.Before(c.Wake) {
			c.Wake = soon
		}
	}
}

// decide ends a case.
func decide(c *healthcode.Case, outcome string, now time.Time) {
	c.State, c.Since, c.Outcome, c.Due, c.Wake = healthcode.CaseDecided, now, outcome, time.Time{}, time.Time{}
	c.Asked, c.Changes, c.Covers = false, nil, now
}

func hours(n int) time.Duration { return time.Duration(n) * time.Hour }

// later is the later of two instants: after a clock was put back, what is known may bear a time that is still to come.
func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
