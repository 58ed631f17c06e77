package web

import (
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"healthcode"
)

var wildcard = regexp.MustCompile(`\{[^}]+\}`)

// addressOf fills a pattern in.
func addressOf(r Route) string {
	path := strings.ReplaceAll(strings.TrimSuffix(r.Pattern, "{$}"), "{place}", "beijing")
	return wildcard.ReplaceAllString(path, "nothing")
}

// TestEveryRouteSetsTheHeaders also for an error, a redirect and an unknown page.
func TestEveryRouteSetsTheHeaders(t *testing.T) {
	s := newSite(t)
	routes := append(s.server.Routes(), Route{Method: http.MethodGet, Pattern: "/no/such/page"})
	if len(routes) < 40 {
		t.Fatalf("there are %d routes; the table can't be whole", len(routes))
	}
	for _, route := range routes {
		w := httptest.NewRecorder()
		s.server.ServeHTTP(w, httptest.NewRequest(route.Method, addressOf(route), nil))
		h := w.Header()
		csp := h.Get("Content-Security-Policy")
		if !strings.HasPrefix(csp, "default-src 'none'; script-src 'self'") || strings.Contains(csp, "unsafe-inline") || !strings.Contains(csp, "frame-ancestors 'none'") {
			t.Errorf("%s %s: Content-Security-Policy %q", route.Method, route.Pattern, csp)
		}
		for _, name := range []string{"X-Content-Type-Options", "Referrer-Policy", "Permissions-Policy", "Cross-Origin-Opener-Policy", "Cache-Control"} {
			if h.Get(name) == "" {
				t.Errorf("%s %s: no %s", route.Method, route.Pattern, name)
			}
		}
		policy := h.Get("Permissions-Policy")
		if strings.Contains(policy, "camera=(self)") != route.Camera || strings.Contains(policy, "geolocation=(self)") != route.Location {
			t.Errorf("%s %s: Permissions-Policy %q", route.Method, route.Pattern, policy)
		}
		if strings.Contains(w.Body.String(), " style=") || strings.Contains(w.Body.String(), "<style") || strings.Contains(w.Body.String(), " onclick=") {
			t.Errorf("%s %s: something inline, which the policy refuses", route.Method, route.Pattern)
		}
	}
}

// TestNobodyIsLetIn where a role is asked for.
func TestNobodyIsLetIn(t *testing.T) {
	s := newSite(t)
	for _, route := range s.server.Routes() {
		if route.Roles == nil {
			continue
		}
		w := httptest.NewRecorder()
		s.server.ServeHTTP(w, httptest.NewRequest(route.Method, addressOf(route), nil))
		switch {
		case route.Method == http.MethodGet && w.Code == http.StatusSeeOther && strings.Contains(w.Header().Get("Location"), "sign-in?next="):
		case route.Method != http.MethodGet && w.Code == http.StatusUnauthorized:
		default:
			t.Errorf("%s %s: nobody got %d %s", route.Method, route.Pattern, w.Code, w.Header().Get("Location"))
		}
	}
}

// TestSignedOutMeanwhile: a form that comes too late leads to signing in.
func TestSignedOutMeanwhile(t *testing.T) {
	p := newSite(t).browser().post("/in/beijing/report/send", nil, 401)
	if got := p.one("main a.button").attr("href"); got != "/in/beijing/sign-in" {
		t.Errorf("the way on is %q", got)
	}
}

// TestPublicRoutesAreFew: a page that forgets its roles would be public.
func TestPublicRoutesAreFew(t *testing.T) {
	public := []string{"/static/", "/language", "/{$}", "/in/{place}/{$}", "/in/{place}/help", "/in/{place}/board", "/sign-in", "/sign-out",
		"/in/{place}/declaration", "/in/{place}/register", "/in/{place}/sign-in", "/check", "/verify", "/open", "/boarding", "/.well-known/", "/v2/trustlist/", "/plan", "/demo/outbox", "/staff/sign-in", "/in/{place}/labs", "/changes", "/in/{place}/show", "/code-worker.js"}
	for _, route := range newSite(t).server.Routes() {
		if route.Roles == nil && !slices.ContainsFunc(public, func(p string) bool { return strings.HasPrefix(route.Pattern, p) }) {
			t.Errorf("%s %s is public", route.Method, route.Pattern)
		}
		for _, role := range route.Roles {
			if !slices.Contains(healthcode.Roles, role) {
				t.Errorf("%s %s: there is no role %q", route.Method, route.Pattern, role)
			}
		}
	}
}

func TestUnknownPage(t *testing.T) {
	p := newSite(t).browser().get("/no/such/page", 404)
	if p.text("h1") != in("zh", textNoPageTitle) || !strings.Contains(p.text("main"), "no_page") || p.one("main a.button").attr("href") != "/" {
		t.Errorf("the page says %s", p.text("main"))
	}
	p = newSite(t).browser().get("/in/atlantis/", 404)
	if p.text("h1") == "" {
		t.Error("an unknown place has no page")
	}
}

func TestTooLarge(t *testing.T) {
	v := newSite(t).register("beijing", zhang)
	p := v.sendPhoto("/in/beijing/photo", make([]byte, 12<<20), 413)
	if !strings.Contains(p.text("main"), "10 MB") {
		t.Errorf("the page says %s", p.text("main"))
	}
}

// TestOtherSitesCannotSendForms in the name of somebody signed in.
func TestOtherSitesCannotSendForms(t *testing.T) {
	s := newSite(t)
	r := httptest.NewRequest(http.MethodPost, "/sign-out", nil)
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	w := httptest.NewRecorder()
	s.server.ServeHTTP(w, r)
	if w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), "cross_origin") {
		t.Errorf("answered %d: %s", w.Code, w.Body)
	}
}

// TestPanic: the person reads that it isn't their fault, and nothing of the cause.
func TestPanic(t *testing.T) {
	s := newSite(t)
	w := httptest.NewRecorder()
	s.server.serve(Route{Handler: func(*call) error { panic("secret 110105") }}).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	if w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "secret") ||
		!strings.Contains(w.Body.String(), textOurFault.ZH) || !strings.Contains(w.Body.String(), textOurFault.EN) {
		t.Errorf("answered %d: %s", w.Code, w.Body)
	}
}

func TestOurOwnFaultTellsNothing(t *testing.T) {
	s := newSite(t)
	w := httptest.NewRecorder()
	s.server.serve(Route{Handler: func(*call) error { return io.ErrUnexpectedEOF }}).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	if w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "EOF") || !strings.Contains(w.Body.String(), textOurFault.ZH) {
		t.Errorf("answered %d: %s", w.Code, w.Body)
	}
}

func TestSecureCookies(t *testing.T) {
	s := newSite(t)
	s.server.secure = true
	w := httptest.NewRecorder()
	s.server.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/in/beijing/", nil))
	if w.Header().Get("Strict-Transport-Security") == "" {
		t.Error("no Strict-Transport-Security")
	}
	for _, c := range w.Result().Cookies() {
		if !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode {
			t.Errorf("cookie %s: %+v", c.Name, c)
		}
	}
	if name := s.server.sessionCookie(); !strings.HasPrefix(name, "__Host-") {
		t.Errorf("the session's cookie is %s", name)
	}
}

func TestStaticFilesAreKept(t *testing.T) {
	s := newSite(t)
	for name, url := range s.server.assets.urls {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodGet, url, nil)
		s.server.ServeHTTP(w, r)
		if w.Code != 200 || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") || w.Header().Get("Content-Type") == "" {
			t.Errorf("%s: %d %v", name, w.Code, w.Header())
		}
		r.Header.Set("Accept-Encoding", "gzip")
		packed := httptest.NewRecorder()
		s.server.ServeHTTP(packed, r)
		if packed.Header().Get("Content-Encoding") != "gzip" {
			t.Errorf("%s isn't packed", name)
		}
	}
}
