package api

import (
	"net/http"
	"time"

	"healthcode"
	"healthcode/certificate"
	"healthcode/internal/travel"
)

func (s *Server) certificateRoutes() []Route {
	const base, staff = "/v1/me/certificates", "/v1/jurisdictions/{jurisdiction}/certificates"
	mine, officers := forRoles(residents), forRoles(travel.Officers)
	return []Route{
		handle(http.MethodGet, "/v1/me/certificate-offers", "list-certificate-offers", "The resident's tests and vaccinations that a travel certificate could say", s.certificateOffers, mine),
		handle(http.MethodGet, base, "list-my-certificates", "The resident's travel certificates, the newest first", s.myCertificates, mine),
		handle(http.MethodPost, base, "issue-certificates", "Issue a travel certificate for each fact that is named", s.issueCertificates, mine,
			about("What it says comes from the facts, the name from the machine-readable zone of the travel document. One of the same content and direction ends, superseded.")),
		handle(http.MethodGet, base+"/{id}", "get-my-certificate", "One travel certificate", s.myCertificate, mine),
		document(http.MethodGet, base+"/{id}/pdf", "get-my-certificate-pdf", "A travel certificate to be printed on A4", []string{"application/pdf"}, s.certificatePDF, mine),
		document(http.MethodGet, base+"/{id}/png", "get-my-certificate-png", "The QR code as a picture", []string{"image/png"}, s.certificatePNG, mine),
		document(http.MethodGet, base+"/{id}/svg", "get-my-certificate-svg", "The QR code as a drawing, 42 mm wide", []string{"image/svg+xml"}, s.certificateSVG, mine),
		handle(http.MethodPost, base+"/{id}/renew", "renew-certificate", "Renew a travel certificate with the latest fact", s.renewCertificate, mine),
		do(http.MethodPost, base+"/{id}/revoke", "revoke-my-certificate", "Revoke a travel certificate", s.revokeMyCertificate, mine),

		handle(http.MethodGet, staff, "list-certificate-revocations", "The travel certificates that somebody proposes to revoke", s.waitingCertificates, officers),
		handle(http.MethodPost, staff+"/revocations", "propose-certificate-revocation", "Propose to revoke a travel certificate", s.proposeRevocation, officers,
			about("Nothing changes until a second officer agrees. The person sees the look.")),
		handle(http.MethodPost, staff+"/{id}/agree", "agree-to-certificate-revocation", "Revoke a travel certificate that another officer proposed to revoke", s.agreeToRevocation, officers),
		handle(http.MethodPost, staff+"/{id}/refuse", "refuse-certificate-revocation", "Refuse to revoke a travel certificate, or take one's own proposal back", s.refuseRevocation, officers),
	}
}

// CertificateOffer is a fact that a certificate could say.
type CertificateOffer struct {
	Fact    factBody                 `json:"fact"`
	Content healthcode.TravelContent `json:"content" enum:"nucleic-acid,igg,vaccination"`
	Until   time.Time                `json:"until" doc:"From when on it no longer counts"`
	Ready   bool                     `json:"ready"`
	Why     *healthcode.Text         `json:"why,omitempty" doc:"Why it can't be certified"`
}

// CertificateOffers lists offers.
type CertificateOffers struct {
	Eligible bool               `json:"eligible"`
	Why      *healthcode.Text   `json:"why,omitempty" doc:"Why the resident can't have a certificate, and what to do"`
	Offers   []CertificateOffer `json:"offers"`
}

func (s *Server) certificateOffers(c *call, in *tripInput) (CertificateOffers, error) {
	list := CertificateOffers{Offers: []CertificateOffer{}}
	offers, err := s.Travel.Offers(c.ctx, c.actor, in.Jurisdiction)
	if err != nil {
		return list, err
	}
	for _, o := range offers {
		b := CertificateOffer{Fact: factBody{o.Fact}, Content: o.Content.Content, Until: o.Until, Ready: o.Ready()}
		if !b.Ready {
			b.Why = &o.Why
		}
		list.Offers = append(list.Offers, b)
	}
	err = s.Travel.Eligible(c.ctx, c.actor, in.Jurisdiction)
	list.Eligible = err == nil
	if known, ok := err.(*healthcode.Error); ok && known.Code == travel.CodeEligible {
		list.Why, err = &known.Text, nil
	}
	return list, err
}

// CertificateBody is a travel certificate.
type CertificateBody struct {
	ID         string                     `json:"id"`
	Identifier string                     `json:"identifier" doc:"UVCI, with its check character as on paper"`
	Text       string                     `json:"text,omitempty" doc:"HC1: what its QR code holds, in alphanumeric mode with error correction Q"`
	Content    healthcode.TravelContent   `json:"content" enum:"nucleic-acid,igg,vaccination"`
	Direction  healthcode.TravelDirection `json:"direction" enum:"entering,leaving"`
	Document   CertificateDocument        `json:"document"`
	Fact       healthcode.FactRef         `json:"fact"`
	Issued     time.Time                  `json:"issued"`
	Expires    time.Time                  `json:"expires"`
	Stands     bool                       `json:"stands"`
	Ended      *time.Time                 `json:"ended,omitempty"`
	Why        string                     `json:"why,omitempty" doc:"holder, superseded, fact-retracted or an officer's ground"`
	Replaces   string                     `json:"replaces,omitempty"`
	ReplacedBy string                     `json:"replaced_by,omitempty"`
	Proposal   *CertificateProposal       `json:"proposal,omitempty" doc:"For officers: the wish to revoke it"`
}

// CertificateDocument is the travel document of a certificate.
type CertificateDocument struct {
	Kind    string `json:"kind" example:"ordinary"`
	Number  string `json:"number"`
	Surname string `json:"surname" doc:"As in the machine-readable zone"`
	Given   string `json:"given"`
	Expires string `json:"expires" example:"2030-01-01"`
}

// CertificateProposal is an officer's wish to revoke a certificate.
type CertificateProposal struct {
	Ground   string    `json:"ground"`
	Evidence string    `json:"evidence"`
	By       string    `json:"by"`
	At       time.Time `json:"at"`
}

// CertificateList lists certificates.
type CertificateList struct {
	Certificates []CertificateBody `json:"certificates"`
}

func (c *call) certificate(t healthcode.TravelCertificate) (CertificateBody, error) {
	identifier, err := certificate.WithChecksum(t.Identifier)
	b := CertificateBody{ID: t.ID, Identifier: identifier, Text: t.Text, Content: t.Content, Direction: t.Direction,
		Document: CertificateDocument{t.Document.Kind, t.Document.Number, t.Document.Surname, t.Document.Given, t.Document.Expires.Format(time.DateOnly)},
		Fact:     t.Fact, Issued: t.Issued, Expires: t.Expires, Stands: t.Stands(c.now()), Why: t.Why, Replaces: t.Replaces, ReplacedBy: t.ReplacedBy}
	if !t.Ended.IsZero() {
		b.Ended = &t.Ended
	}
	if p := t.Proposal; p != nil && c.actor.Role != healthcode.RoleResident {
		b.Proposal = &CertificateProposal{p.Ground, p.Evidence, p.By, p.At}
	}
	if c.actor.Role != healthcode.RoleResident {
		b.Text = "" // nobody but its holder can show it
	}
	return b, err
}

func (c *call) certificates(list []healthcode.TravelCertificate) (CertificateList, error) {
	all := CertificateList{Certificates: []CertificateBody{}}
	for _, t := range list {
		b, err := c.certificate(t)
		if err != nil {
			return all, err
		}
		all.Certificates = append(all.Certificates, b)
	}
	return all, nil
}

type issueInput struct {
	Body struct {
		Jurisdiction string                     `json:"jurisdiction" maxLength:"16" example:"beijing"`
		Direction    healthcode.TravelDirection `json:"direction" maxLength:"16" example:"leaving"`
		Document     TravelDocumentBody         `json:"document"`
		Facts        []healthcode.FactRef       `json:"facts" maxItems:"20" doc:"One certificate each"`
	}
}

// TravelDocumentBody is a travel document as its holder enters it.
type TravelDocumentBody struct {
	Kind    string `json:"kind" maxLength:"40" example:"ordinary" doc:"ordinary, diplomatic, service, official-ordinary or travel-document"`
	Number  string `json:"number,omitempty" maxLength:"40" doc:"Must be that of the zone; absent = the zone's"`
	Expires string `json:"expires,omitempty" maxLength:"10" example:"2030-01-01" doc:"Must be that of the zone; absent = the zone's"`
	MRZ     string `json:"mrz" maxLength:"300" doc:"The two lines of 44 characters at the foot of the photo page"`
	Latin   string `json:"latin,omitempty" maxLength:"100" doc:"The name in Latin letters as on the photo page; asked for where the registered name can't be compared by itself"`
}

func (s *Server) issueCertificates(c *call, in *issueInput) (CertificateList, error) {
	list, err := s.Travel.Issue(c.ctx, c.actor, travel.Request{Jurisdiction: in.Body.Jurisdiction, Direction: in.Body.Direction, Facts: in.Body.Facts,
		Document: travel.Document(in.Body.Document)})
	if err != nil {
		return CertificateList{}, err
	}
	return c.certificates(list)
}

type certificateInput struct {
	ID string `path:"id" maxLength:"64"`
}

func (s *Server) myCertificates(c *call, _ *none) (CertificateList, error) {
	list, err := s.Travel.Certificates(c.ctx, c.actor)
	if err != nil {
		return CertificateList{}, err
	}
	return c.certificates(list)
}

func (s *Server) myCertificate(c *call, in *certificateInput) (CertificateBody, error) {
	t, err := s.Travel.Certificate(c.ctx, c.actor, in.ID)
	if err != nil {
		return CertificateBody{}, err
	}
	return c.certificate(t)
}

func (s *Server) certificatePDF(c *call, in *certificateInput) (file, error) {
	t, err := s.Travel.Certificate(c.ctx, c.actor, in.ID)
	if err != nil {
		return file{}, err
	}
	zone := time.UTC
	if p, err := s.Status.Policy(t.Jurisdiction); err == nil {
		zone = p.Location
	}
	data, err := s.Travel.PDF(&t, zone)
	return file{"application/pdf", data}, err
}

func (s *Server) certificatePNG(c *call, in *certificateInput) (file, error) {
	t, err := s.Travel.Certificate(c.ctx, c.actor, in.ID)
	if err != nil {
		return file{}, err
	}
	data, err := travel.PNG(t.Text)
	return file{"image/png", data}, err
}

func (s *Server) certificateSVG(c *call, in *certificateInput) (file, error) {
	t, err := s.Travel.Certificate(c.ctx, c.actor, in.ID)
	if err != nil {
		return file{}, err
	}
	data, err := travel.SVG(t.Text, travel.Title.In(c.lang))
	return file{"image/svg+xml", data}, err
}

func (s *Server) renewCertificate(c *call, in *certificateInput) (CertificateBody, error) {
	t, err := s.Travel.Renew(c.ctx, c.actor, in.ID)
	if err != nil {
		return CertificateBody{}, err
	}
	return c.certificate(t)
}

func (s *Server) revokeMyCertificate(c *call, in *certificateInput) error {
	return s.Travel.Revoke(c.ctx, c.actor, in.ID)
}

func (s *Server) waitingCertificates(c *call, _ *inJurisdiction) (CertificateList, error) {
	list, err := s.Travel.Waiting(c.ctx, c.actor)
	if err != nil {
		return CertificateList{}, err
	}
	return c.certificates(list)
}

type revocationInput struct {
	Jurisdiction string `path:"jurisdiction" maxLength:"16" example:"beijing"`
	Body         struct {
		Identifier string `json:"identifier" maxLength:"90" doc:"As on the paper, with or without the check character"`
		Ground     string `json:"ground" maxLength:"40" example:"document-invalid"`
		Evidence   string `json:"evidence" maxLength:"4000"`
	}
}

func (s *Server) proposeRevocation(c *call, in *revocationInput) (CertificateBody, error) {
	t, err := s.Travel.Propose(c.ctx, c.actor, in.Body.Identifier, in.Body.Ground, in.Body.Evidence)
	if err != nil {
		return CertificateBody{}, err
	}
	return c.certificate(t)
}

type decideRevocationInput struct {
	Jurisdiction string `path:"jurisdiction" maxLength:"16" example:"beijing"`
	ID           string `path:"id" maxLength:"64"`
}

func (s *Server) agreeToRevocation(c *call, in *decideRevocationInput) (CertificateBody, error) {
	t, err := s.Travel.Agree(c.ctx, c.actor, in.ID)
	if err != nil {
		return CertificateBody{}, err
	}
	return c.certificate(t)
}

func (s *Server) refuseRevocation(c *call, in *decideRevocationInput) (CertificateBody, error) {
	t, err := s.Travel.Refuse(c.ctx, c.actor, in.ID)
	if err != nil {
		return CertificateBody{}, err
	}
	return c.certificate(t)
}
