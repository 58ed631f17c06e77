package api

import (
	"net/http"
	"time"

	"healthcode"
	"healthcode/internal/identity"
	"healthcode/internal/resident"
)

func (s *Server) relationRoutes() []Route {
	mine := forRoles(residents)
	return []Route{
		handle(http.MethodGet, "/v1/me/relations", "list-relations", "Whom the resident may show, and who may show the resident", s.listRelations, mine),
		do(http.MethodPost, "/v1/me/relations", "ask-relation", "Ask to show another person's code", s.askRelation, mine, body(maxAsking), within(slow),
			about("The other agrees from their own account, or is the asker's child under 18, whose key page an officer compares. "+
				"The answer is the same whether or not the other is known here.")),
		do(http.MethodPost, "/v1/me/relations/{id}/answer", "answer-relation", "Agree or decline to be shown by another", s.answerRelation, mine),
		do(http.MethodDelete, "/v1/me/relations/{id}", "remove-relation", "End a relation, from either side", s.removeRelation, mine),
		handle(http.MethodGet, "/v1/me/relations/{id}/code", "get-relation-code", "The code of the person whom a relation is about", s.relationCode, mine,
			about("State, end and pass: never a photograph, a test or a reason. The person sees who looked.")),
	}
}

const (
	// maxAsking holds a photograph in base64 and some fields.
	maxAsking = identity.MaxPhotoBytes/3*4 + defaultBody
	// slow is the time for a body of megabytes on a bad network.
	slow = 2 * time.Minute
)

type askInput struct {
	Body struct {
		Jurisdiction string                  `json:"jurisdiction" maxLength:"16" example:"beijing"`
		Kind         healthcode.RelationKind `json:"kind" enum:"spouse,parent,child,ward,cared-for,institution,other" doc:"Who the other is to the resident; the policy says which are offered"`
		Name         string                  `json:"name" maxLength:"400"`
		Document     DocumentBody            `json:"document"`
		Birth        string                  `json:"birth,omitempty" maxLength:"10" example:"2015-01-31" doc:"Of a child, where the document's number doesn't state it"`
		Photo        []byte                  `json:"photo,omitempty" doc:"Of the key page of a minor child's document: JPEG or PNG, base64"`
	}
}

func (s *Server) askRelation(c *call, in *askInput) error {
	b := in.Body
	ask := func() error {
		return s.Residents.Ask(c.ctx, c.actor, resident.Asking{Jurisdiction: b.Jurisdiction, Name: b.Name,
			Document: b.Document.document(), Kind: b.Kind, Birth: b.Birth, Photo: b.Photo})
	}
	if len(b.Photo) == 0 {
		return ask()
	}
	return s.decoding(c, ask)
}

// Relation is a relation as one of its two sides sees it.
type Relation struct {
	ID           string                  `json:"id"`
	Jurisdiction string                  `json:"jurisdiction"`
	Kind         healthcode.RelationKind `json:"kind" doc:"Who the other is to the asker"`
	State        string                  `json:"state" enum:"asked,consented,declined,expired,removed"`
	Other        string                  `json:"other" doc:"The other side's masked name"`
	Mine         bool                    `json:"mine" doc:"The resident is the asker"`
	Minor        bool                    `json:"minor" doc:"Rests on parenthood, not on consent"`
	Asked        time.Time               `json:"asked"`
	Ends         *time.Time              `json:"ends,omitempty"`
}

// Relations lists relations, the oldest first.
type Relations struct {
	Relations []Relation `json:"relations"`
}

func (s *Server) listRelations(c *call, _ *none) (Relations, error) {
	relations, err := s.Residents.Relations(c.ctx, c.actor)
	list := Relations{Relations: make([]Relation, len(relations))}
	for i, r := range relations {
		list.Relations[i] = Relation{ID: r.ID, Jurisdiction: r.Jurisdiction, Kind: r.Kind, State: r.State, Other: r.Other,
			Mine: r.Mine, Minor: r.Minor, Asked: r.Asked, Ends: at(r.Ends)}
	}
	return list, err
}

type answerInput struct {
	ID   string `path:"id" maxLength:"64"`
	Body struct {
		Answer identity.RelationEvent `json:"answer" enum:"consent,decline"`
	}
}

func (s *Server) answerRelation(c *call, in *answerInput) error {
	return s.Residents.Answer(c.ctx, c.actor, in.ID, in.Body.Answer)
}

func (s *Server) removeRelation(c *call, in *byID) error {
	return s.Residents.Answer(c.ctx, c.actor, in.ID, identity.EventRemove)
}

// RelationCode is what somebody may see of a person they act for.
type RelationCode struct {
	Jurisdiction string     `json:"jurisdiction"`
	Name         string     `json:"name" doc:"Masked"`
	State        string     `json:"state"`
	Until        *time.Time `json:"until,omitempty" doc:"Absent where not known"`
	Pass         Pass       `json:"pass"`
}

func (s *Server) relationCode(c *call, in *byID) (RelationCode, error) {
	o, err := s.Status.OfRelation(c.ctx, c.actor, in.ID)
	if err != nil {
		return RelationCode{}, err
	}
	s.Metrics.Evaluated(o.Relation.Jurisdiction)
	return RelationCode{Jurisdiction: o.Relation.Jurisdiction, Name: o.Name, State: o.State, Until: at(o.Until), Pass: s.pass(o.Pass, o.Relation.Jurisdiction)}, nil
}
