package web

import (
	"net/http"

	"healthcode"
	"healthcode/internal/resident"
	"healthcode/policy"
)

func (s *Server) newMainRoutes() []Route {
	return []Route{
		{Method: http.MethodGet, Pattern: "/staff/phones/new", Roles: caseworkers, Handler: ofStaff(newMainPage)},
		{Method: http.MethodPost, Pattern: "/staff/phones/new", Roles: caseworkers, Handler: ofStaff(newMain)},
	}
}

// newMainForm is a main number that an officer replaces, in two steps: whose and by which; then the code, and why.
type newMainForm struct {
	resident.NewMain
	owner  resident.Owner // zero in the first step
	code   bool           // the second step
	done   bool
	errors []fieldError
}

func newMainPage(c *call) error {
	return c.page(http.StatusOK, newMainView(c.view(), newMainForm{NewMain: resident.NewMain{Document: healthcode.Document{Type: healthcode.DocumentID}},
		done: c.r.URL.Query().Get("done") != ""}))
}

func newMain(c *call) error {
	if err := c.parse(); err != nil {
		return err
	}
	f := newMainForm{NewMain: resident.NewMain{Document: c.document(), Phone: c.value("phone"), Code: c.value("code"), Why: c.value("why"),
		Ground: c.value("ground")}, code: c.value("step") == "code"}
	var err error
	if f.code {
		f.owner = resident.Owner{Name: c.value("name"), Old: c.value("old"), Phone: f.Phone}
		if err = c.server.Resident.ReplaceMain(c.ctx, c.actor, f.NewMain, c.caller()); err == nil {
			return c.redirect("/staff/phones/new?done=1")
		}
	} else if f.owner, err = c.server.Resident.AskNewMain(c.ctx, c.actor, f.NewMain, c.caller()); err == nil {
		f.Phone, f.code = f.owner.Phone, true
		return c.page(http.StatusOK, newMainView(c.view(), f))
	}
	if f.errors = formErrors(err); f.errors == nil {
		return err
	}
	return c.page(statusOf(err), newMainView(c.view(), f))
}

// kept are the hidden fields of the second step.
func (f newMainForm) kept() [][2]string {
	return [][2]string{{"step", "code"}, {"document.type", string(f.Document.Type)}, {"document.number", f.Document.Number},
		{"document.country", f.Document.Country}, {"phone", f.Phone}, {"name", f.owner.Name}, {"old", f.owner.Old}}
}

// helpDesk is whom to call without a phone that gets codes.
func helpDesk(v view) policy.Contact {
	if office, ok := v.policy.OfficeFor(policy.Wheres[0], policy.Stays[0]); ok {
		return office
	}
	return v.policy.Contacts[0]
}
