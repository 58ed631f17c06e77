package casework

import (
	"strings"
	"time"

	"healthcode"
	"healthcode/policy"
)

// route puts a case into the row of the routing table for where its person is and stays.
func route(c *healthcode.Case, p *policy.Policy, where, stays string) {
	c.Where, c.Stays = where, stays
	if office, ok := p.OfficeFor(where, stays); ok {
		c.Office = office.Contact
	}
}

// whereabouts says where a person is, as far as the facts tell: where the last stay, entry or arrival is.
func whereabouts(p *policy.Policy, facts []healthcode.Fact, now time.Time) string {
	where, latest := policy.Wheres[0], time.Time{}
	for _, f := range facts {
		at := f.Start()
		if at.Before(latest) || at.After(now) || f.Weak() {
			continue
		}
		switch {
		case f.Kind == healthcode.KindArrival:
			where, latest = policy.Wheres[0], at
		case f.Kind == healthcode.KindStay && own(p, f.Area):
			where, latest = policy.Wheres[0], at
		case f.Kind == healthcode.KindStay && (f.To.IsZero() || f.To.After(now)):
			where, latest = policy.Wheres[1], at
		}
	}
	return where
}

// own reports whether a county is one of the policy's.
func own(p *policy.Policy, area string) bool {
	for _, prefix := range p.Areas {
		if strings.HasPrefix(area, prefix) {
			return true
		}
	}
	return false
}
