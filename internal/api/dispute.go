package api

import (
	"net/http"
	"time"

	"healthcode"
)

func (s *Server) disputeRoutes() []Route {
	return []Route{
		handle(http.MethodPost, "/v1/me/disputes", "dispute", "Say that a reason isn't right", s.dispute, forRoles(residents)),
		handle(http.MethodGet, "/v1/me/disputes", "list-my-disputes", "The resident's disputes", s.myDisputes, forRoles(residents)),
	}
}

type disputeInput struct {
	Body struct {
		Jurisdiction string               `json:"jurisdiction" maxLength:"16" example:"beijing"`
		Rule         string               `json:"rule" maxLength:"64" doc:"The rule of the reason"`
		Facts        []healthcode.FactRef `json:"facts,omitempty" maxItems:"50" doc:"The facts that aren't right"`
		Statement    string               `json:"statement" maxLength:"2000"`
	}
}

// Dispute is a person's "this isn't right" about one reason.
type Dispute struct {
	ID           string               `json:"id"`
	Jurisdiction string               `json:"jurisdiction"`
	Rule         string               `json:"rule"`
	Facts        []healthcode.FactRef `json:"facts"`
	Statement    string               `json:"statement"`
	At           time.Time            `json:"at"`
	State        string               `json:"state" example:"received"`
}

// Disputes lists disputes, the oldest first.
type Disputes struct {
	Disputes []Dispute `json:"disputes"`
}

func (s *Server) dispute(c *call, in *disputeInput) (Dispute, error) {
	d, err := s.Residents.Dispute(c.ctx, c.actor, in.Body.Jurisdiction, in.Body.Rule, in.Body.Facts, in.Body.Statement)
	return disputeBody(d), err
}

func (s *Server) myDisputes(c *call, _ *none) (Disputes, error) {
	disputes, err := s.Residents.Disputes(c.ctx, c.actor)
	return disputeBodies(disputes), err
}

func disputeBodies(disputes []healthcode.Dispute) Disputes {
	list := Disputes{Disputes: make([]Dispute, len(disputes))}
	for i, d := range disputes {
		list.Disputes[i] = disputeBody(d)
	}
	return list
}

func disputeBody(d healthcode.Dispute) Dispute {
	facts := d.Facts
	if facts == nil {
		facts = []healthcode.FactRef{}
	}
	return Dispute{d.ID, d.Jurisdiction, d.Rule, facts, d.Statement, d.At, d.State}
}
