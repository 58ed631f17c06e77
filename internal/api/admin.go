package api

import (
	"net/http"

	"healthcode"
	"healthcode/internal/access"
)

func (s *Server) adminRoutes() []Route {
	here := forRoles(administrators)
	return []Route{
		handle(http.MethodGet, "/v1/jurisdictions/{jurisdiction}/staff", "list-staff", "The accounts of the jurisdiction", s.listStaff, here),
		handle(http.MethodPost, "/v1/jurisdictions/{jurisdiction}/staff", "create-staff", "Make an account", s.createStaff, here,
			about("The answer holds the password, or the API token. It can't be read again.")),
		handle(http.MethodPatch, "/v1/jurisdictions/{jurisdiction}/staff/{name}", "disable-staff", "Close an account and sign it out everywhere, or open it again", s.disableStaff, here),
		handle(http.MethodGet, "/v1/jurisdictions/{jurisdiction}/venues", "list-venues", "The venues of the jurisdiction", s.listVenues, here),
		handle(http.MethodPost, "/v1/jurisdictions/{jurisdiction}/venues", "create-venue", "Make a venue", s.createVenue, here),
	}
}

// StaffBody is an account.
type StaffBody struct {
	Name         string          `json:"name"`
	Role         healthcode.Role `json:"role"`
	Jurisdiction string          `json:"jurisdiction"`
	Venue        string          `json:"venue,omitempty"`
	Source       string          `json:"source,omitempty"`
	Disabled     bool            `json:"disabled"`
	Machine      bool            `json:"machine" doc:"Has an API token"`
}

func staffBody(m healthcode.Staff) StaffBody {
	return StaffBody{m.Name, m.Role, m.Jurisdiction, m.Venue, m.Source, m.Disabled, len(m.TokenHash) > 0}
}

// StaffList lists accounts by name.
type StaffList struct {
	Staff []StaffBody `json:"staff"`
}

func (s *Server) listStaff(c *call, _ *inJurisdiction) (StaffList, error) {
	staff, err := s.admin.Staff(c.ctx, c.actor)
	list := StaffList{Staff: make([]StaffBody, len(staff))}
	for i, m := range staff {
		list.Staff[i] = staffBody(m)
	}
	return list, err
}

type createStaffInput struct {
	Jurisdiction string `path:"jurisdiction" maxLength:"16" example:"beijing"`
	Body         struct {
		Name    string          `json:"name" maxLength:"40" doc:"3 to 40 lower-case letters, digits, dots and hyphens; unique among all jurisdictions"`
		Role    healthcode.Role `json:"role" enum:"checkpoint,caseworker,lab,authority,auditor,administrator"`
		Venue   string          `json:"venue,omitempty" maxLength:"64" doc:"Of a checkpoint"`
		Source  string          `json:"source,omitempty" maxLength:"64" example:"lab:bj-0007" doc:"Of a lab"`
		Machine bool            `json:"machine,omitempty" doc:"Signs in with an API token instead of a password"`
	}
}

// CreatedStaff is a new account with its secret.
type CreatedStaff struct {
	StaffBody
	Password string `json:"password,omitempty"`
	Token    string `json:"token,omitempty"`
}

func (s *Server) createStaff(c *call, in *createStaffInput) (CreatedStaff, error) {
	b := in.Body
	m, secret, err := s.admin.CreateStaff(c.ctx, c.actor, access.NewStaff{Name: b.Name, Role: b.Role, Venue: b.Venue, Source: b.Source, Token: b.Machine})
	created := CreatedStaff{StaffBody: staffBody(m)}
	if b.Machine {
		created.Token = secret
	} else {
		created.Password = secret
	}
	return created, err
}

type disableStaffInput struct {
	Jurisdiction string `path:"jurisdiction" maxLength:"16" example:"beijing"`
	Name         string `path:"name" maxLength:"64"`
	Body         struct {
		Disabled bool `json:"disabled"`
	}
}

func (s *Server) disableStaff(c *call, in *disableStaffInput) (StaffBody, error) {
	m, err := s.admin.DisableStaff(c.ctx, c.actor, in.Name, in.Body.Disabled)
	return staffBody(m), err
}

// VenueList lists venues by id.
type VenueList struct {
	Venues []VenueBody `json:"venues"`
}

func (s *Server) listVenues(c *call, _ *inJurisdiction) (VenueList, error) {
	venues, err := s.admin.Venues(c.ctx, c.actor)
	list := VenueList{Venues: make([]VenueBody, len(venues))}
	for i, v := range venues {
		list.Venues[i] = venueBody(v)
	}
	return list, err
}

type createVenueInput struct {
	Jurisdiction string `path:"jurisdiction" maxLength:"16" example:"beijing"`
	Body         struct {
		Kind string          `json:"kind" maxLength:"32" example:"mall" doc:"A kind of the policy in force"`
		Name healthcode.Text `json:"name"`
		Area string          `json:"area" maxLength:"6" example:"110105" doc:"A county of the jurisdiction"`
	}
}

func (s *Server) createVenue(c *call, in *createVenueInput) (VenueBody, error) {
	v, err := s.admin.CreateVenue(c.ctx, c.actor, access.NewVenue{Kind: in.Body.Kind, Name: in.Body.Name, Area: in.Body.Area})
	return venueBody(v), err
}
