package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"healthcode"
	"healthcode/internal/casework"
	"healthcode/internal/change"
)

func (s *Server) caseRoutes() []Route {
	return []Route{
		{Method: http.MethodGet, Pattern: "/staff/cases", Roles: caseworkers, Handler: ofStaff(caseQueue)},
		{Method: http.MethodGet, Pattern: "/staff/cases/{id}", Roles: caseworkers, Handler: ofStaff(caseFile)},
		{Method: http.MethodPost, Pattern: "/staff/cases/{id}", Roles: caseworkers, Handler: ofStaff(actOnCase)},
	}
}

// queuePage is what the page of the queue shows.
type queuePage struct {
	casework.Queue
	filter healthcode.CaseFilter
	mine   bool
	late   bool
}

// address is the queue with one value of its query set to another; "" takes it out.
func (q queuePage) address(name, value string) string {
	values := url.Values{"state": {string(q.filter.State)}}
	set := func(name, value string) {
		if values.Del(name); value != "" {
			values.Set(name, value)
		}
	}
	set("office", q.filter.Office)
	if q.mine {
		set("mine", "1")
	}
	if q.late {
		set("late", "1")
	}
	if set(name, value); name == "after" {
		last := q.Cases[len(q.Cases)-1]
		set("after", strconv.FormatInt(last.Due.UnixNano(), 10)+"."+last.ID)
		if last.Due.IsZero() {
			set("after", "0."+last.ID)
		}
	}
	return "/staff/cases?" + values.Encode()
}

func caseQueue(c *call) error {
	query := c.r.URL.Query()
	q := queuePage{mine: query.Has("mine"), late: query.Has("late")}
	q.filter = healthcode.CaseFilter{State: healthcode.CaseState(query.Get("state")), Office: query.Get("office")}
	if _, ok := caseStates[q.filter.State]; !ok {
		q.filter.State = healthcode.CaseReceived
	}
	if q.mine {
		q.filter.Officer = c.actor.Staff
	}
	if q.late {
		q.filter.DueBefore = c.now
	}
	if due, id, ok := strings.Cut(query.Get("after"), "."); ok {
		if n, err := strconv.ParseInt(due, 10, 64); err == nil && n > 0 {
			q.filter.AfterDue = time.Unix(0, n)
		}
		q.filter.AfterID = id
	}
	var err error
	if q.Queue, err = c.server.Cases.Queue(c.ctx, c.actor, q.filter); err != nil {
		return err
	}
	return c.page(http.StatusOK, caseQueueView(c.view(), q))
}

// filePage is what the page of one case shows.
type filePage struct {
	casework.File
	errors []fieldError
	typed  url.Values // of the form that was refused
	saved  bool
}

// value is what was typed into a field of a form that was refused. Fields are called action.field.
func (p filePage) value(name string) string { return p.typed.Get(name) }

func caseFile(c *call) error {
	return c.caseFile(http.StatusOK, filePage{saved: c.r.URL.Query().Has("saved")})
}

func (c *call) caseFile(status int, page filePage) (err error) {
	if page.File, err = c.server.Cases.File(c.ctx, c.actor, c.r.PathValue("id")); err != nil {
		return err
	}
	return c.page(status, caseFileView(c.view(), page))
}

func actOnCase(c *call) error {
	if err := c.parse(); err != nil {
		return err
	}
	path := "/staff/cases/" + url.PathEscape(c.r.PathValue("id"))
	err := c.act(casework.Seen{ID: c.r.PathValue("id"), Version: atoi(c.value("version"))})
	if err == nil {
		return c.redirect(path + "?saved=1")
	}
	errors := formErrors(err)
	if errors == nil || healthcode.CodeOf(err) == healthcode.CodeNotFound {
		return err
	}
	for i, e := range errors {
		if e.field != "" {
			errors[i].field = c.value("action") + "." + e.field
		}
	}
	return c.caseFile(statusOf(err), filePage{errors: errors, typed: c.r.PostForm})
}

// act does what a form of the case's page asks for.
func (c *call) act(seen casework.Seen) error {
	s, ctx, a := c.server.Cases, c.ctx, c.actor
	action := c.value("action")
	typed := func(name string) string { return c.value(action + "." + name) }
	switch action {
	case "take":
		return s.Assign(ctx, a, seen, a.Staff)
	case "give":
		return s.Assign(ctx, a, seen, typed("officer"))
	case "ask":
		return s.Ask(ctx, a, seen, typed("question"))
	case "verify":
		return s.Verify(ctx, a, seen, typed("finding"))
	case "accept":
		return s.Accept(ctx, a, seen, change.Ground(typed("ground")), typed("evidence"), factRefs(c.r.PostForm["accept.facts"]))
	case "lift":
		return s.Lift(ctx, a, seen, change.Ground(typed("ground")), typed("evidence"))
	case "uphold":
		return s.Uphold(ctx, a, seen, typed("why"))
	case "grant":
		return s.GrantTrip(ctx, a, seen, casework.EssentialTrip{From: typed("from"), Until: typed("until")}, typed("why"))
	case "close":
		return s.CloseOrder(ctx, a, seen, typed("why"))
	case "extend":
		return s.Extend(ctx, a, seen, atoi(typed("hours")), typed("why"))
	}
	_, err := s.File(ctx, a, seen.ID) // nothing was asked for
	return err
}

// factValue and factRefs carry the name of a fact through a form.
func factValue(f healthcode.FactRef) string { return f.Source + "\n" + f.ID }

func factRefs(values []string) (refs []healthcode.FactRef) {
	for _, value := range values {
		source, id, _ := strings.Cut(strings.ReplaceAll(value, "\r", ""), "\n")
		refs = append(refs, healthcode.FactRef{Source: source, ID: id})
	}
	return refs
}

// atoi is 0 for what is no number.
func atoi(s string) int {
	n, _ := strconv.Atoi(strings.TrimSpace(s))
	return n
}
