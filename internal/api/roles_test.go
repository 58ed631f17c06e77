package api

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"healthcode"
	"healthcode/internal/servicetest"
)

// path fills the pattern of a route with things that don't exist, in a jurisdiction that does.
func path(r Route, jurisdiction string) string {
	return strings.NewReplacer("{jurisdiction}", jurisdiction, "{mission}", missionOf[jurisdiction], "{paper}", "nothing", "{version}", "2020-02", "{document}", jurisdiction+".json",
		"{id}", "nothing", "{name}", "nobody").Replace(r.Pattern)
}

// missionOf is the mission whose officers the tests have in the place of a jurisdiction's.
var missionOf = map[string]string{"beijing": "frankfurt", "tianjin": "bangkok"}

// callers is somebody of each role in two jurisdictions. A resident belongs to none.
func (h *house) callers() map[string]map[healthcode.Role]string {
	all := map[string]map[healthcode.Role]string{}
	people := map[string]servicetest.Someone{"beijing": servicetest.Zhang, "tianjin": servicetest.Li}
	for jurisdiction, who := range people {
		all[jurisdiction] = map[healthcode.Role]string{healthcode.RoleResident: h.register(jurisdiction, who)}
		for _, role := range healthcode.Roles {
			if role != healthcode.RoleResident {
				all[jurisdiction][role] = h.staff(role, jurisdiction)
			}
		}
		all[jurisdiction][healthcode.RoleConsular] = h.staff(healthcode.RoleConsular, missionOf[jurisdiction])
	}
	return all
}

// TestEveryRouteRefusesEveryoneElse tries each route as nobody, as somebody
// with a made-up token, as each role, and as the right role of another jurisdiction.
func TestEveryRouteRefusesEveryoneElse(t *testing.T) {
	h := newHouse(t)
	callers := h.callers()
	tried := 0
	for _, r := range h.server.Routes() {
		here := path(r, "beijing")
		if strings.Contains(here, "{") {
			t.Fatalf("%s: the test doesn't fill it", r.name())
		}
		if r.Public {
			if a := h.call(r.Method, here, "made-up", nil); a.Code == http.StatusUnauthorized || a.Code == http.StatusForbidden {
				t.Errorf("%s is public and answers %d", r.name(), a.Code)
			}
			continue
		}
		h.call(r.Method, here, "", nil).problem(401, "signed_out", "")
		if a := h.call(r.Method, here, "made-up", nil); a.Header().Get("WWW-Authenticate") == "" {
			t.Errorf("%s doesn't say how to sign in", r.name())
		} else {
			a.problem(401, "signed_out", "")
		}
		for _, role := range healthcode.Roles {
			tried++
			a := h.call(r.Method, here, callers["beijing"][role], nil)
			switch {
			case !slices.Contains(r.Roles, role):
				a.problem(403, "denied", "")
			case r.id == "sign-out" || r.id == "end-sessions":
				h = newHouse(t) // its tokens are of no use any more
				callers = h.callers()
			case a.Code == http.StatusUnauthorized || a.Code == http.StatusForbidden && role != healthcode.RoleCheckpoint && strings.Contains(a.Body.String(), `"denied"`):
				t.Errorf("%s refuses its own role %s: %s", r.name(), role, a.Body)
			}
			if (strings.Contains(r.Pattern, "{jurisdiction}") || strings.Contains(r.Pattern, "{mission}")) && role != healthcode.RoleResident {
				h.call(r.Method, here, callers["tianjin"][role], nil).problem(403, "denied", "")
			}
		}
	}
	if tried < 250 {
		t.Errorf("only %d combinations were tried", tried)
	}
}

// TestDisabledStaffAreNobody closes an account that is in use.
func TestDisabledStaffAreNobody(t *testing.T) {
	h := newHouse(t)
	token := h.staff(healthcode.RoleAuditor, "beijing")
	h.call("GET", "/v1/jurisdictions/beijing/looks", token, nil).want(200)
	h.call("PATCH", "/v1/jurisdictions/beijing/staff/auditor-beijing", h.staff(healthcode.RoleAdministrator, "beijing"), map[string]bool{"disabled": true}).want(200)
	h.call("GET", "/v1/jurisdictions/beijing/looks", token, nil).problem(401, "signed_out", "")
}

// TestCookiesAreNoSignIn keeps other sites from acting for whoever is signed in.
func TestCookiesAreNoSignIn(t *testing.T) {
	h := newHouse(t)
	token := h.register("beijing", servicetest.Zhang)
	h.call("GET", "/v1/me", token, nil).want(200)
	for _, header := range []string{"Cookie: session=" + token, "Authorization: Basic " + token, "Authorization: " + token} {
		h.with(header).call("GET", "/v1/me", "", nil).problem(401, "signed_out", "")
	}
}
