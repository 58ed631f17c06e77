package api

import (
	"cmp"
	"context"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"healthcode"
	"healthcode/internal/access"
)

// A call is one request on its way to an answer.
type call struct {
	server  *Server
	route   *Route
	ctx     context.Context
	r       *http.Request
	header  http.Header // of the answer
	lang    healthcode.Language
	actor   healthcode.Actor   // zero on a public route
	session healthcode.Session // the actor's; zero with an API token
	status  int                // of an answer of a document route; 0 = 200
}

type callKey struct{}

func callOf(ctx context.Context) *call { return ctx.Value(callKey{}).(*call) }

// serve runs a route: headers, limits, who is calling, may they. Nothing of the
// body is read before that is known.
func (s *Server) serve(route *Route) http.Handler {
	limit, timeout := route.maxBody, route.timeout
	if limit == 0 {
		limit = defaultBody
	}
	if timeout == 0 {
		timeout = defaultTimeout
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.setHeaders(w.Header(), route)
		ctx := &bounded{Context: r.Context(), limit: timeout}
		defer ctx.end()
		if r.ContentLength != 0 {
			deadline, _ := ctx.Deadline()
			// Not every connection can; the context ends the call then.
			_ = http.NewResponseController(w).SetReadDeadline(deadline)
		}
		c := &call{server: s, route: route, ctx: ctx, r: r, header: w.Header(), lang: languageOf(r)}
		if r.ContentLength != 0 {
			r.Body = http.MaxBytesReader(w, r.Body, limit)
		}
		if err := c.admit(); err != nil {
			c.problem(err).write(w)
			return
		}
		if route.quick != nil && c.tryQuick(w) {
			return
		}
		c.ctx = context.WithValue(ctx, callKey{}, c)
		c.r = r.WithContext(c.ctx)
		route.handler.ServeHTTP(w, c.r)
	})
}

// admit finds out who is calling and refuses whoever the table doesn't name.
// Staff act within their own jurisdiction alone.
func (c *call) admit() error {
	if c.route.Public {
		return c.route.limit.allow(c)
	}
	if err := c.identify(); err != nil {
		return err
	}
	if err := access.Require(c.actor, c.route.Roles...); err != nil {
		return err
	}
	// A mission is the jurisdiction of its officers.
	if place := cmp.Or(c.r.PathValue("jurisdiction"), c.r.PathValue("mission")); place != "" && c.actor.Role != healthcode.RoleResident {
		return access.RequireIn(c.actor, place, c.route.Roles...)
	}
	return nil
}

// identify reads the bearer token: a member of staff's API token, or the token
// of a session. Cookies are never read, so no other site can act for anybody.
func (c *call) identify() error {
	scheme, token, _ := strings.Cut(c.r.Header.Get("Authorization"), " ")
	token = strings.TrimSpace(token)
	if !strings.EqualFold(scheme, "Bearer") || token == "" {
		return access.SignedOut()
	}
	var err error
	c.actor, c.session, err = c.server.Access.Bearer(c.ctx, token)
	return err
}

func (c *call) now() time.Time { return c.server.Clock.Now() }

// address is where the call comes from, for limits alone; invalid where that isn't an address.
func (c *call) address() netip.Addr {
	if c.server.Address != nil {
		return c.server.Address(c.r)
	}
	return RemoteAddress(c.r)
}

// RemoteAddress is the address of the other end of the connection. Behind a
// proxy that is the proxy: give [Services] an Address that reads what it says.
func RemoteAddress(r *http.Request) netip.Addr {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	addr, _ := netip.ParseAddr(host)
	return addr
}

// languageOf is the first language of Accept-Language that we speak, else English.
func languageOf(r *http.Request) healthcode.Language {
	for tag := range strings.SplitSeq(r.Header.Get("Accept-Language"), ",") {
		tag, _, _ = strings.Cut(tag, ";")
		if lang, ok := healthcode.ParseLanguage(strings.TrimSpace(tag)); ok {
			return lang
		}
	}
	return healthcode.EN
}
