package web

import (
	"net/http"
	"net/url"

	"healthcode"
	"healthcode/internal/access"
)

func (s *Server) signInRoutes() []Route {
	return []Route{
		{Method: http.MethodGet, Pattern: "/in/{place}/sign-in", Handler: signInPage},
		{Method: http.MethodPost, Pattern: "/in/{place}/sign-in", Handler: requestCode},
		{Method: http.MethodGet, Pattern: "/in/{place}/sign-in/code", Handler: signInCodePage},
		{Method: http.MethodPost, Pattern: "/in/{place}/sign-in/code", Handler: signInCode},
		{Method: http.MethodPost, Pattern: "/in/{place}/sign-in/resend", Handler: signInResend},
	}
}

// signInCookie keeps who wants to sign in until the code is typed.
const signInCookie = "sign-in"

type signingIn struct {
	Document healthcode.Document
	Next     string
}

// signInForm is what the page shows.
type signInForm struct {
	signingIn
	again  bool // to do something that takes a fresh sign-in
	errors []fieldError
}

func signInPage(c *call) error {
	q := c.r.URL.Query()
	form := signInForm{signingIn: signingIn{Next: q.Get("next")}, again: q.Has("again")}
	form.Document.Type = healthcode.DocumentID
	if t := healthcode.DocumentType(q.Get("document.type")); knownType(t) {
		form.Document.Type = t
	}
	return c.page(http.StatusOK, signInView(c.view(), form))
}

func requestCode(c *call) error {
	if err := c.parse(); err != nil {
		return err
	}
	form := signInForm{signingIn: signingIn{c.document(), c.value("next")}}
	err := c.server.Resident.RequestCode(c.ctx, c.policy.Jurisdiction, form.Document, c.lang, c.caller())
	if err != nil {
		if form.errors = formErrors(err); form.errors != nil {
			return c.page(statusOf(err), signInView(c.view(), form))
		}
		return err
	}
	if err := c.keep(signInCookie, form.signingIn); err != nil {
		return err
	}
	return c.redirect(c.in("sign-in/code"))
}

// signInEntry is the page that asks for the code. It doesn't tell a phone
// number, nor whether the document is known.
func (c *call) signInEntry() codeEntry {
	return codeEntry{action: c.in("sign-in/code"), resend: c.in("sign-in/resend"), sent: c.r.URL.Query().Has("sent")}
}

func signInCodePage(c *call) error {
	var who signingIn
	if !c.take(signInCookie, &who) {
		return c.redirect(c.in("sign-in"))
	}
	return c.page(http.StatusOK, codeEntryView(c.view(), c.signInEntry()))
}

func signInCode(c *call) error {
	if err := c.parse(); err != nil {
		return err
	}
	var who signingIn
	if !c.take(signInCookie, &who) {
		return c.redirect(c.in("sign-in"))
	}
	token, err := c.server.Resident.SignIn(c.ctx, c.policy.Jurisdiction, who.Document, c.value("code"), c.caller())
	if err != nil {
		entry := c.signInEntry()
		if entry.errors = formErrors(err); entry.errors != nil {
			return c.page(statusOf(err), codeEntryView(c.view(), entry))
		}
		return err
	}
	if c.actor.Role != "" { // the old session ends where a new one replaces it
		if err := c.server.Access.SignOut(c.ctx, c.actor); err != nil {
			return err
		}
	}
	c.drop(signInCookie)
	c.signIn(token, access.ResidentSession)
	if next := local(who.Next); next != "/" {
		return c.redirect(next)
	}
	return c.redirect(c.in("code"))
}

func signInResend(c *call) error {
	var who signingIn
	if !c.take(signInCookie, &who) {
		return c.redirect(c.in("sign-in"))
	}
	err := c.server.Resident.RequestCode(c.ctx, c.policy.Jurisdiction, who.Document, c.lang, c.caller())
	if err != nil {
		entry := c.signInEntry()
		if entry.errors = formErrors(err); entry.errors != nil {
			return c.page(statusOf(err), codeEntryView(c.view(), entry))
		}
		return err
	}
	return c.redirect(c.in("sign-in/code?sent=1"))
}

// typeLink chooses another kind of document on the sign-in page.
func (f signInForm) typeLink(v view, t healthcode.DocumentType) string {
	q := url.Values{"document.type": {string(t)}}
	if f.Next != "" {
		q.Set("next", f.Next)
	}
	if f.again {
		q.Set("again", "1")
	}
	return v.in("sign-in?" + q.Encode())
}
