package web

import (
	"net/url"
	"strings"
	"testing"
	"time"
)

// ask sends a request for somebody, and returns the page that follows.
func (v *browser) ask(place, relation string, who someone, want int) *page {
	v.t.Helper()
	p := v.get("/in/"+place+"/others/ask?document.type="+who.kind, 200)
	return v.submit(p, "main form", url.Values{"relation": {relation}, "name": {who.name},
		"document.number": {who.number}, "document.country": {who.country}}, want)
}

// TestConsentComesFirst: asking shows nothing; after consent the state and the
// pass are shown, each look is written down, and either side can end it.
func TestConsentComesFirst(t *testing.T) {
	s := newSite(t)
	asker, subject := s.register("tianjin", zhang), s.register("tianjin", anna)
	asker.ask("tianjin", "spouse", anna, 200)

	p := asker.get("/in/tianjin/others", 200)
	if len(p.all("a[href]")) == 0 || strings.Contains(p.source, "/code\">"+in("zh", textShowCode)) {
		t.Error("the code can be shown before consent")
	}
	id := relationOf(p)
	asker.get("/in/tianjin/others/"+id+"/code", 404)

	p = subject.get("/in/tianjin/others", 200)
	if !strings.Contains(p.text("main"), in("zh", textAskedOfYou, "张*")) {
		t.Fatalf("the one who was asked reads %s", p.text("main"))
	}
	asker.post("/in/tianjin/others/"+id, url.Values{"do": {"consent"}}, 403) // nobody agrees for another
	p = subject.post("/in/tianjin/others/"+id, url.Values{"do": {"consent"}}, 200)
	if !strings.Contains(p.text("main"), in("zh", textWhoShowsMine)) {
		t.Errorf("after consent: %s", p.text("main"))
	}

	s.add(anna, closeContact())
	p = asker.get("/in/tianjin/others/"+id+"/code", 200)
	if p.text(".badge-name") != "红色" || len(p.all(".pass-live svg")) != 1 {
		t.Errorf("the other's code: %s", p.text("main"))
	}
	for _, secret := range []string{anna.name, anna.number, "接触", "密切"} {
		if strings.Contains(p.text("main"), secret) {
			t.Errorf("%q of the other person is shown", secret)
		}
	}
	if len(p.all("[data-renew]")) != 0 {
		t.Error("the other's code renews itself, and each time is a look")
	}
	tabs := asker.get("/in/tianjin/code", 200).all(".tabs a")
	if len(tabs) != 2 || tabs[0].words() != in("zh", textMyCode) || tabs[0].attr("aria-current") != "page" {
		t.Errorf("the people to choose from: %d, own first", len(tabs))
	}
	if looks := subject.get("/in/tianjin/looks", 200).text(".rows"); !strings.Contains(looks, "张*") || strings.Count(looks, in("zh", lookPurposes["proxy"])) != 1 {
		t.Errorf("the looks say %s", looks)
	}

	subject.post("/in/tianjin/others/"+id, url.Values{"do": {"remove"}}, 200)
	asker.get("/in/tianjin/others/"+id+"/code", 404)
}

// relationOf finds the relation in the page of family and others.
func relationOf(p *page) string {
	for _, form := range p.all("main form") {
		if id, ok := strings.CutPrefix(form.attr("action"), "/in/tianjin/others/"); ok {
			return id
		}
	}
	return ""
}

// TestAskingTellsNothing: a stranger's answer is that of somebody registered.
func TestAskingTellsNothing(t *testing.T) {
	s := newSite(t)
	asker := s.register("tianjin", zhang)
	s.register("tianjin", anna)
	known := asker.ask("tianjin", "spouse", anna, 200)
	stranger := asker.ask("tianjin", "parent", someone{name: "李四", kind: "CN-ID", number: "110101199003070038"}, 200)
	if known.one(".note").words() != stranger.one(".note").words() {
		t.Errorf("known: %s\nstranger: %s", known.one(".note").words(), stranger.one(".note").words())
	}
}

func TestAskingFaults(t *testing.T) {
	s := newSite(t)
	v := s.register("tianjin", zhang)
	if p := v.ask("tianjin", "spouse", zhang, 422); p.one(".errors a").attr("href") != "#f-relation" {
		t.Errorf("asking for oneself: %s", p.text(".errors"))
	}
	child := someone{name: "张小宝", kind: "CN-ID", number: "110101201203070018"}
	if p := v.ask("tianjin", "child", child, 422); p.one(".errors a").attr("href") != "#f-photo" && p.one(".errors a").attr("href") != "#f-document-number" {
		t.Errorf("a child without its key page: %s", p.text(".errors"))
	}
	if p := v.ask("tianjin", "child", anna, 422); p.one(".errors a").attr("href") != "#f-birth" || len(p.all("input[name=birth]")) != 1 {
		t.Errorf("a child with a foreign passport and no date of birth: %s", p.text(".errors"))
	}
	if len(v.get("/in/tianjin/others/ask?document.type=CN-ID", 200).all("input[name=birth]")) != 0 {
		t.Error("asks for a birth that the number tells")
	}
	if len(v.get("/in/tianjin/others/ask", 200).all("input[value=other]")) != 0 {
		t.Error("Tianjin's policy knows no other relations")
	}
}

func TestDisputeIsKept(t *testing.T) {
	s := newSite(t)
	v := s.register("beijing", zhang)
	s.add(zhang, riskStay())
	link := v.get("/in/beijing/code", 200).one("section.reason a.small").attr("href")
	p := v.get(link, 200)
	if !strings.Contains(p.text("main"), "朝阳区") {
		t.Errorf("the form doesn't say what is disputed: %s", p.text("main"))
	}
	empty := v.submit(p, "main form", url.Values{"statement": {"  "}}, 422)
	if empty.one(".errors a").attr("href") != "#f-statement" {
		t.Errorf("nothing written: %s", empty.text(".errors"))
	}
	p = v.submit(p, "main form", url.Values{"statement": {"票退了。\n我在家。"}}, 200)
	for _, want := range []string{in("zh", textDisputeKept), "票退了。 我在家。", in("zh", disputeStates["received"])} {
		if !strings.Contains(p.text("main"), want) {
			t.Errorf("%q isn't in the confirmation: %s", want, p.text("main"))
		}
	}
	s.now = s.now.AddDate(0, 0, 14)
	v.get(link, 404) // the reason no longer holds
}

func TestLooksAndDisputesStartEmpty(t *testing.T) {
	v := newSite(t).register("beijing", zhang)
	if got := v.get("/in/beijing/looks", 200).text("main"); !strings.Contains(got, in("zh", textNoLooks)) {
		t.Errorf("looks: %s", got)
	}
	if got := v.get("/in/beijing/disputes", 200).text("main"); !strings.Contains(got, in("zh", textNoDisputes)) {
		t.Errorf("disputes: %s", got)
	}
}

// TestNobodyReadsAnother: a session shows its own person alone.
func TestNobodyReadsAnother(t *testing.T) {
	s := newSite(t)
	one, two := s.register("tianjin", zhang), s.register("tianjin", anna)
	two.ask("tianjin", "spouse", zhang, 200)
	id := relationOf(two.get("/in/tianjin/others", 200))
	three := s.register("tianjin", someone{name: "李四", kind: "CN-ID", number: "110101199003070038", phone: "+8613800000003"})
	three.post("/in/tianjin/others/"+id, url.Values{"do": {"remove"}}, 404)
	three.get("/in/tianjin/others/"+id+"/code", 404)
	s.now = s.now.Add(time.Minute)
	if got := one.get("/in/tianjin/others", 200).text("main"); !strings.Contains(got, in("zh", textConsent)) {
		t.Errorf("a stranger changed the request: %s", got)
	}
}
