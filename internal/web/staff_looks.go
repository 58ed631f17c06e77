package web

import (
	"encoding/base64"
	"net/http"
	"strconv"
	"time"

	"healthcode"
)

func (s *Server) lookRoutes() []Route {
	return []Route{
		{Method: http.MethodGet, Pattern: "/staff/looks", Roles: auditors, Handler: ofStaff(auditPage)},
	}
}

// What the auditor's page covers: the days of its chart, how many looks it reads for them, and how many it lists.
const (
	auditDays   = 14
	auditReads  = 5000
	auditListed = 100
)

// auditDay is one bar of the chart.
type auditDay struct {
	day   time.Time
	count int
	part  string // of the highest bar, in percent
}

// auditedLook is one look as the auditor sees it.
type auditedLook struct {
	healthcode.Look
	person string // a pseudonym
}

// audit is what the auditor's page shows.
type audit struct {
	by, purpose string // the filter
	days        []auditDay
	looks       []auditedLook // the newest of those that pass the filter
	total       int
	cut         bool // there are more than were read: the earliest days are not whole
}

func auditPage(c *call) error {
	today := c.now.In(c.location())
	first := time.Date(today.Year(), today.Month(), today.Day()-auditDays+1, 0, 0, 0, 0, c.location())
	looks, err := c.server.Store.LooksBy(c.ctx, c.actor.Jurisdiction, first, auditReads)
	if err != nil {
		return err
	}
	q := c.r.URL.Query()
	a := audit{by: q.Get("by"), purpose: q.Get("purpose"), cut: len(looks) == auditReads, days: make([]auditDay, auditDays)}
	for i := range a.days {
		a.days[i].day = first.AddDate(0, 0, i)
	}
	for _, l := range looks {
		if l.Role == healthcode.RoleResident {
			l.By = "" // a masked name
		}
		if a.by != "" && l.By != a.by || a.purpose != "" && l.Purpose != a.purpose {
			continue
		}
		a.total++
		if i := dayIndex(a.days, l.At); i >= 0 {
			a.days[i].count++
		}
		if len(a.looks) == auditListed {
			continue
		}
		// The same pseudonym as that of the API: one jurisdiction's are of no use in another.
		hash, err := c.server.Sealer.Lookup("audit.person "+c.actor.Jurisdiction, l.Person.String())
		if err != nil {
			return err
		}
		a.looks = append(a.looks, auditedLook{l, base64.RawURLEncoding.EncodeToString(hash)})
	}
	scaleDays(a.days)
	return c.page(http.StatusOK, auditView(c.view(), a))
}

// dayIndex returns the day on which an instant lies, or -1.
func dayIndex(days []auditDay, at time.Time) int {
	for i := len(days) - 1; i >= 0; i-- {
		if !at.Before(days[i].day) {
			return i
		}
	}
	return -1
}

// scaleDays gives each bar its part of the highest.
func scaleDays(days []auditDay) {
	highest := 1
	for _, d := range days {
		highest = max(highest, d.count)
	}
	for i := range days {
		days[i].part = strconv.FormatFloat(100*float64(days[i].count)/float64(highest), 'f', 1, 64) + "%"
	}
}

// auditPurposes lists the purposes of looks in the order of the filter.
var auditPurposes = []string{"scan", "proxy", "offline", "assist", "lab-query", "review", "dispute", "case", "hotline", "change", "phone", "certificate", "boarding", "device", "other-device"}

// filters are the choices of the auditor's purposes.
func (a audit) filters(v view) []group {
	g := group{}
	for _, id := range auditPurposes {
		g.choices = append(g.choices, choice{value: id, label: v.word(purposeNames, id), chosen: id == a.purpose})
	}
	return []group{g}
}
