package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"healthcode"
	"healthcode/internal/status"
)

func (s *Server) planRoutes() []Route {
	return []Route{
		{Method: http.MethodGet, Pattern: "/plan", Handler: planPage},
		{Method: http.MethodPost, Pattern: "/plan", Handler: plan},
	}
}

// planned is a journey as it was typed, and what every place would say. Nothing of it is stored.
type planned struct {
	reportFields
	answers []status.Destination
}

func planPage(c *call) error {
	return c.page(http.StatusOK, planView(c.view(), planned{reportFields: reportFields{Values: url.Values{}}}))
}

// plan collects the places one by one, as a trip does, and then answers.
func plan(c *call) error {
	f, _, err := c.parseReport()
	if err != nil {
		return err
	}
	p := planned{reportFields: f}
	do, n, _ := strings.Cut(c.value("step"), ":")
	p.Del("step")
	answer := func(err error) error {
		if err == nil {
			return c.page(http.StatusOK, planView(c.view(), p))
		}
		errors := formErrors(err)
		if errors == nil {
			return err
		}
		p.errors = plainFields(errors)
		return c.page(statusOf(err), planView(c.view(), p))
	}
	switch do {
	case "add":
		typed := strings.Join([]string{p.Get("area"), typedDay(p.Get("from")), typedDay(p.Get("to"))}, "|")
		check := c.plan(p.Values, []string{typed})
		if check.Arriving.IsZero() { // not asked yet: the place alone is checked, as if it were left for the destination
			check.Arriving = c.now
		}
		if _, err := c.server.Status.Ahead(c.ctx, check); err != nil {
			return answer(err)
		}
		p.Add("stay", typed)
		for _, name := range []string{"province", "area", "from", "to"} {
			p.Del(name)
		}
	case "remove":
		if i, err := strconv.Atoi(n); err == nil && 0 <= i && i < len(p.Values["stay"]) {
			p.Values["stay"] = append(p.Values["stay"][:i:i], p.Values["stay"][i+1:]...)
		}
	case "answer":
		p.answers, err = c.server.Status.Ahead(c.ctx, c.plan(p.Values, p.Values["stay"]))
	}
	return answer(err)
}

// plan reads the form. One arrives at noon of the day, or now where that is later.
func (c *call) plan(f url.Values, stays []string) status.Plan {
	var p status.Plan
	if day := typedTime(f.Get("arriving"), c.location()); !day.IsZero() {
		p.Arriving = day.Add(12 * time.Hour)
		if p.Arriving.Before(c.now) && c.now.Sub(day) < 24*time.Hour {
			p.Arriving = c.now
		}
	}
	for _, typed := range stays {
		if s, ok := c.stay(typed); ok {
			if parts := strings.Split(typed, "|"); s.To.IsZero() && parts[2] != "" {
				s.To = typedTime(parts[2], c.location()).AddDate(0, 0, 1).Add(-time.Second)
			}
			if s.To.After(p.Arriving) && !p.Arriving.IsZero() && s.To.Sub(p.Arriving) < 24*time.Hour {
				s.To = time.Time{} // left on the day of the arrival
			}
			p.Stays = append(p.Stays, status.PlanStay(s))
		}
	}
	if f.Get("tested") != "" && !p.Arriving.IsZero() {
		p.Tested = p.Arriving.Add(-24 * time.Hour)
	}
	p.Declared = f.Get("declared") != ""
	return p
}

// exits lists what ends the holds and colours of an answer, each once.
func exits(v view, d status.Destination) (all []string) {
	seen := map[healthcode.Text]bool{}
	add := func(texts []healthcode.Text) {
		for _, t := range texts {
			if !seen[t] {
				seen[t] = true
				all = append(all, v.say(t))
			}
		}
	}
	for _, r := range d.Status.Reasons {
		add(r.Exit)
	}
	for _, h := range d.Status.Holds {
		add(h.Exit)
	}
	return all
}

// why lists the reasons of an answer.
func why(v view, d status.Destination) (all []string) {
	for _, r := range d.Status.Reasons {
		all = append(all, v.say(r.Text))
	}
	for _, h := range d.Status.Holds {
		for _, r := range h.Reasons {
			all = append(all, v.say(r.Text))
		}
	}
	return all
}

// planUntil says when the best colour comes.
func planUntil(v view, d status.Destination) string {
	best, _ := d.Policy.StateOf(d.Policy.BaseColour())
	switch {
	case d.Status.State == d.Policy.BaseColour():
		return ""
	case d.Good.IsZero():
		return v.say(textPlanOpen)
	}
	return v.say(textPlanUntil, v.say(best.Name), v.moment(d.Good))
}
