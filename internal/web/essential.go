package web

import (
	"net/http"
	"net/url"
	"slices"

	"healthcode"
	"healthcode/internal/casework"
	"healthcode/policy"
)

func (s *Server) holdRoutes() []Route {
	return []Route{
		{Method: http.MethodPost, Pattern: "/in/{place}/holds/{hold}/report", Roles: residents, Handler: reportToOffice},
		{Method: http.MethodGet, Pattern: "/in/{place}/essential-trip", Roles: residents, Handler: essentialPage},
		{Method: http.MethodPost, Pattern: "/in/{place}/essential-trip", Roles: residents, Handler: applyTrip},
	}
}

// reportToOffice opens or joins the case about a hold, whose page says when.
func reportToOffice(c *call) error {
	found, err := c.server.Cases.Report(c.ctx, c.actor, c.policy.Jurisdiction, c.r.PathValue("hold"))
	if err != nil {
		return err
	}
	return c.redirect(c.in("cases/" + url.PathEscape(found.ID) + "?saved=1"))
}

// essentialForm is an application for an essential trip.
type essentialForm struct {
	casework.EssentialTrip
	once   string
	errors []fieldError
}

func essentialPage(c *call) error {
	return c.page(http.StatusOK, essentialView(c.view(), essentialForm{once: onceOnly()}))
}

func applyTrip(c *call) error {
	if err := c.parse(); err != nil {
		return err
	}
	f := essentialForm{once: c.value("once"), EssentialTrip: casework.EssentialTrip{From: c.value("from"), Until: c.value("until"),
		Reason: c.value("reason"), Evidence: c.value("evidence")}}
	if len(f.once) < 8 || len(f.once) > 32 {
		return &healthcode.Error{Code: healthcode.CodeInvalid, Text: textBrokenForm}
	}
	found, err := c.server.Cases.ApplyTrip(c.ctx, c.actor, c.policy.Jurisdiction, f.once, f.EssentialTrip)
	if err == nil {
		return c.redirect(c.in("cases/" + url.PathEscape(found.ID) + "?saved=1"))
	}
	if f.errors = formErrors(err); f.errors == nil {
		return err
	}
	return c.page(statusOf(err), essentialView(c.view(), f))
}

// part is one of the conditions of a two-part end.
type part struct {
	name healthcode.Text
	met  bool
}

// verifying are the parts of an end that waits for a completed and verified observation; none for another end.
func (c reasonCard) verifying() []part {
	if c.ends != "verification" {
		return nil
	}
	parts := []part{{textPartComplete, false}, {textPartVerified, false}}
	for _, f := range c.observed {
		parts[0].met = parts[0].met || f.Completed
		parts[1].met = parts[1].met || f.Verified
	}
	return parts
}

// reports says whether the person can report to the office from the card: the hold is that office's.
func (c reasonCard) reports(v view) bool {
	office, ok := v.policy.OfficeFor(policy.Wheres[0], policy.Stays[0])
	return ok && c.kind.Hold != "" && c.kind.Owner == office.Contact && (c.file == nil || c.file.State != healthcode.CaseDecided)
}

// observations are the quarantines known of a person, the latest of each source alone.
func observations(facts map[healthcode.FactRef]healthcode.Fact) (list []healthcode.Fact) {
	for _, f := range facts {
		if f.Kind == healthcode.KindQuarantine {
			list = append(list, f)
		}
	}
	slices.SortFunc(list, func(a, b healthcode.Fact) int { return a.Compare(&b) })
	return list[max(0, len(list)-1):]
}
