package web

import (
	"net/http"

	"healthcode"
	"healthcode/internal/access"
)

func (s *Server) adminRoutes() []Route {
	return []Route{
		{Method: http.MethodGet, Pattern: "/staff/accounts", Roles: administrators, Handler: ofStaff(accountsPage)},
		{Method: http.MethodGet, Pattern: "/staff/accounts/new", Roles: administrators, Handler: ofStaff(newAccountPage)},
		{Method: http.MethodPost, Pattern: "/staff/accounts/new", Roles: administrators, Handler: ofStaff(createAccount)},
		{Method: http.MethodPost, Pattern: "/staff/accounts/{name}/close", Roles: administrators, Handler: ofStaff(closeAccount(true))},
		{Method: http.MethodPost, Pattern: "/staff/accounts/{name}/open", Roles: administrators, Handler: ofStaff(closeAccount(false))},
		{Method: http.MethodPost, Pattern: "/staff/accounts/{name}/reset", Roles: administrators, Handler: ofStaff(resetAccount)},
		{Method: http.MethodGet, Pattern: "/staff/venues", Roles: administrators, Handler: ofStaff(venuesPage)},
		{Method: http.MethodGet, Pattern: "/staff/venues/new", Roles: administrators, Handler: ofStaff(newVenuePage)},
		{Method: http.MethodPost, Pattern: "/staff/venues/new", Roles: administrators, Handler: ofStaff(createVenue)},
	}
}

// accounts is what the list of accounts shows.
type accounts struct {
	staff  []healthcode.Staff
	venues map[string]healthcode.Text // names by id
	errors []fieldError
	done   string
}

func accountsPage(c *call) error {
	return c.accountsPage(http.StatusOK, accounts{done: c.r.URL.Query().Get("done")})
}

func (c *call) accountsPage(status int, page accounts) (err error) {
	if page.staff, err = c.server.admin.Staff(c.ctx, c.actor); err != nil {
		return err
	}
	venues, err := c.server.admin.Venues(c.ctx, c.actor)
	if err != nil {
		return err
	}
	page.venues = make(map[string]healthcode.Text, len(venues))
	for _, v := range venues {
		page.venues[v.ID] = v.Name
	}
	return c.page(status, accountsView(c.view(), page))
}

// accountForm is what the form for a new account shows.
type accountForm struct {
	access.NewStaff
	venues []healthcode.Venue
	errors []fieldError
}

func newAccountPage(c *call) error { return c.newAccountPage(http.StatusOK, accountForm{}) }

func (c *call) newAccountPage(status int, form accountForm) (err error) {
	if form.venues, err = c.server.admin.Venues(c.ctx, c.actor); err != nil {
		return err
	}
	return c.page(status, newAccountView(c.view(), form))
}

// createAccount answers with the secret itself: it is shown this once, and kept nowhere.
func createAccount(c *call) error {
	if err := c.parse(); err != nil {
		return err
	}
	form := accountForm{NewStaff: access.NewStaff{Name: c.value("name"), Role: healthcode.Role(c.value("role")),
		Venue: c.value("venue"), Source: c.value("source"), Token: c.value("token") != ""}}
	made, secret, err := c.server.admin.CreateStaff(c.ctx, c.actor, form.NewStaff)
	if err != nil {
		if form.errors = formErrors(err); form.errors == nil {
			return err
		}
		return c.newAccountPage(statusOf(err), form)
	}
	return c.page(http.StatusCreated, secretView(c.view(), made, secret, textAccountMade))
}

// resetAccount answers with the new secret, as createAccount does.
func resetAccount(c *call) error {
	m, secret, err := c.server.admin.ResetStaff(c.ctx, c.actor, c.r.PathValue("name"))
	if err != nil {
		return err
	}
	return c.page(http.StatusOK, secretView(c.view(), m, secret, textAccountIsReset))
}

// closeAccount closes an account, or opens it again.
func closeAccount(closed bool) func(*call) error {
	return func(c *call) error {
		_, err := c.server.admin.DisableStaff(c.ctx, c.actor, c.r.PathValue("name"), closed)
		if err != nil {
			if statusOf(err) != http.StatusUnprocessableEntity {
				return err
			}
			return c.accountsPage(statusOf(err), accounts{errors: formErrors(err)})
		}
		if closed {
			return c.redirect("/staff/accounts?done=closed")
		}
		return c.redirect("/staff/accounts?done=opened")
	}
}
