package web

import (
	"net/http"

	"healthcode"
	"healthcode/internal/resident"
)

func (s *Server) lostPhoneRoutes() []Route {
	return []Route{
		{Method: http.MethodGet, Pattern: "/staff/phones", Roles: caseworkers, Handler: ofStaff(lostPhones)},
		{Method: http.MethodPost, Pattern: "/staff/phones", Roles: caseworkers, Handler: ofStaff(decideLoss)},
	}
}

// lostPhoneList is the queue; errors belong to the phone of that id.
type lostPhoneList struct {
	phones []resident.LostPhone
	id     string
	errors []fieldError
}

func (c *call) lostPhones(status int, page lostPhoneList) (err error) {
	if page.phones, err = c.server.Resident.LostPhones(c.ctx, c.actor); err != nil {
		return err
	}
	return c.page(status, lostPhonesView(c.view(), page))
}

func lostPhones(c *call) error { return c.lostPhones(http.StatusOK, lostPhoneList{}) }

func decideLoss(c *call) error {
	if err := c.parse(); err != nil {
		return err
	}
	id, outcome := c.value("phone"), c.value("outcome")
	if outcome != "confirm" && outcome != "refuse" {
		return &healthcode.Error{Code: healthcode.CodeInvalid, Text: textBrokenForm}
	}
	err := c.server.Resident.DecideLoss(c.ctx, c.actor, id, outcome == "confirm", c.value("ground"))
	switch {
	case err != nil && healthcode.CodeOf(err) == healthcode.CodeInvalid:
		return c.lostPhones(http.StatusUnprocessableEntity, lostPhoneList{id: id, errors: formErrors(err)})
	case err != nil && healthcode.CodeOf(err) != healthcode.CodeConflict: // somebody else was quicker
		return err
	}
	return c.redirect("/staff/phones")
}
