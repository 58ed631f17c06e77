package web

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"healthcode"
	"healthcode/internal/access"
	"healthcode/internal/assist"
	"healthcode/internal/board"
	"healthcode/internal/boarding"
	"healthcode/internal/casework"
	"healthcode/internal/change"
	"healthcode/internal/checkpoint"
	"healthcode/internal/lab"
	"healthcode/internal/live"
	"healthcode/internal/notice"
	"healthcode/internal/resident"
	"healthcode/internal/status"
	"healthcode/internal/travel"
	"healthcode/policy"
)

// Config is what the pages need.
type Config struct {
	Clock      healthcode.Clock
	Policies   *policy.Set
	Access     *access.Service
	Resident   *resident.Service
	Status     *status.Service
	Checkpoint *checkpoint.Service
	Boarding   *boarding.Service // nil: no pages for foreign nationals
	Casework   *casework.Service
	Change     *change.Service
	Travel     *travel.Service
	PublicURL  string // where others reach the service, for links of travel certificates; "" = https and the host of the request
	Labs       *lab.Service
	Live       *live.Hub // of the pages that are open
	// Counts returns what the transparency log counts, and of how many entries.
	Counts func(context.Context) ([]healthcode.ChangeCount, uint64, error)
	Cases  *casework.Cases
	// Trust is what certificates are verified with.
	Trust  Trust
	Store  Store
	Sealer healthcode.Sealer // of forms that are filled in over several pages
	Log    *slog.Logger

	Notices *notice.Service
	Board   *board.Service
	Assist  *assist.Service
	// Portals are other addresses of the service, for those who find this one full; each as [ParsePortals] gives it.
	Portals []string
	// Secure says that people reach the pages over TLS: cookies and headers insist on it then.
	Secure bool
	// Outbox shows the short messages on a page, for the demo: never where real messages go.
	Outbox healthcode.Messages
}

// Store is what the pages of staff read and write without a service between.
type Store interface {
	healthcode.AreaStore
	healthcode.Access
	healthcode.Doors
}

// Server serves the pages.
type Server struct {
	Config
	admin     *access.Admin
	areasTurn sync.Mutex // of those who change the areas
	secure    bool
	assets    assets
	home      *time.Location // of pages that belong to no jurisdiction
	pictures  chan struct{}  // a place for each photograph that is being decoded
	handler   http.Handler
}

// New returns the pages. Mount them at "/".
func New(c Config) *Server {
	s := &Server{Config: c, admin: access.NewAdmin(c.Store, c.Status), secure: c.Secure, assets: newAssets(c.Policies), home: time.UTC,
		pictures: make(chan struct{}, maxPictures)}
	if all := c.Policies.Policies(); len(all) > 0 {
		s.home = all[0].Location
	}
	cross := http.NewCrossOriginProtection()
	cross.SetDenyHandler(s.serve(Route{Handler: crossOrigin}))
	s.handler = cross.Handler(s.mux())
	return s
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }
