package api

import (
	"net/http"
	"time"

	"healthcode/internal/assist"
)

func (s *Server) assistRoutes() []Route {
	mine := forRoles(residents)
	return []Route{
		handle(http.MethodPost, "/v1/assist", "ask-assisted", "Ask for somebody aged 60 or over, or 16 or under", s.askAssisted, mine,
			about("The person agrees by the code that their own phone receives, or an officer who is there does; the helper's own child need not. "+
				"The answer is the same whether or not anybody has these details. The person sees every query among the looks.")),
		handle(http.MethodPost, "/v1/assist/answer", "answer-assisted", "Get the answer with the consent", s.answerAssisted, mine),
		handle(http.MethodPost, "/v1/assist/paper", "print-assisted", "Print a code on paper for the person of a grant", s.assistedPaper, mine),
		handle(http.MethodPost, "/v1/assist/results", "list-assisted-results", "The tests and vaccinations of the person of a grant", s.assistedResults, mine),
		handle(http.MethodPost, "/v1/jurisdictions/{jurisdiction}/assist/presence", "confirm-presence", "A one-time code with which an officer confirms that a person is here and agrees", s.presence, forRoles(caseworkers),
			about("It is for this one person, lasts five minutes, and is given for any document: it doesn't tell whether the person is known.")),
	}
}

// AssistBody is whom a helper asks for.
type AssistBody struct {
	Name     string       `json:"name" maxLength:"400"`
	Document DocumentBody `json:"document"`
	Birth    string       `json:"birth,omitempty" maxLength:"10" example:"1950-01-31" doc:"Where the document's number doesn't state it"`
}

func (b AssistBody) query(jurisdiction string) assist.Query {
	return assist.Query{Jurisdiction: jurisdiction, Name: b.Name, Document: b.Document.document(), Birth: b.Birth}
}

type assistInput struct {
	Body struct {
		AssistBody
		Jurisdiction string `json:"jurisdiction" maxLength:"16" example:"beijing"`
	}
}

// AssistAsked is a query that waits for consent.
type AssistAsked struct {
	Ticket  string    `json:"ticket" doc:"For the answer; nobody but this helper can use it"`
	Child   bool      `json:"child" doc:"It is the helper's own child: the answer needs no code"`
	Expires time.Time `json:"expires"`
}

func (s *Server) askAssisted(c *call, in *assistInput) (AssistAsked, error) {
	asked, err := s.Assist.Ask(c.ctx, c.actor, in.Body.query(in.Body.Jurisdiction))
	return AssistAsked(asked), err
}

type assistAnswerInput struct {
	Body struct {
		Ticket  string `json:"ticket" maxLength:"2000"`
		Code    string `json:"code,omitempty" maxLength:"20" doc:"From the person's own phone, or the officer's; absent for one's own child"`
		Officer string `json:"officer,omitempty" maxLength:"40" doc:"The account of the officer who is there, where the code is theirs"`
	}
}

// AssistAnswer is what the helper sees: never a photo, a test or a reason.
type AssistAnswer struct {
	Name    string     `json:"name" doc:"Masked"`
	State   string     `json:"state"`
	Until   *time.Time `json:"until,omitempty"`
	Young   bool       `json:"young" doc:"So young that no face recognition may be asked for"`
	Call    string     `json:"call" doc:"The number of who can help"`
	Grant   string     `json:"grant" doc:"For printing, for ten minutes"`
	Expires time.Time  `json:"expires" doc:"Of the grant"`
}

func (s *Server) answerAssisted(c *call, in *assistAnswerInput) (AssistAnswer, error) {
	var a assist.Answer
	var err error
	if in.Body.Officer != "" {
		a, err = s.Assist.Present(c.ctx, c.actor, in.Body.Ticket, in.Body.Officer, in.Body.Code)
	} else {
		a, err = s.Assist.Agreed(c.ctx, c.actor, in.Body.Ticket, in.Body.Code)
	}
	return AssistAnswer{a.Name, a.State, at(a.Until), a.Young, a.Contact.Phone, a.Grant, a.Expires}, err
}

type grantInput struct {
	Body struct {
		Grant string `json:"grant" maxLength:"2000"`
	}
}

func (s *Server) assistedPaper(c *call, in *grantInput) (PrintedPaper, error) {
	sheet, err := s.Assist.Paper(c.ctx, c.actor, in.Body.Grant)
	return PrintedPaper{sheet.Text, sheet.Name, sheet.Issued, sheet.Expires}, err
}

func (s *Server) assistedResults(c *call, in *grantInput) (Results, error) {
	_, results, err := s.Assist.Results(c.ctx, c.actor, in.Body.Grant)
	return resultsBody(results), err
}

type presenceInput struct {
	Jurisdiction string `path:"jurisdiction" maxLength:"16" example:"beijing"`
	Body         AssistBody
}

// Presence is an officer's one-time code.
type Presence struct {
	Code    string    `json:"code"`
	Officer string    `json:"officer" doc:"The helper enters it with the code"`
	Expires time.Time `json:"expires"`
}

func (s *Server) presence(c *call, in *presenceInput) (Presence, error) {
	code, until, err := s.Assist.OfficerCode(c.ctx, c.actor, in.Body.query(in.Jurisdiction))
	return Presence{code, c.actor.Staff, until}, err
}
