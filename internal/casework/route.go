package casework

import (
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
