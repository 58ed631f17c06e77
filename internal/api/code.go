package api

import (
	"net/http"
	"slices"
	"time"

	"healthcode"
	"healthcode/internal/status"
	"healthcode/pass"
)

func (s *Server) codeRoutes() []Route {
	mine := forRoles(residents)
	return []Route{
		handle(http.MethodGet, "/v1/me/codes/{jurisdiction}", "get-code", "The resident's code: status with reasons and timeline, and a pass", s.getCode, mine),
		handle(http.MethodPost, "/v1/me/codes/{jurisdiction}/pass", "renew-pass", "A fresh pass", s.renewPass, mine, byHand(s.quickPass)),
		handle(http.MethodPost, "/v1/me/codes/{jurisdiction}/number", "get-number", "A number to read out at a door without a camera", s.getNumber, mine,
			about("It stands for the code for two minutes.")),
	}
}

// Code is what a resident's own page shows.
type Code struct {
	Status    healthcode.Status        `json:"status" doc:"As healthcode evaluate prints it, with the timeline from 30 days ago to 45 days ahead"`
	Name      string                   `json:"name" doc:"Masked, as a door sees it"`
	Identity  healthcode.IdentityState `json:"identity" enum:"unchecked,checked,refused"`
	Pass      Pass                     `json:"pass"`
	Facts     []factBody               `json:"facts" doc:"Those that the status names"`
	Sources   []Source                 `json:"sources" doc:"When each source last said something of the person"`
	Refreshed time.Time                `json:"refreshed" doc:"When the service answered, by its own clock"`
}

// Pass is a pass to be shown as a QR code.
type Pass struct {
	Text    string    `json:"text"`
	Issued  time.Time `json:"issued"`
	Expires time.Time `json:"expires"`
	State   string    `json:"state"`
}

// Source is when a source last said something.
type Source struct {
	Source string    `json:"source"`
	Latest time.Time `json:"latest"`
}

func (s *Server) getCode(c *call, in *inJurisdiction) (Code, error) {
	own, err := s.Status.Own(c.ctx, c.actor, in.Jurisdiction)
	if err != nil {
		return Code{}, err
	}
	s.Metrics.Evaluated(in.Jurisdiction)
	code := Code{Status: own.Status, Name: pass.MaskName(own.Person.Name), Identity: own.Person.Identity,
		Pass: s.pass(own.Pass, in.Jurisdiction), Facts: []factBody{}, Sources: []Source{}, Refreshed: c.now().In(own.Policy.Location)}
	code.Status.Timeline = own.Timeline
	for _, ref := range named(own.Status) {
		if f, ok := own.Facts[ref]; ok {
			code.Facts = append(code.Facts, factBody{f})
		}
	}
	for source, latest := range own.Latest {
		code.Sources = append(code.Sources, Source{source, latest})
	}
	slices.SortFunc(code.Sources, func(a, b Source) int { return b.Latest.Compare(a.Latest) })
	return code, nil
}

// pass counts a minted pass and gives it in its JSON form.
func (s *Server) pass(p status.Pass, jurisdiction string) Pass {
	s.Metrics.Minted(jurisdiction)
	return Pass{p.Text, p.Issued, p.Expires, p.State}
}

// named lists the facts that a status names, each once.
func named(st healthcode.Status) []healthcode.FactRef {
	var refs []healthcode.FactRef
	add := func(facts []healthcode.FactRef) {
		for _, ref := range facts {
			if !slices.Contains(refs, ref) {
				refs = append(refs, ref)
			}
		}
	}
	for _, h := range st.Holds {
		for _, r := range h.Reasons {
			add(r.Facts)
		}
	}
	for _, r := range st.Reasons {
		add(r.Facts)
	}
	for _, q := range st.Questions {
		add(q.Facts)
	}
	return refs
}

func (s *Server) renewPass(c *call, in *inJurisdiction) (Pass, error) {
	p, err := s.Status.Renew(c.ctx, c.actor, in.Jurisdiction, "")
	if err != nil {
		return Pass{}, err
	}
	s.Metrics.Evaluated(in.Jurisdiction)
	return s.pass(p, in.Jurisdiction), nil
}

// Number stands in for a pass where a door has no camera.
type Number struct {
	Number  string    `json:"number" example:"12345678"`
	Expires time.Time `json:"expires"`
}

func (s *Server) getNumber(c *call, in *inJurisdiction) (Number, error) {
	number, until, err := s.Status.Number(c.ctx, c.actor, in.Jurisdiction)
	return Number{number, until}, err
}
