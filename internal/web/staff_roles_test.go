package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"healthcode"
)

// everyRole signs a browser in as each role, residents too.
func (s *site) everyRole(jurisdiction string) map[healthcode.Role]*browser {
	s.t.Helper()
	who := zhang
	if jurisdiction != "beijing" {
		who = anna
	}
	all := map[healthcode.Role]*browser{healthcode.RoleResident: s.register(jurisdiction, who)}
	for _, role := range staff {
		all[role] = s.staff(role, jurisdiction, "residential")
	}
	return all
}

// answers sends a request to a route without following redirects, and returns its status.
func (v *browser) answers(method, path string) int {
	v.t.Helper()
	var body *strings.Reader
	if body = strings.NewReader(""); method == http.MethodPost {
		body = strings.NewReader(url.Values{"none": {"1"}, "outcome": {"match"}, "decision": {"agree"}, "why_zh": {"错了"}, "why_en": {"A mistake"},
			"name": {"甲"}, "name_en": {"A"}, "area": {"110105"}, "kid": {"k2"}, "public": {labKeys[1].public}}.Encode())
	}
	r, err := http.NewRequestWithContext(v.t.Context(), method, v.http.URL+path, body)
	if err != nil {
		v.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	client := *v.client
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	answer, err := client.Do(r)
	if err != nil {
		v.t.Fatal(err)
	}
	answer.Body.Close()
	return answer.StatusCode
}

// TestEveryWrongRoleIsRefused tries each route as each role that may not use it.
func TestEveryWrongRoleIsRefused(t *testing.T) {
	s := newSite(t)
	browsers := s.everyRole("beijing")
	tried := 0
	for _, route := range s.server.Routes() {
		if route.Roles == nil {
			continue
		}
		for role, v := range browsers {
			if slices.Contains(route.Roles, role) {
				continue
			}
			tried++
			if status := v.answers(route.Method, addressOf(route)); status != http.StatusForbidden {
				t.Errorf("%s %s: %s got %d", route.Method, route.Pattern, role, status)
			}
		}
	}
	if tried < 200 {
		t.Errorf("only %d combinations were tried", tried)
	}
}

// TestEveryRightRoleIsLetIn shows that the refusals above aren't refusals of everybody.
func TestEveryRightRoleIsLetIn(t *testing.T) {
	s := newSite(t)
	browsers := s.everyRole("beijing")
	for _, route := range s.server.Routes() {
		if route.Method != http.MethodGet || !strings.HasPrefix(route.Pattern, "/staff") && !strings.HasPrefix(route.Pattern, "/door") || strings.Contains(route.Pattern, "{") {
			continue
		}
		for _, role := range route.Roles {
			if status := browsers[role].answers(route.Method, route.Pattern); status != http.StatusOK {
				t.Errorf("%s: %s got %d", route.Pattern, role, status)
			}
		}
	}
}

// TestEveryWrongJurisdictionIsRefused tries each route of staff that names a thing, as the right role of
// another jurisdiction. A new route of that kind has to be added to the list of real things.
func TestEveryWrongJurisdictionIsRefused(t *testing.T) {
	s := newSite(t)
	here, there := s.everyRole("beijing"), s.everyRole("tianjin")
	photo := s.photo(here[healthcode.RoleResident], "beijing")
	file := s.opened(here[healthcode.RoleResident], "beijing")
	proposed := s.proposed(here[healthcode.RoleResident].personOf().Person, "somebody")
	s.alarm("alarm")
	s.travelCertificate(here[healthcode.RoleResident].personOf().Person)
	s.laboratory("bj-0001")
	things := map[string]string{
		"/staff/changes/{id}":          "/staff/changes/" + proposed.ID,
		"/staff/alarms/{id}":           "/staff/alarms/alarm",
		"/staff/certificates/{id}":     "/staff/certificates/TRAVEL",
		"/staff/labs/{lab}/edit":       "/staff/labs/bj-0001/edit",
		"/staff/labs/{lab}/keys":       "/staff/labs/bj-0001/keys",
		"/staff/labs/{lab}/revoke":     "/staff/labs/bj-0001/revoke",
		"/staff/board/withdraw/{id}":   "/staff/board/withdraw/" + s.bulletin(),
		"/staff/photos/{id}":           "/staff/photos/" + photo,
		"/staff/cases/{id}":            "/staff/cases/" + file,
		"/staff/policies/{version}":    "/staff/policies/2022-04",
		"/staff/accounts/{name}/close": "/staff/accounts/auditor-beijing/close",
		"/staff/accounts/{name}/open":  "/staff/accounts/auditor-beijing/open",
		"/staff/accounts/{name}/reset": "/staff/accounts/auditor-beijing/reset",
	}
	for _, route := range s.server.Routes() {
		if !strings.HasPrefix(route.Pattern, "/staff/") || !strings.Contains(route.Pattern, "{") {
			continue
		}
		path, ok := things[route.Pattern]
		if !ok {
			t.Errorf("%s: this test has no thing of that kind", route.Pattern)
			continue
		}
		for _, role := range route.Roles {
			if status := there[role].answers(route.Method, path); status != http.StatusNotFound {
				t.Errorf("%s %s: %s of another jurisdiction got %d", route.Method, path, role, status)
			}
			if status := here[role].answers(route.Method, path); status >= 400 {
				t.Errorf("%s %s: %s of its own got %d", route.Method, path, role, status)
			}
		}
	}
}

// TestListsEndAtTheJurisdiction looks for what is Beijing's on the pages of Tianjin's staff.
func TestListsEndAtTheJurisdiction(t *testing.T) {
	s := newSite(t)
	here, there := s.everyRole("beijing"), s.everyRole("tianjin")
	s.photo(here[healthcode.RoleResident], "beijing")
	s.dispute(here[healthcode.RoleResident], "beijing", "I was never there")
	here[healthcode.RoleCaseworker].get("/staff/disputes", 200)
	here[healthcode.RoleAdministrator].post("/staff/venues/new", url.Values{"kind": {"mall"}, "name": {"万象城"}, "name_en": {"Mixc"}, "area": {"110105"}}, 200)
	for path, role := range map[string]healthcode.Role{
		"/staff/photos": healthcode.RoleCaseworker, "/staff/disputes": healthcode.RoleCaseworker, "/staff/policies": healthcode.RoleAuthority,
		"/staff/looks": healthcode.RoleAuditor, "/staff/accounts": healthcode.RoleAdministrator, "/staff/venues": healthcode.RoleAdministrator,
		"/door": healthcode.RoleCheckpoint,
	} {
		signs := []string{"-beijing", "beijing-", "Mixc", "I was never there", "2022-04<", "caseworker-beijing", "/staff/photos/p"}
		found := func(v *browser) bool {
			page := v.get(path, 200)
			return slices.ContainsFunc(signs, func(sign string) bool { return strings.Contains(page.source, sign) })
		}
		if found(there[role]) {
			t.Errorf("%s: Tianjin's %s sees what is Beijing's", path, role)
		}
		if path != "/door" && !found(here[role]) {
			t.Errorf("%s: Beijing's %s doesn't see what is Beijing's", path, role)
		}
	}
}
