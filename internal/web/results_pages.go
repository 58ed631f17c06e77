package web

import (
	"net/http"

	"healthcode"
	"healthcode/internal/status"
)

func (s *Server) resultRoutes() []Route {
	return []Route{{Method: http.MethodGet, Pattern: "/in/{place}/results", Roles: residents, Handler: resultsPage}}
}

func resultsPage(c *call) error {
	person, results, err := c.server.Status.Results(c.ctx, c.actor, c.policy.Jurisdiction)
	if err != nil {
		return err
	}
	return c.page(http.StatusOK, resultsView(c.view(), person.Name, results))
}

// resultWords adds to a vaccination which dose it was.
func resultWords(v view, r status.Result) string {
	if r.Dose > 0 && r.Doses > 0 {
		return v.list(factWords(v, r.Fact), v.say(textDoseOf, r.Dose, r.Doses))
	}
	return factWords(v, r.Fact)
}

func resultTime(r status.Result) healthcode.Text {
	if r.Kind == healthcode.KindVaccination {
		return textVaccinated
	}
	return textSampled
}
