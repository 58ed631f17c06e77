package web

import (
	"net/http"
	"net/url"

	"healthcode"
	"healthcode/internal/access"
	"healthcode/internal/identity"
	"healthcode/internal/resident"
)

func (s *Server) registerRoutes() []Route {
	return []Route{
		{Method: http.MethodGet, Pattern: "/in/{place}/declaration", Handler: declarationPage},
		{Method: http.MethodPost, Pattern: "/in/{place}/declaration", Handler: acceptDeclaration},
		{Method: http.MethodGet, Pattern: "/in/{place}/register", Handler: registerPage},
		{Method: http.MethodPost, Pattern: "/in/{place}/register", Handler: register},
		{Method: http.MethodGet, Pattern: "/in/{place}/register/code", Handler: registerCodePage},
		{Method: http.MethodPost, Pattern: "/in/{place}/register/code", Handler: registerCode},
		{Method: http.MethodPost, Pattern: "/in/{place}/register/resend", Handler: registerResend},
	}
}

var registerSteps = []healthcode.Text{textStepDeclaration, textStepDocument, textStepDetails, textStepCode}

// pendingCookie holds the sealed form between typing it and typing the code.
const pendingCookie = "registration"

func declarationPage(c *call) error {
	return c.page(http.StatusOK, declarationView(c.view(), nil))
}

// acceptDeclaration enrols somebody who is signed in, and lets anybody else go on to the form.
func acceptDeclaration(c *call) error {
	if err := c.parse(); err != nil {
		return err
	}
	version := c.policy.Declaration.Version
	if c.value("declaration") != version {
		return c.page(http.StatusUnprocessableEntity, declarationView(c.view(), []fieldError{{"declaration", textDeclarationUnread}}))
	}
	if c.view().signedIn() {
		if err := c.server.Resident.Enrol(c.ctx, c.actor, c.policy.Jurisdiction, version, c.lang, "web"); err != nil {
			return err
		}
		return c.redirect(c.in("code"))
	}
	return c.redirect(c.in("register?" + url.Values{"declaration": {version}}.Encode()))
}

// registration is what the form shows.
type registration struct {
	resident.Form
	errors []fieldError
}

// registerPage asks for the kind of document, then for the details that this kind needs.
func registerPage(c *call) error {
	q := c.r.URL.Query()
	form := registration{Form: resident.Form{Declaration: q.Get("declaration")}}
	if form.Declaration != c.policy.Declaration.Version {
		return c.redirect(c.in("declaration"))
	}
	if !q.Has("document.type") {
		return c.page(http.StatusOK, documentTypeView(c.view(), form))
	}
	form.Document.Type = healthcode.DocumentType(q.Get("document.type"))
	if !knownType(form.Document.Type) {
		form.errors = []fieldError{{"document.type", textChooseDocument}}
		return c.page(http.StatusUnprocessableEntity, documentTypeView(c.view(), form))
	}
	return c.page(http.StatusOK, registerView(c.view(), form))
}

func register(c *call) error {
	if err := c.parse(); err != nil {
		return err
	}
	form := resident.Form{Jurisdiction: c.policy.Jurisdiction, Language: c.lang, Channel: "web",
		Declaration: c.value("declaration"), Name: c.value("name"), Document: c.document(),
		Birth: typedDay(c.value("birth")), Phone: c.value("phone")}
	sealed, err := c.server.Resident.Begin(c.ctx, form, c.caller())
	if err != nil {
		if errors := formErrors(err); errors != nil {
			return c.page(statusOf(err), registerView(c.view(), registration{form, errors}))
		}
		return err
	}
	http.SetCookie(c.w, c.server.cookie(pendingCookie, sealed, keptLife))
	return c.redirect(c.in("register/code"))
}

func (c *call) caller() resident.Caller {
	return resident.Caller{Address: c.address(), Device: device(c.r.UserAgent())}
}

// pending returns the sealed form, and what of it the page shows.
func (c *call) pending() (sealed string, form resident.Form, err error) {
	if cookie, err := c.r.Cookie(pendingCookie); err == nil {
		sealed = cookie.Value
	}
	form, err = c.server.Resident.Pending(sealed)
	return sealed, form, err
}

func registerCodePage(c *call) error {
	_, form, err := c.pending()
	if err != nil {
		return c.redirect(c.in("declaration"))
	}
	return c.page(http.StatusOK, codeEntryView(c.view(), codeEntry{steps: registerSteps, action: c.in("register/code"),
		resend: c.in("register/resend"), phone: identity.Phone(form.Phone).Masked(), sent: c.r.URL.Query().Has("sent")}))
}

func registerCode(c *call) error {
	if err := c.parse(); err != nil {
		return err
	}
	sealed, form, err := c.pending()
	if err != nil {
		return c.redirect(c.in("declaration"))
	}
	token, err := c.server.Resident.Complete(c.ctx, sealed, c.value("code"), c.caller())
	if err != nil {
		if errors := formErrors(err); errors != nil {
			return c.page(statusOf(err), codeEntryView(c.view(), codeEntry{steps: registerSteps, action: c.in("register/code"),
				resend: c.in("register/resend"), phone: identity.Phone(form.Phone).Masked(), errors: errors,
				taken: healthcode.CodeOf(err) == resident.CodeRegistered}))
		}
		return err
	}
	c.drop(pendingCookie)
	c.signIn(token, access.ResidentSession)
	return c.redirect(c.in("photo?first=1"))
}

func registerResend(c *call) error {
	sealed, form, err := c.pending()
	if err != nil {
		return c.redirect(c.in("declaration"))
	}
	if err := c.server.Resident.Resend(c.ctx, sealed, c.caller()); err != nil {
		if errors := formErrors(err); errors != nil {
			return c.page(statusOf(err), codeEntryView(c.view(), codeEntry{steps: registerSteps, action: c.in("register/code"),
				resend: c.in("register/resend"), phone: identity.Phone(form.Phone).Masked(), errors: errors}))
		}
		return err
	}
	return c.redirect(c.in("register/code?sent=1"))
}

// codeEntry is the page that asks for a one-time code.
type codeEntry struct {
	steps          []healthcode.Text // nil where it isn't part of registering
	action, resend string
	phone          string // masked; "" where it must not be told
	sent           bool   // once more
	taken          bool   // the document has a code already
	errors         []fieldError
}
