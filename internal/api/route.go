package api

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"healthcode"
)

// A Route is one address, what it needs, and who may use it.
type Route struct {
	Method, Pattern string            // Pattern as in [http.ServeMux], without the method
	Roles           []healthcode.Role // who may; empty only where Public
	Public          bool              // anybody may, signed in or not

	id, summary string // for the OpenAPI document; id is "" for a route outside it
	description string
	limit       *addressLimit                // how often one address may call; nil = as often as it likes
	maxBody     int64                        // bytes; 0 = defaultBody
	timeout     time.Duration                // 0 = defaultTimeout
	fresh       bool                         // the answer may be cached for a short time
	request     map[string]*huma.Schema      // what a handler that reads the body itself takes, by media type
	register    func(r *Route, api huma.API) // makes handler
	handler     http.Handler
	quick       quick // nil = every request goes through handler
}

const (
	defaultBody    = 64 << 10
	defaultTimeout = 15 * time.Second
)

// Shorthands of the table.
var (
	residents      = []healthcode.Role{healthcode.RoleResident}
	checkpoints    = []healthcode.Role{healthcode.RoleCheckpoint}
	caseworkers    = []healthcode.Role{healthcode.RoleCaseworker}
	authorities    = []healthcode.Role{healthcode.RoleAuthority}
	feeds          = []healthcode.Role{healthcode.RoleLab, healthcode.RoleAuthority}
	auditors       = []healthcode.Role{healthcode.RoleAuditor}
	administrators = []healthcode.Role{healthcode.RoleAdministrator}
	everyRole      = healthcode.Roles
)

// An option changes a route while it is built.
type option func(*Route)

// forRoles says who may use a route.
func forRoles(roles []healthcode.Role) option { return func(r *Route) { r.Roles = roles } }

// public lets anybody use a route.
func public(r *Route) { r.Public = true }

// limited lets one address use a public route only so often.
func limited(l *addressLimit) option { return func(r *Route) { r.limit = l } }

// cacheable lets caches keep the answer for a minute: it is the same for everybody.
func cacheable(r *Route) { r.fresh = true }

// body allows a body of so many bytes.
func body(max int64) option { return func(r *Route) { r.maxBody = max } }

// within bounds how long a call may take.
func within(d time.Duration) option { return func(r *Route) { r.timeout = d } }

// about adds what a caller should know beyond the summary.
func about(text string) option { return func(r *Route) { r.description = text } }

// reads describes the body of a handler that reads it itself.
func reads(types map[string]*huma.Schema) option { return func(r *Route) { r.request = types } }

// none is the answer of a route that answers 204, and the input of one that takes nothing.
type none struct{}

// handle makes a route that takes I and answers with O as JSON.
func handle[I, O any](method, pattern, id, summary string, h func(*call, *I) (O, error), options ...option) Route {
	type answer struct{ Body O }
	return build(method, pattern, id, summary, options, func(r *Route, api huma.API) {
		huma.Register(api, r.operation(http.StatusOK, nil), func(ctx context.Context, in *I) (*answer, error) {
			out, err := h(callOf(ctx), in)
			if err != nil {
				return nil, callOf(ctx).problem(err)
			}
			return &answer{out}, nil
		})
	})
}

// do makes a route that takes I and answers with nothing but success.
func do[I any](method, pattern, id, summary string, h func(*call, *I) error, options ...option) Route {
	return build(method, pattern, id, summary, options, func(r *Route, api huma.API) {
		huma.Register(api, r.operation(http.StatusNoContent, nil), func(ctx context.Context, in *I) (*none, error) {
			if err := h(callOf(ctx), in); err != nil {
				return nil, callOf(ctx).problem(err)
			}
			return &none{}, nil
		})
	})
}

// file is an answer that isn't JSON, or is JSON already.
type file struct {
	contentType string
	data        []byte
}

// document makes a route that answers with bytes of one of the media types.
func document[I any](method, pattern, id, summary string, types []string, h func(*call, *I) (file, error), options ...option) Route {
	type answer struct {
		Status      int
		ContentType string `header:"Content-Type"`
		Body        []byte
	}
	content := make(map[string]*huma.MediaType, len(types))
	for _, t := range types {
		content[t] = &huma.MediaType{Schema: schemaOf(t)}
	}
	return build(method, pattern, id, summary, options, func(r *Route, api huma.API) {
		huma.Register(api, r.operation(http.StatusOK, content), func(ctx context.Context, in *I) (*answer, error) {
			f, err := h(callOf(ctx), in)
			if err != nil {
				return nil, callOf(ctx).problem(err)
			}
			return &answer{cmp.Or(callOf(ctx).status, http.StatusOK), f.contentType, f.data}, nil
		})
	})
}

// plain makes a route outside the OpenAPI document.
func plain(pattern string, h http.HandlerFunc, options ...option) Route {
	r := build(http.MethodGet, pattern, "", "", options, nil)
	r.handler = h
	return r
}

func build(method, pattern, id, summary string, options []option, register func(*Route, huma.API)) Route {
	r := Route{Method: method, Pattern: pattern, id: id, summary: summary, register: register}
	for _, o := range options {
		o(&r)
	}
	return r
}

// Routes lists every route, for the generated tests too.
func (s *Server) Routes() []Route {
	all := make([]Route, 0, len(s.routes))
	for _, r := range s.routes {
		all = append(all, *r)
	}
	return all
}

// table is the one table of routes.
func (s *Server) table() []Route {
	var all []Route
	for _, part := range [][]Route{
		s.healthRoutes(),
		s.policyRoutes(),
		s.keyRoutes(),
		s.areaRoutes(),
		s.registrationRoutes(),
		s.sessionRoutes(),
		s.meRoutes(),
		s.codeRoutes(), s.boundRoutes(),
		s.reportRoutes(),
		s.planRoutes(),
		s.paperRoutes(),
		s.noticeRoutes(),
		s.assistRoutes(),
		s.gatewayRoutes(),
		s.tripRoutes(),
		s.disputeRoutes(),
		s.relationRoutes(),
		s.photoRoutes(),
		s.doorRoutes(),
		s.factRoutes(),
		s.labRoutes(),
		s.caseworkRoutes(),
		s.caseRoutes(),
		s.orderRoutes(),
		s.ownCaseRoutes(),
		s.essentialRoutes(),
		s.phoneRoutes(),
		s.newMainRoutes(),
		s.changeRoutes(),
		s.certificateRoutes(),
		s.linkRoutes(),
		s.boardingRoutes(), s.missionRoutes(),
		s.auditRoutes(),
		s.adminRoutes(),
	} {
		all = append(all, part...)
	}
	return all
}
