package web

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"healthcode"
)

// tiny is a JPEG's start; these tests don't look at the picture.
const tiny = "\xff\xd8\xff\xe0 a picture"

// personOf returns the resident who is signed in.
func (v *browser) personOf() healthcode.Actor {
	v.t.Helper()
	u, err := url.Parse(v.http.URL)
	if err != nil {
		v.t.Fatal(err)
	}
	for _, cookie := range v.client.Jar.Cookies(u) {
		if actor, _, err := v.server.Access.Session(v.t.Context(), cookie.Value); err == nil {
			return actor
		}
	}
	v.t.Fatal("nobody is signed in")
	return healthcode.Actor{}
}

// photo puts a photo of the resident into the queue and returns its id.
func (s *site) photo(v *browser, jurisdiction string) string {
	s.t.Helper()
	person := v.personOf().Person
	p := healthcode.Photo{ID: "p" + person.String(), Person: person, Jurisdiction: jurisdiction, Type: "image/jpeg",
		Data: []byte(tiny), Uploaded: s.now, DeleteAfter: s.now.AddDate(0, 0, 7), State: "waiting"}
	if err := s.store.PutPhoto(s.t.Context(), p); err != nil {
		s.t.Fatal(err)
	}
	return p.ID
}

func (s *site) dispute(v *browser, jurisdiction, statement string) {
	s.t.Helper()
	rule := s.server.Policies.Versions(jurisdiction)[0].Rules[0].Rule
	p, err := s.server.Status.Policy(jurisdiction)
	if err == nil {
		rule = p.Rules[0].Rule
	}
	if _, err := s.server.Resident.Dispute(s.t.Context(), v.personOf(), jurisdiction, rule, nil, statement); err != nil {
		s.t.Fatal(err)
	}
}

func TestPhotoQueue(t *testing.T) {
	s := newSite(t)
	v := s.staff(healthcode.RoleCaseworker, "beijing", "")
	if got := v.get("/staff/photos", 200).text("main"); !strings.Contains(got, textReviewsNone.EN) {
		t.Errorf("an empty queue says %s", got)
	}
	s.photo(s.register("beijing", zhang), "beijing")
	s.now = s.now.Add(25 * time.Hour)
	v = s.staff(healthcode.RoleCaseworker, "beijing", "")
	s.photo(s.register("beijing", anna), "beijing")

	p := v.get("/staff/photos", 200)
	if rows := p.all(".rows li"); len(rows) != 2 || !strings.Contains(rows[0].words(), "25 hours") {
		t.Errorf("the queue shows %s", p.text(".rows"))
	}
	if got := p.text(".lead"); got != "2 waiting; the oldest for 25 hours." {
		t.Errorf("the queue says %q", got)
	}
	p = v.get("/staff/photos?older=24", 200)
	if rows := p.all(".rows li"); len(rows) != 1 || p.one(".filters a[aria-current]").attr("href") != "/staff/photos?older=24" {
		t.Errorf("the filter shows %s", p.text("main"))
	}
	p = v.get("/staff/photos?older=72", 200)
	if len(p.all(".rows li")) != 0 || !strings.Contains(p.text(".filters"), "(2)") {
		t.Errorf("the filter shows %s", p.text("main"))
	}
}

func TestPhotoIsCompared(t *testing.T) {
	s := newSite(t)
	v, other := s.staff(healthcode.RoleCaseworker, "beijing", ""), s.staff(healthcode.RoleCaseworker, "beijing", "")
	resident := s.register("beijing", zhang)
	first := s.photo(resident, "beijing")
	s.now = s.now.Add(time.Minute)
	second := s.photo(s.register("beijing", anna), "beijing")

	p := v.get("/staff/photos/"+first, 200)
	typed := p.text(".comparison-facts")
	for _, want := range []string{zhang.name, zhang.number, "31 December 1949"} {
		if !strings.Contains(typed, want) {
			t.Errorf("%q isn't in what was typed: %s", want, typed)
		}
	}
	if !strings.HasPrefix(p.one(".zoomed img").attr("src"), "data:image/jpeg;base64,") || p.one(".zoomed").attr("tabindex") != "0" {
		t.Error("the picture isn't in the page, or can't be scrolled with keys")
	}
	stale := other.get("/staff/photos/"+first, 200)

	looks, err := s.server.Resident.Looks(t.Context(), resident.personOf())
	if err != nil || len(looks) != 2 || looks[0].Purpose != "review" {
		t.Errorf("two looks are recorded as %+v (%v)", looks, err)
	}

	p = v.submit(p, "main form", url.Values{"outcome": {"match"}}, 200)
	if got := p.response.Request.URL.Path; got != "/staff/photos/"+second || p.text(".note[role=status]") != textReviewMatched.EN {
		t.Errorf("the next page is %s: %s", got, p.text("main"))
	}
	if profile, err := s.server.Resident.Profile(t.Context(), resident.personOf()); err != nil || profile.Person.Identity != healthcode.IdentityChecked {
		t.Errorf("the identity is %s (%v)", profile.Person.Identity, err)
	}

	p = other.submit(stale, "main form", url.Values{"outcome": {"mismatch"}}, 200)
	if p.text(".note[role=status]") != textReviewConflict.EN {
		t.Errorf("the second decision says %s", p.text("main"))
	}
	if profile, _ := s.server.Resident.Profile(t.Context(), resident.personOf()); profile.Person.Identity != healthcode.IdentityChecked {
		t.Error("the second decision changed the first")
	}
	p = v.get("/staff/photos/"+second, 200)
	p = v.submit(p, "main form", url.Values{"outcome": {"mismatch"}}, 200)
	if p.response.Request.URL.Path != "/staff/photos" || p.text(".note[role=status]") != textReviewMismatched.EN || !strings.Contains(p.text("main"), textReviewsNone.EN) {
		t.Errorf("after the last one: %s", p.text("main"))
	}
	v.post("/staff/photos/"+second, url.Values{"outcome": {"perhaps"}}, 422)
}

func TestPhotoPastItsTime(t *testing.T) {
	s := newSite(t)
	id := s.photo(s.register("beijing", zhang), "beijing")
	s.now = s.now.AddDate(0, 0, 8)
	if _, err := s.store.PurgePhotos(t.Context(), s.now); err != nil {
		t.Fatal(err)
	}
	p := s.staff(healthcode.RoleCaseworker, "beijing", "").get("/staff/photos/"+id, 200)
	if len(p.all("img")) != 0 || !strings.Contains(p.text("main"), textReviewDeleted.EN) {
		t.Errorf("the page says %s", p.text("main"))
	}
}

func TestDisputesAreListed(t *testing.T) {
	s := newSite(t)
	v := s.staff(healthcode.RoleCaseworker, "beijing", "")
	if got := v.get("/staff/disputes", 200).text("main"); !strings.Contains(got, textCaseDisputesNone.EN) {
		t.Errorf("an empty list says %s", got)
	}
	resident := s.register("beijing", zhang)
	actor := resident.personOf()
	facts := []healthcode.PersonFact{{Person: actor.Person, Fact: healthcode.Fact{ID: "e-1", Source: "border:PEK", Kind: healthcode.KindEntry, Time: s.now, Recorded: s.now}}}
	if _, err := s.store.Append(t.Context(), facts); err != nil {
		t.Fatal(err)
	}
	status, err := s.server.Status.Own(t.Context(), actor, "beijing")
	if err != nil || len(status.Status.Holds) == 0 {
		t.Fatalf("%+v, %v", status.Status, err)
	}
	hold := status.Status.Holds[0]
	if _, err := s.server.Resident.Dispute(t.Context(), actor, "beijing", hold.Rule, hold.Reasons[0].Facts, "I <b>stayed</b> at home"); err != nil {
		t.Fatal(err)
	}
	s.now = s.now.Add(3 * time.Hour)
	p := v.get("/staff/disputes", 200)
	article := p.text("article")
	for _, want := range []string{"I <b>stayed</b> at home", "border:PEK", "e-1", "3 hours", hold.Rule} {
		if !strings.Contains(article, want) {
			t.Errorf("%q isn't in %s", want, article)
		}
	}
	if strings.Contains(p.source, zhang.name) || strings.Contains(p.source, zhang.number) {
		t.Error("the list names the person")
	}
	if strings.Contains(article, "{") {
		t.Errorf("a placeholder is left in %s", article)
	}
}
