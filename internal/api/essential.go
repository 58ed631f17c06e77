package api

import (
	"net/http"

	"healthcode/internal/casework"
)

func (s *Server) essentialRoutes() []Route {
	mine := forRoles(residents)
	return []Route{
		handle(http.MethodPost, "/v1/me/reports/office", "report-to-office", "Report to the office that a hold names", s.reportToOffice, mine,
			about("It opens the case about the hold, or is noted in the open one, once.")),
		handle(http.MethodPost, "/v1/me/essential-trips", "apply-for-trip", "Apply for an essential trip while a hold lets one apply", s.applyForTrip, mine,
			about("It becomes a case, decided in writing. The hold stays, and no door learns of it.")),
		do(http.MethodPost, "/v1/jurisdictions/{jurisdiction}/cases/{id}/grant", "grant-trip", "Grant an essential trip, for some days and in writing", s.grantTrip, forRoles(caseworkers)),
	}
}

type officeInput struct {
	Body struct {
		Jurisdiction string `json:"jurisdiction" maxLength:"16" example:"beijing"`
		Hold         string `json:"hold" maxLength:"40" example:"3"`
	}
}

func (s *Server) reportToOffice(c *call, in *officeInput) (CaseBody, error) {
	found, err := s.Cases.Report(c.ctx, c.actor, in.Body.Jurisdiction, in.Body.Hold)
	return ownBody(found), err
}

type applyInput struct {
	Body struct {
		Jurisdiction string `json:"jurisdiction" maxLength:"16" example:"beijing"`
		Once         string `json:"once" minLength:"8" maxLength:"32" doc:"Made by the caller: the same application sent twice counts once"`
		Reason       string `json:"reason" enum:"medical,family,official,work,return-home"`
		From         string `json:"from" maxLength:"10" example:"2022-05-01" doc:"Local day, included"`
		Until        string `json:"until" maxLength:"10" example:"2022-05-03" doc:"Local day, included"`
		Evidence     string `json:"evidence" maxLength:"8000" doc:"Up to 2,000 characters"`
	}
}

func (s *Server) applyForTrip(c *call, in *applyInput) (CaseBody, error) {
	found, err := s.Cases.ApplyTrip(c.ctx, c.actor, in.Body.Jurisdiction, in.Body.Once, casework.EssentialTrip{From: in.Body.From, Until: in.Body.Until,
		Reason: in.Body.Reason, Evidence: in.Body.Evidence})
	return ownBody(found), err
}

type grantTripInput struct {
	Jurisdiction string `path:"jurisdiction" maxLength:"16" example:"beijing"`
	ID           string `path:"id" maxLength:"64"`
	Body         struct {
		Version int    `json:"version" doc:"The case's, as it was seen"`
		From    string `json:"from" maxLength:"10" example:"2022-05-01"`
		Until   string `json:"until" maxLength:"10" example:"2022-05-03"`
		Why     string `json:"why" maxLength:"8000" doc:"The answer in writing"`
	}
}

func (s *Server) grantTrip(c *call, in *grantTripInput) error {
	return s.Cases.GrantTrip(c.ctx, c.actor, casework.Seen{ID: in.ID, Version: in.Body.Version},
		casework.EssentialTrip{From: in.Body.From, Until: in.Body.Until}, in.Body.Why)
}
