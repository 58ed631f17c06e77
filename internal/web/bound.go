package web

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/a-h/templ"

	"healthcode"
	"healthcode/internal/status"
	"healthcode/policy"
)

// boundRoutes are those of the pass that a phone signs itself.
func (s *Server) boundRoutes() []Route {
	return []Route{
		{Method: http.MethodPost, Pattern: "/in/{place}/code/credentials", Roles: residents, Handler: bindDevice, MaxBody: 8 << 10},
		{Method: http.MethodGet, Pattern: "/in/{place}/code/state", Roles: residents, Handler: glance},
		{Method: http.MethodGet, Pattern: "/in/{place}/show", Handler: showPage},
		{Method: http.MethodGet, Pattern: "/code-worker.js", Handler: codeWorker},
	}
}

// boundAttributes tells the script on the page of a code what it needs; session is "" on the page that phones keep.
func boundAttributes(v view, session, state string) templ.Attributes {
	files := []string{"bound.js", "bound-keys.js", "qr-draw.js", "door-pass.js"}
	for i, name := range files {
		files[i] = v.assets.url(name)
	}
	a := templ.Attributes{
		"data-bound": v.in("code/credentials"), "data-place": v.policy.Jurisdiction, "data-zone": v.now.Location().String(),
		"data-show": v.in("show"), "data-again": v.in("code"), "data-check": v.in("code/state"), "data-events": v.in("live"),
		"data-ended": v.say(textShellEnded), "data-sign-in": v.say(textSignIn), "data-worker": "/code-worker.js", "data-files": strings.Join(files, " "),
		"data-title": v.say(textQRTitle, "%s", "%s"), "data-until": v.say(textScanUntil, "%s"), "data-note": v.say(textBoundNote, "%s"),
	}
	if session != "" {
		a["data-session"], a["data-state"], a["data-state-name"] = session, state, v.say(v.state(state).Name)
	}
	return a
}

// boundReply is what the script is given.
type boundReply struct {
	Credentials []string   `json:"credentials"` // base64url
	Now         time.Time  `json:"now"`
	Expires     time.Time  `json:"expires"`
	State       string     `json:"state"`
	Until       *time.Time `json:"until,omitempty"`
	Name        string     `json:"name"`
}

// bindDevice gives the phone of this session credentials for keys of its own.
func bindDevice(c *call) error {
	var in struct {
		Device, Proof string
		Keys          []string
	}
	invalid := func(err error) error {
		return &healthcode.Error{Code: healthcode.CodeInvalid, Text: textBrokenForm, Err: err}
	}
	if err := json.NewDecoder(c.r.Body).Decode(&in); err != nil {
		return c.bindFault(invalid(err))
	}
	b := status.Binding{Keys: make([][]byte, len(in.Keys))}
	var err error
	for text, into := range map[*string]*[]byte{&in.Device: &b.Device, &in.Proof: &b.Proof} {
		if *into, err = base64.RawURLEncoding.DecodeString(*text); err != nil {
			return c.bindFault(invalid(err))
		}
	}
	for i, key := range in.Keys {
		if b.Keys[i], err = base64.RawURLEncoding.DecodeString(key); err != nil {
			return c.bindFault(invalid(fmt.Errorf("key %d: %w", i, err)))
		}
	}
	bound, err := c.server.Status.Bind(c.ctx, c.actor, c.policy.Jurisdiction, b)
	if err != nil {
		return c.bindFault(err)
	}
	reply := boundReply{Now: bound.Now, Expires: bound.Expires, State: bound.State, Name: bound.Name}
	if !bound.Until.IsZero() {
		reply.Until = &bound.Until
	}
	for _, credential := range bound.Credentials {
		reply.Credentials = append(reply.Credentials, base64.RawURLEncoding.EncodeToString(credential))
	}
	return c.json(http.StatusOK, reply)
}

// state is what the page that a phone keeps asks for, each time it is opened.
type state struct {
	Session string     `json:"session"` // its public id: another may have signed in here meanwhile
	Now     time.Time  `json:"now"`
	State   string     `json:"state"`
	Until   *time.Time `json:"until,omitempty"`
}

func glance(c *call) error {
	name, until, err := c.server.Status.Glance(c.ctx, c.actor, c.policy.Jurisdiction)
	if err != nil {
		return c.bindFault(err)
	}
	answer := state{Session: c.session.ID, Now: c.now, State: name}
	if !until.IsZero() {
		answer.Until = &until
	}
	return c.json(http.StatusOK, answer)
}

// bindFault answers the script in JSON; what is our fault becomes an error page and is logged.
func (c *call) bindFault(err error) error {
	code := statusOf(err)
	if code == http.StatusInternalServerError {
		return err
	}
	return c.json(code, map[string]healthcode.Code{"code": healthcode.CodeOf(err)})
}

// showPage is the page that phones keep. It says nothing of anybody: the script fills it with what the phone has.
func showPage(c *call) error { return c.page(http.StatusOK, showView(c.view(), shownStates(c.policy))) }

// shownState is a state that a code can be in.
type shownState struct {
	id string
	policy.State
}

func shownStates(p *policy.Policy) []shownState {
	states := []shownState{{healthcode.StateHeld, p.Held}}
	for _, colour := range p.Colours {
		states = append(states, shownState{colour.Colour, colour.State})
	}
	return states
}

// codeWorker is the service worker of residents' pages. Its scope lies beside its own address.
func codeWorker(c *call) error {
	file := c.server.assets.files[path.Base(c.server.assets.url("code-worker.js"))]
	h := c.w.Header()
	h.Set("Content-Type", file.kind)
	h.Set("Service-Worker-Allowed", "/in/")
	h.Set("Cache-Control", "public, max-age=43200") // browsers ask for it at each opening of a page otherwise
	c.w.Write(file.plain)
	return nil
}
