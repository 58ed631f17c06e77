package web

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"healthcode"
)

// verified has every phone of the signed-in resident answer, for a trip to Beijing.
func (v *browser) verified() {
	v.t.Helper()
	for {
		v.now = v.now.Add(time.Minute)
		p := v.get("/in/beijing/report/trip", 200)
		ask := ending(p.all("form"), "action", "/trip/ask")
		if len(ask) == 0 {
			return
		}
		id := ask[0].all("button")[0].attr("value")
		phone, err := v.store.Phone(v.t.Context(), id)
		if err != nil {
			v.t.Fatal(err)
		}
		v.post("/in/beijing/report/trip/ask", url.Values{"phone": {id}}, 200)
		v.post("/in/beijing/report/trip/phone", url.Values{"phone": {id}, "code": {v.code(phone.Number)}}, 200)
	}
}

// ending picks the nodes whose attribute ends so.
func ending(list []node, attr, suffix string) (found []node) {
	for _, n := range list {
		if strings.HasSuffix(n.attr(attr), suffix) {
			found = append(found, n)
		}
	}
	return found
}

// ofPhone is the address of a page about the resident's n-th phone.
func (v *browser) ofPhone(pattern string, n int) string {
	v.t.Helper()
	p := v.get("/in/beijing/phones", 200)
	unbind := ending(p.all("main a"), "href", "/unbind")
	if n >= len(unbind) {
		v.t.Fatalf("there are %d phones: %s", len(unbind), p.text("main"))
	}
	id := strings.Split(unbind[n].attr("href"), "/")[4]
	return strings.NewReplacer("{place}", "beijing", "{phone}", id).Replace(pattern)
}

// bind adds a number through the pages.
func (v *browser) bind(number string) {
	v.t.Helper()
	v.now = v.now.Add(time.Minute)
	v.post("/in/beijing/phones", url.Values{"phone": {number}}, 200)
	p := v.post("/in/beijing/phones/code", url.Values{"code": {v.code(number)}}, 200)
	if p.response.Request.URL.Path != "/in/beijing/phones" {
		v.t.Fatalf("binding led to %s: %s", p.response.Request.URL, p.text("main"))
	}
}

func TestPhonesPage(t *testing.T) {
	s := newSite(t)
	v := s.register("beijing", zhang)
	v.bind("+8613900000001")
	p := v.get("/in/beijing/phones", 200)
	if got := p.text("main ol"); !strings.Contains(got, "138****0001") || !strings.Contains(got, "139****0001") {
		t.Fatalf("the list: %s", got)
	}
	if p = v.post("/in/beijing/phones", url.Values{"phone": {"123"}}, 422); p.one(".errors a").attr("href") != "#f-phone" {
		t.Errorf("a wrong number: %s", p.text(".errors"))
	}
	unbind := v.ofPhone("/in/{place}/phones/{phone}/unbind", 0)
	v.submit(v.get(unbind, 200), "main form", nil, 200)
	p = v.get("/in/beijing/phones", 200)
	if len(p.all("li.faded")) != 1 || !strings.Contains(p.text("main ol"), "剩余 14 天") {
		t.Errorf("the unbound one: %s", p.text("main ol"))
	}
	s.now = s.now.Add(16 * 24 * time.Hour) // the sign-in of before has ended long ago, its session hasn't
	if p = v.get("/in/beijing/phones", 200); strings.Contains(p.text("main ol"), "138****0001") {
		t.Errorf("it is still there: %s", p.text("main ol"))
	}
}

// TestRelativesPhone: the real user is named with the code that their phone received, and the stay is gone.
func TestRelativesPhone(t *testing.T) {
	s := newSite(t)
	v := s.register("beijing", zhang)
	v.bind("+8613900000001")
	s.now = s.now.Add(time.Minute)
	user := v.ofPhone("/in/{place}/phones/{phone}/user", 1)
	p := v.submit(v.get(user, 200), "main form", nil, 200)
	if len(ending(p.all("form"), "action", "/user")) != 1 {
		t.Fatalf("the code isn't asked for: %s", p.text("main"))
	}
	p = v.post(user, url.Values{"name": {"张小明"}, "kind": {"child"}, "code": {s.code("+8613900000001")}}, 200)
	if got := p.text("main ol"); !strings.Contains(got, "张小明") {
		t.Errorf("the list: %s", got)
	}
	p = v.get("/in/beijing/report/trip", 200)
	if got := len(p.all("ol.card li")); got != 1 {
		t.Errorf("%d phones take part in a trip, want 1", got)
	}
}

// TestLostPhoneGoesToAnOfficer and back.
func TestLostPhoneGoesToAnOfficer(t *testing.T) {
	s := newSite(t)
	browsers := s.everyRole("beijing")
	v, officer := browsers[healthcode.RoleResident], browsers[healthcode.RoleCaseworker]
	lost := v.ofPhone("/in/{place}/phones/{phone}/lost", 0)
	v.submit(v.get(lost, 200), "main form", url.Values{"why": {"given-up"}}, 200)
	p := officer.get("/staff/phones", 200)
	form := p.one("main article form")
	id := form.all("input[name=phone]")[0].attr("value")
	p = officer.post("/staff/phones", url.Values{"phone": {id}, "outcome": {"confirm"}}, 422)
	if len(p.all(".errors")) == 0 {
		t.Error("no ground is asked for")
	}
	officer.post("/staff/phones", url.Values{"phone": {id}, "outcome": {"confirm"}, "ground": {"carrier-record"}}, 200)
	officer.post("/staff/phones", url.Values{"phone": {id}, "outcome": {"refuse"}}, 200) // pressed twice
	if p = v.get("/in/beijing/report/trip", 200); len(ending(p.all("form"), "action", "/trip/ask")) != 0 {
		t.Errorf("a code is still asked for: %s", p.text("main"))
	}
}

// TestPlan answers for every place side by side, and stores nothing.
func TestPlan(t *testing.T) {
	s := newSite(t)
	v := s.browser()
	v.post("/plan", url.Values{"step": {"province"}, "province": {"31"}}, 200)
	p := v.post("/plan", url.Values{"step": {"add"}, "province": {"31"}, "area": {"310115"}, "from": {"2022-04-25"}}, 200)
	stay := p.one("input[name=stay]").attr("value")
	p = v.post("/plan", url.Values{"step": {"answer"}, "stay": {stay}}, 422)
	if p.one(".errors a").attr("href") != "#f-arriving" {
		t.Errorf("without a day: %s", p.text(".errors"))
	}
	p = v.post("/plan", url.Values{"step": {"answer"}, "stay": {stay}, "arriving": {"2022-04-29"}}, 200)
	if got := len(p.all("#answer article")); got != 3 {
		t.Fatalf("%d destinations, want 3: %s", got, p.text("main"))
	}
	if got := p.text("#answer"); !strings.Contains(got, "北京") || !strings.Contains(got, "天津") || !strings.Contains(got, "48小时") {
		t.Errorf("the answer: %s", got)
	}
	if persons, facts, err := s.store.Counts(t.Context()); persons+facts != 0 || err != nil {
		t.Errorf("%d persons and %d facts are stored, %v", persons, facts, err)
	}
	v.post("/plan", url.Values{"step": {"add"}, "province": {"31"}, "area": {"310115"}, "from": {"2030-01-01"}}, 422)
}

// TestOnlyPhoneLost: the sign-in pages say what to do, an officer replaces the number, and the old session ends.
func TestOnlyPhoneLost(t *testing.T) {
	s := newSite(t)
	browsers := s.everyRole("beijing")
	v, officer := browsers[healthcode.RoleResident], browsers[healthcode.RoleCaseworker]
	s.now = s.now.Add(2 * time.Minute)
	if p := s.browser().get("/in/beijing/sign-in", 200); !strings.Contains(p.text("main"), "12345") {
		t.Error("the sign-in page names nobody to call without the old phone")
	}
	p := officer.get("/staff/phones/new", 200)
	first := url.Values{"document.type": {"CN-ID"}, "document.number": {zhang.number}, "phone": {"137 0000 0001"}}
	if p = officer.submit(p, "main form", url.Values{"document.type": {"CN-ID"}, "document.number": {"110101199003070011"}, "phone": {"13700000001"}}, 404); len(p.all(".errors")) == 0 {
		t.Error("a document that nobody registered is taken")
	}
	p = officer.submit(officer.get("/staff/phones/new", 200), "main form", first, 200)
	if strings.Contains(p.text("main"), zhang.phone) || !strings.Contains(p.text("main"), "+8613700000001") {
		t.Errorf("the second step: %s", p.text("main"))
	}
	code := s.code("+8613700000001")
	bad := officer.submit(p, "main form", url.Values{"code": {code[:5] + string("0123456789"[(code[5]-47)%10])}, "why": {"lost"}, "ground": {"seen-in-person"}}, 422)
	p = officer.submit(bad, "main form", url.Values{"code": {code}, "why": {"lost"}, "ground": {"seen-in-person"}}, 200)
	if len(p.all("[role=status]")) == 0 {
		t.Errorf("the officer isn't told that it is done: %s", p.text("main"))
	}
	if got := v.get("/in/beijing/phones", 200); !strings.Contains(got.text("main"), "登录") {
		t.Errorf("the old session still stands: %s", got.text("main"))
	}
}
