package web

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"healthcode"
	"healthcode/internal/access"
	"healthcode/internal/boarding"
	"healthcode/internal/identity"
	"healthcode/internal/offline"
)

// boardingForm bounds a form with a file.
const boardingForm = boarding.MaxFile + 1<<20

func (s *Server) boardingRoutes() []Route {
	if s.Boarding == nil {
		return nil
	}
	mine := "/boarding/my/{id}"
	return []Route{
		{Method: http.MethodGet, Pattern: "/boarding", Handler: foreign(boardingStart)},
		{Method: http.MethodGet, Pattern: "/boarding/at/{mission}", Handler: foreign(missionPage)},
		{Method: http.MethodGet, Pattern: "/boarding/sign-in", Handler: foreign(boardingSignInPage)},
		{Method: http.MethodPost, Pattern: "/boarding/sign-in", Handler: foreign(boardingSignIn)},
		{Method: http.MethodGet, Pattern: "/boarding/code", Handler: foreign(boardingCodePage)},
		{Method: http.MethodPost, Pattern: "/boarding/code", Handler: foreign(boardingCode)},
		{Method: http.MethodGet, Pattern: "/boarding/my", Roles: residents, Handler: foreign(applicationsPage)},
		{Method: http.MethodGet, Pattern: "/boarding/at/{mission}/apply", Roles: residents, Handler: foreign(applyPage)},
		{Method: http.MethodPost, Pattern: "/boarding/at/{mission}/apply", Roles: residents, Handler: foreign(apply)},
		{Method: http.MethodGet, Pattern: mine, Roles: residents, Handler: foreign(applicationPage)},
		{Method: http.MethodPost, Pattern: mine + "/upload", Roles: residents, MaxBody: boardingForm, Handler: foreign(uploadBoardingPaper)},
		{Method: http.MethodPost, Pattern: mine + "/submit", Roles: residents, Handler: foreign(submitApplication)},
		{Method: http.MethodPost, Pattern: mine + "/flight", Roles: residents, Handler: foreign(changeFlight)},
		{Method: http.MethodPost, Pattern: mine + "/withdraw", Roles: residents, Handler: foreign(withdrawPaper)},
		{Method: http.MethodGet, Pattern: mine + "/papers/{paper}", Roles: residents, Handler: ownBoardingPaper},
		{Method: http.MethodGet, Pattern: mine + "/statement", Roles: residents, Handler: foreign(statementPage)},
		{Method: http.MethodGet, Pattern: mine + "/statement.pdf", Roles: residents, Handler: foreign(statementPDF)},
	}
}

// foreign reads English where nothing says otherwise: these pages are for people from abroad.
func foreign(handler func(*call) error) func(*call) error {
	return func(c *call) error {
		if _, err := c.r.Cookie(languageCookie); err != nil && c.r.Header.Get("Accept-Language") == "" {
			c.lang = healthcode.EN
		}
		return handler(c)
	}
}

func boardingStart(c *call) error {
	return c.page(http.StatusOK, boardingStartView(c.view(), c.server.Boarding.Rules().Missions))
}

// missionOf is the mission in the path.
func (c *call) missionOf() (*boarding.Mission, error) {
	m, ok := c.server.Boarding.Rules().Mission(c.r.PathValue("mission"))
	if !ok {
		return nil, &healthcode.Error{Code: codeNoPage, Text: textNoPage}
	}
	return m, nil
}

func missionPage(c *call) error {
	m, err := c.missionOf()
	if err != nil {
		return err
	}
	return c.page(http.StatusOK, missionView(c.view(), c.server.Boarding.Rules(), m))
}

// boardingCookie holds the sealed form between typing it and typing the code.
const boardingCookie = "boarding"

// foreigner is what the form of passport and telephone shows.
type foreigner struct {
	boarding.Form
	missions []boarding.Mission
	errors   []fieldError
}

func boardingSignInPage(c *call) error {
	f := foreigner{missions: c.server.Boarding.Rules().Missions}
	f.Mission = c.r.URL.Query().Get("mission")
	return c.page(http.StatusOK, foreignerView(c.view(), f))
}

func boardingSignIn(c *call) error {
	if err := c.parse(); err != nil {
		return err
	}
	f := boarding.Form{Mission: c.value("mission"), Name: c.value("name"), Number: c.value("document.number"), Country: c.value("document.country"),
		Birth: typedDay(c.value("birth")), Phone: c.value("phone"), Lang: c.lang}
	sealed, err := c.server.Boarding.Begin(c.ctx, f, identity.AddressKey(c.address()))
	if err != nil {
		if errors := formErrors(err); errors != nil {
			return c.page(statusOf(err), foreignerView(c.view(), foreigner{f, c.server.Boarding.Rules().Missions, errors}))
		}
		return err
	}
	http.SetCookie(c.w, c.server.cookie(boardingCookie, sealed, keptLife))
	return c.redirect("/boarding/code")
}

// boardingPending returns the sealed form, and what of it the page shows.
func (c *call) boardingPending() (sealed string, f boarding.Form, err error) {
	if cookie, err := c.r.Cookie(boardingCookie); err == nil {
		sealed = cookie.Value
	}
	f, err = c.server.Boarding.Pending(sealed)
	return sealed, f, err
}

func boardingCodePage(c *call) error {
	_, f, err := c.boardingPending()
	if err != nil {
		return c.redirect("/boarding/sign-in")
	}
	return c.page(http.StatusOK, boardingCodeView(c.view(), identity.Phone(f.Phone).Masked(), nil))
}

func boardingCode(c *call) error {
	if err := c.parse(); err != nil {
		return err
	}
	sealed, f, err := c.boardingPending()
	if err != nil {
		return c.redirect("/boarding/sign-in")
	}
	token, err := c.server.Boarding.Complete(c.ctx, sealed, c.value("code"), device(c.r.UserAgent()), identity.AddressKey(c.address()))
	if err != nil {
		if errors := formErrors(err); errors != nil {
			return c.page(statusOf(err), boardingCodeView(c.view(), identity.Phone(f.Phone).Masked(), errors))
		}
		return err
	}
	c.drop(boardingCookie)
	c.signIn(token, access.ResidentSession)
	c.actor = healthcode.Actor{Role: healthcode.RoleResident}
	return c.redirect("/boarding/at/" + url.PathEscape(f.Mission) + "/apply")
}

func applicationsPage(c *call) error {
	list, err := c.server.Boarding.Mine(c.ctx, c.actor)
	if err != nil {
		return err
	}
	return c.page(http.StatusOK, applicationsView(c.view(), list))
}

// flightForm is what a form about a flight shows.
type flightForm struct {
	boarding.Flight
	rules   *boarding.Rules
	mission *boarding.Mission
	action  string
	button  healthcode.Text
	errors  []fieldError
}

func (c *call) flightForm(m *boarding.Mission) flightForm {
	return flightForm{rules: c.server.Boarding.Rules(), mission: m, button: textBoardingApply, action: "/boarding/at/" + m.ID + "/apply"}
}

// typedFlight reads a flight from a form.
func (c *call) typedFlight() boarding.Flight {
	return boarding.Flight{Number: c.value("number"), Date: typedDay(c.value("date")), Time: c.value("time"), From: c.value("from"), To: c.value("to"),
		Transit: strings.FieldsFunc(c.value("transit"), func(r rune) bool { return strings.ContainsRune(" ,;，；、", r) }), Class: c.value("class")}
}

func applyPage(c *call) error {
	m, err := c.missionOf()
	if err != nil {
		return err
	}
	return c.page(http.StatusOK, applyView(c.view(), c.flightForm(m)))
}

func apply(c *call) error {
	if err := c.parse(); err != nil {
		return err
	}
	m, err := c.missionOf()
	if err != nil {
		return err
	}
	app, err := c.server.Boarding.Open(c.ctx, c.actor, m.ID, c.typedFlight())
	if err != nil {
		if errors := formErrors(err); errors != nil {
			form := c.flightForm(m)
			form.Flight, form.errors = c.typedFlight(), errors
			return c.page(statusOf(err), applyView(c.view(), form))
		}
		return err
	}
	return c.redirect(applicationPath(app.ID))
}

func applicationPath(id string) string { return "/boarding/my/" + url.PathEscape(id) }

func applicationPage(c *call) error { return c.application(http.StatusOK, nil) }

// application shows an application, with what is wrong with the form that was sent.
func (c *call) application(status int, errors []fieldError) error {
	app, err := c.server.Boarding.Own(c.ctx, c.actor, c.r.PathValue("id"))
	if err != nil {
		return err
	}
	form := c.flightForm(app.MissionOf)
	form.Flight, form.action, form.button, form.errors = app.Flight, applicationPath(app.ID)+"/flight", textBoardingSave, errors
	return c.page(status, applicationView(c.view(), app, form, errors))
}

// applied leads back to the application, or shows what was wrong.
func (c *call) applied(err error) error {
	if err == nil {
		return c.redirect(applicationPath(c.r.PathValue("id")))
	}
	if errors := formErrors(err); errors != nil && healthcode.CodeOf(err) != healthcode.CodeNotFound {
		return c.application(statusOf(err), errors)
	}
	return err
}

func uploadBoardingPaper(c *call) error {
	if err := c.parse(); err != nil {
		return err
	}
	data, err := c.upload("file", boarding.MaxFile)
	if err != nil {
		return err
	}
	_, err = c.server.Boarding.Upload(c.ctx, c.actor, c.r.PathValue("id"), c.value("item"), data)
	return c.applied(err)
}

// upload reads the file of a form; nil where none was chosen.
func (c *call) upload(name string, max int64) ([]byte, error) {
	file, _, err := c.r.FormFile(name)
	if errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart) {
		return nil, nil
	}
	if err != nil {
		return nil, &healthcode.Error{Code: healthcode.CodeInvalid, Text: textBrokenForm, Err: err}
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, max+1))
}

func submitApplication(c *call) error {
	_, err := c.server.Boarding.Submit(c.ctx, c.actor, c.r.PathValue("id"))
	return c.applied(err)
}

func changeFlight(c *call) error {
	if err := c.parse(); err != nil {
		return err
	}
	_, err := c.server.Boarding.ChangeFlight(c.ctx, c.actor, c.r.PathValue("id"), c.typedFlight())
	return c.applied(err)
}

func withdrawPaper(c *call) error {
	if err := c.parse(); err != nil {
		return err
	}
	_, err := c.server.Boarding.Withdraw(c.ctx, c.actor, c.r.PathValue("id"), c.value("paper"))
	return c.applied(err)
}

func ownBoardingPaper(c *call) error {
	data, kind, err := c.server.Boarding.OwnPaper(c.ctx, c.actor, c.r.PathValue("id"), c.r.PathValue("paper"))
	if err != nil {
		return err
	}
	return c.sendPaper(data, kind)
}

// sendPaper sends what a stranger uploaded. Nothing in it may run here.
func (c *call) sendPaper(data []byte, kind string) error {
	h := c.w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Security-Policy", contentPolicy+"; sandbox")
	if kind == "application/pdf" {
		h.Set("Content-Disposition", `attachment; filename="paper.pdf"`)
	}
	c.w.Write(data) // who went away doesn't miss it
	return nil
}

// standing returns an application whose statement stands.
func (c *call) standing() (*boarding.Application, error) {
	app, err := c.server.Boarding.Own(c.ctx, c.actor, c.r.PathValue("id"))
	if err == nil && !app.Stands(c.now) {
		err = &healthcode.Error{Code: healthcode.CodeExpired, Text: textBoardingEnded}
	}
	return app, err
}

func statementPage(c *call) error {
	app, err := c.standing()
	if err != nil {
		return err
	}
	return c.page(http.StatusOK, statementView(c.view(), app))
}

func statementPDF(c *call) error {
	app, err := c.standing()
	if err != nil {
		return err
	}
	until := healthcode.Text{}
	lines := make([]healthcode.Text, 3)
	for _, lang := range healthcode.Languages {
		v := c.view()
		v.lang = lang
		set := func(t *healthcode.Text, s string) {
			if lang == healthcode.EN {
				t.EN = s
			} else {
				t.ZH = s
			}
		}
		set(&until, v.say(textBoardingHolds, moment(lang, app.Statement.From.In(app.Zone)), moment(lang, app.Statement.Until.In(app.Zone))))
		set(&lines[0], flightWords(app.Flight))
		set(&lines[1], v.say(app.MissionOf.Name))
		set(&lines[2], v.say(textBoardingHow))
	}
	data, err := offline.PDF(offline.Sheet{Code: app.Statement.Text, Title: textBoardingStatement, Name: app.Person.Name, Until: until, Lines: lines, Made: c.now})
	if err != nil {
		return err
	}
	c.w.Header().Set("Content-Type", "application/pdf")
	c.w.Header().Set("Content-Disposition", `attachment; filename="health-statement.pdf"`)
	c.w.Write(data) // who went away doesn't miss it
	return nil
}

func flightWords(f boarding.Flight) string {
	return f.Number + " · " + f.Date + " " + f.Time + " · " + f.From + " → " + f.To
}

// readingWords say what a machine made of a paper.
func readingWords(v view, r boarding.Reading) string {
	switch {
	case r.Genuine():
		return v.say(textBoardingGenuine, strings.TrimSpace(r.Country+" "+r.Signer))
	case r.Format == "":
		return v.say(textBoardingNoCode)
	case r.Stage != "":
		return v.say(textBoardingUnproven, string(r.Stage))
	}
	names := map[string]healthcode.Text{"name": textBoardingName, "birth": textBoardingBirth, "document": textBoardingDocument}
	var all []string
	for _, d := range r.Differs {
		all = append(all, v.say(names[d]))
	}
	return v.say(textBoardingDiffers, v.list(all...))
}

func servesWords(m *boarding.Mission, v view) string {
	var all []string
	for _, s := range m.Serves {
		country, _ := identity.FindCountry(s.Country)
		all = append(all, v.say(country.Name))
		all = append(all, s.Regions...)
	}
	return v.list(all...)
}

func missionChoices(v view, missions []boarding.Mission, chosen string) []group {
	var g group
	for _, m := range missions {
		g.choices = append(g.choices, choice{value: m.ID, label: v.say(m.Name), chosen: m.ID == chosen})
	}
	return []group{g}
}

// airportChoices lists the airports that a mission serves, or (arrival) all the others.
func airportChoices(v view, f flightForm, arrival bool) []group {
	var g group
	chosen := f.From
	if arrival {
		chosen = f.To
	}
	for _, a := range f.rules.Airports {
		serves := false
		for _, s := range f.mission.Serves {
			serves = serves || s.Country == a.Country
		}
		if serves != arrival {
			g.choices = append(g.choices, choice{value: a.Code, label: a.Code + " " + v.say(a.City), chosen: a.Code == chosen})
		}
	}
	return []group{g}
}

func classChoices(v view, f flightForm) []choice {
	var all []choice
	for _, k := range f.rules.Classes {
		all = append(all, choice{value: k.ID, label: v.say(k.Name), chosen: k.ID == f.Class})
	}
	return all
}

func classWords(v view, r *boarding.Rules, ids []string) string {
	var all []string
	for _, id := range ids {
		if k, ok := r.Class(id); ok {
			all = append(all, v.say(k.Name))
		}
	}
	return v.list(all...)
}

// noticeWhen says for which flights a notice is.
func noticeWhen(v view, n boarding.Notice) string {
	if n.Until.IsZero() {
		return v.say(textBoardingFrom, n.From.String())
	}
	return v.say(textBoardingFromUntil, n.From.String(), n.Until.String())
}

// inForce reports whether a notice is for flights that depart today.
func inForce(v view, r *boarding.Rules, m *boarding.Mission, n boarding.Notice) bool {
	now, ok := r.NoticeOn(m.ID, identity.DateOf(v.now.In(m.Zone)))
	return ok && now.ID == n.ID
}
