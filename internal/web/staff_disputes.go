package web

import (
	"net/http"
	"regexp"

	"healthcode"
	"healthcode/policy"
)

func (s *Server) disputeRoutes() []Route {
	return []Route{
		{Method: http.MethodGet, Pattern: "/staff/disputes", Roles: caseworkers, Handler: ofStaff(disputeList)},
	}
}

// disputed is one dispute, and what the policy says of the reason that it is about.
type disputed struct {
	healthcode.Dispute
	name, text healthcode.Text
}

func disputeList(c *call) error {
	disputes, err := c.server.Casework.Disputes(c.ctx, c.actor)
	if err != nil {
		return err
	}
	list := make([]disputed, 0, len(disputes))
	for _, d := range disputes {
		name, text := reasonOf(c.server.Policies.Versions(d.Jurisdiction), d.Rule)
		list = append(list, disputed{d, name, text})
	}
	return c.page(http.StatusOK, disputesView(c.view(), list))
}

var gap = regexp.MustCompile(`\{[a-z]+\}`)

// reasonOf says what a rule is about: the newest version that has it counts. What differs from person to
// person is left open.
func reasonOf(versions []*policy.Policy, rule string) (name, text healthcode.Text) {
	for i := len(versions) - 1; i >= 0; i-- {
		p := versions[i]
		for _, r := range p.Rules {
			if r.Rule != rule {
				continue
			}
			text = healthcode.Text{ZH: gap.ReplaceAllString(r.Text.ZH, "…"), EN: gap.ReplaceAllString(r.Text.EN, "…")}
			if hold, ok := p.HoldOf(r.Hold); ok {
				return hold.Name, text
			}
			state, _ := p.StateOf(r.Colour)
			return state.Name, text
		}
	}
	return healthcode.Text{ZH: rule, EN: rule}, text
}
