package web

import (
	"bytes"
	"image"
	"image/png"
	"mime/multipart"
	"net/url"
	"strings"
	"testing"

	"healthcode"
	"healthcode/certificate"
)

// foreigner goes through passport, telephone and code, and comes to the form of the flight.
func (s *site) foreigner(who someone) (*browser, *page) {
	s.t.Helper()
	v := s.browser()
	p := v.get("/boarding/sign-in?mission=frankfurt", 200)
	p = v.submit(p, "main form", url.Values{"mission": {"frankfurt"}, "name": {who.name}, "document.number": {who.number}, "document.country": {who.country},
		"birth": {who.birth}, "phone": {who.phone}}, 200)
	return v, v.submit(p, "main form", url.Values{"code": {s.code(who.phone)}}, 200)
}

var toShanghai = url.Values{"number": {"ca 936"}, "date": {"2022-04-29"}, "time": {"13:00"}, "from": {"FRA"}, "to": {"PVG"}, "class": {"official"}}

// application opens one and returns its page.
func (s *site) application(who someone) (*browser, *page) {
	s.t.Helper()
	v, p := s.foreigner(who)
	return v, v.submit(p, "main form", toShanghai, 200)
}

// sendFile posts the form with a file that an application's page shows for an item.
func (v *browser) sendFile(p *page, item string, data []byte, want int) *page {
	v.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	section := p.one("[data-item=" + item + "] form[enctype=multipart/form-data]")
	for _, in := range section.all("input[type=hidden]") {
		form.WriteField(in.attr("name"), in.attr("value"))
	}
	file, err := form.CreateFormFile("file", "report.png")
	if err != nil {
		v.t.Fatal(err)
	}
	file.Write(data)
	form.Close()
	r, err := v.client.Post(v.http.URL+section.attr("action"), form.FormDataContentType(), &body)
	return v.read(r, err, want)
}

// blank is a scan without a code.
func blank(t testing.TB) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 800, 600))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// A traveller applies, a machine can't read the paper, the mission's officer asks for another one, then reads it, and the traveller has the statement.
func TestBoardingPagesOfBothSides(t *testing.T) {
	s := newSite(t)
	if err := s.issuer.EnsureDemo(t.Context()); err != nil {
		t.Fatal(err)
	}
	v, p := s.application(anna)
	if p.one("[data-state]").attr("data-state") != "draft" || len(p.all("[data-item=nucleic-acid] input[type=file]")) != 1 {
		t.Fatalf("the new application: %s", p.text("main"))
	}
	mine := p.response.Request.URL.Path
	id := strings.TrimPrefix(mine, "/boarding/my/")
	officer := s.staff(healthcode.RoleConsular, "frankfurt", "residential")
	officer.get("/mission/"+id, 404) // a draft is nobody else's
	if p = v.submit(p, "form#submit", nil, 422); !strings.Contains(p.text(".errors"), "Still missing") && !strings.Contains(p.text(".errors"), "还缺") {
		t.Errorf("submitted without papers: %s", p.text("main"))
	}
	if p = v.sendFile(p, "nucleic-acid", []byte("MZ"), 422); !strings.Contains(p.text(".errors"), "PDF") {
		t.Errorf("a program as a paper: %s", p.text("main"))
	}
	p = v.sendFile(p, "nucleic-acid", blank(t), 200)
	paper := p.one("input[name=paper]").attr("value")
	p = v.submit(p, "form#submit", nil, 200)
	if p.one("[data-state]").attr("data-state") != "waiting" {
		t.Errorf("submitted: %s", p.text("main"))
	}

	queue := officer.get("/mission", 200)
	if strings.Contains(queue.source, "Eriksson") || strings.Contains(queue.source, anna.number) {
		t.Error("the queue names travellers, and nobody's look was recorded")
	}
	p = officer.get(queue.one(`main a[href=/mission/`+id+`]`).attr("href"), 200)
	if !strings.Contains(p.text("main"), "Eriksson") || !strings.Contains(p.text("main"), anna.number) {
		t.Errorf("the officer's page: %s", p.text("main"))
	}
	shown := officer.get(p.one("img.key-page").attr("src"), 200).response.Header
	if csp := shown.Get("Content-Security-Policy"); !strings.HasPrefix(shown.Get("Content-Type"), "image/") || !strings.HasSuffix(csp, "; sandbox") {
		t.Errorf("a stranger's file is sent as %v", shown)
	}
	s.staff(healthcode.RoleConsular, "bangkok", "residential").get("/mission/"+id, 404)

	// What is typed is still there after a mistake.
	p = officer.submit(p, "form#decide", url.Values{"paper." + paper + ".verdict": {"correct"}, "paper." + paper + ".why": {""}, "outcome": {"refuse"}, "why": {""}}, 422)
	p = officer.submit(p, "form#decide", url.Values{"paper." + paper + ".verdict": {"correct"}, "paper." + paper + ".why": {"Page 2 is missing."}, "outcome": {"correct"}}, 200)
	if p.one("[data-state]").attr("data-state") != "correction" {
		t.Errorf("after asking for another paper: %s", p.text("main"))
	}
	p = v.get(mine, 200)
	if !strings.Contains(p.text("[data-item=nucleic-acid]"), "Page 2 is missing.") {
		t.Errorf("the traveller reads %s", p.text("main"))
	}
	p = v.sendFile(p, "nucleic-acid", blank(t), 200)
	paper = p.one("input[name=paper]").attr("value")
	v.submit(p, "form#submit", nil, 200)

	p = officer.get("/mission/"+id, 200)
	field := "paper." + paper + "."
	verdict := url.Values{field + "verdict": {"accept"}, field + "option": {"0"}, field + "time": {"2022-04-20T08:00"}, field + "lab": {"Labor am Main"}, "outcome": {"accept"}}
	p = officer.submit(p, "form#decide", verdict, 422)
	if got := p.one("input[name=" + field + "time]").attr("value"); got != "2022-04-20T08:00" {
		t.Errorf("the time that was typed is %q", got)
	}
	verdict.Set(field+"time", "2022-04-28T01:00")
	p = officer.submit(p, "form#decide", verdict, 200)
	if p.one("[data-state]").attr("data-state") != "accepted" {
		t.Fatalf("accepted: %s", p.text("main"))
	}

	p = v.get(mine+"/statement", 200)
	text := p.one("[data-statement]").attr("data-statement")
	verifier, err := s.lists.Verifier(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if r := verifier.Verify(text, s.now); !r.OK() || len(p.all(".qr svg")) != 1 {
		t.Errorf("the statement: %+v", r.Report())
	}
	if pdf := v.get(mine+"/statement.pdf", 200); !strings.HasPrefix(pdf.response.Header.Get("Content-Type"), "application/pdf") {
		t.Errorf("the sheet is %v", pdf.response.Header)
	}

	p = officer.get("/mission/"+id, 200)
	p = officer.submit(p, "form#act-revoke", url.Values{"revoke.why": {"The report was forged."}}, 200)
	if p.one("[data-state]").attr("data-state") != "refused" {
		t.Errorf("revoked: %s", p.text("main"))
	}
	if verifier, err = s.lists.Verifier(t.Context()); err != nil {
		t.Fatal(err)
	}
	if stage := verifier.Verify(text, s.now).Stage(); stage != certificate.Revoked {
		t.Errorf("the revoked statement: %q", stage)
	}
	v.get(mine+"/statement", 410)
}

// Another flight, and a paper that is taken back.
func TestBoardingFlightAndWithdrawal(t *testing.T) {
	s := newSite(t)
	v, p := s.application(anna)
	p = v.sendFile(p, "nucleic-acid", blank(t), 200)
	paper := p.one("input[name=paper]").attr("value")
	path := p.response.Request.URL.Path
	v.get(path+"/papers/"+paper, 200)
	p = v.post(path+"/withdraw", url.Values{"paper": {paper}}, 200)
	if len(p.all("input[name=paper]")) != 0 {
		t.Errorf("the paper is still there: %s", p.text("main"))
	}
	v.get(path+"/papers/"+paper, 404)
	later := url.Values{"number": {"CA932"}, "date": {"2022-04-30"}, "time": {"14:00"}, "from": {"FRA"}, "to": {"PVG"}, "class": {"official"}}
	if p = v.submit(p, "#flight form", later, 200); !strings.Contains(p.text("main"), "CA932") {
		t.Errorf("another flight: %s", p.text("main"))
	}
	later.Set("date", "2022-04-01")
	if p = v.submit(p, "#flight form", later, 422); p.one("#flight input[name=number]").attr("value") != "CA932" {
		t.Errorf("a flight that has left: %s", p.text("main"))
	}
	if list := v.get("/boarding/my", 200); len(list.all(`main a[href=`+path+`]`)) != 1 {
		t.Errorf("the list: %s", list.text("main"))
	}
	// Somebody else's application does not exist.
	other, _ := s.foreigner(someone{name: "Jan Kowalski", number: "EA1234567", country: "POL", birth: "1990-01-01", phone: "+4915112345679"})
	other.get(path, 404)
	other.get(path+"/statement", 404)
}

func TestBoardingStart(t *testing.T) {
	v := newSite(t).browser()
	p := v.get("/boarding", 200)
	if len(p.all(`main a[href=/boarding/at/frankfurt]`)) != 1 || len(p.all(`main a[href=/boarding/at/bangkok]`)) != 1 {
		t.Errorf("the missions: %s", p.text("main"))
	}
	if p = v.get("/boarding/at/frankfurt", 200); len(p.all("[data-notice]")) < 2 || p.one("html").attr("lang") != "en" {
		t.Errorf("the notices: %s", p.text("main"))
	}
	v.get("/boarding/at/atlantis", 404)
	if p = v.get("/boarding/code", 200); p.response.Request.URL.Path != "/boarding/sign-in" {
		t.Errorf("a code that nobody asked for: %s", p.response.Request.URL)
	}
	p = v.post("/boarding/sign-in", url.Values{"mission": {"frankfurt"}, "name": {"Anna"}, "document.number": {"?"}, "birth": {"2099-01-01"}, "phone": {"12"}}, 422)
	for _, name := range []string{"document.number", "birth", "phone"} {
		if len(p.all("[name="+name+"][aria-invalid]")) != 1 {
			t.Errorf("%s isn't marked as wrong", name)
		}
	}
}
