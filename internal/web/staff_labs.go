package web

import (
	"net/http"
	"time"

	"healthcode"
	"healthcode/internal/lab"
)

func (s *Server) labRoutes() []Route {
	return []Route{
		{Method: http.MethodGet, Pattern: "/staff/labs", Roles: lab.Readers, Handler: ofStaff(staffLabsPage)},
		{Method: http.MethodGet, Pattern: "/staff/labs/new", Roles: lab.Managers, Handler: ofStaff(newLabPage)},
		{Method: http.MethodPost, Pattern: "/staff/labs/new", Roles: lab.Managers, Handler: ofStaff(createLab)},
		{Method: http.MethodGet, Pattern: "/staff/labs/{lab}/edit", Roles: lab.Readers, Handler: ofStaff(labPage)},
		{Method: http.MethodPost, Pattern: "/staff/labs/{lab}/edit", Roles: lab.Managers, Handler: ofStaff(changeLab)},
		{Method: http.MethodPost, Pattern: "/staff/labs/{lab}/keys", Roles: lab.Managers, Handler: ofStaff(addLabKey)},
		{Method: http.MethodPost, Pattern: "/staff/labs/{lab}/revoke", Roles: lab.Managers, Handler: ofStaff(revokeLabKey)},
	}
}

// labForm is what the page of one laboratory shows.
type labForm struct {
	lab.Entry
	isNew   bool
	manages bool
	done    bool
	source  string
	keys    []healthcode.LabKey
	key     lab.NewKey
	until   string
	errors  []fieldError
}

type staffLabs struct {
	list    []healthcode.Lab
	manages bool
}

func (c *call) managesLabs() bool { return c.actor.Role == healthcode.RoleAuthority }

func staffLabsPage(c *call) error {
	list, err := c.server.Labs.Labs(c.ctx, c.actor)
	if err != nil {
		return err
	}
	return c.page(http.StatusOK, staffLabsView(c.view(), staffLabs{list, c.managesLabs()}))
}

func newLabPage(c *call) error {
	return c.page(http.StatusOK, labView(c.view(), labForm{isNew: true, manages: true}))
}

// labEntry reads what the form says.
func (c *call) labEntry(id string) lab.Entry {
	return lab.Entry{ID: id, Name: healthcode.Text{ZH: c.value("name"), EN: c.value("name_en")}, Area: c.value("area"),
		Platform: c.value("platform") != "", Phone: c.value("phone"), Webhook: c.value("webhook"), Open: c.value("closed") == ""}
}

func createLab(c *call) error {
	if err := c.parse(); err != nil {
		return err
	}
	form := labForm{Entry: c.labEntry(c.value("id")), isNew: true, manages: true}
	l, err := c.server.Labs.Create(c.ctx, c.actor, form.Entry)
	if err != nil {
		if form.errors = formErrors(err); form.errors == nil {
			return err
		}
		return c.page(statusOf(err), labView(c.view(), form))
	}
	return c.redirect("/staff/labs/" + l.ID + "/edit?done=1")
}

func labPage(c *call) error { return c.lab(http.StatusOK, labForm{}) }

// lab shows the page of a laboratory as it is, but for what a form said that was refused.
func (c *call) lab(status int, form labForm) error {
	l, err := c.server.Labs.Lab(c.ctx, c.actor, c.r.PathValue("lab"))
	if err != nil {
		return err
	}
	if form.ID == "" {
		form.Entry = lab.Entry{ID: l.ID, Name: l.Name, Area: l.Area, Platform: l.Platform, Phone: l.Phone, Webhook: l.Webhook, Open: l.Closed.IsZero()}
	}
	form.source, form.keys, form.manages, form.done = l.Source(), l.Keys, c.managesLabs(), c.r.URL.Query().Has("done")
	return c.page(status, labView(c.view(), form))
}

// labChanged shows the page again, with what is wrong where something is.
func (c *call) labChanged(err error, form labForm) error {
	if err == nil {
		return c.redirect("/staff/labs/" + c.r.PathValue("lab") + "/edit?done=1")
	}
	if form.errors = formErrors(err); form.errors == nil {
		return err
	}
	return c.lab(statusOf(err), form)
}

func changeLab(c *call) error {
	if err := c.parse(); err != nil {
		return err
	}
	form := labForm{Entry: c.labEntry(c.r.PathValue("lab"))}
	_, err := c.server.Labs.Update(c.ctx, c.actor, form.Entry)
	return c.labChanged(err, form)
}

func addLabKey(c *call) error {
	if err := c.parse(); err != nil {
		return err
	}
	form := labForm{key: lab.NewKey{ID: c.value("kid"), Public: c.value("public")}, until: c.value("until")}
	if form.until != "" {
		day, err := time.ParseInLocation(time.DateOnly, form.until, c.location())
		if err != nil {
			return c.labChanged(&healthcode.Error{Code: healthcode.CodeInvalid, Field: "until", Text: textLabKeyDay}, form)
		}
		form.key.Until = day.AddDate(0, 0, 1) // the day counts
	}
	_, err := c.server.Labs.AddKey(c.ctx, c.actor, c.r.PathValue("lab"), form.key)
	return c.labChanged(err, form)
}

func revokeLabKey(c *call) error {
	if err := c.parse(); err != nil {
		return err
	}
	_, err := c.server.Labs.RevokeKey(c.ctx, c.actor, c.r.PathValue("lab"), c.value("kid"))
	return c.labChanged(err, labForm{})
}

// keyState says whether a key is valid.
func keyState(v view, k healthcode.LabKey) string {
	switch {
	case !k.Revoked.IsZero():
		return v.say(textLabKeyRevoked, v.moment(k.Revoked))
	case v.now.Before(k.From):
		return v.say(textLabKeyFrom, v.moment(k.From))
	case k.Until.IsZero():
		return v.say(textLabKeyValid)
	case !v.now.Before(k.Until):
		return v.say(textLabKeyOver, v.moment(k.Until))
	}
	return v.say(textUntil, v.moment(k.Until))
}

func labTitle(v view, f labForm) string {
	if f.isNew {
		return v.say(textLabNew)
	}
	return v.say(f.Name)
}

func labAction(f labForm) string {
	if f.isNew {
		return "/staff/labs/new"
	}
	return "/staff/labs/" + f.ID + "/edit"
}
