package api

import (
	"net/http"
	"time"

	"healthcode"
	"healthcode/internal/access"
)

func (s *Server) sessionRoutes() []Route {
	post := limited(s.limits.post)
	return []Route{
		do(http.MethodPost, "/v1/sign-in-codes", "request-sign-in-code", "Send a one-time code to the phone of whoever has the document", s.requestCode, public, post,
			about("The answer is the same whether or not anybody has it.")),
		handle(http.MethodPost, "/v1/sessions", "sign-in", "Sign a resident in with document and one-time code", s.signIn, public, post),
		handle(http.MethodPost, "/v1/staff-sessions", "sign-staff-in", "Sign a member of staff in with name and password", s.signStaffIn, public, limited(s.limits.signIn)),
		handle(http.MethodGet, "/v1/session", "get-session", "Who is calling", s.getSession, forRoles(everyRole)),
		do(http.MethodDelete, "/v1/session", "sign-out", "End the session whose token is used", s.signOut, forRoles(everyRole)),
		handle(http.MethodGet, "/v1/me/sessions", "list-sessions", "Where the resident is signed in, the newest first", s.listSessions, forRoles(residents)),
		do(http.MethodDelete, "/v1/me/sessions/{id}", "end-session", "Sign one of the resident's sessions out", s.endSession, forRoles(residents)),
		do(http.MethodDelete, "/v1/me/sessions", "end-sessions", "Sign the resident out everywhere", s.endSessions, forRoles(residents)),
	}
}

type requestCodeInput struct {
	Body struct {
		Jurisdiction string              `json:"jurisdiction" maxLength:"16" example:"beijing"`
		Document     DocumentBody        `json:"document"`
		Language     healthcode.Language `json:"language" enum:"zh,en"`
	}
}

func (s *Server) requestCode(c *call, in *requestCodeInput) error {
	return s.Residents.RequestCode(c.ctx, in.Body.Jurisdiction, in.Body.Document.document(), in.Body.Language, c.caller())
}

type signInInput struct {
	Body struct {
		Jurisdiction string       `json:"jurisdiction" maxLength:"16" example:"beijing"`
		Document     DocumentBody `json:"document"`
		Code         string       `json:"code" maxLength:"20" doc:"The one-time code"`
	}
}

func (s *Server) signIn(c *call, in *signInInput) (Token, error) {
	token, err := s.Residents.SignIn(c.ctx, in.Body.Jurisdiction, in.Body.Document.document(), in.Body.Code, c.caller())
	return Token{token, c.now().Add(access.ResidentSession)}, err
}

type staffSignInInput struct {
	Body struct {
		Name     string `json:"name" maxLength:"64"`
		Password string `json:"password" maxLength:"200"`
	}
}

func (s *Server) signStaffIn(c *call, in *staffSignInInput) (Token, error) {
	token, err := s.Access.SignIn(c.ctx, in.Body.Name, in.Body.Password, "API")
	return Token{token, c.now().Add(access.StaffSession)}, err
}

// Caller says who is calling.
type Caller struct {
	Role         healthcode.Role `json:"role"`
	Name         string          `json:"name,omitempty" doc:"Of a member of staff"`
	Jurisdiction string          `json:"jurisdiction,omitempty" doc:"Of a member of staff"`
	Venue        string          `json:"venue,omitempty" doc:"Of a checkpoint"`
	Source       string          `json:"source,omitempty" doc:"Of a lab: the source of its facts"`
}

func (s *Server) getSession(c *call, _ *none) (Caller, error) {
	a := c.actor
	return Caller{a.Role, a.Staff, a.Jurisdiction, a.Venue, a.Source}, nil
}

func (s *Server) signOut(c *call, _ *none) error {
	if c.actor.Session == "" {
		return healthcode.Errorf(healthcode.CodeInvalid, "", "API 令牌没有登录记录，由管理员停用。", "An API token has no session; an administrator disables it.")
	}
	return s.Access.SignOut(c.ctx, c.actor)
}

// Session is one signed-in device.
type Session struct {
	ID      string    `json:"id"`
	Device  string    `json:"device"`
	Created time.Time `json:"created"`
	Seen    time.Time `json:"seen"`
	Expires time.Time `json:"expires"`
	Current bool      `json:"current" doc:"The one that is asking"`
}

// SessionList is a resident's sessions, the newest first.
type SessionList struct {
	Sessions []Session `json:"sessions"`
}

func (s *Server) listSessions(c *call, _ *none) (SessionList, error) {
	sessions, err := s.Access.Sessions(c.ctx, c.actor)
	list := SessionList{Sessions: make([]Session, len(sessions))}
	for i, o := range sessions {
		list.Sessions[i] = Session{o.ID, o.Device, o.Created, o.Seen, o.Expires, o.ID == c.actor.Session}
	}
	return list, err
}

type byID struct {
	ID string `path:"id" maxLength:"64"`
}

func (s *Server) endSession(c *call, in *byID) error {
	return s.Access.EndSession(c.ctx, c.actor, in.ID)
}

func (s *Server) endSessions(c *call, _ *none) error { return s.Access.EndSessions(c.ctx, c.actor) }
