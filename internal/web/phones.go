package web

import (
	"net/http"
	"net/url"

	"healthcode"
	"healthcode/internal/identity"
	"healthcode/internal/resident"
)

func (s *Server) phoneRoutes() []Route {
	route := func(method, path string, handler func(*call) error) Route {
		return Route{Method: method, Pattern: "/in/{place}/phones" + path, Roles: residents, Handler: handler}
	}
	return []Route{
		route(http.MethodGet, "", phonesPage),
		route(http.MethodPost, "", bindPhone),
		route(http.MethodGet, "/code", bindCodePage),
		route(http.MethodPost, "/code", bindCode),
		route(http.MethodPost, "/resend", bindResend),
		route(http.MethodGet, "/{phone}/unbind", phonePage(unbindView)),
		route(http.MethodPost, "/{phone}/unbind", unbindPhone),
		route(http.MethodGet, "/{phone}/main", phonePage(mainPhoneView)),
		route(http.MethodPost, "/{phone}/main", mainPhone),
		route(http.MethodGet, "/{phone}/user", phonePage(phoneUserView)),
		route(http.MethodPost, "/{phone}/user", notMyPhone),
		route(http.MethodPost, "/{phone}/user/ask", askUser),
		route(http.MethodGet, "/{phone}/dispute", phonePage(phoneDisputeView)),
		route(http.MethodPost, "/{phone}/dispute", disputePhone),
		route(http.MethodGet, "/{phone}/lost", phonePage(lostPhoneView)),
		route(http.MethodPost, "/{phone}/lost", losePhone),
	}
}

// myPhones is the page of all phones.
type myPhones struct {
	phones []resident.MyPhone
	typed  string
	done   healthcode.Text // what has just been done
	errors []fieldError
}

// phoneForm is a page about one phone.
type phoneForm struct {
	resident.MyPhone
	url.Values
	asked  bool // a code is on its way to it
	errors []fieldError
}

func (c *call) myPhones(status int, page myPhones) (err error) {
	if page.phones, err = c.server.Resident.Phones(c.ctx, c.actor, c.policy.Jurisdiction); err != nil {
		return err
	}
	return c.page(status, phonesView(c.view(), page))
}

func phonesPage(c *call) error {
	return c.myPhones(http.StatusOK, myPhones{done: phoneDone[c.r.URL.Query().Get("done")]})
}

// bindCookie keeps the number until its code is typed.
const bindCookie = "phone"

func bindPhone(c *call) error {
	if err := c.parse(); err != nil {
		return err
	}
	number, err := c.server.Resident.BindPhone(c.ctx, c.actor, c.policy.Jurisdiction, c.value("phone"), c.lang, c.caller())
	if err != nil {
		if errors := formErrors(err); errors != nil {
			return c.myPhones(statusOf(err), myPhones{typed: c.value("phone"), errors: errors})
		}
		return err
	}
	if err := c.keep(bindCookie, number); err != nil {
		return err
	}
	return c.redirect(c.in("phones/code"))
}

func (c *call) bindEntry(number string, errors []fieldError) codeEntry {
	return codeEntry{action: c.in("phones/code"), resend: c.in("phones/resend"), phone: identity.Phone(number).Masked(),
		sent: c.r.URL.Query().Has("sent"), errors: errors}
}

func bindCodePage(c *call) error {
	var number string
	if !c.take(bindCookie, &number) {
		return c.redirect(c.in("phones"))
	}
	return c.page(http.StatusOK, codeEntryView(c.view(), c.bindEntry(number, nil)))
}

func bindCode(c *call) error {
	if err := c.parse(); err != nil {
		return err
	}
	var number string
	if !c.take(bindCookie, &number) {
		return c.redirect(c.in("phones"))
	}
	if err := c.server.Resident.ConfirmPhone(c.ctx, c.actor, c.policy.Jurisdiction, number, c.value("code"), c.caller()); err != nil {
		if errors := formErrors(err); errors != nil {
			return c.page(statusOf(err), codeEntryView(c.view(), c.bindEntry(number, errors)))
		}
		return err
	}
	c.drop(bindCookie)
	return c.redirect(c.in("phones?done=bound"))
}

func bindResend(c *call) error {
	var number string
	if !c.take(bindCookie, &number) {
		return c.redirect(c.in("phones"))
	}
	if _, err := c.server.Resident.BindPhone(c.ctx, c.actor, c.policy.Jurisdiction, number, c.lang, c.caller()); err != nil {
		if errors := formErrors(err); errors != nil {
			return c.page(statusOf(err), codeEntryView(c.view(), c.bindEntry(number, errors)))
		}
		return err
	}
	return c.redirect(c.in("phones/code?sent=1"))
}

// phoneOf finds the phone that the address names.
func (c *call) phoneOf() (form phoneForm, err error) {
	phones, err := c.server.Resident.Phones(c.ctx, c.actor, c.policy.Jurisdiction)
	if err != nil {
		return form, err
	}
	for _, p := range phones {
		if p.ID == c.r.PathValue("phone") {
			return phoneForm{MyPhone: p, Values: url.Values{}, asked: c.r.URL.Query().Has("asked")}, nil
		}
	}
	return form, &healthcode.Error{Code: healthcode.CodeNotFound, Text: textNoPage}
}

func phonePage(view phoneTemplate) func(*call) error {
	return func(c *call) error {
		form, err := c.phoneOf()
		if err != nil {
			return err
		}
		return c.page(http.StatusOK, view(c.view(), form))
	}
}

// changePhone does one thing to the phone that the address names, and shows the form again where it can't be done.
func (c *call) changePhone(view phoneTemplate, done string, change func(id string) error) error {
	if err := c.parse(); err != nil {
		return err
	}
	form, err := c.phoneOf()
	if err != nil {
		return err
	}
	if err := change(form.ID); err != nil {
		if form.errors = formErrors(err); form.errors == nil {
			return err
		}
		form.Values, form.asked = c.r.PostForm, true
		return c.page(statusOf(err), view(c.view(), form))
	}
	return c.redirect(c.in(done))
}

func unbindPhone(c *call) error {
	return c.changePhone(unbindView, "phones?done=unbound", func(id string) error {
		return c.server.Resident.UnbindPhone(c.ctx, c.actor, c.session, c.policy.Jurisdiction, id, c.caller())
	})
}

func mainPhone(c *call) error {
	return c.changePhone(mainPhoneView, "phones?done=main", func(id string) error {
		return c.server.Resident.MainPhone(c.ctx, c.actor, c.session, c.policy.Jurisdiction, id)
	})
}

func askUser(c *call) error {
	return c.changePhone(phoneUserView, "phones/"+url.PathEscape(c.r.PathValue("phone"))+"/user?asked=1", func(id string) error {
		return c.server.Resident.AskPhone(c.ctx, c.actor, c.policy.Jurisdiction, id, c.lang, c.caller())
	})
}

func (c *call) phoneUser() resident.PhoneUser {
	return resident.PhoneUser{Name: c.value("name"), Kind: healthcode.RelationKind(c.value("kind"))}
}

func notMyPhone(c *call) error {
	return c.changePhone(phoneUserView, "phones?done=user", func(id string) error {
		_, err := c.server.Resident.NotMyPhone(c.ctx, c.actor, c.policy.Jurisdiction, id, c.phoneUser(), c.value("code"), c.caller())
		return err
	})
}

func disputePhone(c *call) error {
	return c.changePhone(phoneDisputeView, "disputes", func(id string) error {
		_, err := c.server.Resident.DisputePhone(c.ctx, c.actor, c.policy.Jurisdiction, id, c.phoneUser(), c.value("statement"))
		return err
	})
}

func losePhone(c *call) error {
	return c.changePhone(lostPhoneView, "phones?done=lost", func(id string) error {
		return c.server.Resident.LosePhone(c.ctx, c.actor, c.policy.Jurisdiction, id, c.value("why"), c.caller())
	})
}
