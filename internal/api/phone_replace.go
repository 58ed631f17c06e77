package api

import (
	"net/http"

	"healthcode/internal/resident"
)

func (s *Server) newMainRoutes() []Route {
	const at = "/v1/jurisdictions/{jurisdiction}/main-phones"
	here := forRoles(caseworkers)
	return []Route{
		handle(http.MethodPost, at+"/code", "ask-main-phone", "Send a one-time code to the new number of somebody who has lost the only phone", s.askNewMain, here,
			about("The person sees the look. An officer sends at most 30 an hour, and 5 a day about one person.")),
		do(http.MethodPost, at, "replace-main-phone", "Replace the number that somebody signs in with by the one that received the code", s.replaceMain, here,
			about("The old number is lost: it has to be declared for 14 full days more, without a code. Every session of the person ends, and both numbers are told.")),
	}
}

type newMainInput struct {
	Jurisdiction string `path:"jurisdiction" maxLength:"16" example:"beijing"`
	Body         struct {
		Document DocumentBody `json:"document"`
		Phone    string       `json:"phone" maxLength:"40" doc:"The new number"`
		Code     string       `json:"code,omitempty" maxLength:"40" doc:"replace-main-phone: that the new number received"`
		Why      string       `json:"why,omitempty" enum:"lost,stolen,given-up,no-signal" doc:"replace-main-phone: why the old number can't be used"`
		Ground   string       `json:"ground,omitempty" enum:"carrier-record,seen-in-person,seen-by-video,police-record" doc:"replace-main-phone: what the officer has seen"`
	}
}

func (in *newMainInput) newMain() resident.NewMain {
	return resident.NewMain{Document: in.Body.Document.document(), Phone: in.Body.Phone, Code: in.Body.Code, Why: in.Body.Why, Ground: in.Body.Ground}
}

// PhoneOwner is what an officer compares with the document.
type PhoneOwner struct {
	Name string `json:"name" doc:"Masked"`
	Old  string `json:"old" doc:"The number of now, masked"`
	New  string `json:"new"`
}

func (s *Server) askNewMain(c *call, in *newMainInput) (PhoneOwner, error) {
	owner, err := s.Residents.AskNewMain(c.ctx, c.actor, in.newMain(), c.caller())
	return PhoneOwner{owner.Name, owner.Old, owner.Phone}, err
}

func (s *Server) replaceMain(c *call, in *newMainInput) error {
	return s.Residents.ReplaceMain(c.ctx, c.actor, in.newMain(), c.caller())
}
