package api

import (
	"net/http"
	"strings"
	"time"

	"healthcode"
)

func (s *Server) meRoutes() []Route {
	mine := forRoles(residents)
	return []Route{
		handle(http.MethodGet, "/v1/me", "get-me", "The resident's own record", s.me, mine,
			about("Document numbers and the phone are masked: a lost phone shouldn't give them away.")),
		do(http.MethodPatch, "/v1/me", "change-me", "Change language or name", s.changeMe, mine,
			about("A new name takes a sign-in of the last ten minutes, and the identity has to be checked again.")),
		do(http.MethodPost, "/v1/me/documents", "add-document", "Link a renewed document", s.addDocument, mine,
			about("It takes a sign-in of the last ten minutes.")),
		do(http.MethodPost, "/v1/me/registrations", "enrol", "Get the code of one more jurisdiction, or accept a newer declaration", s.enrol, mine),
		handle(http.MethodGet, "/v1/me/looks", "list-my-looks", "Who looked at the resident, the newest first", s.myLooks, mine),
	}
}

// Me is what residents see of their own record.
type Me struct {
	Name          string                   `json:"name"`
	Birth         string                   `json:"birth,omitempty" example:"1990-01-31"`
	Language      healthcode.Language      `json:"language"`
	Phone         string                   `json:"phone" doc:"Masked"`
	Identity      healthcode.IdentityState `json:"identity" enum:"unchecked,checked,refused"`
	Registered    time.Time                `json:"registered"`
	Documents     []MyDocument             `json:"documents" doc:"The current one last"`
	Registrations []MyRegistration         `json:"registrations"`
	Photos        []MyPhoto                `json:"photos"`
}

// MyDocument is one linked document.
type MyDocument struct {
	Type    healthcode.DocumentType `json:"type"`
	Number  string                  `json:"number" doc:"Masked"`
	Country string                  `json:"country,omitempty"`
	Entry   bool                    `json:"entry" doc:"Used to enter the country"`
	Added   time.Time               `json:"added"`
}

// MyRegistration is an enrolment in one jurisdiction's code.
type MyRegistration struct {
	Jurisdiction string    `json:"jurisdiction"`
	Declaration  string    `json:"declaration" doc:"The version that was accepted"`
	At           time.Time `json:"at"`
}

// MyPhoto is an uploaded photograph; the picture itself is never given back.
type MyPhoto struct {
	Jurisdiction string    `json:"jurisdiction"`
	Uploaded     time.Time `json:"uploaded"`
	State        string    `json:"state" enum:"waiting,matched,mismatched"`
	DeleteAfter  time.Time `json:"delete_after"`
}

func (s *Server) me(c *call, _ *none) (Me, error) {
	p, err := s.Residents.Profile(c.ctx, c.actor)
	if err != nil {
		return Me{}, err
	}
	m := Me{Name: p.Person.Name, Language: p.Person.Language, Phone: masked(p.Person.Phone), Identity: p.Person.Identity,
		Registered: p.Person.Registered, Documents: []MyDocument{}, Registrations: []MyRegistration{}, Photos: []MyPhoto{}}
	if !p.Person.Birth.IsZero() {
		m.Birth = p.Person.Birth.Format(time.DateOnly)
	}
	for _, d := range p.Person.Documents {
		m.Documents = append(m.Documents, MyDocument{d.Type, masked(d.Number), d.Country, d.Entry, d.Added})
	}
	for _, r := range p.Registrations {
		m.Registrations = append(m.Registrations, MyRegistration{r.Jurisdiction, r.Declaration, r.At})
	}
	for _, f := range p.Photos {
		m.Photos = append(m.Photos, MyPhoto{f.Jurisdiction, f.Uploaded, f.State, f.DeleteAfter})
	}
	return m, nil
}

// masked leaves the last four characters, by which people know their own number.
func masked(number string) string {
	n := max(0, len(number)-4)
	return strings.Repeat("*", n) + number[n:]
}

type changeMeInput struct {
	Body struct {
		Language healthcode.Language `json:"language,omitempty" enum:"zh,en"`
		Name     string              `json:"name,omitempty" maxLength:"400"`
	}
}

func (s *Server) changeMe(c *call, in *changeMeInput) error {
	if in.Body.Language == "" && in.Body.Name == "" {
		return healthcode.Errorf(healthcode.CodeInvalid, "", "请填写要修改的内容。", "Say what to change: language or name.")
	}
	if in.Body.Name != "" {
		if err := s.Residents.Rename(c.ctx, c.actor, c.session, in.Body.Name); err != nil {
			return err
		}
	}
	if in.Body.Language != "" {
		return s.Residents.SetLanguage(c.ctx, c.actor, in.Body.Language)
	}
	return nil
}

type addDocumentInput struct {
	Body struct {
		Jurisdiction string       `json:"jurisdiction" maxLength:"16" example:"beijing"`
		Document     DocumentBody `json:"document"`
		Entry        bool         `json:"entry,omitempty" doc:"It was used to enter the country"`
	}
}

func (s *Server) addDocument(c *call, in *addDocumentInput) error {
	return s.Residents.AddDocument(c.ctx, c.actor, c.session, in.Body.Jurisdiction, in.Body.Document.document(), in.Body.Entry)
}

type enrolInput struct {
	Body struct {
		Jurisdiction string              `json:"jurisdiction" maxLength:"16" example:"beijing"`
		Declaration  string              `json:"declaration" maxLength:"64" doc:"The version of the declaration that the person has read and accepted"`
		Language     healthcode.Language `json:"language" enum:"zh,en"`
	}
}

func (s *Server) enrol(c *call, in *enrolInput) error {
	return s.Residents.Enrol(c.ctx, c.actor, in.Body.Jurisdiction, in.Body.Declaration, in.Body.Language, channel)
}

// MyLook is one look at the resident.
type MyLook struct {
	At           time.Time       `json:"at"`
	Role         healthcode.Role `json:"role"`
	By           string          `json:"by" doc:"The account; or, of a resident, the masked name"`
	Jurisdiction string          `json:"jurisdiction"`
	Venue        string          `json:"venue,omitempty"`
	Purpose      string          `json:"purpose" example:"scan"`
	Saw          string          `json:"saw" example:"state" doc:"What was shown"`
}

// MyLooks lists looks, the newest first.
type MyLooks struct {
	Looks []MyLook `json:"looks"`
}

func (s *Server) myLooks(c *call, _ *none) (MyLooks, error) {
	looks, err := s.Residents.Looks(c.ctx, c.actor)
	list := MyLooks{Looks: make([]MyLook, len(looks))}
	for i, l := range looks {
		list.Looks[i] = MyLook{l.At, l.Role, l.By, l.Jurisdiction, l.Venue, l.Purpose, l.Saw}
	}
	return list, err
}
