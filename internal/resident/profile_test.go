package resident_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"healthcode"
	"healthcode/internal/access"
	"healthcode/internal/identity"
	"healthcode/internal/resident"
	"healthcode/internal/servicetest"
)

func TestRenameTakesAFreshSignIn(t *testing.T) {
	h := servicetest.New(t)
	a := h.Register("beijing", servicetest.Anna)
	h.Must(h.Residents.UploadPhoto(t.Context(), a, "beijing", servicetest.KeyPage()))
	h.Must(h.Casework.Review(t.Context(), servicetest.Officer(healthcode.RoleCaseworker, "beijing"), waiting(h, "beijing")[0].ID, true))
	h.Clock.Advance(time.Hour)
	old, err := h.Access.Sessions(t.Context(), a)
	h.Must(err)
	h.WantCode(h.Residents.Rename(t.Context(), a, old[0], "Anna Eriksson"), access.CodeStale)

	session := h.Session(h.SignIn("beijing", servicetest.Anna))
	h.WantCode(h.Residents.Rename(t.Context(), a, session, strings.Repeat("A", 200)), identity.CodeNameLong)
	h.Must(h.Residents.Rename(t.Context(), a, session, "Anna Eriksson"))
	p, err := h.Residents.Profile(t.Context(), a)
	h.Must(err)
	if p.Person.Name != "Anna Eriksson" || p.Person.Identity != healthcode.IdentityUnchecked {
		t.Errorf("person %+v: a new name has to be checked anew", p.Person)
	}
}

// A renewed passport makes no second person: facts that come under either are the same person's.
func TestRenewedDocument(t *testing.T) {
	h := servicetest.New(t)
	a := h.Register("beijing", servicetest.Anna)
	h.Register("beijing", servicetest.Li)
	h.Must(h.Residents.UploadPhoto(t.Context(), a, "beijing", servicetest.KeyPage()))
	h.Must(h.Casework.Review(t.Context(), servicetest.Officer(healthcode.RoleCaseworker, "beijing"), waiting(h, "beijing")[0].ID, true))
	h.Clock.Advance(time.Minute)
	session := h.Session(h.SignIn("beijing", servicetest.Anna))
	renewed := healthcode.Document{Type: healthcode.DocumentPassport, Number: "X12345678", Country: "SWE"}
	h.Must(h.Residents.AddDocument(t.Context(), a, session, "beijing", renewed, false))
	h.WantCode(h.Residents.AddDocument(t.Context(), a, session, "beijing", servicetest.Li.Document, false), resident.CodeRegistered)
	for _, d := range []healthcode.Document{servicetest.Anna.Document, renewed} {
		if id, err := h.Store.FindPerson(t.Context(), d); err != nil || id != a.Person {
			t.Errorf("%s belongs to %v (%v), want %v", d.Number, id, err, a.Person)
		}
	}
	p, err := h.Residents.Profile(t.Context(), a)
	h.Must(err)
	if p.Person.Document() != renewed || !p.Person.Documents[0].Entry || p.Person.Identity != healthcode.IdentityUnchecked {
		t.Errorf("person %+v", p.Person)
	}
	h.Clock.Advance(access.FreshSignIn + time.Second)
	h.WantCode(h.Residents.AddDocument(t.Context(), a, session, "beijing", renewed, false), access.CodeStale)
}

func TestPhotoRetention(t *testing.T) {
	h := servicetest.New(t)
	a := h.Register("beijing", servicetest.Zhang)
	h.WantCode(h.Residents.UploadPhoto(t.Context(), a, "beijing", []byte("GIF89a")), identity.CodePhotoFormat)
	h.Must(h.Residents.UploadPhoto(t.Context(), a, "beijing", servicetest.KeyPage()))
	photo := waiting(h, "beijing")[0]
	if days := photo.DeleteAfter.Sub(photo.Uploaded); days != 7*24*time.Hour {
		t.Errorf("kept for %v, want the policy's 7 days", days)
	}
	if n, err := h.Store.PurgePhotos(t.Context(), photo.DeleteAfter.Add(time.Second)); err != nil || n != 1 {
		t.Errorf("%d photos deleted, %v", n, err)
	}
	if left, err := h.Store.Photo(t.Context(), photo.ID); err == nil && len(left.Data) > 0 {
		t.Error("the picture is still there")
	}
}

func TestDispute(t *testing.T) {
	h := servicetest.New(t)
	a, other := h.Register("beijing", servicetest.Zhang), h.Register("beijing", servicetest.Li)
	h.Learn(a.Person, `{"id":"1","source":"telecom","kind":"contact","class":"association","time":"2022-04-27T10:00:00+08:00"}`)
	ref := []healthcode.FactRef{{Source: "telecom", ID: "1"}}
	d, err := h.Residents.Dispute(t.Context(), a, "beijing", "association", ref, " 我那天在家。 ")
	h.Must(err)
	if d.State != "received" || d.Statement != "我那天在家。" || !d.At.Equal(servicetest.Start) {
		t.Errorf("dispute %+v", d)
	}
	if list, err := h.Residents.Disputes(t.Context(), a); err != nil || len(list) != 1 || list[0].ID != d.ID {
		t.Errorf("disputes %v %v", list, err)
	}
	if list, err := h.Residents.Disputes(t.Context(), other); err != nil || len(list) != 0 {
		t.Errorf("another sees %v %v", list, err)
	}

	_, err = h.Residents.Dispute(t.Context(), a, "beijing", "association", ref, " ")
	h.WantCode(err, healthcode.CodeInvalid)
	_, err = h.Residents.Dispute(t.Context(), a, "beijing", "association", ref, strings.Repeat("字", resident.MaxStatement+1))
	h.WantCode(err, healthcode.CodeInvalid)
	_, err = h.Residents.Dispute(t.Context(), a, "beijing", "no-such-rule", ref, "x")
	h.WantCode(err, healthcode.CodeInvalid)
	_, err = h.Residents.Dispute(t.Context(), other, "beijing", "association", ref, "x") // another's fact
	h.WantCode(err, healthcode.CodeNotFound)
}

func TestResidentsOnly(t *testing.T) {
	h := servicetest.New(t)
	ctx, s := t.Context(), h.Residents
	h.Refused(servicetest.Others("beijing", healthcode.RoleResident), map[string]func(healthcode.Actor) error{
		"Profile":     func(a healthcode.Actor) error { _, err := s.Profile(ctx, a); return err },
		"SetLanguage": func(a healthcode.Actor) error { return s.SetLanguage(ctx, a, healthcode.EN) },
		"Rename":      func(a healthcode.Actor) error { return s.Rename(ctx, a, healthcode.Session{}, "x") },
		"AddDocument": func(a healthcode.Actor) error {
			return s.AddDocument(ctx, a, healthcode.Session{}, "beijing", healthcode.Document{}, false)
		},
		"UploadPhoto": func(a healthcode.Actor) error { return s.UploadPhoto(ctx, a, "beijing", servicetest.KeyPage()) },
		"Looks":       func(a healthcode.Actor) error { _, err := s.Looks(ctx, a); return err },
		"Enrol":       func(a healthcode.Actor) error { return s.Enrol(ctx, a, "beijing", "2022-04", healthcode.ZH, "web") },
		"Ask": func(a healthcode.Actor) error {
			return s.Ask(ctx, a, asking("beijing", servicetest.Li, healthcode.RelationSpouse))
		},
		"Relations": func(a healthcode.Actor) error { _, err := s.Relations(ctx, a); return err },
		"Answer":    func(a healthcode.Actor) error { return s.Answer(ctx, a, "x", identity.EventConsent) },
		"Review": func(a healthcode.Actor) error {
			_, _, err := s.Review(t.Context(), a, "beijing", resident.Report{Answered: true})
			return err
		},
		"Send":    func(a healthcode.Actor) error { return s.Send(ctx, a, "x") },
		"Reports": func(a healthcode.Actor) error { _, err := s.Reports(ctx, a); return err },
		"Dispute": func(a healthcode.Actor) error {
			_, err := s.Dispute(ctx, a, "beijing", "association", nil, "x")
			return err
		},
		"Disputes": func(a healthcode.Actor) error { _, err := s.Disputes(ctx, a); return err },
	})
}

// The log holds no name, number or phone.
func TestNothingPersonalInTheLog(t *testing.T) {
	h := servicetest.New(t)
	a := h.Register("beijing", servicetest.Anna)
	h.Must(h.Residents.Ask(t.Context(), a, asking("beijing", servicetest.Li, healthcode.RelationOther)))
	for range 3 {
		h.Must(h.Residents.RequestCode(t.Context(), "beijing", servicetest.Anna.Document, healthcode.EN, servicetest.From))
	}
	if h.Log.Len() == 0 {
		t.Error("nothing was logged: this test sees nothing")
	}
	for _, secret := range []string{"Anna", "Eriksson", "L898902C3", "13800000002", "李四光", servicetest.Li.Document.Number, a.Person.String()} {
		if bytes.Contains(h.Log.Bytes(), []byte(secret)) {
			t.Errorf("the log holds %q", secret)
		}
	}
}
