package api

import (
	"net/http"
	"strings"
	"time"

	"healthcode"
	"healthcode/pass"
)

func (s *Server) keyRoutes() []Route {
	jwks := []string{"application/jwk-set+json"}
	return []Route{
		document(http.MethodGet, "/v1/keys/{jurisdiction}", "get-keys", "The public keys of a jurisdiction's passes", jwks, s.keys, public, cacheable,
			about("A JSON Web Key Set (RFC 7517) of Ed25519 keys (RFC 8037). A key is published two days before it first signs: fetch them at least daily.")),
		document(http.MethodGet, "/.well-known/healthcode/{document}", "get-well-known-keys", "The same keys, at the well-known address {jurisdiction}.json", jwks, s.wellKnown, public, cacheable),
		handle(http.MethodPost, "/v1/passes/verify", "verify-pass", "Whether a shown code is genuine, its state, and until when", s.verifyPass, public, limited(s.limits.post),
			about("For anybody who was shown a code. It tells nothing else of the person, and nobody learns who asked.")),
	}
}

func (s *Server) keys(_ *call, in *inJurisdiction) (file, error) {
	// Asking for a jurisdiction's keys makes them: only those that have a policy get any.
	if err := s.hasJurisdiction(in.Jurisdiction); err != nil {
		return file{}, err
	}
	data, err := s.Status.PublicKeys(in.Jurisdiction)
	return file{"application/jwk-set+json", data}, err
}

type wellKnownInput struct {
	Document string `path:"document" maxLength:"32" example:"beijing.json"`
}

func (s *Server) wellKnown(c *call, in *wellKnownInput) (file, error) {
	jurisdiction, ok := strings.CutSuffix(in.Document, ".json")
	if !ok {
		return file{}, healthcode.Errorf(healthcode.CodeNotFound, "document", "没有这份文件。", "There is no such document; ask for {jurisdiction}.json.")
	}
	return s.keys(c, &inJurisdiction{jurisdiction})
}

type verifyInput struct {
	Body struct {
		Pass string `json:"pass" maxLength:"1000" doc:"The text of the shown QR code"`
	}
}

// Verification is all that anybody learns of a shown code.
type Verification struct {
	Genuine      bool       `json:"genuine"`
	Failure      pass.Code  `json:"failure,omitempty" enum:"not-a-pass,bad-signature,unknown-key,expired,from-the-future,other-jurisdiction,not-the-holder,stale,device-ended,offline-code" doc:"Why it isn't genuine"`
	Jurisdiction string     `json:"jurisdiction,omitempty"`
	State        string     `json:"state,omitempty" doc:"A colour of the policy, or held"`
	Until        *time.Time `json:"until,omitempty" doc:"When the state ends; absent where not known"`
	Unchecked    bool       `json:"identity_unchecked" doc:"The person's identity has not been checked yet"`
}

func (s *Server) verifyPass(c *call, in *verifyInput) (Verification, error) {
	p, err := s.Status.Check(c.ctx, strings.TrimSpace(in.Body.Pass))
	if err != nil {
		return Verification{}, err
	}
	return Verification{Genuine: p.Genuine, Failure: p.Failure, Jurisdiction: p.Jurisdiction, State: p.State,
		Until: at(p.Until), Unchecked: p.Unchecked}, nil
}
