package web

import (
	"net/http"
	"net/url"

	"healthcode"
	"healthcode/internal/travel"
)

func (s *Server) travelStaffRoutes() []Route {
	return []Route{
		{Method: http.MethodGet, Pattern: "/staff/certificates", Roles: travel.Officers, Handler: ofStaff(revocationsPage)},
		{Method: http.MethodPost, Pattern: "/staff/certificates", Roles: travel.Officers, Handler: ofStaff(proposeRevocation)},
		{Method: http.MethodPost, Pattern: "/staff/certificates/{id}", Roles: travel.Officers, Handler: ofStaff(decideRevocation)},
	}
}

// revocations is the page on which officers revoke certificates.
type revocations struct {
	waiting                      []healthcode.TravelCertificate
	policy                       *travel.Policy
	identifier, ground, evidence string // of the form
	done                         string
	errors                       []fieldError
}

func revocationsPage(c *call) error {
	return c.revocations(http.StatusOK, revocations{done: c.r.URL.Query().Get("done")})
}

func (c *call) revocations(status int, r revocations) (err error) {
	r.policy = c.server.Travel.Policy
	if r.waiting, err = c.server.Travel.Waiting(c.ctx, c.actor); err != nil {
		return err
	}
	return c.page(status, revocationsView(c.view(), r))
}

func proposeRevocation(c *call) error {
	if err := c.parse(); err != nil {
		return err
	}
	r := revocations{identifier: c.value("identifier"), ground: c.value("ground"), evidence: c.value("evidence")}
	if _, err := c.server.Travel.Propose(c.ctx, c.actor, r.identifier, r.ground, r.evidence); err != nil {
		if r.errors = formErrors(err); r.errors == nil {
			return err
		}
		for i := range r.errors {
			if r.errors[i].field == "id" {
				r.errors[i].field = "identifier"
			}
		}
		return c.revocations(statusOf(err), r)
	}
	return c.redirect("/staff/certificates?done=proposed")
}

func decideRevocation(c *call) error {
	if err := c.parse(); err != nil {
		return err
	}
	decide, done := c.server.Travel.Refuse, "refused"
	switch c.value("decision") {
	case "agree":
		decide, done = c.server.Travel.Agree, "agreed"
	case "refuse":
	default:
		return &healthcode.Error{Code: healthcode.CodeInvalid, Text: textBrokenForm}
	}
	_, err := decide(c.ctx, c.actor, c.r.PathValue("id"))
	if err != nil && healthcode.CodeOf(err) == healthcode.CodeConflict {
		done = "late"
	} else if err != nil {
		if errors := formErrors(err); errors != nil && healthcode.CodeOf(err) != healthcode.CodeNotFound {
			return c.revocations(statusOf(err), revocations{errors: withoutFields(errors)})
		}
		return err
	}
	return c.redirect("/staff/certificates?done=" + url.QueryEscape(done))
}

var revocationDone = map[string]healthcode.Text{"proposed": textRevokingProposed, "agreed": textRevokingAgreed, "refused": textRevokingRefused, "late": textChangeDoneLate}

// grounds are the choices of the form.
func (r revocations) grounds(v view) []group {
	g := group{}
	for _, rule := range r.policy.Grounds {
		g.choices = append(g.choices, choice{value: rule.Ground, label: v.say(rule.Name), chosen: rule.Ground == r.ground})
	}
	return []group{g}
}

func (r revocations) groundName(v view, ground string) string {
	rule, _ := r.policy.Ground(ground)
	return v.say(rule.Name)
}
