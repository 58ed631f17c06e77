package web

import (
	"net/http"

	"healthcode"
	"healthcode/internal/assist"
)

func (s *Server) assistRoutes() []Route {
	return []Route{
		{Method: http.MethodGet, Pattern: "/in/{place}/assist", Roles: residents, Handler: assistPage},
		{Method: http.MethodPost, Pattern: "/in/{place}/assist", Roles: residents, Handler: askAssisted},
		{Method: http.MethodPost, Pattern: "/in/{place}/assist/answer", Roles: residents, Handler: answerAssisted},
		{Method: http.MethodPost, Pattern: "/in/{place}/assist/paper", Roles: residents, Handler: assistedPaper},
		{Method: http.MethodPost, Pattern: "/in/{place}/assist/pdf", Roles: residents, Handler: assistedPDF},
		{Method: http.MethodPost, Pattern: "/in/{place}/assist/results", Roles: residents, Handler: assistedResults},
		{Method: http.MethodGet, Pattern: "/staff/presence", Roles: caseworkers, Handler: ofStaff(presencePage)},
		{Method: http.MethodPost, Pattern: "/staff/presence", Roles: caseworkers, Handler: ofStaff(makePresence)},
	}
}

// assistForm is whom somebody asks for, as it was typed.
type assistForm struct {
	assist.Query
	errors []fieldError
	made   string // of an officer: the code and what to say
}

func (c *call) assistForm() assistForm {
	form := assistForm{Query: assist.Query{Jurisdiction: c.policy.Jurisdiction}}
	form.Document.Type = healthcode.DocumentID
	if t := healthcode.DocumentType(c.r.URL.Query().Get("document.type")); knownType(t) {
		form.Document.Type = t
	}
	return form
}

// typedQuery reads the form.
func (c *call) typedQuery() assistForm {
	return assistForm{Query: assist.Query{Jurisdiction: c.policy.Jurisdiction, Name: c.value("name"), Document: c.document(), Birth: typedDay(c.value("birth"))}}
}

func assistPage(c *call) error { return c.page(http.StatusOK, assistView(c.view(), c.assistForm())) }

// consent is what the page of a query that waits for consent shows.
type consent struct {
	ticket  string
	child   bool
	officer string
	errors  []fieldError
}

func askAssisted(c *call) error {
	if err := c.parse(); err != nil {
		return err
	}
	form := c.typedQuery()
	asked, err := c.server.Assist.Ask(c.ctx, c.actor, form.Query)
	if err != nil {
		if form.errors = formErrors(err); form.errors == nil {
			return err
		}
		return c.page(statusOf(err), assistView(c.view(), form))
	}
	return c.page(http.StatusOK, consentView(c.view(), consent{ticket: asked.Ticket, child: asked.Child}))
}

// answerAssisted answers at once: what is shown is kept nowhere.
func answerAssisted(c *call) error {
	if err := c.parse(); err != nil {
		return err
	}
	k := consent{ticket: c.value("ticket"), child: c.value("child") != "", officer: c.value("officer")}
	var answer assist.Answer
	var err error
	if k.officer != "" {
		answer, err = c.server.Assist.Present(c.ctx, c.actor, k.ticket, k.officer, c.value("officer_code"))
	} else {
		answer, err = c.server.Assist.Agreed(c.ctx, c.actor, k.ticket, c.value("code"))
	}
	if err != nil {
		if healthcode.CodeOf(err) == healthcode.CodeExpired {
			return err
		}
		if k.errors = formErrors(err); k.errors == nil {
			return err
		}
		if k.officer != "" {
			for i := range k.errors {
				if k.errors[i].field == "code" {
					k.errors[i].field = "officer_code"
				}
			}
		}
		return c.page(statusOf(err), consentView(c.view(), k))
	}
	return c.page(http.StatusOK, assistedView(c.view(), answer))
}

func assistedPaper(c *call) error {
	if err := c.parse(); err != nil {
		return err
	}
	sheet, err := c.server.Assist.Paper(c.ctx, c.actor, c.value("grant"))
	if err != nil {
		return err
	}
	return c.page(http.StatusOK, assistedSheet(c.view(), sheet))
}

// assistedPDF is the paper as a file of A6.
func assistedPDF(c *call) error {
	if err := c.parse(); err != nil {
		return err
	}
	sheet, err := c.server.Assist.Paper(c.ctx, c.actor, c.value("grant"))
	if err != nil {
		return err
	}
	return c.sendPDF(sheet)
}

func assistedResults(c *call) error {
	if err := c.parse(); err != nil {
		return err
	}
	name, results, err := c.server.Assist.Results(c.ctx, c.actor, c.value("grant"))
	if err != nil {
		return err
	}
	return c.page(http.StatusOK, resultsView(c.view(), name, results))
}

func presencePage(c *call) error {
	return c.page(http.StatusOK, presenceView(c.view(), c.assistForm()))
}

func makePresence(c *call) error {
	if err := c.parse(); err != nil {
		return err
	}
	form := c.typedQuery()
	code, until, err := c.server.Assist.OfficerCode(c.ctx, c.actor, form.Query)
	if err != nil {
		if form.errors = formErrors(err); form.errors == nil {
			return err
		}
		return c.page(statusOf(err), presenceView(c.view(), form))
	}
	v := c.view()
	form.made = v.say(textPresenceCode, c.actor.Staff, code, until.In(v.now.Location()).Format("15:04"))
	return c.page(http.StatusOK, presenceView(v, form))
}
