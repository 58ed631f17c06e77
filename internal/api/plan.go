package api

import (
	"net/http"
	"time"

	"healthcode"
	"healthcode/internal/status"
)

func (s *Server) planRoutes() []Route {
	return []Route{
		handle(http.MethodPost, "/v1/plan", "plan-journey", "What every policy would say of somebody who arrives as planned", s.plan, public,
			about("Nothing is stored. It is reckoned with the area history of this moment and the policies published so far.")),
	}
}

type planInput struct {
	Body struct {
		Arriving time.Time  `json:"arriving" doc:"When the journey ends: within the next 60 days"`
		Stays    []PlanStay `json:"stays,omitempty" maxItems:"20"`
		Tested   time.Time  `json:"tested,omitzero" doc:"When a sample will have been taken whose nucleic-acid result is negative and known by then"`
		Declared bool       `json:"declared,omitempty" doc:"The trip will have been declared with all phones verified"`
	}
}

// PlanStay is a stay in a county or, abroad, a country.
type PlanStay struct {
	Area string    `json:"area" maxLength:"6" example:"310115"`
	From time.Time `json:"from"`
	To   time.Time `json:"to,omitzero" doc:"Absent for until the journey"`
}

// Destinations hold the answer of each place.
type Destinations struct {
	Destinations []Destination `json:"destinations"`
}

// Destination is what one place's policy would say at the arrival.
type Destination struct {
	Jurisdiction string            `json:"jurisdiction"`
	Policy       string            `json:"policy" example:"2022-04"`
	State        string            `json:"state" example:"held"`
	Colour       string            `json:"colour"`
	Good         time.Time         `json:"good,omitzero" doc:"When the best colour comes if nothing new arrives; absent where not known"`
	Reasons      []PlanReason      `json:"reasons"`
	Do           []healthcode.Text `json:"do" doc:"Every way out, each once"`
}

// PlanReason is one hold or colour that there would be.
type PlanReason struct {
	Hold  string          `json:"hold,omitempty"`
	Text  healthcode.Text `json:"text"`
	Until *time.Time      `json:"until" doc:"null where the end depends on something that has not happened"`
	Ends  string          `json:"ends"`
}

func (s *Server) plan(c *call, in *planInput) (Destinations, error) {
	plan := status.Plan{Arriving: in.Body.Arriving, Tested: in.Body.Tested, Declared: in.Body.Declared}
	for _, stay := range in.Body.Stays {
		plan.Stays = append(plan.Stays, status.PlanStay(stay))
	}
	answers, err := s.Status.Ahead(c.ctx, plan)
	list := Destinations{Destinations: make([]Destination, 0, len(answers))}
	for _, a := range answers {
		list.Destinations = append(list.Destinations, destination(a))
	}
	return list, err
}

func destination(a status.Destination) Destination {
	d := Destination{Jurisdiction: a.Policy.Jurisdiction, Policy: a.Policy.Version, State: a.Status.State, Colour: a.Status.Colour,
		Good: a.Good, Reasons: []PlanReason{}, Do: []healthcode.Text{}}
	seen := map[healthcode.Text]bool{}
	ways := func(exits []healthcode.Text) {
		for _, t := range exits {
			if !seen[t] {
				seen[t] = true
				d.Do = append(d.Do, t)
			}
		}
	}
	for _, r := range a.Status.Reasons {
		d.Reasons = append(d.Reasons, PlanReason{Text: r.Text, Until: r.Until, Ends: r.Ends})
		ways(r.Exit)
	}
	for _, h := range a.Status.Holds {
		for _, r := range h.Reasons {
			d.Reasons = append(d.Reasons, PlanReason{Hold: h.Hold, Text: r.Text, Until: h.Until, Ends: h.Ends})
		}
		ways(h.Exit)
	}
	return d
}
