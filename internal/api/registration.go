package api

import (
	"net/http"
	"time"

	"healthcode"
	"healthcode/internal/access"
	"healthcode/internal/resident"
)

func (s *Server) registrationRoutes() []Route {
	post := limited(s.limits.post)
	return []Route{
		handle(http.MethodPost, "/v1/registrations", "begin-registration", "Check a registration and send a one-time code to its phone", s.beginRegistration, public, post,
			about("Nothing is stored yet: the answer holds the registration, sealed, for an hour.")),
		do(http.MethodPost, "/v1/registrations/resend", "resend-registration-code", "Send the one-time code of a registration again", s.resendRegistration, public, post),
		handle(http.MethodPost, "/v1/registrations/complete", "complete-registration", "Register with the one-time code, and sign in", s.completeRegistration, public, post),
	}
}

// DocumentBody is an identity document as typed.
type DocumentBody struct {
	Type    healthcode.DocumentType `json:"type" enum:"CN-ID,CN-PASSPORT,PASSPORT,HRP-HK,HRP-MO,TWP,PRC-PR"`
	Number  string                  `json:"number" maxLength:"64"`
	Country string                  `json:"country,omitempty" maxLength:"3" doc:"Of a foreign passport: the issuing country, ICAO 9303 alpha-3"`
}

func (d DocumentBody) document() healthcode.Document {
	return healthcode.Document{Type: d.Type, Number: d.Number, Country: d.Country}
}

type registrationInput struct {
	Body struct {
		Jurisdiction string              `json:"jurisdiction" maxLength:"16" example:"beijing"`
		Language     healthcode.Language `json:"language" enum:"zh,en" doc:"Of the messages that will be sent"`
		Declaration  string              `json:"declaration" maxLength:"64" doc:"The version of the declaration that the person has read and accepted"`
		Name         string              `json:"name" maxLength:"400" doc:"As in the document, with middle names"`
		Document     DocumentBody        `json:"document"`
		Birth        string              `json:"birth,omitempty" maxLength:"10" example:"1990-01-31" doc:"Where the document's number doesn't state it"`
		Phone        string              `json:"phone" maxLength:"40"`
	}
}

// Sealed is something that was checked and not stored yet. Only the service can read it.
type Sealed struct {
	Registration string    `json:"registration" doc:"Send it back with the one-time code"`
	Expires      time.Time `json:"expires"`
}

func (s *Server) beginRegistration(c *call, in *registrationInput) (Sealed, error) {
	b := in.Body
	sealed, err := s.Residents.Begin(c.ctx, resident.Form{Jurisdiction: b.Jurisdiction, Language: b.Language, Declaration: b.Declaration,
		Channel: channel, Name: b.Name, Document: b.Document.document(), Birth: b.Birth, Phone: b.Phone}, c.caller())
	return Sealed{sealed, c.now().Add(time.Hour)}, err
}

// channel names this way in; it is never an input of a rule.
const channel = "api"

type resendInput struct {
	Body struct {
		Registration string `json:"registration" maxLength:"8000"`
	}
}

func (s *Server) resendRegistration(c *call, in *resendInput) error {
	return s.Residents.Resend(c.ctx, in.Body.Registration, c.caller())
}

type completeInput struct {
	Body struct {
		Registration string `json:"registration" maxLength:"8000"`
		Code         string `json:"code" maxLength:"20" doc:"The one-time code"`
	}
}

// Token opens a session: send it as a bearer token.
type Token struct {
	Token   string    `json:"token"`
	Expires time.Time `json:"expires" doc:"Unless the person signs out before"`
}

func (s *Server) completeRegistration(c *call, in *completeInput) (Token, error) {
	token, err := s.Residents.Complete(c.ctx, in.Body.Registration, in.Body.Code, c.caller())
	return Token{token, c.now().Add(access.ResidentSession)}, err
}

// caller is where the call comes from, for limits and the list of sessions.
func (c *call) caller() resident.Caller {
	return resident.Caller{Address: c.address(), Device: "API"}
}
