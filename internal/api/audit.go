package api

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"time"

	"healthcode"
)

func (s *Server) auditRoutes() []Route {
	return []Route{
		handle(http.MethodGet, "/v1/jurisdictions/{jurisdiction}/looks", "list-looks", "The looks at persons within the jurisdiction, the newest first", s.listLooks, forRoles(auditors),
			about("A person is a pseudonym: the same person has the same one, and nobody but the service can tell who it is.")),
	}
}

type looksInput struct {
	Jurisdiction string    `path:"jurisdiction" maxLength:"16" example:"beijing"`
	Since        time.Time `query:"since" doc:"24 hours ago where absent"`
	Limit        int       `query:"limit" minimum:"1" maximum:"1000" default:"200"`
}

// AuditedLook is one look as the auditor sees it.
type AuditedLook struct {
	At      time.Time       `json:"at"`
	Role    healthcode.Role `json:"role"`
	By      string          `json:"by,omitempty" doc:"The account; absent for a resident"`
	Venue   string          `json:"venue,omitempty"`
	Purpose string          `json:"purpose" example:"review"`
	Saw     string          `json:"saw" example:"photo"`
	Person  string          `json:"person" doc:"A pseudonym"`
}

// AuditedLooks lists looks, the newest first.
type AuditedLooks struct {
	Looks []AuditedLook `json:"looks"`
}

func (s *Server) listLooks(c *call, in *looksInput) (AuditedLooks, error) {
	since := in.Since
	if since.IsZero() {
		since = c.now().Add(-24 * time.Hour)
	}
	looks, err := s.Store.LooksBy(c.ctx, c.actor.Jurisdiction, since, in.Limit)
	if err != nil {
		return AuditedLooks{}, fmt.Errorf("reading looks: %w", err)
	}
	list := AuditedLooks{Looks: make([]AuditedLook, len(looks))}
	for i, l := range looks {
		// One jurisdiction's pseudonyms are of no use in another.
		hash, err := s.Sealer.Lookup("audit.person "+c.actor.Jurisdiction, l.Person.String())
		if err != nil {
			return AuditedLooks{}, fmt.Errorf("making a pseudonym: %w", err)
		}
		look := AuditedLook{At: l.At, Role: l.Role, By: l.By, Venue: l.Venue, Purpose: l.Purpose, Saw: l.Saw,
			Person: base64.RawURLEncoding.EncodeToString(hash)}
		if l.Role == healthcode.RoleResident {
			look.By = "" // a masked name
		}
		list.Looks[i] = look
	}
	return list, nil
}
