package web

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"

	"healthcode"
	"healthcode/internal/travel"
)

func (s *Server) travelRoutes() []Route {
	const own, one = "/in/{place}/certificates", "/in/{place}/certificates/{id}"
	return []Route{
		{Method: http.MethodGet, Pattern: own, Roles: residents, Handler: travelPage},
		{Method: http.MethodGet, Pattern: own + "/new", Roles: residents, Handler: travelForm},
		{Method: http.MethodPost, Pattern: own + "/new", Roles: residents, Handler: issueTravel},
		{Method: http.MethodGet, Pattern: one, Roles: residents, Handler: travelCertificatePage},
		{Method: http.MethodGet, Pattern: one + "/pdf", Roles: residents, Handler: travelPDF},
		{Method: http.MethodGet, Pattern: one + "/png", Roles: residents, Handler: travelPNG},
		{Method: http.MethodGet, Pattern: one + "/svg", Roles: residents, Handler: travelSVG},
		{Method: http.MethodPost, Pattern: one + "/renew", Roles: residents, Handler: renewTravel},
		{Method: http.MethodPost, Pattern: one + "/revoke", Roles: residents, Handler: revokeTravel},
	}
}

// travels is what the overview shows.
type travels struct {
	certificates []healthcode.TravelCertificate
	links        []healthcode.TravelLink
	cant         healthcode.Text // why no new one can be had
	policy       *travel.Policy
}

func travelPage(c *call) error {
	t := travels{policy: c.server.Travel.Policy}
	var err error
	if t.certificates, err = c.server.Travel.Certificates(c.ctx, c.actor); err != nil {
		return err
	}
	if t.links, err = c.server.Travel.Links(c.ctx, c.actor); err != nil {
		return err
	}
	if t.cant, err = c.ineligible(); err != nil {
		return err
	}
	return c.page(http.StatusOK, travelView(c.view(), t))
}

// ineligible says why the caller can't have a certificate, and what to do; an empty text where they can.
func (c *call) ineligible() (healthcode.Text, error) {
	err := c.server.Travel.Eligible(c.ctx, c.actor, c.policy.Jurisdiction)
	if known, ok := err.(*healthcode.Error); ok && known.Code == travel.CodeEligible {
		return known.Text, nil
	}
	return healthcode.Text{}, err
}

// travelRequest is the form.
type travelRequest struct {
	travel.Request
	offers []travel.Offer
	policy *travel.Policy
	errors []fieldError
}

func travelForm(c *call) error { return c.travelForm(http.StatusOK, travelRequest{}) }

func (c *call) travelForm(status int, f travelRequest) error {
	cant, err := c.ineligible()
	if err != nil {
		return err
	}
	if cant.Complete() {
		return c.redirect(c.in("certificates"))
	}
	if f.offers, err = c.server.Travel.Offers(c.ctx, c.actor, c.policy.Jurisdiction); err != nil {
		return err
	}
	f.policy = c.server.Travel.Policy
	return c.page(status, travelFormView(c.view(), f))
}

// certifiedFact names a fact in a form.
func certifiedFact(r healthcode.FactRef) string {
	code := base64.RawURLEncoding.EncodeToString
	return code([]byte(r.Source)) + "." + code([]byte(r.ID))
}

func factOf(value string) (healthcode.FactRef, bool) {
	source, id, ok := strings.Cut(value, ".")
	s, err := base64.RawURLEncoding.DecodeString(source)
	i, err2 := base64.RawURLEncoding.DecodeString(id)
	return healthcode.FactRef{Source: string(s), ID: string(i)}, ok && err == nil && err2 == nil
}

func issueTravel(c *call) error {
	if err := c.parse(); err != nil {
		return err
	}
	f := travelRequest{Request: travel.Request{Jurisdiction: c.policy.Jurisdiction, Direction: healthcode.TravelDirection(c.value("direction")),
		Document: travel.Document{Kind: c.value("kind"), Number: c.value("number"), Expires: c.value("expires"), MRZ: c.value("mrz"), Latin: c.value("latin")}}}
	for _, value := range c.r.Form["facts"] {
		if ref, ok := factOf(value); ok {
			f.Facts = append(f.Facts, ref)
		}
	}
	list, err := c.server.Travel.Issue(c.ctx, c.actor, f.Request)
	if err != nil {
		if f.errors = formErrors(err); f.errors == nil {
			return err
		}
		return c.travelForm(http.StatusUnprocessableEntity, f)
	}
	if len(list) == 1 {
		return c.redirect(c.in("certificates/" + list[0].ID + "?issued=1"))
	}
	return c.redirect(c.in("certificates"))
}

// travelFace is the page of one certificate.
type travelFace struct {
	healthcode.TravelCertificate
	rows   []travel.Row
	policy *travel.Policy
	done   healthcode.Text // what has just been done
	errors []fieldError
}

func travelCertificatePage(c *call) error {
	done := healthcode.Text{}
	if q := c.r.URL.Query(); q.Has("issued") {
		done = textTravelIssued
	} else if q.Has("revoked") {
		done = textTravelRevoked
	}
	return c.travelCertificate(http.StatusOK, travelFace{done: done})
}

func (c *call) travelCertificate(status int, f travelFace) error {
	var err error
	if f.TravelCertificate, err = c.server.Travel.Certificate(c.ctx, c.actor, c.r.PathValue("id")); err != nil {
		return err
	}
	if f.rows, err = c.server.Travel.Rows(&f.TravelCertificate, c.location()); err != nil {
		return err
	}
	f.policy = c.server.Travel.Policy
	return c.page(status, travelCertificateView(c.view(), f))
}

// download answers with a file of the certificate in the path.
func (c *call) download(mediaType, name string, draw func(*healthcode.TravelCertificate) ([]byte, error)) error {
	t, err := c.server.Travel.Certificate(c.ctx, c.actor, c.r.PathValue("id"))
	if err != nil {
		return err
	}
	data, err := draw(&t)
	if err != nil {
		return err
	}
	c.w.Header().Set("Content-Type", mediaType)
	c.w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	c.w.Write(data) // who went away doesn't miss it
	return nil
}

func travelPDF(c *call) error {
	return c.download("application/pdf", "travel-health-certificate.pdf", func(t *healthcode.TravelCertificate) ([]byte, error) {
		return c.server.Travel.PDF(t, c.location())
	})
}

func travelPNG(c *call) error {
	return c.download("image/png", "travel-health-certificate.png", func(t *healthcode.TravelCertificate) ([]byte, error) { return travel.PNG(t.Text) })
}

func travelSVG(c *call) error {
	return c.download("image/svg+xml", "travel-health-certificate.svg", func(t *healthcode.TravelCertificate) ([]byte, error) {
		return travel.SVG(t.Text, travel.Title.In(c.lang))
	})
}

func renewTravel(c *call) error {
	next, err := c.server.Travel.Renew(c.ctx, c.actor, c.r.PathValue("id"))
	if err != nil {
		if errors := formErrors(err); errors != nil && healthcode.CodeOf(err) != healthcode.CodeNotFound {
			return c.travelCertificate(statusOf(err), travelFace{errors: withoutFields(errors)})
		}
		return err
	}
	return c.redirect(c.in("certificates/" + next.ID + "?issued=1"))
}

// withoutFields makes errors of a form that isn't on the page stand for themselves.
func withoutFields(errors []fieldError) []fieldError {
	for i := range errors {
		errors[i].field = ""
	}
	return errors
}

func revokeTravel(c *call) error {
	if err := c.server.Travel.Revoke(c.ctx, c.actor, c.r.PathValue("id")); err != nil {
		return err
	}
	return c.redirect(c.in("certificates/" + url.PathEscape(c.r.PathValue("id")) + "?revoked=1"))
}
