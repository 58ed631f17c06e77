package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"healthcode"
)

// riskStay is one in a county that was at medium risk.
func riskStay() healthcode.Fact {
	return healthcode.Fact{Source: "telecom", Kind: healthcode.KindStay, Area: "110105", Evidence: "telecom",
		From: time.Date(2022, 4, 20, 10, 0, 0, 0, shanghai), To: time.Date(2022, 4, 26, 18, 0, 0, 0, shanghai)}
}

func closeContact() healthcode.Fact {
	return healthcode.Fact{Source: "cdc", Kind: healthcode.KindContact, Class: "close", Time: time.Date(2022, 4, 25, 12, 0, 0, 0, shanghai)}
}

// TestReasonCard: why, since when, until when, from which fact and source, how
// it ends, whom to call, and a way to say that it isn't so.
func TestReasonCard(t *testing.T) {
	s := newSite(t)
	v := s.register("beijing", zhang)
	s.add(zhang, riskStay())
	p := v.get("/in/beijing/code", 200)
	if got := p.text(".badge-name"); got != "暂不能确认" {
		t.Errorf("the state is %q", got)
	}
	card := p.text("section.reason")
	for _, want := range []string{
		"弹窗3", "朝阳区", // the hold, and the county in the rule's text
		"2022年4月20日", "2022年5月11日 00:00", // since, until
		"通信运营商", "到过", // the source, the fact
		in("zh", textHowItEnds), in("zh", textWhoHelps), "12345",
	} {
		if !strings.Contains(card, want) {
			t.Errorf("%q isn't on the card:\n%s", want, card)
		}
	}
	if got := p.one("section.reason .phone a").attr("href"); got != "tel:12345" {
		t.Errorf("the phone's link is %q", got)
	}
	if !strings.HasPrefix(p.one("section.reason a.small").attr("href"), "/in/beijing/dispute?") {
		t.Error("there is no way to say that it isn't right")
	}
	if link := p.one(".note a").attr("href"); len(p.all(link)) != 1 {
		t.Errorf("the line on top leads to %q, which isn't there", link)
	}
}

// TestUnknownEndSaysWhatItWaitsFor instead of a date.
func TestUnknownEndSaysWhatItWaitsFor(t *testing.T) {
	s := newSite(t)
	v := s.register("beijing", anna)
	s.add(anna, closeContact())
	p := v.get("/in/beijing/code", 200)
	if want := in("zh", textWaitsFor, in("zh", waiting["verification"])); !strings.Contains(p.text("section.reason"), want) {
		t.Errorf("%q isn't on the card:\n%s", want, p.text("section.reason"))
	}
}

func TestTimelineSaysTheSameInATable(t *testing.T) {
	s := newSite(t)
	v := s.register("beijing", zhang)
	s.add(zhang, riskStay())
	p := v.get("/in/beijing/code", 200)
	bars, rows := p.all("figure rect.timeline-bar"), p.all("figure tbody tr")
	if len(bars) != 3 || len(rows) != len(bars) {
		t.Fatalf("%d bars, %d rows; want green, held and green again", len(bars), len(rows))
	}
	if now := p.text("figure tr.now"); !strings.Contains(now, "暂不能确认") || !strings.Contains(now, "2022年5月11日 00:00") {
		t.Errorf("the row of now says %q", now)
	}
	if p.one("figure svg").attr("aria-label") == "" {
		t.Error("the drawing has no name")
	}
	if got := p.text(".note"); !strings.Contains(got, in("zh", textGoodAgain, "绿色", "2022年5月11日 00:00")) {
		t.Errorf("when it is green again isn't on top: %q", got)
	}
}

func TestEnglishPageHasNoChinese(t *testing.T) {
	s := newSite(t)
	v := s.register("beijing", anna)
	s.add(anna, riskStay(), closeContact())
	v.post("/language", url.Values{"lang": {"en"}, "back": {"/in/beijing/code"}}, 200)
	for _, path := range []string{"code", "report", "report/trip", "report/symptoms", "others", "others/ask", "looks", "account", "photo", "disputes", "help"} {
		p := v.get("/in/beijing/"+path, 200)
		if got := p.one("html").attr("lang"); got != "en" {
			t.Errorf("%s: lang is %q", path, got)
		}
		for _, r := range p.text("main") + p.text("title") + p.text("footer") {
			if r >= 0x4e00 && r <= 0x9fff {
				t.Errorf("%s has Chinese: %s", path, p.text("main"))
				break
			}
		}
	}
}

// TestPassIsRenewed: the part that the script fetches is a new pass, which the public check knows.
func TestPassIsRenewed(t *testing.T) {
	s := newSite(t)
	v := s.register("beijing", zhang)
	p := v.get("/in/beijing/code", 200)
	first := p.one("[data-pass]").attr("data-text")
	address := p.one("[data-renew]").attr("data-renew")
	s.now = s.now.Add(50 * time.Second)
	fresh := v.get(address, 200).one("[data-pass]")
	if fresh.attr("data-text") == first || fresh.attr("data-state") != "green" || fresh.attr("data-life") != "60000" {
		t.Errorf("renewed: state %s, life %s", fresh.attr("data-state"), fresh.attr("data-life"))
	}
	s.now = s.now.Add(20 * time.Second)
	nobody := s.browser()
	if got := nobody.post("/check", url.Values{"pass": {fresh.attr("data-text")}}, 200).text(".badge-name"); got != "绿色" {
		t.Errorf("the renewed pass is %q", got)
	}
	if got := nobody.post("/check", url.Values{"pass": {first}}, 200); !strings.Contains(got.text("main"), in("zh", checkFailures["expired"])) {
		t.Errorf("the old pass is %q", got.text("main"))
	}
}

// TestLanguage: a choice outweighs the browser, whose wish outweighs the default.
func TestLanguage(t *testing.T) {
	for header, want := range map[string]healthcode.Language{
		"": "zh", "zh-CN,zh;q=0.9": "zh", "zh-TW": "zh", "zh-Hant-HK": "zh", "en-GB,en;q=0.8": "en", "fr-FR": "en", "fr, zh;q=0.5": "zh", "ja": "en", "???": "en",
	} {
		if got := preferred(header); got != want {
			t.Errorf("Accept-Language %q gives %s, want %s", header, got, want)
		}
	}
	v := newSite(t).browser()
	if got := v.get("/check", 200).one("html").attr("lang"); got != "zh-Hans" {
		t.Errorf("without a wish: %s", got)
	}
	p := v.submit(v.get("/check", 200), "header form", url.Values{"lang": {"en"}}, 200)
	if p.response.Request.URL.Path != "/check" || p.one("html").attr("lang") != "en" {
		t.Errorf("the switch led to %s in %s", p.response.Request.URL, p.one("html").attr("lang"))
	}
	for _, cookie := range v.client.Jar.Cookies(p.response.Request.URL) {
		if cookie.Name == "lang" && cookie.Value == "en" {
			return
		}
	}
	t.Error("the choice isn't kept")
}

// TestEveryPageIsWhole: one heading of the first rank, a title, a language switch, no field without a label.
func TestEveryPageIsWhole(t *testing.T) {
	s := newSite(t)
	v := s.register("beijing", zhang)
	s.add(zhang, riskStay(), closeContact())
	for _, route := range s.server.Routes() {
		resident := route.Roles == nil || len(route.Roles) == 1 && route.Roles[0] == healthcode.RoleResident
		if route.Method != http.MethodGet || !resident || strings.Contains(route.Pattern, "{file}") || strings.Contains(route.Pattern, "{relation}") ||
			strings.HasSuffix(route.Pattern, "/pass") || strings.HasSuffix(route.Pattern, "/live") || strings.HasSuffix(route.Pattern, "/code/state") || strings.HasSuffix(route.Pattern, "/dispute") ||
			strings.Contains(route.Pattern, "/certificates/{id}") || strings.Contains(route.Pattern, "/links/{id}") || strings.Contains(route.Pattern, "{mission}") || strings.HasPrefix(route.Pattern, "/boarding/my") ||
			slices.Contains([]string{"/verify/trust.json", "/verify/worker.js", "/code-worker.js", didPath, didNetworkPath, revocationsPath}, route.Pattern) {
			continue
		}
		address := addressOf(route)
		if strings.HasSuffix(route.Pattern, "/cases/{id}") {
			address = "/in/beijing/cases/" + s.opened(v, "beijing")
		}
		if strings.Contains(route.Pattern, "{phone}") {
			address = v.ofPhone(route.Pattern, 0)
		}
		p := v.get(address, 200)
		if len(p.all("h1")) != 1 || p.text("title") == "" || len(p.all("header form button")) == 0 || len(p.all("main")) != 1 {
			t.Errorf("%s: %d headings, title %q", route.Pattern, len(p.all("h1")), p.text("title"))
		}
		labels := map[string]bool{}
		for _, label := range p.all("label") {
			labels[label.attr("for")] = true
		}
		ids := map[string]bool{}
		for _, n := range p.all("[id]") {
			if ids[n.attr("id")] {
				t.Errorf("%s: id %s is there twice", route.Pattern, n.attr("id"))
			}
			ids[n.attr("id")] = true
		}
		for _, tag := range []string{"input", "select", "textarea"} {
			for _, n := range p.all("main " + tag) {
				if n.attr("type") != "hidden" && !labels[n.attr("id")] {
					t.Errorf("%s: %s %s has no label", route.Pattern, tag, n.attr("name"))
				}
			}
		}
	}
}

// TestNumberToReadOut stands for the person at a door of the same place, for two minutes.
func TestNumberToReadOut(t *testing.T) {
	s := newSite(t)
	v := s.register("beijing", zhang)
	p := v.post("/in/beijing/code/number", nil, 200)
	ticket, err := s.server.Status.Resolve(t.Context(), healthcode.Actor{Role: healthcode.RoleCheckpoint, Staff: "door", Jurisdiction: "beijing"}, strings.ReplaceAll(p.text(".number"), " ", ""))
	if err != nil || ticket.Name != "张*" {
		t.Errorf("the number stands for %+v: %v", ticket, err)
	}
	if p := v.get("/in/beijing/code/number", 200); p.response.Request.URL.Path != "/in/beijing/code" {
		t.Errorf("asking again led to %s", p.response.Request.URL)
	}
}

// TestMinorsPage says, until the 17th birthday, that no face recognition took place.
func TestMinorsPage(t *testing.T) {
	s := newSite(t)
	v := s.register("beijing", someone{name: "Tom Little", kind: "PASSPORT", number: "L898902C4", country: "GBR", birth: "2005-04-29", phone: "+8613800000004"})
	label := in("zh", textMinorNoFace)
	if label != "未成年人照片未经人脸识别" || !strings.Contains(v.get("/in/beijing/code", 200).text(".pass"), label) {
		t.Errorf("%q isn't on the page of a person aged 16", label)
	}
	s.now = s.now.AddDate(0, 0, 1)
	if strings.Contains(v.get("/in/beijing/code", 200).text(".pass"), label) {
		t.Error("it is on the page of a person aged 17")
	}
}

func TestMessagesFollowTheLanguage(t *testing.T) {
	s := newSite(t)
	v := s.register("beijing", zhang)
	v.post("/language", url.Values{"lang": {"en"}}, 200)
	id, err := s.store.FindPerson(t.Context(), healthcode.Document{Type: healthcode.DocumentID, Number: zhang.number})
	if err != nil {
		t.Fatal(err)
	}
	if p, err := s.store.Person(t.Context(), id); err != nil || p.Language != healthcode.EN {
		t.Errorf("messages are in %q: %v", p.Language, err)
	}
}

// TestCodeWithoutTheRest: where the list of people can't be read, the code is shown all the same.
func TestCodeWithoutTheRest(t *testing.T) {
	s := newSite(t)
	v := s.register("beijing", zhang)
	p := v.get("/in/beijing/code", 200)
	if strings.Contains(p.text("main"), in("zh", textPartial)) {
		t.Error("something is said to be missing")
	}
	var b strings.Builder
	set := loadPolicies()
	beijing, err := set.Find("beijing", s.now)
	if err != nil {
		t.Fatal(err)
	}
	page := view{lang: "zh", now: s.now, policy: beijing, assets: &s.server.assets}
	if err := codeView(page, ownCode{state: beijing.Held, partial: true, pass: passCard{}}).Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	if p := parsePage(t, b.String()); p.text(".badge-name") == "" || !strings.Contains(p.text("main"), in("zh", textPartial)) {
		t.Errorf("the page says %s", p.text("main"))
	}
}

// BenchmarkCodePage is everything between the request and the page: session, facts, evaluation, pass, drawing.
func BenchmarkCodePage(b *testing.B) {
	s := newSite(b)
	v := s.register("beijing", zhang)
	s.add(zhang, riskStay(), closeContact())
	r, err := http.NewRequest(http.MethodGet, v.http.URL+"/in/beijing/code", nil)
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range v.client.Jar.Cookies(r.URL) {
		r.AddCookie(c)
	}
	for b.Loop() {
		w := httptest.NewRecorder()
		s.server.ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			b.Fatal(w.Code)
		}
		b.SetBytes(int64(w.Body.Len()))
	}
}
