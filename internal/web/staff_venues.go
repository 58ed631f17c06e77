package web

import (
	"net/http"

	"healthcode"
	"healthcode/internal/access"
	"healthcode/internal/area"
)

// venues is what the list of venues shows.
type venues struct {
	list []healthcode.Venue
	done bool
}

func venuesPage(c *call) error {
	list, err := c.server.admin.Venues(c.ctx, c.actor)
	if err != nil {
		return err
	}
	return c.page(http.StatusOK, venuesView(c.view(), venues{list, c.r.URL.Query().Has("done")}))
}

// venueForm is what the form for a new venue shows.
type venueForm struct {
	access.NewVenue
	errors []fieldError
}

func newVenuePage(c *call) error { return c.page(http.StatusOK, newVenueView(c.view(), venueForm{})) }

func createVenue(c *call) error {
	if err := c.parse(); err != nil {
		return err
	}
	form := venueForm{NewVenue: access.NewVenue{Kind: c.value("kind"), Area: c.value("area"),
		Name: healthcode.Text{ZH: c.value("name"), EN: c.value("name_en")}}}
	if _, err := c.server.admin.CreateVenue(c.ctx, c.actor, form.NewVenue); err != nil {
		if form.errors = formErrors(err); form.errors == nil {
			return err
		}
		return c.page(statusOf(err), newVenueView(c.view(), form))
	}
	return c.redirect("/staff/venues?done=1")
}

// venueKind names a kind of venue; one that only an earlier policy had by its own word.
func (v view) venueKind(id string) string {
	if kind, ok := v.policy.VenueOf(id); ok {
		return v.say(kind.Name)
	}
	return id
}

// ownCounties lists the counties of the jurisdiction to choose from.
func (v view) ownCounties(chosen string) []group {
	var groups []group
	for _, prefix := range v.policy.Areas {
		whole, _ := area.Lookup(prefix)
		g := group{label: v.say(whole.Name)}
		for _, d := range area.Counties(prefix) {
			g.choices = append(g.choices, choice{value: d.Code, label: v.say(d.Name) + " " + d.Code, chosen: d.Code == chosen})
		}
		groups = append(groups, g)
	}
	return groups
}

// venueKinds lists the kinds of venue that the policy knows.
func (v view) venueKinds(chosen string) []group {
	var g group
	for _, kind := range v.policy.Venues {
		g.choices = append(g.choices, choice{value: kind.Venue, label: v.say(kind.Name), chosen: kind.Venue == chosen})
	}
	return []group{g}
}
