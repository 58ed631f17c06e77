package web

import (
	"cmp"
	"net/http"
	"strconv"
	"strings"

	"healthcode"
	"healthcode/internal/checkpoint"
	"healthcode/internal/status"
	"healthcode/pass"
	"healthcode/policy"
)

func (s *Server) doorRoutes() []Route {
	return []Route{
		{Method: http.MethodGet, Pattern: "/door", Roles: checkpoints, Camera: true, Wasm: true, Handler: doorPage},
		{Method: http.MethodPost, Pattern: "/door", Roles: checkpoints, Camera: true, Wasm: true, Handler: doorDecide},
		{Method: http.MethodPost, Pattern: "/door/scan", Roles: checkpoints, Handler: doorScan},
		{Method: http.MethodGet, Pattern: "/door/offline", Roles: checkpoints, Handler: offlineData},
		{Method: http.MethodGet, Pattern: "/door/worker.js", Roles: checkpoints, Handler: doorWorker},
	}
}

// recentDecisions is how many of the last decisions a door lists.
const recentDecisions = 12

// door is what the page of a door shows.
type door struct {
	venue       healthcode.Venue
	kind        policy.VenueKind
	answer      *checkpoint.Answer
	again       string // the code that waits for a temperature, where no script keeps it
	temperature string // as typed, to be corrected
	errors      []fieldError
	recent      []healthcode.Visit
}

// door finds the venue of the signed-in staff, and turns the page to its jurisdiction.
func (c *call) door() (door, error) {
	venue, p, err := c.server.Checkpoint.Venue(c.ctx, c.actor)
	if err != nil {
		return door{}, err
	}
	c.policy = p
	kind, _ := p.VenueOf(venue.Kind)
	return door{venue: venue, kind: kind}, nil
}

func doorPage(c *call) error {
	d, err := c.door()
	if err != nil {
		return err
	}
	return c.doorPage(http.StatusOK, d)
}

func (c *call) doorPage(status int, d door) (err error) {
	if d.recent, err = c.server.Checkpoint.Recent(c.ctx, c.actor, recentDecisions); err != nil {
		return err
	}
	return c.page(status, doorView(c.view(), d))
}

// doorDecide decides where no script runs. It answers at once, without a
// redirect: a decision is not kept, and the same pass sent again is the same visit.
func doorDecide(c *call) error {
	if err := c.parse(); err != nil {
		return err
	}
	d, err := c.door()
	if err != nil {
		return err
	}
	s := c.scan()
	answer, err := c.decide(s)
	if err != nil {
		if d.errors = formErrors(err); d.errors == nil {
			return err
		}
		d.again, d.temperature = s.code, s.temperature
		return c.doorPage(statusOf(err), d)
	}
	d.answer = &answer
	if answer.Decision.Decision == policy.Measure {
		d.again = cmp.Or(answer.Again, s.code)
	}
	return c.doorPage(http.StatusOK, d)
}

// A scan is what the door's form sends.
type scan struct {
	code, temperature string
	none              bool // nothing was shown
}

// scan reads the form. A hand scanner types wherever the focus is, so a pass in
// the field of the temperature is the next person's. The script sends the code together with what decides again
// in its place ("waiting"), since without a server it decides by the code.
func (c *call) scan() scan {
	s := scan{code: c.value("code"), temperature: c.value("temperature"), none: c.r.Form.Has("none")}
	switch {
	case strings.HasPrefix(s.temperature, pass.Prefix), strings.HasPrefix(s.temperature, pass.BoundPrefix), status.IsOffline(s.temperature):
		s.code, s.temperature = s.temperature, ""
	case c.value("waiting") != "":
		s.code = c.value("waiting")
	case s.code == "":
		s.code = c.value("again")
	}
	return s
}

func (c *call) decide(s scan) (checkpoint.Answer, error) {
	temperature, err := parseTemperature(s.temperature)
	switch {
	case err != nil:
		return checkpoint.Answer{}, err
	case s.none:
		return c.server.Checkpoint.NoCode(c.ctx, c.actor, temperature)
	case s.code == "":
		return checkpoint.Answer{}, &healthcode.Error{Code: healthcode.CodeInvalid, Field: "code", Text: textDoorNothing}
	}
	return c.server.Checkpoint.Scan(c.ctx, c.actor, s.code, temperature)
}

// parseTemperature reads °C as people type it; nil where nothing was measured.
func parseTemperature(typed string) (*float64, error) {
	plain := strings.TrimSpace(strings.NewReplacer(",", ".", "，", ".", "。", ".", "°", "", "℃", "", "C", "", "c", "").Replace(typed))
	if plain == "" {
		return nil, nil
	}
	n, err := strconv.ParseFloat(plain, 64)
	if err != nil {
		return nil, &healthcode.Error{Code: healthcode.CodeInvalid, Field: "temperature", Text: textDoorTemperatureWrong, Err: err}
	}
	return &n, nil
}
