package web

import (
	"net/http"
	"net/url"
	"slices"
	"time"

	"healthcode"
	"healthcode/internal/resident"
)

func (s *Server) reportRoutes() []Route {
	return []Route{
		{Method: http.MethodGet, Pattern: "/in/{place}/report", Roles: residents, Handler: reportPage},
		{Method: http.MethodGet, Pattern: "/in/{place}/report/symptoms", Roles: residents, Handler: reportForm(symptomsView)},
		{Method: http.MethodPost, Pattern: "/in/{place}/report/symptoms", Roles: residents, Handler: reportSymptoms},
		{Method: http.MethodGet, Pattern: "/in/{place}/report/contact", Roles: residents, Handler: reportForm(contactView)},
		{Method: http.MethodPost, Pattern: "/in/{place}/report/contact", Roles: residents, Handler: reportContact},
		{Method: http.MethodGet, Pattern: "/in/{place}/report/quarantine", Roles: residents, Handler: reportForm(quarantineView)},
		{Method: http.MethodPost, Pattern: "/in/{place}/report/quarantine", Roles: residents, Handler: reportQuarantine},
		{Method: http.MethodGet, Pattern: "/in/{place}/report/trip", Roles: residents, Handler: tripPage, Location: true},
		{Method: http.MethodPost, Pattern: "/in/{place}/report/trip", Roles: residents, Handler: trip, Location: true},
		{Method: http.MethodPost, Pattern: "/in/{place}/report/trip/ask", Roles: residents, Handler: tripAsk},
		{Method: http.MethodPost, Pattern: "/in/{place}/report/trip/phone", Roles: residents, Handler: tripPhone},
		{Method: http.MethodGet, Pattern: "/in/{place}/report/trip/result", Roles: residents, Handler: tripResult},
		{Method: http.MethodPost, Pattern: "/in/{place}/report/send", Roles: residents, Handler: sendReport},
	}
}

// reportFields is a part of a report as it was typed.
type reportFields struct {
	url.Values
	errors []fieldError
	trip   tripProgress // of a trip
}

// chosen reports whether an option of a field was chosen.
func (f reportFields) chosen(name, value string) bool { return slices.Contains(f.Values[name], value) }

func reportPage(c *call) error { return c.page(http.StatusOK, reportView(c.view())) }

func reportForm(form reportTemplate) func(c *call) error {
	return func(c *call) error { return c.page(http.StatusOK, form(c.view(), reportFields{Values: url.Values{}})) }
}

// parseReport reads a part of a report; edit is true where the person came back
// from the review page to change it.
func (c *call) parseReport() (f reportFields, edit bool, err error) {
	if err := c.parse(); err != nil {
		return f, false, err
	}
	edit = c.value("do") == "edit"
	c.r.PostForm.Del("do")
	return reportFields{Values: c.r.PostForm}, edit, nil
}

func reportSymptoms(c *call) error {
	f, edit, err := c.parseReport()
	if err != nil || edit {
		return c.editReport(err, symptomsView, f)
	}
	ticked := f.Values["symptom"]
	none := slices.Contains(ticked, "none")
	if len(ticked) == 0 || none && len(ticked) > 1 {
		f.errors = []fieldError{{"symptom", textTickSymptoms}}
		return c.page(http.StatusUnprocessableEntity, symptomsView(c.view(), f))
	}
	report := resident.Report{Answered: true}
	for _, s := range symptoms {
		if slices.Contains(ticked, s.id) {
			report.Symptoms = append(report.Symptoms, s.id)
		}
	}
	return c.review(report, symptomsView, f, "report/symptoms")
}

func reportContact(c *call) error {
	f, edit, err := c.parseReport()
	if err != nil || edit {
		return c.editReport(err, contactView, f)
	}
	contact := resident.Contact{Class: f.Get("class"), Time: typedTime(f.Get("time"), c.location())}
	return c.review(resident.Report{Contacts: []resident.Contact{contact}}, contactView, f, "report/contact")
}

func reportQuarantine(c *call) error {
	f, edit, err := c.parseReport()
	if err != nil || edit {
		return c.editReport(err, quarantineView, f)
	}
	q := &resident.Quarantine{Place: f.Get("place"), From: typedTime(f.Get("from"), c.location()),
		Completed: f.Get("completed") == "yes"}
	if q.Completed {
		q.To = c.endOf(f.Get("to"))
	}
	return c.review(resident.Report{Quarantine: q}, quarantineView, f, "report/quarantine")
}

// endOf is the end of a typed day, or now where the day is today; zero where it is no day.
func (c *call) endOf(typed string) time.Time {
	start := typedTime(typed, c.location())
	if start.IsZero() {
		return start
	}
	end := start.AddDate(0, 0, 1).Add(-time.Second)
	if now := c.now.In(c.location()); !start.After(now) && end.After(now) {
		return now.Truncate(time.Second)
	}
	return end
}

func (c *call) editReport(err error, form reportTemplate, f reportFields) error {
	if err != nil {
		return err
	}
	return c.page(http.StatusOK, form(c.view(), f))
}

// review shows a report as the facts that it will give, before anything is
// stored; or the form again, with what is wrong.
func (c *call) review(report resident.Report, form reportTemplate, f reportFields, path string) error {
	sealed, facts, err := c.server.Resident.Review(c.ctx, c.actor, c.policy.Jurisdiction, report)
	if err != nil {
		errors := formErrors(err)
		if errors == nil {
			return err
		}
		f.errors = plainFields(errors)
		return c.page(statusOf(err), form(c.view(), f))
	}
	return c.page(http.StatusOK, reviewView(c.view(), reviewed{sealed, facts, f.Values, c.in(path), report.Arriving, stepsOf(f.trip)}))
}

// reviewed is a report that waits to be sent.
type reviewed struct {
	sealed string
	facts  []healthcode.Fact
	typed  url.Values // to go back and change it
	form   string
	// arriving is when the person plans to arrive, of a trip that is declared before the journey.
	arriving time.Time
	steps    []healthcode.Text
}

// sendReport stores a report. Sending the same one twice stores it once.
func sendReport(c *call) error {
	if err := c.parse(); err != nil {
		return err
	}
	if err := c.server.Resident.Send(c.ctx, c.actor, c.value("report")); err != nil {
		return err
	}
	if c.value("next") == "trip" {
		return c.redirect(c.in("report/trip/result"))
	}
	return c.redirect(c.in("code?reported=1"))
}
