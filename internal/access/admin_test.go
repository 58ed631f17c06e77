package access_test

import (
	"strings"
	"testing"

	"healthcode"
	"healthcode/internal/access"
	"healthcode/internal/servicetest"
)

var administrator = servicetest.Officer(healthcode.RoleAdministrator, "beijing")

func TestAdminRoles(t *testing.T) {
	h := servicetest.New(t)
	h.Refused(servicetest.Others("beijing", healthcode.RoleAdministrator), map[string]func(healthcode.Actor) error{
		"Staff": func(a healthcode.Actor) error { _, err := h.Admin.Staff(t.Context(), a); return err },
		"CreateStaff": func(a healthcode.Actor) error {
			_, _, err := h.Admin.CreateStaff(t.Context(), a, access.NewStaff{Name: "new", Role: healthcode.RoleAuditor})
			return err
		},
		"DisableStaff": func(a healthcode.Actor) error {
			_, err := h.Admin.DisableStaff(t.Context(), a, "new", true)
			return err
		},
		"Venues": func(a healthcode.Actor) error { _, err := h.Admin.Venues(t.Context(), a); return err },
		"CreateVenue": func(a healthcode.Actor) error {
			_, err := h.Admin.CreateVenue(t.Context(), a, access.NewVenue{Kind: "mall"})
			return err
		},
	})
}

func TestCreateStaff(t *testing.T) {
	h := servicetest.New(t)
	door := h.Venue("beijing", "mall", "110105")
	elsewhere := h.Venue("tianjin", "mall", "120101")

	made, password, err := h.Admin.CreateStaff(t.Context(), administrator,
		access.NewStaff{Name: "gate-1", Role: healthcode.RoleCheckpoint, Venue: door.Venue})
	h.Must(err)
	if made.Jurisdiction != "beijing" || strings.Contains(made.PasswordHash, password) {
		t.Errorf("made %+v", made)
	}
	token, err := h.Access.SignIn(t.Context(), "gate-1", password, "")
	h.Must(err)
	if a := h.Actor(token); a.Venue != door.Venue {
		t.Errorf("actor %+v", a)
	}

	_, token, err = h.Admin.CreateStaff(t.Context(), administrator,
		access.NewStaff{Name: "lab-7", Role: healthcode.RoleLab, Source: "lab:bj-0007", Token: true})
	h.Must(err)
	a, _, err := h.Access.Bearer(t.Context(), token)
	h.Must(err)
	if a.Source != "lab:bj-0007" {
		t.Errorf("actor %+v", a)
	}

	for name, bad := range map[string]struct {
		access.NewStaff
		field string
	}{
		"resident":          {access.NewStaff{Name: "someone", Role: healthcode.RoleResident}, "role"},
		"unknown role":      {access.NewStaff{Name: "someone", Role: "king"}, "role"},
		"short name":        {access.NewStaff{Name: "ab", Role: healthcode.RoleAuditor}, "name"},
		"venue elsewhere":   {access.NewStaff{Name: "gate-2", Role: healthcode.RoleCheckpoint, Venue: elsewhere.Venue}, "venue"},
		"no venue":          {access.NewStaff{Name: "gate-2", Role: healthcode.RoleCheckpoint}, "venue"},
		"venue of none":     {access.NewStaff{Name: "audit", Role: healthcode.RoleAuditor, Venue: door.Venue}, "venue"},
		"the person source": {access.NewStaff{Name: "lab-8", Role: healthcode.RoleLab, Source: "person:1"}, "source"},
		"an officer source": {access.NewStaff{Name: "lab-8", Role: healthcode.RoleLab, Source: "caseworker:x"}, "source"},
		"lab of no source":  {access.NewStaff{Name: "lab-8", Role: healthcode.RoleLab}, "source"},
	} {
		_, _, err := h.Admin.CreateStaff(t.Context(), administrator, bad.NewStaff)
		if e, ok := err.(*healthcode.Error); !ok || e.Code != healthcode.CodeInvalid || e.Field != bad.field {
			t.Errorf("%s: error %v, want field %s", name, err, bad.field)
		}
	}
	_, _, err = h.Admin.CreateStaff(t.Context(), servicetest.Officer(healthcode.RoleAdministrator, "tianjin"),
		access.NewStaff{Name: "gate-1", Role: healthcode.RoleAuditor})
	h.WantCode(err, healthcode.CodeConflict)
}

func TestAdminStaysAtHome(t *testing.T) {
	h := servicetest.New(t)
	other := servicetest.Officer(healthcode.RoleAdministrator, "tianjin")
	_, _, err := h.Admin.CreateStaff(t.Context(), administrator, access.NewStaff{Name: "auditor-1", Role: healthcode.RoleAuditor})
	h.Must(err)

	_, err = h.Admin.DisableStaff(t.Context(), other, "auditor-1", true)
	h.WantCode(err, healthcode.CodeNotFound)
	if list, err := h.Admin.Staff(t.Context(), other); err != nil || len(list) != 0 {
		t.Errorf("tianjin sees the staff %v of beijing (%v)", list, err)
	}
	_, _, err = h.Admin.CreateStaff(t.Context(), administrator, access.NewStaff{Name: administrator.Staff, Role: healthcode.RoleAdministrator})
	h.Must(err)
	_, err = h.Admin.DisableStaff(t.Context(), administrator, administrator.Staff, true)
	h.WantCode(err, healthcode.CodeInvalid)
}

func TestCreateVenue(t *testing.T) {
	h := servicetest.New(t)
	name := healthcode.Text{ZH: "朝阳大悦城", EN: "Chaoyang Joy City"}
	v, err := h.Admin.CreateVenue(t.Context(), administrator, access.NewVenue{Kind: "mall", Name: name, Area: "110105"})
	h.Must(err)
	if list, err := h.Admin.Venues(t.Context(), administrator); err != nil || len(list) != 1 || list[0] != v {
		t.Errorf("venues %v %v, want %v", list, err, v)
	}
	for want, bad := range map[string]access.NewVenue{
		"kind": {Kind: "casino", Name: name, Area: "110105"},
		"name": {Kind: "mall", Name: healthcode.Text{ZH: "朝阳大悦城"}, Area: "110105"},
		"area": {Kind: "mall", Name: name, Area: "120101"},
	} {
		_, err := h.Admin.CreateVenue(t.Context(), administrator, bad)
		if e, ok := err.(*healthcode.Error); !ok || e.Field != want {
			t.Errorf("error %v, want field %s", err, want)
		}
	}
}
