package access_test

import (
	"testing"

	"healthcode"
	"healthcode/internal/access"
	"healthcode/internal/servicetest"
)

func TestResetRoles(t *testing.T) {
	h := servicetest.New(t)
	h.Refused(servicetest.Others("beijing", healthcode.RoleAdministrator), map[string]func(healthcode.Actor) error{
		"ResetStaff": func(a healthcode.Actor) error { _, _, err := h.Admin.ResetStaff(t.Context(), a, "audit-1"); return err },
	})
}

func TestResetStaff(t *testing.T) {
	h := servicetest.New(t)
	_, old, err := h.Admin.CreateStaff(t.Context(), administrator, access.NewStaff{Name: "audit-1", Role: healthcode.RoleAuditor})
	h.Must(err)
	session, err := h.Access.SignIn(t.Context(), "audit-1", old, "")
	h.Must(err)

	_, fresh, err := h.Admin.ResetStaff(t.Context(), administrator, "audit-1")
	h.Must(err)
	if _, err := h.Access.SignIn(t.Context(), "audit-1", old, ""); healthcode.CodeOf(err) != access.CodeWrongSignIn {
		t.Errorf("the old password: %v", err)
	}
	if _, _, err := h.Access.Session(t.Context(), session); healthcode.CodeOf(err) != healthcode.CodeSignedOut {
		t.Errorf("the old session: %v", err)
	}
	_, err = h.Access.SignIn(t.Context(), "audit-1", fresh, "")
	h.Must(err)

	_, old, err = h.Admin.CreateStaff(t.Context(), administrator, access.NewStaff{Name: "lab-1", Role: healthcode.RoleLab, Source: "lab:one", Token: true})
	h.Must(err)
	_, fresh, err = h.Admin.ResetStaff(t.Context(), administrator, "lab-1")
	h.Must(err)
	if _, _, err := h.Access.Bearer(t.Context(), old); healthcode.CodeOf(err) != healthcode.CodeSignedOut {
		t.Errorf("the old token: %v", err)
	}
	_, _, err = h.Access.Bearer(t.Context(), fresh)
	h.Must(err)

	for name, a := range map[string]healthcode.Actor{"nobody": administrator, "audit-1": servicetest.Officer(healthcode.RoleAdministrator, "tianjin")} {
		if _, _, err := h.Admin.ResetStaff(t.Context(), a, name); healthcode.CodeOf(err) != healthcode.CodeNotFound {
			t.Errorf("%s of %s: %v", name, a.Jurisdiction, err)
		}
	}
}
