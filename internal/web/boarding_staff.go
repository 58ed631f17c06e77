package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"healthcode"
	"healthcode/internal/boarding"
	"healthcode/internal/identity"
)

var consulars = []healthcode.Role{healthcode.RoleConsular}

func (s *Server) missionRoutes() []Route {
	if s.Boarding == nil {
		return nil
	}
	return []Route{
		{Method: http.MethodGet, Pattern: "/mission", Roles: consulars, Handler: missionQueue},
		{Method: http.MethodGet, Pattern: "/mission/{id}", Roles: consulars, Handler: missionFile},
		{Method: http.MethodPost, Pattern: "/mission/{id}", Roles: consulars, Handler: decideApplication},
		{Method: http.MethodGet, Pattern: "/mission/{id}/papers/{paper}", Roles: consulars, Handler: missionPaper},
	}
}

func missionQueue(c *call) error {
	state := healthcode.ApplicationState(c.r.URL.Query().Get("state"))
	if _, ok := applicationStates[state]; !ok || state == healthcode.ApplicationDraft {
		state = healthcode.ApplicationWaiting
	}
	q, err := c.server.Boarding.Queue(c.ctx, c.actor, state)
	if err != nil {
		return err
	}
	return c.page(http.StatusOK, missionQueueView(c.view(), q, state))
}

// missionFilePage is what the page of one application shows an officer.
type missionFilePage struct {
	*boarding.Application
	errors []fieldError
	typed  url.Values
}

// value is what was typed into a field of a form that was refused.
func (p missionFilePage) value(name string) string { return p.typed.Get(name) }

func missionFile(c *call) error { return c.missionFile(http.StatusOK, missionFilePage{}) }

func (c *call) missionFile(status int, page missionFilePage) (err error) {
	if page.Application, err = c.server.Boarding.File(c.ctx, c.actor, c.r.PathValue("id")); err != nil {
		return err
	}
	return c.page(status, missionFileView(c.view(), page))
}

func missionPaper(c *call) error {
	data, kind, err := c.server.Boarding.Paper(c.ctx, c.actor, c.r.PathValue("id"), c.r.PathValue("paper"))
	if err != nil {
		return err
	}
	return c.sendPaper(data, kind)
}

func decideApplication(c *call) error {
	if err := c.parse(); err != nil {
		return err
	}
	id, version := c.r.PathValue("id"), atoi(c.value("version"))
	var err error
	switch c.value("action") {
	case "recuse":
		if err = c.server.Boarding.Recuse(c.ctx, c.actor, id, version, c.value("recuse.why")); err == nil {
			return c.redirect("/mission")
		}
	case "revoke":
		err = c.server.Boarding.Revoke(c.ctx, c.actor, id, version, c.value("revoke.why"))
	default:
		err = c.decideApplication(id, version)
	}
	if err == nil {
		return c.redirect("/mission/" + url.PathEscape(id))
	}
	if errors := formErrors(err); errors != nil && healthcode.CodeOf(err) != healthcode.CodeNotFound {
		return c.missionFile(statusOf(err), missionFilePage{errors: errors, typed: c.r.PostForm})
	}
	return err
}

func (c *call) decideApplication(id string, version int) error {
	app, err := c.server.Boarding.File(c.ctx, c.actor, id)
	if err != nil {
		return err
	}
	d := boarding.Decision{Version: version, Outcome: c.value("outcome"), Why: c.value("why")}
	for _, p := range app.Papers {
		field := func(name string) string { return c.value("paper." + p.ID + "." + name) }
		verdict := boarding.Verdict{Paper: p.ID, Why: field("why")}
		switch field("verdict") {
		case "accept":
			verdict.Accept, verdict.Evidence = true, typedEvidence(app, p.Item, field)
		case "correct":
		default:
			continue
		}
		d.Verdicts = append(d.Verdicts, verdict)
	}
	_, err = c.server.Boarding.Decide(c.ctx, c.actor, id, d)
	return err
}

// typedEvidence is what the officer read: which of the item's options the paper is for, and its own data.
func typedEvidence(app *boarding.Application, item string, field func(string) string) boarding.Evidence {
	option, ok := optionOf(app, item, atoi(field("option")))
	if !ok {
		return boarding.Evidence{}
	}
	e := boarding.Evidence{Kind: option.Kind, Target: option.Target, Analyte: option.Analyte, Result: option.Result, What: option.Paper, Lab: field("lab")}
	if t, err := time.ParseInLocation("2006-01-02T15:04", field("time"), app.Zone); err == nil {
		e.Time = t
	}
	e.Day, _ = identity.ParseDate(typedDay(field("day")))
	if field("complete") != "" {
		e.Dose, e.Doses = 1, 1
	}
	return e
}

func optionOf(app *boarding.Application, item string, n int) (boarding.Option, bool) {
	for _, f := range app.Assessment.Findings {
		if f.Item.ID == item && n >= 0 && n < len(f.Item.Any) {
			return f.Item.Any[n], true
		}
	}
	return boarding.Option{}, false
}

// optionChoices lists what a paper may prove.
func optionChoices(v view, item *boarding.Item) []group {
	var g group
	for n, o := range item.Any {
		words := []string{v.say(evidenceKinds[o.Kind]), o.Target, o.Analyte, o.Result, o.Paper, strings.Join(o.Products, " ")}
		g.choices = append(g.choices, choice{value: strconv.Itoa(n), label: strings.Join(strings.Fields(strings.Join(words, " ")), " "), chosen: n == 0})
	}
	return []group{g}
}

func outcomeChoices(v view) []choice {
	return []choice{{value: boarding.OutcomeAccept, label: v.say(textMissionIssue)}, {value: boarding.OutcomeCorrect, label: v.say(textMissionAsk)},
		{value: boarding.OutcomeRefuse, label: v.say(textMissionRefuse)}}
}

func verdictChoices(v view, chosen string) []choice {
	return []choice{{value: "", label: v.say(textMissionKeep), chosen: chosen == ""}, {value: "accept", label: v.say(textMissionAccept), chosen: chosen == "accept"},
		{value: "correct", label: v.say(textMissionReturn), chosen: chosen == "correct"}}
}
