package web

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"healthcode"
)

func TestStaffSignIn(t *testing.T) {
	s := newSite(t)
	s.staff(healthcode.RoleCaseworker, "beijing", "")
	v := s.browser()
	v.english()

	p := v.get("/staff/photos?older=24", 200)
	if p.response.Request.URL.Path != "/staff/sign-in" {
		t.Fatalf("nobody is led to %s", p.response.Request.URL)
	}
	p = v.submit(p, "main form", url.Values{"name": {"caseworker-beijing"}, "password": {"wrong"}}, 422)
	if p.one("#f-name").attr("value") != "caseworker-beijing" || p.one("#f-password").attr("value") != "" {
		t.Error("the name is lost, or the password is sent back")
	}
	wrong := p.text(".errors")
	p = v.submit(p, "main form", url.Values{"name": {"nobody"}, "password": {"wrong"}}, 422)
	if p.text(".errors") != wrong {
		t.Errorf("the answers tell which names exist: %q and %q", wrong, p.text(".errors"))
	}
	p = v.submit(p, "main form", url.Values{"name": {"caseworker-beijing"}, "password": {password}}, 200)
	if got := p.response.Request.URL.RequestURI(); got != "/staff/photos?older=24" {
		t.Errorf("after signing in: %s", got)
	}

	p = v.get("/staff", 200)
	if got := p.text(".facts"); !strings.Contains(got, "caseworker-beijing") || !strings.Contains(got, textRoleCaseworker.EN) {
		t.Errorf("the page says %s", got)
	}
	p = v.submit(p, ".menu form", nil, 200)
	if p.response.Request.URL.Path != "/staff/sign-in" {
		t.Errorf("signing out leads to %s", p.response.Request.URL)
	}
	if got := v.get("/staff", 200).response.Request.URL.Path; got != "/staff/sign-in" {
		t.Errorf("after signing out: %s", got)
	}
}

func TestStaffSignInStaysHere(t *testing.T) {
	s := newSite(t)
	s.staff(healthcode.RoleAuditor, "beijing", "")
	for _, next := range []string{"https://example.org/", "//example.org/staff/", `/\example.org`, "/in/beijing/code", "/sign-out"} {
		v := s.browser()
		p := v.post("/staff/sign-in", url.Values{"name": {"auditor-beijing"}, "password": {password}, "next": {next}}, 200)
		if got := p.response.Request.URL.Path; got != "/staff" {
			t.Errorf("next %q leads to %s", next, got)
		}
	}
}

func TestStaffSignsOutEverywhere(t *testing.T) {
	s := newSite(t)
	one := s.staff(healthcode.RoleAuditor, "beijing", "")
	other := s.staff(healthcode.RoleAuditor, "beijing", "")
	one.submit(one.get("/staff", 200), `form[action=/staff/sign-out-everywhere]`, nil, 200)
	for _, v := range []*browser{one, other} {
		if got := v.get("/staff/looks", 200).response.Request.URL.Path; got != "/staff/sign-in" {
			t.Errorf("still signed in at %s", got)
		}
	}
}

// TestStaffHomeLeadsToEachTask opens every page that a role's home leads to.
func TestStaffHomeLeadsToEachTask(t *testing.T) {
	s := newSite(t)
	for _, role := range staff {
		if role == healthcode.RoleConsular { // has one task alone
			if got := s.staff(role, "frankfurt", "").get("/staff", 200).response.Request.URL.Path; got != "/mission" {
				t.Errorf("%s begins at %s", role, got)
			}
			continue
		}
		v := s.staff(role, "ningbo", "village")
		p := v.get("/staff", 200)
		links := p.all(".tiles a")
		if role == healthcode.RoleLab {
			if len(links) != 0 || !strings.Contains(p.text(".note"), "lab:ningbo") {
				t.Errorf("%s: the page says %s", role, p.text("main"))
			}
			continue
		}
		if len(links) == 0 {
			t.Errorf("%s has nothing to do", role)
		}
		for _, a := range links {
			v.get(a.attr("href"), 200)
		}
	}
}

// TestStaffPagesOutliveThePolicy: the pages stay when no policy is in force any more.
func TestStaffPagesOutliveThePolicy(t *testing.T) {
	s := newSite(t)
	v := s.staff(healthcode.RoleAuditor, "beijing", "")
	s.now = s.now.AddDate(3, 0, 0)
	v.post("/staff/sign-in", url.Values{"name": {"auditor-beijing"}, "password": {password}}, 200)
	v.get("/staff/looks", 200)
}

func TestStaffSignInIsLimited(t *testing.T) {
	s := newSite(t)
	v := s.browser()
	for n := range signInLimit.Max {
		if _, err := s.store.Count(t.Context(), signInLimit.Key("127.0.0.1"), signInLimit.Start(s.now)); err != nil {
			t.Fatal(n, err)
		}
	}
	v.post("/staff/sign-in", url.Values{"name": {"nobody"}, "password": {"wrong"}}, 429)
	s.now = s.now.Add(time.Hour)
	v.post("/staff/sign-in", url.Values{"name": {"nobody"}, "password": {"wrong"}}, 422)
}
