package api

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"healthcode"
	"healthcode/internal/travel"
)

func (s *Server) linkRoutes() []Route {
	const base, manifest = "/v1/me/certificate-links", travel.LinkPath + "{id}"
	mine := forRoles(residents)
	return []Route{
		handle(http.MethodGet, base, "list-my-links", "The resident's encrypted links, the newest first", s.myLinks, mine),
		handle(http.MethodPost, base, "make-link", "Make an encrypted link to travel certificates", s.makeLink, mine,
			about("A Verifiable Health Link: its text is an HC1 certificate, which carries a SMART Health Link with a passcode.")),
		handle(http.MethodGet, base+"/{id}", "get-my-link", "One link, and who opened it when", s.myLink, mine),
		do(http.MethodDelete, base+"/{id}", "end-my-link", "Make a link lead nowhere", s.endMyLink, mine),

		open(http.MethodPost, manifest, s.openLink, public, limited(s.limits.post)),
		open(http.MethodOptions, manifest, allowManifest, public),
		open(http.MethodGet, manifest+"/{name}", s.linkFile, public, limited(s.limits.post)),
	}
}

// open makes a route of SMART Health Links. It stands in that specification, and so not in the OpenAPI document. Viewers
// run as pages of other sites.
func open(method, pattern string, h http.HandlerFunc, options ...option) Route {
	r := build(method, pattern, "", "", options, nil)
	r.handler = http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", "*")
		w.Header().Set("Cross-Origin-Resource-Policy", "cross-origin")
		h(w, req)
	})
	return r
}

func allowManifest(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Access-Control-Allow-Methods", "POST")
	w.Header().Set("Access-Control-Allow-Headers", "content-type")
	w.Header().Set("Access-Control-Max-Age", "600")
	w.WriteHeader(http.StatusNoContent)
}

// manifestRequest is what a viewer sends.
type manifestRequest struct {
	Recipient string `json:"recipient"`
	Passcode  string `json:"passcode"`
	Embedded  *int   `json:"embeddedLengthMax"`
}

type manifestFile struct {
	ContentType string `json:"contentType"`
	Embedded    string `json:"embedded,omitempty"`
	Location    string `json:"location,omitempty"`
}

// openLink answers a viewer with the manifest: 401 for a wrong passcode, 404 for a link that leads nowhere any more.
func (s *Server) openLink(w http.ResponseWriter, r *http.Request) {
	c := callOf(r.Context())
	var in manifestRequest
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		c.problem(&healthcode.Error{Code: healthcode.CodeInvalid, Field: "recipient", Err: err, Text: healthcode.Text{
			ZH: "内容应为 JSON，包括 recipient 和 passcode。", EN: "Send JSON with recipient and passcode."}}).write(w)
		return
	}
	opened, err := s.Travel.Open(c.ctx, r.PathValue("id"), in.Recipient, in.Passcode)
	if err != nil {
		c.problem(err).write(w)
		return
	}
	switch opened.State {
	case "opened":
		f := manifestFile{ContentType: travel.FileType, Embedded: opened.File}
		if in.Embedded != nil && len(opened.File) > *in.Embedded {
			f.Embedded, f.Location = "", strings.TrimRight(s.base(r), "/")+travel.LinkPath+r.PathValue("id")+"/"+opened.Ticket
		}
		writeJSON(w, http.StatusOK, map[string]any{"files": []manifestFile{f}, "status": "finalized"})
	case "wrong-passcode":
		writeJSON(w, http.StatusUnauthorized, map[string]any{"remainingAttempts": opened.Remaining})
	default:
		writeJSON(w, http.StatusNotFound, map[string]any{"state": opened.State})
	}
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	data, err := json.Marshal(v)
	if err != nil {
		http.Error(w, "internal", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	w.Write(data) // who went away doesn't miss it
}

// linkFile gives the encrypted file of a link that has just been opened.
func (s *Server) linkFile(w http.ResponseWriter, r *http.Request) {
	c := callOf(r.Context())
	jwe, err := s.Travel.File(c.ctx, r.PathValue("id"), r.PathValue("name"))
	if err != nil {
		c.problem(err).write(w)
		return
	}
	w.Header().Set("Content-Type", "application/jose")
	w.Write([]byte(jwe)) // who went away doesn't miss it
}

// base is where others reach this service.
func (s *Server) base(r *http.Request) string {
	if s.PublicURL != "" {
		return s.PublicURL
	}
	return "https://" + r.Host
}

type linkInput struct {
	Body struct {
		Jurisdiction string   `json:"jurisdiction" maxLength:"16" example:"beijing"`
		Certificates []string `json:"certificates" maxItems:"20" doc:"The ids of those in the file"`
		Passcode     string   `json:"passcode" maxLength:"256"`
		Hours        int      `json:"hours,omitempty" doc:"How long it lasts; absent = as the policy says"`
		Openings     int      `json:"openings,omitempty" doc:"How often it can be opened; absent = as the policy says"`
		Label        string   `json:"label,omitempty" maxLength:"400"`
	}
}

// LinkBody is an encrypted link.
type LinkBody struct {
	ID           string        `json:"id"`
	Text         string        `json:"text" doc:"HC1 with the health link: what its QR code holds"`
	Label        string        `json:"label"`
	Certificates []string      `json:"certificates"`
	State        string        `json:"state" enum:"open,locked,used-up,expired,ended"`
	Created      time.Time     `json:"created"`
	Expires      time.Time     `json:"expires"`
	Opened       int           `json:"opened"`
	Limit        int           `json:"limit"`
	Wrong        int           `json:"wrong" doc:"Wrong passcodes so far"`
	WrongLimit   int           `json:"wrong_limit"`
	Openings     []OpeningBody `json:"openings" doc:"Every try"`
}

// OpeningBody is one try to open a link.
type OpeningBody struct {
	At        time.Time `json:"at"`
	Recipient string    `json:"recipient" doc:"Who they said they were"`
	Outcome   string    `json:"outcome"`
}

// LinkList lists links.
type LinkList struct {
	Links []LinkBody `json:"links"`
}

func (c *call) link(l healthcode.TravelLink) LinkBody {
	b := LinkBody{ID: l.ID, Text: l.Text, Label: l.Label, Certificates: l.Certificates, State: l.State(c.now()), Created: l.Created, Expires: l.Expires,
		Opened: l.Opened, Limit: l.Limit, Wrong: l.Wrong, WrongLimit: l.WrongLimit, Openings: []OpeningBody{}}
	for _, o := range l.Openings {
		b.Openings = append(b.Openings, OpeningBody{o.At, o.Recipient, o.Outcome})
	}
	return b
}

func (s *Server) myLinks(c *call, _ *none) (LinkList, error) {
	links, err := s.Travel.Links(c.ctx, c.actor)
	list := LinkList{Links: []LinkBody{}}
	for _, l := range links {
		list.Links = append(list.Links, c.link(l))
	}
	return list, err
}

func (s *Server) makeLink(c *call, in *linkInput) (LinkBody, error) {
	l, err := s.Travel.Share(c.ctx, c.actor, travel.LinkRequest{Jurisdiction: in.Body.Jurisdiction, Certificates: in.Body.Certificates, Passcode: in.Body.Passcode,
		Hours: in.Body.Hours, Openings: in.Body.Openings, Label: in.Body.Label, Base: s.base(c.r)})
	if err != nil {
		return LinkBody{}, err
	}
	return c.link(l), nil
}

func (s *Server) myLink(c *call, in *certificateInput) (LinkBody, error) {
	l, err := s.Travel.Link(c.ctx, c.actor, in.ID)
	if err != nil {
		return LinkBody{}, err
	}
	return c.link(l), nil
}

func (s *Server) endMyLink(c *call, in *certificateInput) error {
	return s.Travel.EndLink(c.ctx, c.actor, in.ID)
}
