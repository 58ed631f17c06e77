package web

import (
	"net/http"

	"healthcode"
)

// A Route is one address, what it needs, and who may use it.
type Route struct {
	Method, Pattern string            // Pattern as in [http.ServeMux], without the method
	Roles           []healthcode.Role // who may; nil = public
	Handler         func(c *call) error

	MaxBody  int64 // bytes of a request's body; 0 = 64 KiB
	Camera   bool  // the page may ask for the camera
	Wasm     bool  // the page may run WebAssembly from this server
	Location bool  // the page may ask where the phone is
}

const defaultBody = 64 << 10

var residents = []healthcode.Role{healthcode.RoleResident}

// Routes lists every route, for the generated tests too.
func (s *Server) Routes() []Route {
	var all []Route
	for _, table := range [][]Route{
		s.commonRoutes(), s.startRoutes(), s.registerRoutes(), s.signInRoutes(), s.codeRoutes(),
		s.accountRoutes(), s.reportRoutes(), s.othersRoutes(), s.ownDisputeRoutes(), s.checkRoutes(), s.verifyRoutes(), s.outboxRoutes(),
		s.staffRoutes(), s.doorRoutes(), s.photoReviewRoutes(), s.disputeRoutes(), s.changeRoutes(),
		s.phoneRoutes(), s.lostPhoneRoutes(), s.newMainRoutes(), s.planRoutes(), s.areaRoutes(), s.policyRoutes(), s.lookRoutes(), s.adminRoutes(),
		s.travelRoutes(), s.travelLinkRoutes(), s.travelStaffRoutes(),
		s.caseRoutes(), s.holdRoutes(), s.ownCaseRoutes(), s.orderRoutes(),
		s.boardingRoutes(), s.missionRoutes(),
		s.liveRoutes(), s.testRoutes(), s.labRoutes(),
		s.paperRoutes(), s.resultRoutes(), s.boundRoutes(),
		s.noticeRoutes(), s.boardRoutes(), s.assistRoutes(),
	} {
		all = append(all, table...)
	}
	return all
}

func (s *Server) mux() *http.ServeMux {
	mux := http.NewServeMux()
	for _, r := range s.Routes() {
		mux.Handle(r.Method+" "+r.Pattern, s.serve(r))
	}
	mux.Handle("/", s.serve(Route{Handler: unknownPage}))
	return mux
}
