package web

import (
	"net/http"
	"unicode/utf8"

	"healthcode"
	"healthcode/internal/lab"
)

func (s *Server) testRoutes() []Route {
	return []Route{
		{Method: http.MethodGet, Pattern: "/in/{place}/tests", Roles: residents, Handler: testsPage},
		{Method: http.MethodPost, Pattern: "/in/{place}/tests", Roles: residents, Handler: askLab},
		{Method: http.MethodPost, Pattern: "/in/{place}/tests/held", Roles: residents, Handler: presentResult, MaxBody: maxCheckPhoto + 1<<16},
		{Method: http.MethodGet, Pattern: "/in/{place}/labs", Handler: labsPage},
	}
}

// tests is what the page about one's tests shows.
type tests struct {
	labs             []healthcode.Lab
	questions        []lab.Question
	lab, day, sample string
	done             string // asked, held, confirmed, differs: what has just been done
	errors           []fieldError
}

func testsPage(c *call) error {
	return c.tests(http.StatusOK, tests{done: c.r.URL.Query().Get("done")})
}

func (c *call) tests(status int, p tests) error {
	var err error
	if p.labs, err = c.server.Labs.Choices(c.ctx, c.policy.Jurisdiction); err != nil {
		return err
	}
	if p.questions, err = c.server.Labs.Questions(c.ctx, c.actor, c.policy.Jurisdiction); err != nil {
		return err
	}
	return c.page(status, testsView(c.view(), p))
}

func askLab(c *call) error {
	if err := c.parse(); err != nil {
		return err
	}
	p := tests{lab: c.value("lab"), day: c.value("day"), sample: c.value("sample")}
	if _, err := c.server.Labs.Ask(c.ctx, c.actor, c.policy.Jurisdiction, p.lab, p.day, p.sample); err != nil {
		if p.errors = formErrors(err); p.errors == nil {
			return err
		}
		return c.tests(statusOf(err), p)
	}
	return c.redirect(c.in("tests?done=asked"))
}

// presentResult takes a signed result as text, as a file with the text, or as a photograph of its code.
func presentResult(c *call) error {
	if err := c.parse(); err != nil {
		return err
	}
	err := c.present()
	if err == nil {
		return nil
	}
	p := tests{errors: formErrors(err)}
	if p.errors == nil {
		return err
	}
	return c.tests(statusOf(err), p)
}

func (c *call) present() error {
	text := c.value("result")
	if text == "" {
		data, err := c.file("photo")
		if err != nil {
			return err
		}
		if len(data) == 0 {
			return &healthcode.Error{Code: healthcode.CodeInvalid, Field: "result", Text: textHeldEmpty}
		}
		if text = string(data); !utf8.Valid(data) || len(data) > 10_000 {
			if err := c.withPicture(func() (err error) { text, err = readCode(data); return err }); err != nil {
				return err
			}
		}
	}
	held, err := c.server.Labs.Present(c.ctx, c.actor, c.policy.Jurisdiction, text)
	if err != nil {
		return err
	}
	done := "held"
	switch {
	case held.Differs:
		done = "differs"
	case held.Until.IsZero():
		done = "confirmed"
	}
	return c.redirect(c.in("tests?done=" + done))
}

// labGroups lists the laboratories to choose from.
func labGroups(v view, p tests) []group {
	var g group
	for _, l := range p.labs {
		g.choices = append(g.choices, choice{value: l.ID, label: v.say(l.Name), chosen: l.ID == p.lab})
	}
	return []group{g}
}

// testsDone says what has just been done.
var testsDone = map[string]healthcode.Text{"asked": textLabAsked, "held": textHeldCounts, "confirmed": textHeldKnown, "differs": textHeldDiffers}

// questionState says how far a question is.
func questionState(q lab.Question) healthcode.Text {
	switch {
	case q.State == healthcode.LabQueryFound:
		return textLabFound
	case q.State == healthcode.LabQueryNone:
		return textLabNone
	case q.Overdue:
		return textLabOverdue
	case !q.Fetched.IsZero():
		return textLabFetched
	}
	return textLabWaits
}

// questionNext says what the person can do now.
func questionNext(q lab.Question) healthcode.Text {
	switch {
	case q.State == healthcode.LabQueryFound:
		return textLabFoundNext
	case q.State == healthcode.LabQueryNone:
		return textLabNoneNext
	case q.Overdue:
		return textLabOverdueNext
	}
	return textLabWaitsNext
}
