package access_test

import (
	"testing"
	"time"

	"healthcode"
	"healthcode/internal/access"
	"healthcode/internal/servicetest"
)

func staff(h *servicetest.House, name, password string, role healthcode.Role) {
	h.Helper()
	h.Must(h.Store.PutStaff(h.Context(), healthcode.Staff{Name: name, Role: role, Jurisdiction: "beijing",
		PasswordHash: access.HashPassword(password)}))
}

func TestStaffSignIn(t *testing.T) {
	h := servicetest.New(t)
	staff(h, "wei", "correct horse", healthcode.RoleCaseworker)

	for name, try := range map[string][2]string{
		"wrong password": {"wei", "correct horsf"},
		"no password":    {"wei", ""},
		"unknown name":   {"nobody", "correct horse"},
	} {
		_, err := h.Access.SignIn(t.Context(), try[0], try[1], "Firefox")
		if err == nil || healthcode.CodeOf(err) != access.CodeWrongSignIn {
			t.Errorf("%s: error %v, want %s", name, err, access.CodeWrongSignIn)
		}
	}

	token, err := h.Access.SignIn(t.Context(), "wei", "correct horse", "Firefox")
	h.Must(err)
	a := h.Actor(token)
	if a.Role != healthcode.RoleCaseworker || a.Staff != "wei" || a.Jurisdiction != "beijing" || a.Session == "" {
		t.Errorf("actor %+v", a)
	}
	h.Clock.Advance(access.StaffSession)
	_, _, err = h.Access.Session(t.Context(), token)
	h.WantCode(err, healthcode.CodeSignedOut)
}

func TestStaffWithoutPasswordCannotSignIn(t *testing.T) {
	h := servicetest.New(t)
	token, hash := access.NewToken()
	h.Must(h.Store.PutStaff(t.Context(), healthcode.Staff{Name: "lab-1", Role: healthcode.RoleLab, Jurisdiction: "beijing",
		Source: "lab:bj-1", TokenHash: hash}))
	_, err := h.Access.SignIn(t.Context(), "lab-1", "", "")
	h.WantCode(err, access.CodeWrongSignIn)

	a, _, err := h.Access.Bearer(t.Context(), token)
	h.Must(err)
	if a.Role != healthcode.RoleLab || a.Source != "lab:bj-1" {
		t.Errorf("actor %+v", a)
	}
	_, _, err = h.Access.Bearer(t.Context(), token+"x")
	h.WantCode(err, healthcode.CodeSignedOut)
	_, _, err = h.Access.Bearer(t.Context(), "")
	h.WantCode(err, healthcode.CodeSignedOut)
}

func TestDisabledStaffIsOutAtOnce(t *testing.T) {
	h := servicetest.New(t)
	staff(h, "wei", "correct horse", healthcode.RoleCaseworker)
	token, err := h.Access.SignIn(t.Context(), "wei", "correct horse", "")
	h.Must(err)
	administrator := servicetest.Officer(healthcode.RoleAdministrator, "beijing")
	_, err = h.Admin.DisableStaff(t.Context(), administrator, "wei", true)
	h.Must(err)

	_, _, err = h.Access.Session(t.Context(), token)
	h.WantCode(err, healthcode.CodeSignedOut)
	_, err = h.Access.SignIn(t.Context(), "wei", "correct horse", "")
	h.WantCode(err, access.CodeWrongSignIn)

	_, err = h.Admin.DisableStaff(t.Context(), administrator, "wei", false)
	h.Must(err)
	_, _, err = h.Access.Session(t.Context(), token)
	h.WantCode(err, healthcode.CodeSignedOut) // the old session doesn't come back
	_, err = h.Access.SignIn(t.Context(), "wei", "correct horse", "")
	h.Must(err)
}

func TestResidentSessions(t *testing.T) {
	h := servicetest.New(t)
	first := h.Register("beijing", servicetest.Zhang)
	other := h.Register("beijing", servicetest.Anna)
	h.Clock.Advance(2 * time.Minute)
	token := h.SignIn("beijing", servicetest.Zhang)
	second := h.Actor(token)

	list, err := h.Access.Sessions(t.Context(), first)
	h.Must(err)
	if len(list) != 2 || list[0].ID != second.Session || list[1].ID != first.Session {
		t.Fatalf("sessions %+v, want the newest first", list)
	}

	// Nobody ends another's session.
	h.WantCode(h.Access.EndSession(t.Context(), other, second.Session), healthcode.CodeNotFound)
	h.Must(h.Access.EndSession(t.Context(), first, second.Session))
	_, _, err = h.Access.Session(t.Context(), token)
	h.WantCode(err, healthcode.CodeSignedOut)

	h.Clock.Advance(2 * time.Minute)
	token = h.SignIn("beijing", servicetest.Zhang)
	h.Must(h.Access.EndSessions(t.Context(), h.Actor(token)))
	_, _, err = h.Access.Session(t.Context(), token)
	h.WantCode(err, healthcode.CodeSignedOut)
	if list, err = h.Access.Sessions(t.Context(), first); err != nil || len(list) != 0 {
		t.Errorf("sessions %v %v after signing out everywhere", list, err)
	}
	if list, err = h.Access.Sessions(t.Context(), other); err != nil || len(list) != 1 {
		t.Errorf("another's sessions %v %v, want one", list, err)
	}
	h.WantCode(h.Access.EndSessions(t.Context(), healthcode.Actor{}), healthcode.CodeSignedOut)
}

func TestSessionEnds(t *testing.T) {
	h := servicetest.New(t)
	h.Register("beijing", servicetest.Zhang)
	h.Clock.Advance(2 * time.Minute)
	token := h.SignIn("beijing", servicetest.Zhang)
	h.Must(h.Access.Fresh(h.Session(token)))
	h.Clock.Advance(access.FreshSignIn + time.Second)
	h.WantCode(h.Access.Fresh(h.Session(token)), access.CodeStale)
	h.Clock.Advance(access.ResidentSession)
	_, _, err := h.Access.Session(t.Context(), token)
	h.WantCode(err, healthcode.CodeSignedOut)
	_, _, err = h.Access.Session(t.Context(), "")
	h.WantCode(err, healthcode.CodeSignedOut)
}

func TestRequire(t *testing.T) {
	for _, role := range healthcode.Roles {
		a := healthcode.Actor{Role: role, Jurisdiction: "beijing"}
		if err := access.Require(a, role); err != nil {
			t.Errorf("%s is refused what it may do: %v", role, err)
		}
		err := access.RequireIn(a, "beijing", role)
		if resident := role == healthcode.RoleResident; resident != (healthcode.CodeOf(err) == healthcode.CodeDenied) || !resident && err != nil {
			t.Errorf("%s in its own jurisdiction: %v", role, err)
		}
		for _, other := range healthcode.Roles {
			if other == role {
				continue
			}
			if err := access.Require(a, other); healthcode.CodeOf(err) != healthcode.CodeDenied {
				t.Errorf("%s in place of %s: %v", role, other, err)
			}
		}
		if err := access.RequireIn(a, "tianjin", healthcode.Roles...); healthcode.CodeOf(err) != healthcode.CodeDenied {
			t.Errorf("%s of beijing in tianjin: %v", role, err)
		}
	}
	if err := access.Require(healthcode.Actor{}, healthcode.Roles...); healthcode.CodeOf(err) != healthcode.CodeSignedOut {
		t.Errorf("nobody: %v", err)
	}
}
