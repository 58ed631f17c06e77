package web

import (
	"bytes"
	"mime/multipart"
	"net/url"
	"strings"
	"testing"
	"time"

	"healthcode"
	"healthcode/internal/lab"
)

// labKeys are keys of laboratories.
var labKeys = [2]struct {
	*lab.Signer
	public string
}{newLabKey("k1"), newLabKey("k2")}

func newLabKey(kid string) (k struct {
	*lab.Signer
	public string
}) {
	data := loaded(lab.NewKeyFile())
	k.Signer = loaded(lab.NewSigner(kid, data))
	k.public = loaded(k.Public())
	return k
}

// authority is an officer who keeps the registry and the board.
var authority = healthcode.Actor{Role: healthcode.RoleAuthority, Staff: "authority-beijing", Jurisdiction: "beijing"}

// laboratory registers one with the first key.
func (s *site) laboratory(id string) {
	s.t.Helper()
	_, err := s.server.Labs.Create(s.t.Context(), authority, lab.Entry{ID: id, Name: healthcode.Text{ZH: "朝阳实验室", EN: "Chaoyang laboratory"}, Area: "110105", Phone: "010-7"})
	if err == nil {
		_, err = s.server.Labs.AddKey(s.t.Context(), authority, id, lab.NewKey{ID: "k1", Public: labKeys[0].public})
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// TestLaboratoriesOfStaff: an authority registers a laboratory and a key, and revokes it; others read.
func TestLaboratoriesOfStaff(t *testing.T) {
	s := newSite(t)
	v := s.staff(healthcode.RoleAuthority, "beijing", "")
	entry := url.Values{"id": {"bj-7"}, "name": {"朝阳实验室"}, "name_en": {"Chaoyang laboratory"}, "area": {"120101"}, "phone": {"010-7"}}
	if p := v.post("/staff/labs/new", entry, 422); !strings.Contains(p.text(".errors"), "Choose a county of this jurisdiction") {
		t.Errorf("a county of elsewhere: %s", p.text("main"))
	}
	entry.Set("area", "110105")
	v.post("/staff/labs/new", entry, 200)
	v.post("/staff/labs/new", entry, 409)
	if p := v.post("/staff/labs/bj-7/keys", url.Values{"kid": {"k1"}, "public": {"-----BEGIN PRIVATE KEY-----"}}, 422); !strings.Contains(p.text(".errors"), "Never send a private key") {
		t.Errorf("no public key: %s", p.text("main"))
	}
	v.post("/staff/labs/bj-7/keys", url.Values{"kid": {"k1"}, "public": {labKeys[0].public}}, 200)
	v.post("/staff/labs/bj-7/keys", url.Values{"kid": {"k1"}, "public": {labKeys[1].public}}, 409)
	if p := v.post("/staff/labs/bj-7/revoke", url.Values{"kid": {"k1"}}, 200); !strings.Contains(p.text("main"), in("en", textLabKeyRevoked, "28 April 2022 09:00")) {
		t.Errorf("revoked: %s", p.text("main"))
	}
	entry.Set("closed", "yes")
	v.post("/staff/labs/bj-7/edit", entry, 200)
	if p := s.browser().get("/in/beijing/labs", 200); !strings.Contains(p.text("[data-lab=bj-7]"), in("zh", textLabClosed)) {
		t.Errorf("the public page says %s", p.text("main"))
	}
	reader := s.staff(healthcode.RoleCaseworker, "beijing", "")
	if p := reader.get("/staff/labs/bj-7/edit", 200); len(p.all("main form")) != 0 {
		t.Error("a caseworker has forms of the registry")
	}
	reader.post("/staff/labs/bj-7/revoke", url.Values{"kid": {"k1"}}, 403)
}

// again signs somebody in, in another browser.
func (s *site) again(who someone) *browser {
	s.t.Helper()
	v := s.browser()
	v.signInTo("/in/beijing/sign-in", who)
	return v
}

// held posts a signed result as a file.
func (v *browser) held(text string, want int) *page {
	v.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	part, err := w.CreateFormFile("photo", "result.jws")
	if err == nil {
		_, err = part.Write([]byte(text))
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		v.t.Fatal(err)
	}
	r, err := v.client.Post(v.http.URL+"/in/beijing/tests/held", w.FormDataContentType(), &body)
	return v.read(r, err, want)
}

// TestHeldResults: what a person holds turns the code green at once; what isn't theirs, is over, or is by somebody unknown doesn't; what nobody
// confirms within 72 hours is taken back.
func TestHeldResults(t *testing.T) {
	s := newSite(t)
	s.laboratory("bj-0001")
	v := s.register("beijing", zhang)
	s.add(zhang, healthcode.Fact{Source: "pharmacy:1", Kind: healthcode.KindPurchase, Time: s.now.Add(-time.Hour), Category: "fever"})
	sign := func(number string, change func(*lab.Held)) string {
		h := lab.Held{Issuer: "lab:bj-0001", ID: "R1", Subject: lab.SubjectOf(healthcode.Document{Type: healthcode.DocumentID, Number: number}, "0123456789abcdef"),
			Analyte: "nucleic-acid", Result: "negative", Time: s.now.Add(-time.Minute)}
		if change != nil {
			change(&h)
		}
		return loaded(labKeys[0].Hold(h))
	}
	state := func() string { return v.get("/in/beijing/code", 200).one("[data-pass]").attr("data-state") }
	for name, text := range map[string]string{
		"of another":  sign("110101199003070011", nil),
		"over":        sign(zhang.number, func(h *lab.Held) { h.Expires = s.now.Add(-time.Second).Unix() }),
		"unknown lab": sign(zhang.number, func(h *lab.Held) { h.Issuer = "lab:bj-9" }),
		"cut":         sign(zhang.number, nil)[:60],
		"future":      sign(zhang.number, func(h *lab.Held) { h.Time = s.now.Add(time.Hour) }),
	} {
		r, err := v.client.PostForm(v.http.URL+"/in/beijing/tests/held", url.Values{"result": {text}})
		if err != nil {
			t.Fatal(err)
		}
		if r.StatusCode < 400 || r.StatusCode >= 500 {
			t.Errorf("%s: %d", name, r.StatusCode)
		}
		r.Body.Close()
		if got := state(); got != healthcode.StateHeld {
			t.Errorf("%s: the code is %s", name, got)
		}
	}
	good := sign(zhang.number, nil)
	if p := v.held("LAB1:"+good, 200); !strings.Contains(p.text("[role=status]"), in("zh", textHeldCounts)) {
		t.Errorf("the page says %s", p.text("main"))
	}
	if got := state(); got != "green" {
		t.Errorf("with a result: %s", got)
	}
	s.now = s.now.Add(73 * time.Hour)
	if n, err := s.server.Labs.Expire(t.Context()); err != nil || n != 1 {
		t.Fatalf("%d ended: %v", n, err)
	}
	v = s.again(zhang)
	if got := state(); got != healthcode.StateHeld {
		t.Errorf("without the laboratory's word: %s", got)
	}
	v.held(good, 410)
}

// TestAskingALaboratory on the page, twice.
func TestAskingALaboratory(t *testing.T) {
	s := newSite(t)
	s.laboratory("bj-0001")
	v := s.register("beijing", zhang)
	form := url.Values{"lab": {"bj-0001"}, "day": {"2022-05-01"}}
	if p := v.post("/in/beijing/tests", form, 422); len(p.all(".errors a")) == 0 {
		t.Errorf("a day to come: %s", p.text("main"))
	}
	form.Set("day", "2022-04-27")
	for range 2 {
		if p := v.post("/in/beijing/tests", form, 200); len(p.all("[data-question=open]")) != 1 {
			t.Errorf("asked: %s", p.text("main"))
		}
	}
	s.now = s.now.Add(25 * time.Hour)
	v = s.again(zhang)
	if p := v.get("/in/beijing/tests", 200); !strings.Contains(p.text("[data-question]"), in("zh", textLabOverdue)) {
		t.Errorf("late: %s", p.text("main"))
	}
}
