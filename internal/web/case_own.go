package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"healthcode"
)

func (s *Server) ownCaseRoutes() []Route {
	return []Route{
		{Method: http.MethodGet, Pattern: "/in/{place}/cases", Roles: residents, Handler: ownCasesPage},
		{Method: http.MethodGet, Pattern: "/in/{place}/cases/{id}", Roles: residents, Handler: ownCasePage},
		{Method: http.MethodPost, Pattern: "/in/{place}/cases/{id}", Roles: residents, Handler: ownCaseSay},
		{Method: http.MethodGet, Pattern: "/in/{place}/help/offices", Handler: officesPage},
	}
}

// withCases puts under each reason the case about it. The code itself doesn't need it.
func (c *call) withCases(cards []reasonCard) []reasonCard {
	cases, err := c.server.Cases.Own(c.ctx, c.actor, c.policy.Jurisdiction)
	if err != nil {
		c.server.Log.ErrorContext(c.ctx, "the code is shown without its cases", "error", err)
	}
	for i := range cards {
		cards[i].own = true
		for j := range cases {
			if cases[j].Subject == cards[i].subject {
				cards[i].file = &cases[j] // the last one counts
				if kind := cards[i].kind; kind.Hold != "" && cases[j].State != healthcode.CaseDecided {
					cards[i].advice = kind.AdviceAt(cases[j].Where).In(c.lang) // where the person says to be
				}
			}
		}
	}
	return cards
}

func ownCasesPage(c *call) error {
	cases, err := c.server.Cases.Own(c.ctx, c.actor, c.policy.Jurisdiction)
	if err != nil {
		return err
	}
	slices.Reverse(cases)
	return c.page(http.StatusOK, ownCasesView(c.view(), cases))
}

// ownFile is what the page of the person's own case shows.
type ownFile struct {
	healthcode.Case
	entries []healthcode.CaseEntry
	once    string // the id of the forms: sent twice, they count once
	signed  healthcode.CaseEntry
	errors  []fieldError
	typed   url.Values
	saved   bool
}

// question is the last one that waits for an answer.
func (f ownFile) question() string {
	for _, e := range slices.Backward(f.entries) {
		if f.Asked && e.Kind == "question" {
			return e.Text
		}
	}
	return ""
}

// open reports whether the person can add to the case.
func (f ownFile) open() bool {
	return f.State != healthcode.CaseDecided || f.Outcome == healthcode.OutcomeUpheld
}

func ownCasePage(c *call) error {
	return c.ownCase(http.StatusOK, ownFile{saved: c.r.URL.Query().Has("saved")})
}

func (c *call) ownCase(status int, f ownFile) (err error) {
	if f.Case, f.entries, err = c.server.Cases.OwnCase(c.ctx, c.actor, c.r.PathValue("id")); err != nil {
		return err
	}
	if f.Jurisdiction != c.policy.Jurisdiction {
		return c.redirect(place(f.Jurisdiction, "cases/"+url.PathEscape(f.ID)))
	}
	for _, e := range f.entries {
		if e.Kind == "commitment" {
			f.signed = e
		}
	}
	if f.once = f.typed.Get("once"); f.once == "" {
		f.once = onceOnly()
	}
	return c.page(status, ownCaseView(c.view(), f))
}

func ownCaseSay(c *call) error {
	if err := c.parse(); err != nil {
		return err
	}
	s, id, once := c.server.Cases, c.r.PathValue("id"), c.value("once")
	if len(once) < 8 || len(once) > 32 {
		return &healthcode.Error{Code: healthcode.CodeInvalid, Text: textBrokenForm}
	}
	var err error
	switch c.value("action") {
	case "move":
		err = s.Move(c.ctx, c.actor, id, once, c.value("where"), c.value("stays"))
	case "sign":
		err = s.Sign(c.ctx, c.actor, id, c.value("letter"), c.value("name"))
	default:
		err = s.Say(c.ctx, c.actor, id, once, c.value("text"))
	}
	if err == nil {
		return c.redirect(c.in("cases/" + url.PathEscape(id) + "?saved=1"))
	}
	errors := formErrors(err)
	if errors == nil || healthcode.CodeOf(err) == healthcode.CodeNotFound {
		return err
	}
	return c.ownCase(statusOf(err), ownFile{errors: errors, typed: c.r.PostForm})
}

func officesPage(c *call) error { return c.page(http.StatusOK, officesView(c.view())) }

// signedAt splits the record of a signature.
func signedAt(e healthcode.CaseEntry) (version string, at time.Time) {
	version, _, _ = strings.Cut(e.Text, "\n")
	return version, e.At
}
