package web

import (
	"net/url"
	"os"
	"strings"
	"testing"
	"time"
)

// TestSymptomsTurnTheCode at once, and back again; what is sent twice is stored once.
func TestSymptomsTurnTheCode(t *testing.T) {
	s := newSite(t)
	s.now = time.Date(2020, 3, 10, 9, 0, 0, 0, shanghai)
	v := s.register("tianjin", zhang)
	report := func(ticked ...string) *page {
		t.Helper()
		p := v.submit(v.get("/in/tianjin/report/symptoms", 200), "main form", url.Values{"symptom": ticked}, 200)
		sealed := p.one("input[name=report]").attr("value")
		p = v.submit(p, "main form", nil, 200)
		v.post("/in/tianjin/report/send", url.Values{"report": {sealed}}, 200) // once more
		s.now = s.now.Add(time.Minute)
		return p
	}
	p := report("fever", "cough")
	if p.response.Request.URL.Path != "/in/tianjin/code" || p.text(".badge-name") != "橙色" {
		t.Errorf("fever led to %s: %s", p.response.Request.URL, p.text(".badge-name"))
	}
	if !strings.Contains(p.text("main"), in("zh", textReported)) {
		t.Error("it isn't said that the report has arrived")
	}
	if p = report("none"); p.text(".badge-name") != "绿色" {
		t.Errorf("no symptoms any more: %s", p.text(".badge-name"))
	}
	if got := len(v.get("/in/tianjin/declarations", 200).all("section")[0].all(".rows li")); got != 2 {
		t.Errorf("%d reports are listed, want 2", got)
	}
}

func TestNothingTickedIsAsked(t *testing.T) {
	v := newSite(t).register("beijing", zhang)
	for _, ticked := range [][]string{nil, {"none", "fever"}} {
		p := v.submit(v.get("/in/beijing/report/symptoms", 200), "main form", url.Values{"symptom": ticked}, 422)
		if p.one(".errors a").attr("href") != "#f-symptom" {
			t.Errorf("%v: %s", ticked, p.text(".errors"))
		}
	}
}

// TestTrip lists two places, takes one out, reviews, goes back, and sends.
func TestTrip(t *testing.T) {
	v := newSite(t).register("beijing", zhang)
	v.verified()
	form := func(p *page, step string, values url.Values, want int) *page {
		t.Helper()
		all := url.Values{"step": {step}, "stay": nil}
		for _, n := range p.all("main form") {
			if found := n.all("input[name=stay]"); len(found) > 0 {
				for _, s := range found {
					all.Add("stay", s.attr("value"))
				}
				break
			}
		}
		for name, value := range values {
			all[name] = value
		}
		return v.post("/in/beijing/report/trip", all, want)
	}
	p := v.get("/in/beijing/report/trip", 200)
	if len(p.all("select[name=area]")) != 0 {
		t.Error("counties are asked for before their province")
	}
	p = form(p, "province", url.Values{"province": {"31"}}, 200)
	if got := len(p.all("select[name=area] option")); got != 17 {
		t.Errorf("Shanghai has %d options, want 16 districts and the first line", got)
	}
	p = form(p, "add", url.Values{"province": {"31"}, "area": {""}, "from": {"2022-04-20"}}, 422)
	if p.one(".errors a").attr("href") != "#f-area" {
		t.Errorf("without a county: %s", p.text(".errors"))
	}
	p = form(p, "add", url.Values{"province": {"31"}, "area": {"310115"}, "from": {"2022/4/20"}, "to": {"2022年4月24日"}}, 200)
	p = form(p, "province", url.Values{"province": {"abroad"}}, 200)
	p = form(p, "add", url.Values{"province": {"abroad"}, "area": {"GB"}, "from": {"2022-04-16"}, "to": {"2022-04-18"}}, 200)
	if got := p.text(".rows"); !strings.Contains(got, "浦东新区") || !strings.Contains(got, "英国") {
		t.Fatalf("the list is %s", got)
	}
	p = form(p, "remove:1", nil, 200)
	p = form(p, "review", nil, 200)
	if got := p.text(".rows"); !strings.Contains(got, "浦东新区") || strings.Contains(got, "英国") || !strings.Contains(got, "行程申报") {
		t.Errorf("the review says %s", got)
	}
	forms := p.all("main form")
	back := url.Values{"do": {"edit"}}
	for _, n := range forms[1].all("input") {
		back.Add(n.attr("name"), n.attr("value"))
	}
	if again := v.post(forms[1].attr("action"), back, 200); !strings.Contains(again.text(".rows"), "浦东新区") {
		t.Errorf("going back loses the list: %s", again.text("main"))
	}
	p = v.submit(p, "main form", nil, 200)
	if p.response.Request.URL.Path != "/in/beijing/report/trip/result" || p.text(".badge-name") != "暂不能确认" {
		t.Errorf("the trip led to %s: %s", p.response.Request.URL, p.text(".badge-name"))
	}
}

func TestContactAndQuarantineAreReviewed(t *testing.T) {
	v := newSite(t).register("ningbo", zhang)
	for path, values := range map[string]url.Values{
		"contact":    {"class": {"same-building"}, "time": {"2022-04-27"}},
		"quarantine": {"place": {"home"}, "from": {"2022-04-01"}, "completed": {"yes"}, "to": {"2022-04-28"}},
	} {
		p := v.submit(v.get("/in/ningbo/report/"+path, 200), "main form", values, 200)
		if len(p.all(".rows li")) != 1 || p.text("h1") != in("zh", textReviewTitle) {
			t.Errorf("%s: %s", path, p.text("main"))
		}
		values.Set("time", "2030-01-01")
		values.Set("from", "2030-01-01")
		v.submit(v.get("/in/ningbo/report/"+path, 200), "main form", values, 422)
	}
}

// TestLocationStaysOnThePhone: the script has no means of sending or keeping anything.
func TestLocationStaysOnThePhone(t *testing.T) {
	script, err := os.ReadFile("static/location.js")
	if err != nil {
		t.Fatal(err)
	}
	for _, means := range []string{"fetch", "XMLHttpRequest", "sendBeacon", "WebSocket", "EventSource", "cookie", "Storage", "indexedDB",
		"submit", ".value =", ".src", "href", "import", "postMessage", " location", "window"} {
		if strings.Contains(string(script), means) {
			t.Errorf("location.js uses %s", means)
		}
	}
	v := newSite(t).register("beijing", zhang)
	v.verified()
	p := v.post("/in/beijing/report/trip", url.Values{"step": {"province"}, "province": {"11"}}, 200)
	hint := p.one("[data-location]")
	if len(hint.all("input")) != 0 || hint.all("button")[0].attr("type") != "button" {
		t.Error("the hint could become a part of the form")
	}
	if !strings.Contains(p.response.Header.Get("Permissions-Policy"), "geolocation=(self)") {
		t.Error("the page may not ask where the phone is")
	}
}

func TestTypedDays(t *testing.T) {
	for typed, want := range map[string]string{
		"2022-04-28": "2022-04-28", "2022/4/28": "2022-04-28", "2022.4.28": "2022-04-28", "2022年4月28日": "2022-04-28",
		"20220428": "2022-04-28", " 2022-4-8 ": "2022-04-08", "28/4/2022": "28/4/2022", "": "", "soon": "soon", "2022-02-30": "2022-02-30",
	} {
		if got := typedDay(typed); got != want {
			t.Errorf("typedDay(%q) = %q, want %q", typed, got, want)
		}
	}
}
