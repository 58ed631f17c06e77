package web

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"healthcode"
	"healthcode/internal/change"
)

func (s *Server) changeRoutes() []Route {
	return []Route{
		{Method: http.MethodGet, Pattern: "/staff/changes", Roles: change.Officers, Handler: ofStaff(changeQueue)},
		{Method: http.MethodGet, Pattern: "/staff/changes/new", Roles: change.Officers, Handler: ofStaff(newChangePage)},
		{Method: http.MethodPost, Pattern: "/staff/changes/new", Roles: change.Officers, Handler: ofStaff(newChange)},
		{Method: http.MethodGet, Pattern: "/staff/changes/{id}", Roles: change.Officers, Handler: ofStaff(changePage)},
		{Method: http.MethodPost, Pattern: "/staff/changes/{id}", Roles: change.Officers, Handler: ofStaff(decideChange)},
		{Method: http.MethodGet, Pattern: "/staff/alarms", Roles: change.Overseers, Handler: ofStaff(alarmPage)},
		{Method: http.MethodPost, Pattern: "/staff/alarms/{id}", Roles: change.Releasers, Handler: ofStaff(releaseAlarm)},
		{Method: http.MethodGet, Pattern: "/in/{place}/changes", Roles: residents, Handler: ownChangesPage},
		{Method: http.MethodGet, Pattern: "/changes", Handler: countsPage},
	}
}

func changeQueue(c *call) error {
	waiting, err := c.server.Change.Waiting(c.ctx, c.actor)
	if err != nil {
		return err
	}
	return c.page(http.StatusOK, changeQueueView(c.view(), waiting, c.r.URL.Query().Get("done")))
}

// changeForm is the page of one change.
type changeForm struct {
	change.View
	errors []fieldError
}

func changePage(c *call) error {
	found, err := c.server.Change.View(c.ctx, c.actor, c.r.PathValue("id"))
	if err != nil {
		return err
	}
	return c.page(http.StatusOK, changeView(c.view(), changeForm{View: found}))
}

func decideChange(c *call) error {
	if err := c.parse(); err != nil {
		return err
	}
	id := c.r.PathValue("id")
	outcome := c.value("decision")
	var err error
	switch outcome {
	case "agree":
		_, err = c.server.Change.Agree(c.ctx, c.actor, id)
	case "refuse":
		err = c.server.Change.Refuse(c.ctx, c.actor, id, c.value("why"))
	default:
		return &healthcode.Error{Code: healthcode.CodeInvalid, Text: textBrokenForm}
	}
	if err != nil && healthcode.CodeOf(err) == healthcode.CodeConflict {
		outcome = "conflict" // somebody else was quicker
	} else if err != nil {
		form := changeForm{errors: formErrors(err)}
		if form.errors == nil {
			return err
		}
		status := statusOf(err)
		if form.View, err = c.server.Change.View(c.ctx, c.actor, id); err != nil {
			return err
		}
		return c.page(status, changeView(c.view(), form))
	}
	return c.redirect("/staff/changes?done=" + outcome)
}

// changeDone says what became of the last change; false for a word that isn't one of ours.
func (v view) changeDone(done string) (string, bool) {
	text, ok := map[string]healthcode.Text{"agree": textChangeDoneYes, "refuse": textChangeDoneNo, "conflict": textChangeDoneLate, "proposed": textProposeDone}[done]
	return v.say(text), ok
}

func alarmPage(c *call) error {
	alarms, err := c.server.Change.Alarms(c.ctx, c.actor)
	if err != nil {
		return err
	}
	return c.page(http.StatusOK, alarmsView(c.view(), alarms))
}

func releaseAlarm(c *call) error {
	if _, err := c.server.Change.Release(c.ctx, c.actor, c.r.PathValue("id")); err != nil && healthcode.CodeOf(err) != healthcode.CodeConflict {
		return err
	}
	return c.redirect("/staff/alarms")
}

// mayRelease reports whether whoever looks can be the third person.
func (v view) mayRelease(a healthcode.Alarm) bool {
	return a.Released.IsZero() && v.actor.Role != healthcode.RoleAdministrator && !slices.Contains(a.By, v.actor.Staff)
}

func (v view) alarmTitle(a healthcode.Alarm) string {
	key := a.Key
	if a.Kind == change.AlarmGround {
		key = v.changeGround(key)
	}
	text, ok := map[string]healthcode.Text{change.AlarmOfficer: textAlarmOfficer, change.AlarmGround: textAlarmGround,
		change.AlarmVenue: textAlarmVenue, change.AlarmFeed: textAlarmFeed}[a.Kind]
	if !ok {
		return key
	}
	return v.say(text, key)
}

// changeGround names a ground; one that is no longer in the list stands for itself.
func (v view) changeGround(id string) string {
	if info, ok := change.Ground(id).Info(); ok {
		return v.say(info.Text)
	}
	return id
}

func (v view) changeKind(kind healthcode.Kind) string {
	switch kind {
	case healthcode.KindLift:
		return v.say(textKindLift)
	case healthcode.KindRetraction:
		return v.say(textKindRetraction)
	}
	return v.say(textKindRaise)
}

// changeWords says what a change does.
func (v view) changeWords(f healthcode.Fact) string {
	switch f.Kind {
	case healthcode.KindLift:
		return v.joined(v.changeKind(f.Kind), v.hold(f.Hold))
	case healthcode.KindRetraction:
		return v.joined(v.changeKind(f.Kind), v.source(f.Retracts.Source))
	}
	return v.joined(v.changeKind(f.Kind), factWords(v, f))
}

func changeURL(id string) string { return "/staff/changes/" + url.PathEscape(id) }

func ownChangesPage(c *call) error {
	changes, err := c.server.Change.Of(c.ctx, c.actor)
	if err != nil {
		return err
	}
	return c.page(http.StatusOK, ownChangesView(c.view(), changes))
}

// officeWords names an office: a contact of the policy, or the jurisdiction itself.
func (v view) officeWords(id string) string {
	if contact, ok := v.policy.ContactOf(id); ok {
		return v.say(contact.Name)
	}
	return v.say(v.policy.Name)
}

func countsPage(c *call) error {
	counts, entries, err := c.server.Counts(c.ctx)
	if err != nil {
		return err
	}
	return c.page(http.StatusOK, countsView(c.view(), chartOf(counts), counts, entries))
}

// chartMonths is how many months the chart shows.
const chartMonths = 12

// The chart's measures, in units of its own.
const (
	chartWide, chartHigh = 720, 240
	chartTop, chartFoot  = 24, 28
)

// monthBar is one month of the chart.
type monthBar struct {
	month               string
	count               int
	x, y, width, height string
	middle              string
}

// monthChart is a bar chart of the last months.
type monthChart struct {
	bars []monthBar
	most monthBar
}

// chartOf draws the latest months that have changes, the earliest first.
func chartOf(counts []healthcode.ChangeCount) (chart monthChart) {
	total := map[string]int{}
	var months []string
	for _, n := range counts {
		if total[n.Month] == 0 {
			months = append(months, n.Month)
		}
		total[n.Month] += n.Count
	}
	slices.Sort(months)
	months = months[max(0, len(months)-chartMonths):]
	for _, m := range months {
		if total[m] > chart.most.count {
			chart.most = monthBar{month: m, count: total[m]}
		}
	}
	step := float64(chartWide) / chartMonths
	number := func(n float64) string { return strings.TrimSuffix(fmt.Sprintf("%.1f", n), ".0") }
	for i, m := range months {
		height := float64(chartHigh-chartTop-chartFoot) * float64(total[m]) / float64(chart.most.count)
		chart.bars = append(chart.bars, monthBar{month: m, count: total[m], x: number(float64(i)*step + 8), width: number(step - 16),
			y: number(chartHigh - chartFoot - height), height: number(height), middle: number((float64(i) + .5) * step)})
	}
	return chart
}
