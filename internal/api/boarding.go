package api

import (
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"healthcode"
	"healthcode/internal/access"
	"healthcode/internal/boarding"
	"healthcode/internal/identity"
)

func (s *Server) boardingRoutes() []Route {
	const base = "/v1/boarding/applications"
	mine, post := forRoles(residents), limited(s.limits.post)
	binary := &huma.Schema{Type: huma.TypeString, Format: "binary"}
	return []Route{
		handle(http.MethodGet, "/v1/boarding/missions", "list-missions", "Embassies and consulates that issue health statements, and their notices", s.missions, public, cacheable),
		handle(http.MethodGet, "/v1/boarding/missions/{mission}", "get-mission", "One mission, and what its notices ask for", s.missionNotices, public, cacheable,
			about("Of a notice that set applies which names the origin, the transit and the class of traveller. Each of its items needs one of its options.")),
		handle(http.MethodPost, "/v1/boarding/accounts", "begin-boarding-account", "Check a foreign passport and send a one-time code to its telephone", s.beginBoarding, public, post,
			about("Also for coming back: who has an account with this passport and telephone is signed in. Nothing is stored yet.")),
		handle(http.MethodPost, "/v1/boarding/accounts/complete", "complete-boarding-account", "Sign in with the one-time code", s.completeBoarding, public, post),

		handle(http.MethodGet, base, "list-my-applications", "The traveller's applications, the newest first", s.myApplications, mine),
		handle(http.MethodPost, base, "open-application", "Apply for a health statement for a flight", s.openApplication, mine),
		handle(http.MethodGet, base+"/{id}", "get-my-application", "One application, what it still needs, and its statement", s.myApplication, mine),
		handle(http.MethodPut, base+"/{id}/flight", "change-flight", "Move an application to another flight", s.changeFlight, mine,
			about("The statement for the old flight is void at once. Where the papers still satisfy the rules, a new one is there at once.")),
		handle(http.MethodPost, base+"/{id}/papers", "upload-boarding-paper", "Upload a paper for an item", s.uploadBoardingPaper, mine,
			body(boarding.MaxFile+1), within(slow), reads(map[string]*huma.Schema{"application/pdf": binary, "image/jpeg": binary, "image/png": binary, "application/octet-stream": binary}),
			about("PDF, JPEG or PNG by its content, at most 10 MiB and 10 pages. What a machine can prove counts at once. Where nothing is missing any more, the statement is issued.")),
		document(http.MethodGet, base+"/{id}/papers/{paper}", "get-my-boarding-paper", "The file of a paper", boardingFiles, s.myBoardingPaper, mine),
		handle(http.MethodDelete, base+"/{id}/papers/{paper}", "withdraw-boarding-paper", "Take a paper back and delete its file", s.withdrawBoardingPaper, mine),
		handle(http.MethodPost, base+"/{id}/submit", "submit-application", "Hand the application to the mission's officers", s.submitApplication, mine),
		handle(http.MethodGet, base+"/{id}/statement", "get-health-statement", "The health statement that stands", s.healthStatement, mine),
	}
}

var boardingFiles = []string{"application/pdf", "image/jpeg", "image/png"}

type boardingAccountInput struct {
	Body struct {
		Mission  string              `json:"mission" maxLength:"40" example:"frankfurt"`
		Language healthcode.Language `json:"language" enum:"zh,en" doc:"Of the messages that will be sent"`
		Name     string              `json:"name" maxLength:"400" doc:"As in the passport"`
		Number   string              `json:"number" maxLength:"64" doc:"Of the passport"`
		Country  string              `json:"country" maxLength:"3" example:"SWE" doc:"The issuing country, ICAO 9303 alpha-3"`
		Birth    string              `json:"birth" maxLength:"10" example:"1974-08-12"`
		Phone    string              `json:"phone" maxLength:"40" example:"+4915112345678"`
	}
}

func (s *Server) beginBoarding(c *call, in *boardingAccountInput) (Sealed, error) {
	b := in.Body
	sealed, err := s.Boarding.Begin(c.ctx, boarding.Form{Mission: b.Mission, Name: b.Name, Number: b.Number, Country: b.Country, Birth: b.Birth,
		Phone: b.Phone, Lang: b.Language}, identity.AddressKey(c.address()))
	return Sealed{sealed, c.now().Add(boarding.FormLife)}, err
}

func (s *Server) completeBoarding(c *call, in *completeInput) (Token, error) {
	token, err := s.Boarding.Complete(c.ctx, in.Body.Registration, in.Body.Code, "API", identity.AddressKey(c.address()))
	return Token{token, c.now().Add(access.ResidentSession)}, err
}

type boardingInput struct {
	ID string `path:"id" maxLength:"64"`
}

type boardingPaperInput struct {
	ID    string `path:"id" maxLength:"64"`
	Paper string `path:"paper" maxLength:"64"`
}

// BoardingApplications lists applications.
type BoardingApplications struct {
	Applications []BoardingApplication `json:"applications"`
}

func (s *Server) myApplications(c *call, _ *none) (BoardingApplications, error) {
	list, err := s.Boarding.Mine(c.ctx, c.actor)
	return c.applications(list), err
}

func (c *call) applications(list []*boarding.Application) BoardingApplications {
	all := BoardingApplications{Applications: []BoardingApplication{}}
	for _, a := range list {
		all.Applications = append(all.Applications, c.boardingApplication(a))
	}
	return all
}

// applied is the answer of whatever changed an application.
func (c *call) applied(a *boarding.Application, err error) (BoardingApplication, error) {
	if err != nil {
		return BoardingApplication{}, err
	}
	return c.boardingApplication(a), nil
}

type openApplicationInput struct {
	Body struct {
		Mission string         `json:"mission" maxLength:"40" example:"frankfurt"`
		Flight  BoardingFlight `json:"flight"`
	}
}

func (s *Server) openApplication(c *call, in *openApplicationInput) (BoardingApplication, error) {
	return c.applied(s.Boarding.Open(c.ctx, c.actor, in.Body.Mission, boarding.Flight(in.Body.Flight)))
}

func (s *Server) myApplication(c *call, in *boardingInput) (BoardingApplication, error) {
	return c.applied(s.Boarding.Own(c.ctx, c.actor, in.ID))
}

type changeFlightInput struct {
	ID   string `path:"id" maxLength:"64"`
	Body BoardingFlight
}

func (s *Server) changeFlight(c *call, in *changeFlightInput) (BoardingApplication, error) {
	return c.applied(s.Boarding.ChangeFlight(c.ctx, c.actor, in.ID, boarding.Flight(in.Body)))
}

type uploadBoardingInput struct {
	ID   string `path:"id" maxLength:"64"`
	Item string `query:"item" required:"true" maxLength:"64" example:"nucleic-acid" doc:"Of the requirement set that applies"`
}

func (s *Server) uploadBoardingPaper(c *call, in *uploadBoardingInput) (BoardingApplication, error) {
	data, err := c.read(append([]string{"application/octet-stream"}, boardingFiles...)...)
	if err != nil {
		return BoardingApplication{}, err
	}
	return c.applied(s.Boarding.Upload(c.ctx, c.actor, in.ID, in.Item, data))
}

func (s *Server) myBoardingPaper(c *call, in *boardingPaperInput) (file, error) {
	data, kind, err := s.Boarding.OwnPaper(c.ctx, c.actor, in.ID, in.Paper)
	return file{kind, data}, err
}

func (s *Server) withdrawBoardingPaper(c *call, in *boardingPaperInput) (BoardingApplication, error) {
	return c.applied(s.Boarding.Withdraw(c.ctx, c.actor, in.ID, in.Paper))
}

func (s *Server) submitApplication(c *call, in *boardingInput) (BoardingApplication, error) {
	return c.applied(s.Boarding.Submit(c.ctx, c.actor, in.ID))
}

func (s *Server) healthStatement(c *call, in *boardingInput) (HealthStatement, error) {
	app, err := s.Boarding.Own(c.ctx, c.actor, in.ID)
	if err != nil {
		return HealthStatement{}, err
	}
	if !app.Stands(c.now()) {
		return HealthStatement{}, healthcode.Errorf(healthcode.CodeExpired, "", "没有有效的健康声明：尚未签发、已撤销或已过期。", "No statement stands: none was issued, or it was revoked or has ended.")
	}
	return *statementOf(app), nil
}

// statementOf is the statement that stands.
func statementOf(a *boarding.Application) *HealthStatement {
	if a.Statement == nil || a.State != healthcode.ApplicationAccepted {
		return nil
	}
	return &HealthStatement{ID: a.Statement.ID, Text: a.Statement.Text, From: a.Statement.From, Until: a.Statement.Until, Flight: BoardingFlight(a.Flight)}
}

// HealthStatement is what the traveller shows at the airport.
type HealthStatement struct {
	ID     string         `json:"id"`
	Text   string         `json:"text,omitempty" doc:"HS1: what its QR code holds, in alphanumeric mode with error correction Q"`
	From   time.Time      `json:"from"`
	Until  time.Time      `json:"until"`
	Flight BoardingFlight `json:"flight"`
}
