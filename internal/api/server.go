package api

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"healthcode"
	"healthcode/internal/access"
	"healthcode/internal/assist"
	"healthcode/internal/board"
	"healthcode/internal/boarding"
	"healthcode/internal/casework"
	"healthcode/internal/change"
	"healthcode/internal/checkpoint"
	"healthcode/internal/lab"
	"healthcode/internal/notice"
	"healthcode/internal/resident"
	"healthcode/internal/status"
	"healthcode/internal/travel"
	"healthcode/policy"
)

// Services is what the API calls.
type Services struct {
	Clock      healthcode.Clock
	Log        *slog.Logger
	Metrics    *Metrics         // nil = new ones
	Store      healthcode.Store // to count what every service does, build them over [Counted] with the same metrics
	Sealer     healthcode.Sealer
	Access     *access.Service
	Status     *status.Service
	Residents  *resident.Service
	Checkpoint *checkpoint.Service
	Casework   *casework.Service
	Cases      *casework.Cases
	Change     *change.Service
	Travel     *travel.Service
	PublicURL  string // where others reach the service, for links of travel certificates; "" = https and the host of the request
	Labs       *lab.Service
	Boarding   *boarding.Service
	// Counts returns what the transparency log counts, and of how many entries.
	Counts func(context.Context) ([]healthcode.ChangeCount, uint64, error)

	// PolicyFile returns the file of a policy as it was published.
	PolicyFile func(*policy.Policy) ([]byte, error)
	// Complete adds what every area history knows without having been told, such
	// as the names of counties; nil adds nothing.
	Complete func(healthcode.AreaHistory) healthcode.AreaHistory
	// Address says where a request comes from, for limits; nil = [RemoteAddress].
	Address func(*http.Request) netip.Addr
	Notices *notice.Service
	Board   *board.Service
	Assist  *assist.Service
	// Gateway takes the calls of an HTTP gateway of short messages; nil where there is none.
	Gateway Gateway
	// Trace begins the trace of a request, by its id, and returns what ends it; nil = no traces.
	Trace func(r *http.Request, id string) (_ *http.Request, end func(route string, status int))
	// Secure says that callers reach the service over TLS: headers insist on it then.
	Secure bool
}

// prefixes are the addresses that the API answers.
var prefixes = []string{"/v1/", "/.well-known/healthcode/", "/healthz", "/readyz", "/metrics"}

// Server answers the API's routes.
type Server struct {
	Services
	routes   []*Route
	policies []published
	spec     []byte // the OpenAPI document, as JSON
	specYAML []byte
	mux      *http.ServeMux
	handler  http.Handler
	admin    *access.Admin
	photos   chan struct{} // bounds how many photographs are decoded at once
	pushes   chan struct{} // bounds how many signed batches are in memory at once
	limits   limits
	areas    areaCache
}

// limits are those of public routes, by address.
type limits struct {
	post   *addressLimit // anything public that changes or checks something
	signIn *addressLimit // a password is tried
	signed *addressLimit // a signed request of a laboratory
}

// New returns a server, or the first thing that is wrong with its policies or routes.
func New(services Services) (*Server, error) {
	s := &Server{Services: services, photos: make(chan struct{}, 2), pushes: make(chan struct{}, 16),
		limits: limits{post: newAddressLimit(5, 100), signIn: newAddressLimit(.2, 20), signed: newAddressLimit(50, 1000)}}
	if s.Metrics == nil {
		s.Metrics = NewMetrics()
	}
	if _, ok := s.Store.(*counted); !ok {
		s.Store = Counted(s.Store, s.Metrics)
	}
	s.admin = access.NewAdmin(s.Store, s.Status)
	if err := s.publish(); err != nil {
		return nil, fmt.Errorf("making the API: %w", err)
	}
	if err := s.mount(); err != nil {
		return nil, fmt.Errorf("making the API: %w", err)
	}
	s.handler = s.Observe(s.mux)
	return s, nil
}

// mount puts the table, and nothing else, into the mux.
func (s *Server) mount() error {
	api := newAPI()
	s.mux = http.NewServeMux()
	for _, r := range s.table() {
		if r.Public == (len(r.Roles) > 0) {
			return fmt.Errorf("route %s: say either which roles may use it or that it is public", r.name())
		}
		r.attach(api)
		s.routes = append(s.routes, &r)
		s.mux.Handle(r.name(), s.serve(&r))
	}
	s.mux.HandleFunc("/", s.nowhere)
	var err error
	if s.spec, err = json.MarshalIndent(api.OpenAPI(), "", "  "); err != nil {
		return fmt.Errorf("writing the OpenAPI document: %w", err)
	}
	if s.specYAML, err = api.OpenAPI().YAML(); err != nil {
		return fmt.Errorf("writing the OpenAPI document: %w", err)
	}
	return nil
}

// Handler answers the API's addresses, and any other with a problem.
func (s *Server) Handler() http.Handler { return s.handler }

// Mount answers the API's addresses and leaves every other to next, which is
// logged and counted in the same way.
func (s *Server) Mount(next http.Handler) http.Handler {
	mux := http.NewServeMux()
	for _, prefix := range prefixes {
		mux.Handle(prefix, s.handler)
	}
	mux.Handle("/", s.Observe(next))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, prefixes[0]) { // most of all requests
			s.handler.ServeHTTP(w, r)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// nowhere answers with a problem where the mux would answer with plain text.
func (s *Server) nowhere(w http.ResponseWriter, r *http.Request) {
	r.Pattern = "" // for the log and the counts: none
	s.setHeaders(w.Header(), nil)
	c := &call{server: s, ctx: r.Context(), r: r, header: w.Header(), lang: languageOf(r)}
	allow := s.methods(r)
	if len(allow) == 0 {
		c.problem(healthcode.Errorf(codeNoRoute, "", "没有这个地址，请对照接口文档。", "There is nothing at this address; see /v1/openapi.json.")).write(w)
		return
	}
	for _, m := range allow {
		w.Header().Add("Allow", m)
	}
	c.problem(healthcode.Errorf(codeMethod, "", "这个地址不支持这种方法，请对照接口文档。", "This address has no %s; see /v1/openapi.json.", r.Method)).write(w)
}

// methods lists the methods that the address of a request has.
func (s *Server) methods(r *http.Request) []string {
	var allow []string
	for _, route := range s.routes {
		if slices.Contains(allow, route.Method) {
			continue
		}
		probe := r.Clone(r.Context())
		probe.Method = route.Method
		if _, pattern := s.mux.Handler(probe); pattern != "/" {
			allow = append(allow, route.Method)
		}
	}
	return allow
}
