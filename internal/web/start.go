package web

import (
	"net/http"
	"net/url"

	"healthcode/policy"
)

func (s *Server) startRoutes() []Route {
	return []Route{
		{Method: http.MethodGet, Pattern: "/{$}", Handler: startPage},
		{Method: http.MethodGet, Pattern: "/in/{place}/{$}", Handler: placePage},
		{Method: http.MethodGet, Pattern: "/in/{place}/help", Handler: helpPage},
		{Method: http.MethodGet, Pattern: "/sign-in", Handler: anySignIn},
		{Method: http.MethodPost, Pattern: "/sign-out", Handler: signOut},
	}
}

// startPage lets the person choose a place, once: later it goes straight to the code.
func startPage(c *call) error {
	if !c.r.URL.Query().Has("choose") && c.view().signedIn() && c.place() != "" {
		return c.redirect(place(c.place(), "code"))
	}
	return c.page(http.StatusOK, startView(c.view(), c.server.inForce(c), local(c.r.URL.Query().Get("next"))))
}

// inForce lists the policies that are in force now, one for each jurisdiction.
func (s *Server) inForce(c *call) []*policy.Policy {
	var all []*policy.Policy
	for _, j := range s.Policies.Jurisdictions() {
		if p, err := s.Policies.Find(j, c.now); err == nil {
			all = append(all, p)
		}
	}
	return all
}

// placePage is where somebody new in a place begins.
func placePage(c *call) error {
	if c.view().signedIn() {
		return c.redirect(c.in("code"))
	}
	return c.page(http.StatusOK, placeView(c.view()))
}

func helpPage(c *call) error { return c.page(http.StatusOK, helpView(c.view())) }

// anySignIn leads to the sign-in page of the place that the browser knows, or lets one be chosen first.
func anySignIn(c *call) error {
	query := c.r.URL.RawQuery
	if c.place() == "" {
		return c.redirect("/?" + url.Values{"next": {c.r.URL.Query().Get("next")}}.Encode())
	}
	if query != "" {
		query = "?" + query
	}
	return c.redirect(place(c.place(), "sign-in") + query)
}

func signOut(c *call) error {
	if c.actor.Role != "" {
		if err := c.server.Access.SignOut(c.ctx, c.actor); err != nil {
			return err
		}
	}
	c.signIn("", 0)
	if c.view().ofStaff() {
		return c.redirect("/staff/sign-in")
	}
	return c.redirect("/?choose=1")
}

// startLink leads to a place, and on to the page that somebody wanted to see first.
func startLink(p *policy.Policy, next string) string {
	if next != "/" {
		return place(p.Jurisdiction, "sign-in?next="+url.QueryEscape(next))
	}
	return place(p.Jurisdiction, "")
}
