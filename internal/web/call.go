package web

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/a-h/templ"

	"healthcode"
	"healthcode/internal/access"
	"healthcode/policy"
)

// A call is one request on its way to an answer.
type call struct {
	server  *Server
	route   Route
	w       http.ResponseWriter
	r       *http.Request
	ctx     context.Context
	now     time.Time
	lang    healthcode.Language
	actor   healthcode.Actor   // zero where nobody is signed in
	session healthcode.Session // the actor's
	policy  *policy.Policy     // of the jurisdiction in the path, where there is one
}

// serve runs a route's handler: headers, language, who is calling, may they,
// and an error page for whatever goes wrong.
func (s *Server) serve(route Route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.setHeaders(w.Header(), route)
		limit := route.MaxBody
		if limit == 0 {
			limit = defaultBody
		}
		r.Body = http.MaxBytesReader(w, r.Body, limit)
		c := &call{server: s, route: route, w: w, r: r, ctx: r.Context(), now: s.Clock.Now(), lang: languageOf(r)}
		defer c.recover()
		if err := c.prepare(route); err != nil {
			c.fail(err)
			return
		}
		if err := route.Handler(c); err != nil {
			c.fail(err)
		}
	})
}

// prepare finds out who is calling, whether they may, and for which jurisdiction.
func (c *call) prepare(route Route) error {
	if token := c.token(); token != "" {
		actor, session, err := c.server.Access.Session(c.ctx, token)
		if err != nil && healthcode.CodeOf(err) != healthcode.CodeSignedOut {
			return err
		}
		c.actor, c.session = actor, session
	}
	if place := c.r.PathValue("place"); place != "" {
		p, err := c.server.Status.Policy(place)
		if err != nil {
			return err
		}
		c.policy = p
		c.rememberPlace()
	}
	if route.Roles != nil {
		if err := access.Require(c.actor, route.Roles...); err != nil {
			return err
		}
	}
	return nil
}

// location is the time zone of the page's jurisdiction.
func (c *call) location() *time.Location {
	if c.policy != nil {
		return c.policy.Location
	}
	return c.server.home
}

// in makes the address of a page of the call's jurisdiction.
func (c *call) in(path string) string { return place(c.policy.Jurisdiction, path) }

// place makes the address of a page of a jurisdiction.
func place(jurisdiction, path string) string { return "/in/" + jurisdiction + "/" + path }

// view is what the templates see.
func (c *call) view() view {
	return view{lang: c.lang, now: c.now.In(c.location()), policy: c.policy, place: c.place(), actor: c.actor,
		path: c.r.URL.RequestURI(), assets: &c.server.assets, demo: c.server.Outbox != nil}
}

// page answers with a component. It is written whole or not at all.
func (c *call) page(status int, component templ.Component) error {
	var b bytes.Buffer
	if err := component.Render(c.ctx, &b); err != nil {
		return err
	}
	c.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	c.w.Header().Set("Content-Language", htmlLang(c.lang))
	c.w.WriteHeader(status)
	c.w.Write(b.Bytes()) // who went away doesn't miss it
	return nil
}

// redirect sends the browser on with GET, so that reloading sends nothing twice.
func (c *call) redirect(path string) error {
	http.Redirect(c.w, c.r, path, http.StatusSeeOther)
	return nil
}

// parse reads the form. Its error is a page of its own: the form is too large or broken.
func (c *call) parse() error {
	var err error
	if strings.HasPrefix(c.r.Header.Get("Content-Type"), "multipart/form-data") {
		// All of it in memory: a photograph of a document must not lie on the disk in the clear.
		err = c.r.ParseMultipartForm(max(c.route.MaxBody, defaultBody))
	} else {
		err = c.r.ParseForm()
	}
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return &healthcode.Error{Code: codeTooLarge, Text: textTooLarge, Err: err}
	case err != nil:
		return &healthcode.Error{Code: healthcode.CodeInvalid, Text: textBrokenForm, Err: err}
	}
	return nil
}

// value returns a field of the form, without space around it.
func (c *call) value(name string) string { return strings.TrimSpace(c.r.Form.Get(name)) }

// address is where the call comes from; invalid where that isn't an address.
func (c *call) address() netip.Addr {
	host, _, err := net.SplitHostPort(c.r.RemoteAddr)
	if err != nil {
		host = c.r.RemoteAddr
	}
	addr, _ := netip.ParseAddr(host)
	return addr
}

// local returns path where it is a page of this server, and "/" for anything
// else: a link must not lead people elsewhere by way of this site.
func local(path string) string {
	u, err := url.Parse(path)
	if err != nil || u.Host != "" || u.Scheme != "" || !strings.HasPrefix(path, "/") ||
		strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\r\n") {
		return "/"
	}
	return path
}
