package api

import (
	"net/http"

	"healthcode"
)

func (s *Server) ownCaseRoutes() []Route {
	mine := forRoles(residents)
	return []Route{
		handle(http.MethodGet, "/v1/me/cases", "list-my-cases", "The resident's own cases, the oldest first", s.listMyCases, mine),
		handle(http.MethodGet, "/v1/me/cases/{id}", "get-my-case", "One of the resident's cases, with its history", s.getMyCase, mine),
		do(http.MethodPost, "/v1/me/cases/{id}/statements", "add-to-my-case", "Answer a question, or add evidence", s.addToMyCase, mine,
			about("A case that was decided against the person begins anew with it.")),
		do(http.MethodPut, "/v1/me/cases/{id}/place", "move-my-case", "Say where the resident is and stays: the case goes to the office of that place", s.moveMyCase, mine),
		do(http.MethodPost, "/v1/me/cases/{id}/commitment", "sign-commitment", "Sign the commitment letter", s.signCommitment, mine),
	}
}

// MyCases lists a resident's cases.
type MyCases struct {
	Cases []CaseBody `json:"cases"`
}

func (s *Server) listMyCases(c *call, in *tripInput) (MyCases, error) {
	cases, err := s.Cases.Own(c.ctx, c.actor, in.Jurisdiction)
	return MyCases{ownBodies(cases)}, err
}

// ownBody leaves out which officer has a case: the office answers for it.
func ownBody(c healthcode.Case) CaseBody {
	body := caseBody(c)
	body.Officer = ""
	return body
}

func ownBodies(cases []healthcode.Case) []CaseBody {
	list := make([]CaseBody, len(cases))
	for i, c := range cases {
		list[i] = ownBody(c)
	}
	return list
}

// MyCase is a case as its person sees it.
type MyCase struct {
	Case    CaseBody        `json:"case"`
	Entries []CaseEntryBody `json:"entries" doc:"The oldest first"`
}

func (s *Server) getMyCase(c *call, in *byID) (MyCase, error) {
	found, entries, err := s.Cases.OwnCase(c.ctx, c.actor, in.ID)
	if err != nil {
		return MyCase{}, err
	}
	return MyCase{ownBody(found), entryBodies(entries)}, nil
}

type myStatementInput struct {
	ID   string `path:"id" maxLength:"64"`
	Body struct {
		Once string `json:"once" minLength:"8" maxLength:"32" doc:"Made by the caller: the same statement sent twice counts once"`
		Text string `json:"text" maxLength:"8000" doc:"Up to 2,000 characters"`
	}
}

func (s *Server) addToMyCase(c *call, in *myStatementInput) error {
	return s.Cases.Say(c.ctx, c.actor, in.ID, in.Body.Once, in.Body.Text)
}

type myPlaceInput struct {
	ID   string `path:"id" maxLength:"64"`
	Body struct {
		Once  string `json:"once" minLength:"8" maxLength:"32"`
		Where string `json:"where" maxLength:"40" doc:"A row of the routing table"`
		Stays string `json:"stays" maxLength:"40" doc:"A column of it"`
	}
}

func (s *Server) moveMyCase(c *call, in *myPlaceInput) error {
	return s.Cases.Move(c.ctx, c.actor, in.ID, in.Body.Once, in.Body.Where, in.Body.Stays)
}

type signInput struct {
	ID   string `path:"id" maxLength:"64"`
	Body struct {
		Version string `json:"version" maxLength:"64" doc:"Of the letter that was read"`
		Name    string `json:"name" maxLength:"400" doc:"As in the document"`
	}
}

func (s *Server) signCommitment(c *call, in *signInput) error {
	return s.Cases.Sign(c.ctx, c.actor, in.ID, in.Body.Version, in.Body.Name)
}
