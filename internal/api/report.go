package api

import (
	"net/http"
	"time"

	"healthcode"
	"healthcode/internal/resident"
)

func (s *Server) reportRoutes() []Route {
	mine := forRoles(residents)
	return []Route{
		handle(http.MethodPost, "/v1/me/reports/review", "review-report", "Check a self-report, and see the facts that it will give", s.reviewReport, mine,
			about("Nothing is stored yet: the answer holds the report, sealed, for an hour.")),
		handle(http.MethodPost, "/v1/me/reports", "send-report", "Send a reviewed self-report", s.sendReport, mine,
			about("Sending it again changes nothing.")),
		handle(http.MethodGet, "/v1/me/reports", "list-reports", "What the resident has reported, the newest first", s.listReports, mine),
	}
}

type reportInput struct {
	Body struct {
		Symptoms   *[]string         `json:"symptoms,omitempty" maxItems:"20" doc:"Absent where the question wasn't answered; empty for none"`
		Stays      []ReportStay      `json:"stays,omitempty" maxItems:"50"`
		Contacts   []ReportContact   `json:"contacts,omitempty" maxItems:"20"`
		Quarantine *ReportQuarantine `json:"quarantine,omitempty"`
		Trip       bool              `json:"trip,omitempty" doc:"The stays are everywhere that the person was in the last 14 days. Where a policy wants trips verified, every phone must have answered before: see /v1/me/trip"`
		// Jurisdiction and Arriving belong to a trip.
		Jurisdiction string    `json:"jurisdiction,omitempty" maxLength:"16" example:"beijing" doc:"Needed with trip"`
		Arriving     time.Time `json:"arriving,omitzero" doc:"When the person plans to arrive, of a trip that is declared before the journey"`
	}
}

// ReportStay is a stay in a county or, abroad, a country.
type ReportStay struct {
	Area string    `json:"area" maxLength:"6" example:"110105"`
	From time.Time `json:"from"`
	To   time.Time `json:"to,omitzero" doc:"Absent while it goes on"`
}

// ReportContact is a contact that a person can know of.
type ReportContact struct {
	Class string    `json:"class" enum:"close,symptomatic-contact,same-building"`
	Time  time.Time `json:"time" doc:"Of the last contact"`
}

// ReportQuarantine is one that the person is in or has done.
type ReportQuarantine struct {
	Place     string    `json:"place" enum:"designated,home"`
	From      time.Time `json:"from"`
	To        time.Time `json:"to,omitzero"`
	Completed bool      `json:"completed,omitempty"`
}

// Review is a checked self-report.
type Review struct {
	Report  string     `json:"report" doc:"Send it to /v1/me/reports"`
	Facts   []factBody `json:"facts" doc:"What it will say of the person"`
	Expires time.Time  `json:"expires"`
}

func (s *Server) reviewReport(c *call, in *reportInput) (Review, error) {
	r := resident.Report{Trip: in.Body.Trip, Arriving: in.Body.Arriving}
	if in.Body.Symptoms != nil {
		r.Answered, r.Symptoms = true, *in.Body.Symptoms
	}
	for _, stay := range in.Body.Stays {
		r.Stays = append(r.Stays, resident.Stay(stay))
	}
	for _, contact := range in.Body.Contacts {
		r.Contacts = append(r.Contacts, resident.Contact(contact))
	}
	if q := in.Body.Quarantine; q != nil {
		own := resident.Quarantine(*q)
		r.Quarantine = &own
	}
	sealed, facts, err := s.Residents.Review(c.ctx, c.actor, in.Body.Jurisdiction, r)
	return Review{sealed, factBodies(facts), c.now().Add(time.Hour)}, err
}

func factBodies(facts []healthcode.Fact) []factBody {
	out := make([]factBody, len(facts))
	for i, f := range facts {
		out[i] = factBody{f}
	}
	return out
}

type sendReportInput struct {
	Body struct {
		Report string `json:"report" maxLength:"60000"`
	}
}

// Reports lists the facts that a person has said of themselves.
type Reports struct {
	Facts []factBody `json:"facts"`
}

func (s *Server) sendReport(c *call, in *sendReportInput) (Reports, error) {
	if err := s.Residents.Send(c.ctx, c.actor, in.Body.Report); err != nil {
		return Reports{}, err
	}
	return s.listReports(c, nil)
}

func (s *Server) listReports(c *call, _ *none) (Reports, error) {
	facts, err := s.Residents.Reports(c.ctx, c.actor)
	return Reports{factBodies(facts)}, err
}
