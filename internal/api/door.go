package api

import (
	"net/http"
	"time"

	"healthcode"
	"healthcode/internal/checkpoint"
	"healthcode/pass"
	"healthcode/policy"
)

func (s *Server) doorRoutes() []Route {
	here := forRoles(checkpoints)
	return []Route{
		handle(http.MethodGet, "/v1/checkpoint", "get-checkpoint", "The venue at which the caller works", s.getCheckpoint, here),
		handle(http.MethodPost, "/v1/checkpoint/scans", "scan", "Decide on a shown code", s.scan, here, byHand(s.quickScan),
			about("The visit is recorded, and the person sees the look. A code that can't be taken is no refusal: it is decided like no code, and failure says why.")),
		handle(http.MethodPost, "/v1/checkpoint/decisions", "decide-without-code", "Decide on somebody who shows no code", s.decide, here),
		handle(http.MethodGet, "/v1/checkpoint/decisions", "list-decisions", "The last decisions at this venue, the newest first, without persons", s.listDecisions, here),
	}
}

// VenueBody is a place with a door.
type VenueBody struct {
	ID           string          `json:"id"`
	Jurisdiction string          `json:"jurisdiction"`
	Kind         string          `json:"kind" example:"mall" doc:"A kind of the policy"`
	Name         healthcode.Text `json:"name"`
	Area         string          `json:"area" example:"110105"`
}

func venueBody(v healthcode.Venue) VenueBody {
	return VenueBody{v.ID, v.Jurisdiction, v.Kind, v.Name, v.Area}
}

func (s *Server) getCheckpoint(c *call, _ *none) (VenueBody, error) {
	v, _, err := s.Checkpoint.Venue(c.ctx, c.actor)
	return venueBody(v), err
}

type scanInput struct {
	Body struct {
		Code        string   `json:"code" minLength:"1" maxLength:"1000" doc:"The text of the QR code, the code on paper, the number that the holder reads out, or again of the decision before"`
		Temperature *float64 `json:"temperature,omitempty" doc:"In °C; absent where not measured"`
	}
}

// Decision is what a door is told.
type Decision struct {
	policy.Decision
	State     string     `json:"state" doc:"A colour of the policy, held, or none where no genuine code was shown"`
	Name      string     `json:"name,omitempty" doc:"Masked, to hold against a document"`
	Until     *time.Time `json:"until,omitempty" doc:"When the state next changes; absent where not known"`
	Proxy     bool       `json:"proxy" doc:"Another person shows the code"`
	Unchecked bool       `json:"identity_unchecked" doc:"The person's identity has not been checked yet"`
	Failure   pass.Code  `json:"failure,omitempty" enum:"not-a-pass,bad-signature,unknown-key,expired,from-the-future,other-jurisdiction,not-the-holder,stale,device-ended,offline-void" doc:"Why the code was not taken"`
	At        time.Time  `json:"at"`
	Again     string     `json:"again,omitempty" doc:"Where a temperature has to be measured: send it as the code once it is. It works for two minutes at this venue, also when the code has expired"`
}

func (s *Server) scan(c *call, in *scanInput) (Decision, error) {
	a, err := s.Checkpoint.Scan(c.ctx, c.actor, in.Body.Code, in.Body.Temperature)
	if err == nil && a.Failure == "" {
		s.Metrics.Evaluated(c.actor.Jurisdiction)
	}
	return decisionBody(a), err
}

type decideInput struct {
	Body struct {
		Temperature *float64 `json:"temperature,omitempty" doc:"In °C; absent where not measured"`
	}
}

func (s *Server) decide(c *call, in *decideInput) (Decision, error) {
	a, err := s.Checkpoint.NoCode(c.ctx, c.actor, in.Body.Temperature)
	return decisionBody(a), err
}

func decisionBody(a checkpoint.Answer) Decision {
	return Decision{Decision: a.Decision, State: a.State, Name: a.Name, Until: at(a.Until), Proxy: a.Proxy,
		Unchecked: a.Unchecked, Failure: a.Failure, At: a.At, Again: a.Again}
}

type limitInput struct {
	Limit int `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

// Recent is one decision of the past, without the person.
type Recent struct {
	At       time.Time `json:"at"`
	Decision string    `json:"decision"`
	State    string    `json:"state"`
}

// RecentList lists decisions, the newest first.
type RecentList struct {
	Decisions []Recent `json:"decisions"`
}

func (s *Server) listDecisions(c *call, in *limitInput) (RecentList, error) {
	visits, err := s.Checkpoint.Recent(c.ctx, c.actor, in.Limit)
	list := RecentList{Decisions: make([]Recent, len(visits))}
	for i, v := range visits {
		list.Decisions[i] = Recent{v.At, v.Decision, v.State}
	}
	return list, err
}
