package web

import (
	"net/http"
	"slices"
	"strings"

	"healthcode"
	"healthcode/policy"
)

func (s *Server) policyRoutes() []Route {
	return []Route{
		{Method: http.MethodGet, Pattern: "/staff/policies", Roles: authorities, Handler: ofStaff(policiesPage)},
		{Method: http.MethodGet, Pattern: "/staff/policies/{version}", Roles: authorities, Handler: ofStaff(policyPage)},
	}
}

func policiesPage(c *call) error {
	versions := c.server.Policies.Versions(c.actor.Jurisdiction)
	slices.Reverse(versions)
	return c.page(http.StatusOK, policiesView(c.view(), versions))
}

func policyPage(c *call) error {
	for _, p := range c.server.Policies.Versions(c.actor.Jurisdiction) {
		if p.Version == c.r.PathValue("version") {
			return c.page(http.StatusOK, policyView(c.view(), p))
		}
	}
	return &healthcode.Error{Code: healthcode.CodeNotFound, Text: textPolicyUnknown}
}

// explained is the body of a policy's page, which the policy writes as a document of its own.
func explained(p *policy.Policy, lang healthcode.Language) string {
	_, body, _ := strings.Cut(p.Explain(lang).HTML(), "</style>")
	body, _, _ = strings.Cut(body, "</html>")
	return body
}
