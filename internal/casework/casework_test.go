package casework_test

import (
	"testing"
	"time"

	"healthcode"
	"healthcode/internal/servicetest"
)

var officer = servicetest.Officer(healthcode.RoleCaseworker, "beijing")

// upload registers somebody who sends a photo, and returns it.
func upload(h *servicetest.House, who servicetest.Someone) (healthcode.Actor, healthcode.Photo) {
	h.Helper()
	a := h.Register("beijing", who)
	h.Must(h.Residents.UploadPhoto(h.Context(), a, "beijing", servicetest.KeyPage()))
	list, err := h.Casework.Waiting(h.Context(), officer)
	h.Must(err)
	if len(list) == 0 || list[len(list)-1].Person != a.Person {
		h.Fatalf("waiting %+v, want the newest last", list)
	}
	return a, list[len(list)-1]
}

func unchecked(h *servicetest.House, a healthcode.Actor) bool {
	h.Helper()
	p, err := h.Status.Renew(h.Context(), a, "beijing", "")
	h.Must(err)
	claims, err := h.Status.Claims(p.Text, "beijing")
	h.Must(err)
	return claims.Unchecked
}

func TestReview(t *testing.T) {
	h := servicetest.New(t)
	a, photo := upload(h, servicetest.Zhang)
	if photo.Data != nil {
		t.Error("the list holds the picture")
	}
	if !unchecked(h, a) {
		t.Error("the pass says that the identity is checked before anybody looked")
	}
	c, err := h.Casework.Comparison(t.Context(), officer, photo.ID)
	h.Must(err)
	if len(c.Photo.Data) == 0 || c.Person.Name != "张三丰" {
		t.Errorf("comparison of %d bytes with %q", len(c.Photo.Data), c.Person.Name)
	}
	looks, err := h.Residents.Looks(t.Context(), a)
	h.Must(err)
	if len(looks) != 1 || looks[0].By != officer.Staff || looks[0].Purpose != "review" || looks[0].Saw != "photo" {
		t.Errorf("looks %+v", looks)
	}

	h.Must(h.Casework.Review(t.Context(), officer, photo.ID, true))
	if unchecked(h, a) {
		t.Error("the pass says that the identity isn't checked after the review")
	}
	// A colleague who comes later decides nothing.
	colleague := officer
	colleague.Staff = "caseworker-2"
	h.WantCode(h.Casework.Review(t.Context(), colleague, photo.ID, false), healthcode.CodeConflict)
	if unchecked(h, a) {
		t.Error("the second decision changed the first")
	}
	if list, err := h.Casework.Waiting(t.Context(), officer); err != nil || len(list) != 0 {
		t.Errorf("waiting %v %v", list, err)
	}
}

func TestMismatch(t *testing.T) {
	h := servicetest.New(t)
	a, photo := upload(h, servicetest.Zhang)
	h.Must(h.Casework.Review(t.Context(), officer, photo.ID, false))
	p, err := h.Residents.Profile(t.Context(), a)
	h.Must(err)
	if p.Person.Identity != healthcode.IdentityRefused || !unchecked(h, a) {
		t.Errorf("identity %s", p.Person.Identity)
	}
	// A better photo puts it right.
	h.Clock.Advance(time.Minute)
	h.Must(h.Residents.UploadPhoto(t.Context(), a, "beijing", servicetest.KeyPage()))
	list, err := h.Casework.Waiting(t.Context(), officer)
	h.Must(err)
	h.Must(h.Casework.Review(t.Context(), officer, list[0].ID, true))
	if unchecked(h, a) {
		t.Error("still unchecked")
	}
}

func TestOtherJurisdiction(t *testing.T) {
	h := servicetest.New(t)
	a, photo := upload(h, servicetest.Zhang)
	h.Learn(a.Person, `{"id":"1","source":"telecom","kind":"contact","class":"association","time":"2022-04-27T10:00:00+08:00"}`)
	_, err := h.Residents.Dispute(t.Context(), a, "beijing", "association", nil, "我那天在家。")
	h.Must(err)

	elsewhere := servicetest.Officer(healthcode.RoleCaseworker, "tianjin")
	_, err = h.Casework.Comparison(t.Context(), elsewhere, photo.ID)
	h.WantCode(err, healthcode.CodeNotFound)
	h.WantCode(h.Casework.Review(t.Context(), elsewhere, photo.ID, true), healthcode.CodeNotFound)
	if list, err := h.Casework.Waiting(t.Context(), elsewhere); err != nil || len(list) != 0 {
		t.Errorf("waiting %v %v", list, err)
	}
	if list, err := h.Casework.Disputes(t.Context(), elsewhere); err != nil || len(list) != 0 {
		t.Errorf("disputes %v %v", list, err)
	}
	if looks, err := h.Residents.Looks(t.Context(), a); err != nil || len(looks) != 0 {
		t.Errorf("looks %v %v, want none: nothing was shown", looks, err)
	}
}

func TestDisputesAreSeenAndSaidSo(t *testing.T) {
	h := servicetest.New(t)
	a := h.Register("beijing", servicetest.Zhang)
	for _, statement := range []string{"一", "二"} {
		_, err := h.Residents.Dispute(t.Context(), a, "beijing", "association", nil, statement)
		h.Must(err)
		h.Clock.Advance(time.Minute)
	}
	list, err := h.Casework.Disputes(t.Context(), officer)
	h.Must(err)
	if len(list) != 2 || list[0].Statement != "一" {
		t.Errorf("disputes %+v, want the oldest first", list)
	}
	looks, err := h.Residents.Looks(t.Context(), a)
	h.Must(err)
	if len(looks) != 2 || looks[0].Purpose != "dispute" || looks[0].By != officer.Staff {
		t.Errorf("looks %+v, want one for each dispute", looks)
	}
}

func TestCaseworkersOnly(t *testing.T) {
	h := servicetest.New(t)
	_, photo := upload(h, servicetest.Zhang)
	ctx, s := t.Context(), h.Casework
	h.Refused(servicetest.Others("beijing", healthcode.RoleCaseworker), map[string]func(healthcode.Actor) error{
		"Waiting":    func(a healthcode.Actor) error { _, err := s.Waiting(ctx, a); return err },
		"Comparison": func(a healthcode.Actor) error { _, err := s.Comparison(ctx, a, photo.ID); return err },
		"Review":     func(a healthcode.Actor) error { return s.Review(ctx, a, photo.ID, true) },
		"Disputes":   func(a healthcode.Actor) error { _, err := s.Disputes(ctx, a); return err },
	})
}
