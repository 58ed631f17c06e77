package api

import (
	"fmt"
	"net/http"

	"healthcode"
)

func (s *Server) healthRoutes() []Route {
	return []Route{
		plain("/healthz", s.alive, public),
		plain("/readyz", s.ready, public),
		plain("/metrics", s.Metrics.handler().ServeHTTP, public),
		plain("/v1/openapi.json", s.openapi("application/openapi+json", &s.spec), public, cacheable),
		plain("/v1/openapi.yaml", s.openapi("application/openapi+yaml", &s.specYAML), public, cacheable),
	}
}

// alive says that the process answers.
func (s *Server) alive(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintln(w, `{"status":"ok"}`)
}

// ready says that the store answers and that a policy is in force.
func (s *Server) ready(w http.ResponseWriter, r *http.Request) {
	c := callOf(r.Context())
	// Pages of the other portals ask which one has room.
	w.Header().Set("Access-Control-Allow-Origin", "*")
	version, err := s.Store.AreasVersion(c.ctx)
	if err != nil {
		s.Log.ErrorContext(c.ctx, "not ready: the store doesn't answer", "request_id", RequestID(c.ctx), "error", err)
		c.problem(healthcode.Errorf(codeNotReady, "store", "数据库没有应答。", "The store doesn't answer.")).write(w)
		return
	}
	inForce := 0
	for _, p := range s.policies {
		if p.InForceAt(c.now()) {
			inForce++
		}
	}
	if inForce == 0 {
		c.problem(healthcode.Errorf(codeNotReady, "policies", "没有生效的政策。", "No policy is in force.")).write(w)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, `{"status":"ready","policies_in_force":%d,"areas_version":%d}`+"\n", inForce, version)
}

func (s *Server) openapi(contentType string, data *[]byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.Write(*data) // who went away doesn't miss it
	}
}
