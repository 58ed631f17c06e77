package web

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"healthcode"
)

const languageCookie = "lang"

// sessionCookie has the prefix that binds it to this host alone, where TLS makes that possible.
func (s *Server) sessionCookie() string {
	if s.secure {
		return "__Host-session"
	}
	return "session"
}

func (s *Server) cookie(name, value string, life time.Duration) *http.Cookie {
	return &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: int(life / time.Second),
		HttpOnly: true, Secure: s.secure, SameSite: http.SameSiteLaxMode}
}

// token is the session token that the browser sent, or "".
func (c *call) token() string {
	cookie, err := c.r.Cookie(c.server.sessionCookie())
	if err != nil {
		return ""
	}
	return cookie.Value
}

// signIn gives the browser a session token; "" takes it away.
func (c *call) signIn(token string, life time.Duration) {
	cookie := c.server.cookie(c.server.sessionCookie(), token, life)
	if token == "" {
		cookie.MaxAge = -1
	}
	http.SetCookie(c.w, cookie)
}

// languageOf returns the language that the person chose, else the browser's.
func languageOf(r *http.Request) healthcode.Language {
	if cookie, err := r.Cookie(languageCookie); err == nil {
		if lang, ok := healthcode.ParseLanguage(cookie.Value); ok {
			return lang
		}
	}
	return preferred(r.Header.Get("Accept-Language"))
}

const placeCookie = "place"

// place is the jurisdiction of the page or, on a page that belongs to none, the
// one that the browser last saw; "" where it has seen none.
func (c *call) place() string {
	if c.policy != nil {
		return c.policy.Jurisdiction
	}
	cookie, err := c.r.Cookie(placeCookie)
	if err != nil || !slices.Contains(c.server.Policies.Jurisdictions(), cookie.Value) {
		return ""
	}
	return cookie.Value
}

// rememberPlace keeps the page's jurisdiction, so that it is asked for once.
func (c *call) rememberPlace() {
	if cookie, err := c.r.Cookie(placeCookie); err != nil || cookie.Value != c.policy.Jurisdiction {
		http.SetCookie(c.w, c.server.cookie(placeCookie, c.policy.Jurisdiction, 365*24*time.Hour))
	}
}

// setLanguage is the language switch of every page. Messages to a resident follow it.
func setLanguage(c *call) error {
	if err := c.parse(); err != nil {
		return err
	}
	lang, ok := healthcode.ParseLanguage(c.value("lang"))
	if !ok {
		return &healthcode.Error{Code: healthcode.CodeInvalid, Text: textBrokenForm}
	}
	if c.view().signedIn() {
		if err := c.server.Resident.SetLanguage(c.ctx, c.actor, lang); err != nil {
			return err
		}
	}
	http.SetCookie(c.w, c.server.cookie(languageCookie, string(lang), 365*24*time.Hour))
	return c.redirect(local(c.value("back")))
}

// device names the browser for the list of sessions, coarsely: it is to be
// recognised by its owner and by nobody else.
func device(userAgent string) string {
	browser := firstIn(userAgent, "MicroMessenger=WeChat", "AlipayClient=Alipay", "Edg=Edge", "OPR=Opera", "Firefox=Firefox", "Chrome=Chrome", "Safari=Safari")
	system := firstIn(userAgent, "HarmonyOS=HarmonyOS", "Android=Android", "iPhone=iPhone", "iPad=iPad", "Windows=Windows", "Mac OS=Mac", "Linux=Linux")
	return strings.Trim(browser+" · "+system, " ·")
}

func firstIn(s string, pairs ...string) string {
	for _, pair := range pairs {
		sign, name, _ := strings.Cut(pair, "=")
		if strings.Contains(s, sign) {
			return name
		}
	}
	return ""
}
