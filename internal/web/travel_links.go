package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"healthcode"
	"healthcode/certificate"
	"healthcode/internal/travel"
)

// viewerPath is the page that opens links. The link stands behind #, which browsers don't send.
const viewerPath = "/open"

func (s *Server) travelLinkRoutes() []Route {
	const links = "/in/{place}/links"
	return []Route{
		{Method: http.MethodGet, Pattern: links + "/new", Roles: residents, Handler: travelShareForm},
		{Method: http.MethodPost, Pattern: links + "/new", Roles: residents, Handler: shareTravel},
		{Method: http.MethodGet, Pattern: links + "/{id}", Roles: residents, Handler: travelLinkPage},
		{Method: http.MethodPost, Pattern: links + "/{id}/end", Roles: residents, Handler: endTravelLink},
		{Method: http.MethodGet, Pattern: viewerPath, Handler: viewerPage},
	}
}

func (t travels) anyStands(v view) bool {
	return slices.ContainsFunc(t.certificates, func(c healthcode.TravelCertificate) bool { return c.Stands(v.now) })
}

// travelShare is the form that makes a link.
type travelShare struct {
	travel.LinkRequest
	certificates []healthcode.TravelCertificate
	policy       *travel.Policy
	errors       []fieldError
}

func travelShareForm(c *call) error {
	f := travelShare{}
	if id := c.r.URL.Query().Get("certificate"); id != "" {
		f.Certificates = []string{id}
	}
	return c.travelShare(http.StatusOK, f)
}

func (c *call) travelShare(status int, f travelShare) error {
	all, err := c.server.Travel.Certificates(c.ctx, c.actor)
	if err != nil {
		return err
	}
	now := c.view().now
	f.certificates = slices.DeleteFunc(all, func(t healthcode.TravelCertificate) bool { return !t.Stands(now) })
	f.policy = c.server.Travel.Policy
	return c.page(status, travelShareView(c.view(), f))
}

// choices are the certificates that stand.
func (f travelShare) choices(v view) []choice {
	var all []choice
	for i := range f.certificates {
		t := &f.certificates[i]
		all = append(all, choice{value: t.ID, label: v.travelName(f.policy, t), hint: v.travelState(f.policy, t), chosen: slices.Contains(f.Certificates, t.ID)})
	}
	return all
}

// shareTravel makes a link.
func shareTravel(c *call) error {
	if err := c.parse(); err != nil {
		return err
	}
	number := func(name string) int {
		if c.value(name) == "" {
			return 0
		}
		n, err := strconv.Atoi(c.value(name))
		if err != nil {
			return -1 // refused with the limits
		}
		return n
	}
	r := travel.LinkRequest{Jurisdiction: c.policy.Jurisdiction, Certificates: c.r.Form["certificates"], Passcode: c.value("passcode"),
		Hours: number("hours"), Openings: number("openings"), Label: c.value("label"), Base: c.server.PublicURL}
	if r.Base == "" {
		r.Base = "https://" + c.r.Host
	}
	l, err := c.server.Travel.Share(c.ctx, c.actor, r)
	if err != nil {
		errors := formErrors(err)
		if errors == nil {
			return err
		}
		return c.travelShare(http.StatusUnprocessableEntity, travelShare{LinkRequest: r, errors: errors})
	}
	return c.redirect(c.in("links/" + l.ID))
}

// travelLink is the page of one link.
type travelLink struct {
	healthcode.TravelLink
	address string // at which any browser opens it
}

func travelLinkPage(c *call) error {
	l, err := c.server.Travel.Link(c.ctx, c.actor, c.r.PathValue("id"))
	if err != nil {
		return err
	}
	d, err := certificate.Decode(l.Text)
	if err != nil {
		return err
	}
	link, err := d.HealthLink()
	if err != nil {
		return err
	}
	base, _, _ := strings.Cut(l.Address, travel.LinkPath)
	return c.page(http.StatusOK, travelLinkView(c.view(), travelLink{l, base + viewerPath + "#" + link.Text(certificate.SMARTLinkPrefix)}))
}

func endTravelLink(c *call) error {
	id := c.r.PathValue("id")
	if err := c.server.Travel.EndLink(c.ctx, c.actor, id); err != nil {
		return err
	}
	return c.redirect(c.in("links/" + url.PathEscape(id)))
}

// viewerPage opens a link on the device of whoever has it: the server sees neither the key nor what the file says.
func viewerPage(c *call) error { return c.page(http.StatusOK, viewerView(c.view())) }
