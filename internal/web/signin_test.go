package web

import (
	"net/url"
	"strings"
	"testing"
	"time"
)

// signIn signs somebody in whose code exists, and returns the page that follows.
func (v *browser) signInTo(path string, who someone) *page {
	v.t.Helper()
	v.now = v.now.Add(2 * time.Minute) // a phone gets one code a minute
	p := v.get(path, 200)
	if p.one("main form").attr("action") != "/in/beijing/sign-in" {
		v.t.Fatalf("%s is no sign-in page", p.response.Request.URL)
	}
	p = v.submit(p, "main form", url.Values{"document.type": {who.kind}, "document.number": {who.number}, "document.country": {who.country}}, 200)
	return v.submit(p, "main form", url.Values{"code": {v.code(who.phone)}}, 200)
}

func TestSignInLeadsToWhereOneWanted(t *testing.T) {
	s := newSite(t)
	s.register("beijing", zhang)
	v := s.browser()
	if p := v.signInTo("/in/beijing/looks", zhang); p.response.Request.URL.Path != "/in/beijing/looks" {
		t.Errorf("led to %s", p.response.Request.URL)
	}
}

// TestSignInTellsNothing: a document without a code gets the same pages.
func TestSignInTellsNothing(t *testing.T) {
	s := newSite(t)
	s.register("beijing", zhang)
	s.now = s.now.Add(2 * time.Minute)
	answers := map[string]string{}
	for name, number := range map[string]string{"known": zhang.number, "unknown": "110101199003070038"} {
		v := s.browser()
		p := v.submit(v.get("/in/beijing/sign-in", 200), "main form", url.Values{"document.number": {number}}, 200)
		answers[name] = p.text("main")
	}
	if answers["known"] != answers["unknown"] {
		t.Errorf("known: %s\nunknown: %s", answers["known"], answers["unknown"])
	}
}

func TestNoWayElsewhere(t *testing.T) {
	for next, want := range map[string]string{
		"/in/beijing/code": "/in/beijing/code", "": "/", "//evil.example": "/", "https://evil.example/": "/",
		`/\evil.example`: "/", "/a\r\nX: y": "/", "javascript:alert(1)": "/", "in/beijing": "/", "/check?x=1": "/check?x=1",
	} {
		if got := local(next); got != want {
			t.Errorf("local(%q) = %q, want %q", next, got, want)
		}
	}
}

// TestChangesTakeAFreshSignIn: the old session ends with it.
func TestChangesTakeAFreshSignIn(t *testing.T) {
	s := newSite(t)
	v := s.register("beijing", zhang)
	v.get("/in/beijing/account/name", 200) // right after signing in
	s.now = s.now.Add(20 * time.Minute)
	p := v.get("/in/beijing/account/name", 200)
	if q := p.response.Request.URL; q.Path != "/in/beijing/sign-in" || !q.Query().Has("again") {
		t.Fatalf("an old session led to %s", q)
	}
	p = v.signInTo("/in/beijing/account/name", zhang)
	if p.response.Request.URL.Path != "/in/beijing/account/name" {
		t.Fatalf("signing in again led to %s", p.response.Request.URL)
	}
	p = v.submit(p, "main form", url.Values{"name": {"张三峰"}}, 200)
	if p.response.Request.URL.Path != "/in/beijing/photo" {
		t.Errorf("a new name led to %s, not to a new photo", p.response.Request.URL)
	}
	account := v.get("/in/beijing/account", 200)
	if !strings.Contains(account.text("main"), "张三峰") {
		t.Error("the new name isn't there")
	}
	if got := len(account.all(".rows li")); got != 1 {
		t.Errorf("there are %d sessions, want the new one alone", got)
	}
}

func TestSessions(t *testing.T) {
	s := newSite(t)
	one := s.register("beijing", zhang)
	two, three := s.browser(), s.browser()
	two.signInTo("/in/beijing/code", zhang)
	three.signInTo("/in/beijing/code", zhang)

	p := one.get("/in/beijing/account", 200)
	buttons := p.all("button[name=session]")
	if len(buttons) != 2 {
		t.Fatalf("%d other sessions can be ended, want 2", len(buttons))
	}
	one.post("/in/beijing/account/session", url.Values{"session": {buttons[0].attr("value")}}, 200) // the newest first
	if p := three.get("/in/beijing/code", 200); p.response.Request.URL.Path != "/in/beijing/sign-in" {
		t.Errorf("a session that was ended led to %s", p.response.Request.URL)
	}
	two.get("/in/beijing/code", 200)
	one.post("/in/beijing/account/sessions", nil, 200)
	for _, v := range []*browser{one, two} {
		if p := v.get("/in/beijing/code", 200); p.response.Request.URL.Path != "/in/beijing/sign-in" {
			t.Errorf("signing out everywhere left a session: %s", p.response.Request.URL)
		}
	}
}

func TestSignOut(t *testing.T) {
	v := newSite(t).register("beijing", zhang)
	v.post("/sign-out", nil, 200)
	if p := v.get("/in/beijing/code", 200); p.response.Request.URL.Path != "/in/beijing/sign-in" {
		t.Errorf("after signing out the code led to %s", p.response.Request.URL)
	}
}
