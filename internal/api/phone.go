package api

import (
	"net/http"
	"time"

	"healthcode"
	"healthcode/internal/resident"
)

func (s *Server) phoneRoutes() []Route {
	const one = "/v1/me/phones/{id}"
	mine := forRoles(residents)
	return []Route{
		handle(http.MethodGet, "/v1/me/phones", "list-my-phones", "The resident's phones, in the order in which a trip verification asks them", s.listPhones, mine),
		do(http.MethodPost, "/v1/me/phones", "bind-phone", "Send a one-time code to a number to bind", s.bindPhone, mine,
			about("Whether somebody else has the number is never told.")),
		do(http.MethodPost, "/v1/me/phones/confirm", "confirm-phone", "Bind the number that received the code", s.confirmPhone, mine),
		do(http.MethodPost, one+"/unbind", "unbind-phone", "Unbind a number", s.unbindPhone, mine,
			about("It takes a sign-in of the last ten minutes. The number has to be declared for 14 full days more, and is then deleted for good.")),
		do(http.MethodPost, one+"/main", "make-phone-main", "Have the codes for signing in sent to another bound number", s.makePhoneMain, mine,
			about("It takes a sign-in of the last ten minutes.")),
		do(http.MethodPost, one+"/code", "ask-phone", "Send a one-time code to a bound number", s.askPhone, mine),
		handle(http.MethodPost, one+"/user", "name-phone-user", "Say who really uses a number", s.namePhoneUser, mine,
			about("The code that the number received shows it. What a carrier reported of the number is taken back, and it reports no more.")),
		handle(http.MethodPost, one+"/dispute", "dispute-phone", "Dispute what rests on a number whose code can't be had", s.disputePhone, mine),
		do(http.MethodPost, one+"/loss", "report-phone-loss", "Say that no code can reach a number any more", s.reportPhoneLoss, mine,
			about("An officer confirms it.")),
	}
}

// MyPhone is one of a resident's phones.
type MyPhone struct {
	ID       string     `json:"id"`
	Number   string     `json:"number" doc:"Masked"`
	Main     bool       `json:"main" doc:"Receives the codes for signing in"`
	Bound    time.Time  `json:"bound"`
	Unbound  *time.Time `json:"unbound,omitempty"`
	DaysLeft int        `json:"days_left,omitempty" doc:"Of an unbound number: full days until it is deleted for good"`
	Others   bool       `json:"others" doc:"Somebody else uses it"`
}

// MyPhones lists a resident's phones.
type MyPhones struct {
	Phones []MyPhone `json:"phones"`
}

func (s *Server) listPhones(c *call, in *tripInput) (MyPhones, error) {
	phones, err := s.Residents.Phones(c.ctx, c.actor, in.Jurisdiction)
	list := MyPhones{Phones: make([]MyPhone, len(phones))}
	for i, p := range phones {
		list.Phones[i] = MyPhone{p.ID, masked(p.Number), p.Main, p.Bound, at(p.Unbound), p.DaysLeft, p.Others()}
	}
	return list, err
}

type bindInput struct {
	Body struct {
		Jurisdiction string              `json:"jurisdiction" maxLength:"16" example:"beijing"`
		Phone        string              `json:"phone" maxLength:"40" doc:"The number"`
		Language     healthcode.Language `json:"language,omitempty" enum:"zh,en"`
		Code         string              `json:"code,omitempty" maxLength:"40" doc:"confirm-phone: that the number received"`
	}
}

func (s *Server) bindPhone(c *call, in *bindInput) error {
	_, err := s.Residents.BindPhone(c.ctx, c.actor, in.Body.Jurisdiction, in.Body.Phone, in.Body.Language, c.caller())
	return err
}

func (s *Server) confirmPhone(c *call, in *bindInput) error {
	return s.Residents.ConfirmPhone(c.ctx, c.actor, in.Body.Jurisdiction, in.Body.Phone, in.Body.Code, c.caller())
}

type phoneInput struct {
	ID   string `path:"id" maxLength:"64"`
	Body struct {
		Jurisdiction string                  `json:"jurisdiction" maxLength:"16" example:"beijing"`
		Language     healthcode.Language     `json:"language,omitempty" enum:"zh,en" doc:"ask-phone: of the message"`
		Name         string                  `json:"name,omitempty" maxLength:"400" doc:"name-phone-user and dispute-phone: who uses it"`
		Kind         healthcode.RelationKind `json:"kind,omitempty" maxLength:"16" doc:"name-phone-user and dispute-phone: who that is to the resident"`
		Code         string                  `json:"code,omitempty" maxLength:"40" doc:"name-phone-user: that the number received"`
		Statement    string                  `json:"statement,omitempty" maxLength:"8000" doc:"dispute-phone"`
		Why          string                  `json:"why,omitempty" maxLength:"40" enum:"lost,stolen,given-up,no-signal" doc:"report-phone-loss"`
	}
}

func (in *phoneInput) user() resident.PhoneUser {
	return resident.PhoneUser{Name: in.Body.Name, Kind: in.Body.Kind}
}

func (s *Server) unbindPhone(c *call, in *phoneInput) error {
	return s.Residents.UnbindPhone(c.ctx, c.actor, c.session, in.Body.Jurisdiction, in.ID, c.caller())
}

func (s *Server) makePhoneMain(c *call, in *phoneInput) error {
	return s.Residents.MainPhone(c.ctx, c.actor, c.session, in.Body.Jurisdiction, in.ID)
}

func (s *Server) askPhone(c *call, in *phoneInput) error {
	return s.Residents.AskPhone(c.ctx, c.actor, in.Body.Jurisdiction, in.ID, in.Body.Language, c.caller())
}

// PhoneUserNamed says what followed.
type PhoneUserNamed struct {
	Retracted int `json:"retracted" doc:"How many stays were taken back"`
}

func (s *Server) namePhoneUser(c *call, in *phoneInput) (PhoneUserNamed, error) {
	n, err := s.Residents.NotMyPhone(c.ctx, c.actor, in.Body.Jurisdiction, in.ID, in.user(), in.Body.Code, c.caller())
	return PhoneUserNamed{n}, err
}

func (s *Server) disputePhone(c *call, in *phoneInput) (Disputes, error) {
	disputes, err := s.Residents.DisputePhone(c.ctx, c.actor, in.Body.Jurisdiction, in.ID, in.user(), in.Body.Statement)
	return disputeBodies(disputes), err
}

func (s *Server) reportPhoneLoss(c *call, in *phoneInput) error {
	return s.Residents.LosePhone(c.ctx, c.actor, in.Body.Jurisdiction, in.ID, in.Body.Why, c.caller())
}
