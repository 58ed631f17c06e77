package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"healthcode"
	"healthcode/internal/area"
	"healthcode/internal/resident"
	"healthcode/internal/status"
	"healthcode/policy"
)

// tripProgress is how far a trip declaration has come.
type tripProgress struct {
	resident.Trip
	card  []resident.CardCity
	asked bool // a code is on its way to the phone whose turn it is
}

// stepsOf lists the steps of a report; of a trip that has to be verified, the phones come first.
func stepsOf(t tripProgress) []healthcode.Text {
	if t.Wanted {
		return tripSteps
	}
	return reportSteps
}

// tripPlaces reads the progress, and the travel card that stands beside the places.
func (c *call) tripPlaces() (t tripProgress, err error) {
	if t.Trip, err = c.server.Resident.Trip(c.ctx, c.actor, c.policy.Jurisdiction); err != nil {
		return t, err
	}
	t.card, err = c.server.Resident.TravelCard(c.ctx, c.actor)
	return t, err
}

// tripPage goes on where the person stopped: at the next phone, or at the places.
func tripPage(c *call) error {
	t, err := c.tripPlaces()
	if err != nil {
		return err
	}
	t.asked = c.r.URL.Query().Has("asked")
	f := reportFields{Values: url.Values{}, trip: t}
	if t.Wanted && t.Next >= 0 {
		return c.page(http.StatusOK, tripPhonesView(c.view(), f))
	}
	return c.page(http.StatusOK, tripView(c.view(), f))
}

func tripAsk(c *call) error {
	if err := c.parse(); err != nil {
		return err
	}
	err := c.server.Resident.AskPhone(c.ctx, c.actor, c.policy.Jurisdiction, c.value("phone"), c.lang, c.caller())
	if err != nil {
		return c.tripRefused(err)
	}
	return c.redirect(c.in("report/trip?asked=1"))
}

func tripPhone(c *call) error {
	if err := c.parse(); err != nil {
		return err
	}
	err := c.server.Resident.VerifyTripPhone(c.ctx, c.actor, c.policy.Jurisdiction, c.value("phone"), c.value("code"), c.caller())
	if err != nil && healthcode.CodeOf(err) != healthcode.CodeConflict { // pressed twice: the next phone is shown
		return c.tripRefused(err)
	}
	return c.redirect(c.in("report/trip"))
}

// tripRefused shows the phones again, with what is wrong.
func (c *call) tripRefused(err error) error {
	errors := formErrors(err)
	if errors == nil {
		return err
	}
	t, readErr := c.tripPlaces()
	if readErr != nil {
		return readErr
	}
	t.asked = true
	return c.page(statusOf(err), tripPhonesView(c.view(), reportFields{Values: url.Values{}, errors: errors, trip: t}))
}

// tripOutcome is what a trip declaration led to.
type tripOutcome struct {
	state   policy.State
	reasons []reasonCard
	waiting bool // for the arrival
	noTest  bool // an open hold waits for a test result
}

func tripResult(c *call) error {
	if err := c.server.Resident.SettleTrip(c.ctx, c.actor.Person); err != nil {
		return err
	}
	code, err := c.server.Status.Own(c.ctx, c.actor, c.policy.Jurisdiction)
	if err != nil {
		return err
	}
	t, err := c.server.Resident.Trip(c.ctx, c.actor, c.policy.Jurisdiction)
	if err != nil {
		return err
	}
	v := c.view()
	return c.page(http.StatusOK, tripResultView(v, tripOutcome{state: v.state(code.Status.State), reasons: reasonCards(v, &code),
		waiting: !t.Ready.IsZero(),
		noTest:  slices.ContainsFunc(code.Status.Holds, func(h healthcode.Hold) bool { return h.Ends == "test-result" })}))
}

// tripAsked reports whether an open hold can be ended by declaring the trip.
func tripAsked(c *status.Code) bool {
	for _, h := range c.Status.Holds {
		for _, r := range h.Reasons {
			if slices.ContainsFunc(c.Policy.Rules, func(rule policy.Rule) bool { return rule.Rule == r.Rule && resident.EndsByTrip(rule) }) {
				return true
			}
		}
	}
	return false
}

// cityName is the name of a city, of a municipality, or abroad of a country.
func cityName(v view, city resident.CardCity) string {
	if len(city.Code) < 4 {
		return v.area(city.Code)
	}
	county, name := area.FullName(city.Counties[0]), area.FullName(city.Code)
	if !name.Complete() || !strings.HasPrefix(county.ZH, name.ZH) { // a heading of the list, such as "districts of the municipality"
		name = area.FullName(city.Code[:2])
	}
	return v.say(name)
}

// cardWords names a city of the travel card, with its star.
func cardWords(v view, city resident.CardCity) string {
	name := cityName(v, city)
	if city.Starred {
		return name + " *"
	}
	return name
}
