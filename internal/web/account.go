package web

import (
	"io"
	"net/http"

	"healthcode"
	"healthcode/internal/identity"
	"healthcode/internal/resident"
)

func (s *Server) accountRoutes() []Route {
	const photoBody = identity.MaxPhotoBytes + 1<<16 // and the rest of the form
	return []Route{
		{Method: http.MethodGet, Pattern: "/in/{place}/photo", Roles: residents, Handler: photoPage},
		{Method: http.MethodPost, Pattern: "/in/{place}/photo", Roles: residents, Handler: uploadPhoto, MaxBody: photoBody},
		{Method: http.MethodGet, Pattern: "/in/{place}/account", Roles: residents, Handler: accountPage},
		{Method: http.MethodPost, Pattern: "/in/{place}/account/session", Roles: residents, Handler: endSession},
		{Method: http.MethodPost, Pattern: "/in/{place}/account/sessions", Roles: residents, Handler: endSessions},
		{Method: http.MethodGet, Pattern: "/in/{place}/account/name", Roles: residents, Handler: namePage},
		{Method: http.MethodPost, Pattern: "/in/{place}/account/name", Roles: residents, Handler: rename},
		{Method: http.MethodGet, Pattern: "/in/{place}/account/document", Roles: residents, Handler: newDocumentPage},
		{Method: http.MethodPost, Pattern: "/in/{place}/account/document", Roles: residents, Handler: addDocument},
		{Method: http.MethodGet, Pattern: "/in/{place}/looks", Roles: residents, Handler: looksPage},
		{Method: http.MethodGet, Pattern: "/in/{place}/declarations", Roles: residents, Handler: declarationsPage},
	}
}

func photoPage(c *call) error {
	profile, err := c.server.Resident.Profile(c.ctx, c.actor)
	if err != nil {
		return err
	}
	return c.page(http.StatusOK, photoView(c.view(), photoForm{profile: profile, first: c.r.URL.Query().Has("first")}))
}

type photoForm struct {
	profile resident.Profile
	first   bool // right after registering: it can wait
	errors  []fieldError
}

func uploadPhoto(c *call) error {
	if err := c.parse(); err != nil {
		return err
	}
	data, err := c.file("photo")
	if err != nil {
		return err
	}
	err = c.withPicture(func() error {
		return c.server.Resident.UploadPhoto(c.ctx, c.actor, c.policy.Jurisdiction, data)
	})
	if err != nil {
		errors := formErrors(err)
		if errors == nil {
			return err
		}
		profile, err := c.server.Resident.Profile(c.ctx, c.actor)
		if err != nil {
			return err
		}
		return c.page(http.StatusUnprocessableEntity, photoView(c.view(), photoForm{profile: profile, errors: errors}))
	}
	return c.redirect(c.in("code?photo=1"))
}

// file returns the content of an uploaded file; nothing where none was chosen.
func (c *call) file(name string) ([]byte, error) {
	f, _, err := c.r.FormFile(name)
	if err != nil {
		return nil, nil // an empty file has an error text of its own
	}
	defer f.Close()
	data, err := io.ReadAll(f)
	if err != nil {
		return nil, &healthcode.Error{Code: healthcode.CodeInvalid, Text: textBrokenForm, Err: err}
	}
	return data, nil
}

// account is what the account's page shows.
type account struct {
	profile  resident.Profile
	sessions []healthcode.Session
	current  string                       // id of this one
	devices  map[string]healthcode.Device // those that sign their pass themselves, by session
	done     bool
}

func accountPage(c *call) error {
	profile, err := c.server.Resident.Profile(c.ctx, c.actor)
	if err != nil {
		return err
	}
	sessions, err := c.server.Access.Sessions(c.ctx, c.actor)
	if err != nil {
		return err
	}
	devices, err := c.server.Status.Devices(c.ctx, c.actor)
	if err != nil {
		return err
	}
	return c.page(http.StatusOK, accountView(c.view(), account{profile: profile, sessions: sessions, current: c.session.ID,
		devices: devices, done: c.r.URL.Query().Has("done")}))
}

func endSession(c *call) error {
	if err := c.parse(); err != nil {
		return err
	}
	if err := c.server.Access.EndSession(c.ctx, c.actor, c.value("session")); err != nil {
		return err
	}
	return c.redirect(c.in("account?done=1"))
}

// endSessions signs the resident out everywhere, here too.
func endSessions(c *call) error {
	if err := c.server.Access.EndSessions(c.ctx, c.actor); err != nil {
		return err
	}
	c.signIn("", 0)
	return c.redirect(c.in("sign-in"))
}

func namePage(c *call) error {
	profile, err := c.freshProfile()
	if err != nil {
		return err
	}
	return c.page(http.StatusOK, nameView(c.view(), profile.Person.Name, nil))
}

// freshProfile is the profile for a page that changes it: it takes a fresh sign-in.
func (c *call) freshProfile() (resident.Profile, error) {
	if err := c.server.Access.Fresh(c.session); err != nil {
		return resident.Profile{}, err
	}
	return c.server.Resident.Profile(c.ctx, c.actor)
}

func rename(c *call) error {
	if err := c.parse(); err != nil {
		return err
	}
	if err := c.server.Resident.Rename(c.ctx, c.actor, c.session, c.value("name")); err != nil {
		if errors := formErrors(err); errors != nil {
			return c.page(statusOf(err), nameView(c.view(), c.value("name"), errors))
		}
		return err
	}
	return c.redirect(c.in("photo"))
}

// newDocument is the form for a renewed document.
type newDocument struct {
	document healthcode.Document
	entry    bool
	errors   []fieldError
}

func newDocumentPage(c *call) error {
	profile, err := c.freshProfile()
	if err != nil {
		return err
	}
	form := newDocument{document: healthcode.Document{Type: profile.Person.Document().Type, Country: profile.Person.Document().Country}}
	if t := healthcode.DocumentType(c.r.URL.Query().Get("document.type")); knownType(t) {
		form.document.Type = t
	}
	return c.page(http.StatusOK, newDocumentView(c.view(), form))
}

func addDocument(c *call) error {
	if err := c.parse(); err != nil {
		return err
	}
	form := newDocument{document: c.document(), entry: c.value("entry") == "yes"}
	err := c.server.Resident.AddDocument(c.ctx, c.actor, c.session, c.policy.Jurisdiction, form.document, form.entry)
	if err != nil {
		if form.errors = formErrors(err); form.errors != nil {
			return c.page(statusOf(err), newDocumentView(c.view(), form))
		}
		return err
	}
	return c.redirect(c.in("photo"))
}

func looksPage(c *call) error {
	looks, err := c.server.Resident.Looks(c.ctx, c.actor)
	if err != nil {
		return err
	}
	return c.page(http.StatusOK, looksView(c.view(), looks))
}

// declared is what a person has accepted and said of themselves.
type declared struct {
	registrations []healthcode.Registration
	reports       []healthcode.Fact
}

func declarationsPage(c *call) error {
	profile, err := c.server.Resident.Profile(c.ctx, c.actor)
	if err != nil {
		return err
	}
	reports, err := c.server.Resident.Reports(c.ctx, c.actor)
	if err != nil {
		return err
	}
	return c.page(http.StatusOK, declarationsView(c.view(), declared{profile.Registrations, reports}, c.server.Policies))
}
