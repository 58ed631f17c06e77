package web

import (
	"net/http"
	"net/url"

	"healthcode"
	"healthcode/internal/resident"
)

func (s *Server) ownDisputeRoutes() []Route {
	return []Route{
		{Method: http.MethodGet, Pattern: "/in/{place}/dispute", Roles: residents, Handler: disputePage},
		{Method: http.MethodPost, Pattern: "/in/{place}/dispute", Roles: residents, Handler: dispute},
		{Method: http.MethodGet, Pattern: "/in/{place}/disputes", Roles: residents, Handler: ownDisputesPage},
	}
}

// disputing is the form of "this isn't right".
type disputing struct {
	reason    reasonMatch
	rule      string
	facts     []healthcode.FactRef
	statement string
	errors    []fieldError
}

// disputing finds the reason that a query or a form names, among those that hold now.
func (c *call) disputing(q url.Values) (disputing, error) {
	d := disputing{rule: q.Get("rule"), statement: q.Get("statement")}
	sources, ids := q["source"], q["id"]
	for i := range min(len(sources), len(ids)) {
		d.facts = append(d.facts, healthcode.FactRef{Source: sources[i], ID: ids[i]})
	}
	code, err := c.server.Status.Own(c.ctx, c.actor, c.policy.Jurisdiction)
	if err != nil {
		return d, err
	}
	v, link := c.view(), disputeLink(c.view(), d.rule, d.facts)
	for _, card := range reasonCards(v, &code) {
		for _, m := range card.matches {
			if m.dispute == link {
				d.reason = m
				return d, nil
			}
		}
	}
	return d, &healthcode.Error{Code: healthcode.CodeNotFound, Text: textReasonOver}
}

func disputePage(c *call) error {
	d, err := c.disputing(c.r.URL.Query())
	if err != nil {
		return err
	}
	return c.page(http.StatusOK, disputeView(c.view(), d))
}

func dispute(c *call) error {
	if err := c.parse(); err != nil {
		return err
	}
	d, err := c.disputing(c.r.PostForm)
	if err != nil {
		return err
	}
	stored, err := c.server.Resident.Dispute(c.ctx, c.actor, c.policy.Jurisdiction, d.rule, d.facts, d.statement)
	if err != nil {
		if d.errors = formErrors(err); d.errors != nil {
			return c.page(statusOf(err), disputeView(c.view(), d))
		}
		return err
	}
	return c.redirect(c.in("disputes?new=" + url.QueryEscape(stored.ID)))
}

func ownDisputesPage(c *call) error {
	all, err := c.server.Resident.Disputes(c.ctx, c.actor)
	if err != nil {
		return err
	}
	return c.page(http.StatusOK, ownDisputesView(c.view(), all, c.r.URL.Query().Get("new")))
}

func statementField(v view, d disputing) field {
	return field{name: "statement", label: v.say(textStatement), hint: v.say(textStatementHint, resident.MaxStatement),
		value: d.statement, max: resident.MaxStatement, errors: d.errors}
}
