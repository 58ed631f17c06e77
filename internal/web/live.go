package web

import (
	"net/http"
	"time"

	"healthcode/internal/live"
)

func (s *Server) liveRoutes() []Route {
	return []Route{{Method: http.MethodGet, Pattern: "/in/{place}/live", Roles: residents, Handler: liveStream}}
}

// liveStream tells an open page that its person's facts, the areas or by time alone their state has changed. It says nothing of the person.
func liveStream(c *call) error {
	stream, err := c.server.Live.Open(c.actor.Person)
	if err != nil {
		return err
	}
	defer stream.Close()
	return stream.Serve(c.w, c.r, func() (time.Duration, bool) {
		_, evaluation, _, err := c.server.Status.Evaluate(c.ctx, c.actor.Person, c.policy.Jurisdiction)
		if err != nil {
			return 0, false
		}
		now := c.server.Clock.Now()
		_, _, next := evaluation.State(now)
		return next.Sub(now) + live.Late, !next.IsZero()
	})
}
