package web

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"healthcode"
	"healthcode/internal/area"
	"healthcode/internal/identity"
	"healthcode/internal/resident"
)

// reportTemplate is the form of one part of a report.
type reportTemplate func(view, reportFields) templ.Component

// abroad stands in the list of provinces for every other country.
const abroad = "abroad"

// maxStays bounds a trip declaration.
const maxStays = 40

// trip collects the places one by one. The list travels in the form, as
// "code|from|to", until it is complete and goes to the review.
func trip(c *call) error {
	f, _, err := c.parseReport()
	if err != nil {
		return err
	}
	if f.trip, err = c.tripPlaces(); err != nil {
		return err
	}
	if f.trip.Wanted && f.trip.Next >= 0 {
		return c.redirect(c.in("report/trip"))
	}
	do, n, _ := strings.Cut(c.value("step"), ":")
	f.Del("step")
	switch do {
	case "add":
		return c.addStay(f)
	case "remove":
		if i, err := strconv.Atoi(n); err == nil && 0 <= i && i < len(f.Values["stay"]) {
			f.Values["stay"] = append(f.Values["stay"][:i:i], f.Values["stay"][i+1:]...)
		}
	case "review":
		report := resident.Report{Trip: true}
		if day := c.endOf(f.Get("arriving")); day.After(c.now) {
			report.Arriving = day
		}
		for _, stay := range f.Values["stay"] {
			s, ok := c.stay(stay)
			if !ok {
				return &healthcode.Error{Code: healthcode.CodeInvalid, Text: textBrokenForm}
			}
			report.Stays = append(report.Stays, s)
		}
		return c.review(report, tripView, f, "report/trip")
	}
	return c.page(http.StatusOK, tripView(c.view(), f))
}

// addStay checks one place and puts it into the list.
func (c *call) addStay(f reportFields) error {
	typed := strings.Join([]string{f.Get("area"), typedDay(f.Get("from")), typedDay(f.Get("to"))}, "|")
	s, _ := c.stay(typed)
	if _, _, err := c.server.Resident.Review(c.ctx, c.actor, c.policy.Jurisdiction, resident.Report{Stays: []resident.Stay{s}}); err != nil {
		errors := formErrors(err)
		if errors == nil {
			return err
		}
		f.errors = plainFields(errors)
		return c.page(statusOf(err), tripView(c.view(), f))
	}
	if f.Get("to") != "" && s.To.IsZero() {
		f.errors = []fieldError{{"to", textDayUnread}}
		return c.page(http.StatusUnprocessableEntity, tripView(c.view(), f))
	}
	if len(f.Values["stay"]) >= maxStays {
		f.errors = []fieldError{{"", textTooManyStays}}
		return c.page(http.StatusUnprocessableEntity, tripView(c.view(), f))
	}
	f.Add("stay", typed)
	for _, name := range []string{"province", "area", "from", "to"} {
		f.Del(name)
	}
	return c.page(http.StatusOK, tripView(c.view(), f))
}

// stay reads "code|from|to"; to is empty for a stay that goes on.
func (c *call) stay(typed string) (s resident.Stay, ok bool) {
	parts := strings.Split(typed, "|")
	if len(parts) != 3 {
		return s, false
	}
	s = resident.Stay{Area: parts[0], From: typedTime(parts[1], c.location()), To: c.endOf(parts[2])}
	return s, true
}

// plainFields names the fields as the form does: stays[0].area is its area, and stays the form as a whole.
func plainFields(errors []fieldError) []fieldError {
	for i, e := range errors {
		errors[i].field = strings.TrimPrefix(e.field[strings.LastIndexByte(e.field, '.')+1:], "stays")
	}
	return errors
}

// stayWords says one place of the list.
func stayWords(v view, typed string) string {
	parts := strings.Split(typed, "|")
	if len(parts) != 3 {
		return typed
	}
	from, to := typedTime(parts[1], v.now.Location()), typedTime(parts[2], v.now.Location())
	if to.IsZero() {
		return v.joined(v.area(parts[0]), v.say(textSince, v.day(from)))
	}
	return v.joined(v.area(parts[0]), v.say(textFromTo, v.day(from), v.day(to)))
}

// provinceGroups lists the provinces, and "another country".
func provinceGroups(v view, chosen string) []group {
	var all []choice
	for _, p := range area.Provinces() {
		all = append(all, choice{value: p.Code, label: v.say(p.Name), chosen: p.Code == chosen})
	}
	return []group{{choices: all}, {choices: []choice{{value: abroad, label: v.say(textAbroad), chosen: chosen == abroad}}}}
}

// areaGroups lists the counties of a province by city, or the countries.
func areaGroups(v view, province, chosen string) []group {
	if province == abroad {
		var all []choice
		for _, c := range identity.PassportIssuers() {
			if c.Alpha2 != "" {
				all = append(all, choice{value: c.Alpha2, label: v.say(c.Name), chosen: c.Alpha2 == chosen})
			}
		}
		return []group{{choices: all}}
	}
	var groups []group
	for _, city := range area.Cities(province) {
		g := group{label: v.say(city.Name)}
		for _, county := range area.Counties(city.Code) {
			g.choices = append(g.choices, choice{value: county.Code, label: v.say(county.Name), chosen: county.Code == chosen})
		}
		groups = append(groups, g)
	}
	return groups
}
