package web

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/url"
	"strings"
	"testing"
	"time"

	"healthcode"
)

// associated registers somebody who has hold 3, and returns the browser and the address of the case as staff open it.
func (s *site) associated() (v *browser, path string) {
	s.t.Helper()
	v = s.register("beijing", zhang)
	s.add(zhang, healthcode.Fact{Kind: healthcode.KindContact, Class: "association", Time: s.now.Add(-time.Hour), Source: "telecom"})
	cases, err := s.server.Cases.Own(s.t.Context(), v.personOf(), "beijing")
	if err != nil || len(cases) != 1 {
		s.t.Fatalf("cases %+v, %v", cases, err)
	}
	return v, "/staff/cases/" + cases[0].ID
}

func TestACaseFromTheCodeToTheDecision(t *testing.T) {
	s := newSite(t)
	v, path := s.associated()
	own := strings.Replace(path, "/staff/", "/in/beijing/", 1)
	p := v.get("/in/beijing/code", 200)
	note := p.text(".reason .case-note")
	for _, want := range []string{in("zh", caseStates[healthcode.CaseReceived]), "2022年4月28日 13:00", "12345"} {
		if !strings.Contains(note, want) {
			t.Errorf("%q isn't under the reason: %s", want, note)
		}
	}
	officer, colleague := s.staff(healthcode.RoleCaseworker, "beijing", ""), s.colleague()
	p = officer.get("/staff/cases", 200)
	if rows := p.all(".rows li"); len(rows) != 1 || !strings.Contains(rows[0].words(), "Pop-up 3") {
		t.Errorf("the queue shows %s", p.text("main"))
	}
	p = officer.get(path, 200)
	for _, want := range []string{zhang.name, zhang.number, "telecom"} {
		if !strings.Contains(p.text("main"), want) {
			t.Errorf("%q isn't on the page of the case", want)
		}
	}
	stale := colleague.get(path, 200)
	p = officer.submit(p, "#act-take", nil, 200)
	late := colleague.submit(stale, "#act-take", nil, 409)
	if !strings.Contains(late.text(".errors"), "Somebody has just changed this case") {
		t.Errorf("the second officer reads %s", late.text("main"))
	}
	p = officer.submit(p, "#act-ask", url.Values{"ask.question": {""}}, 422)
	if p.one(".errors a").attr("href") != "#f-ask-question" {
		t.Errorf("the error leads to %s", p.one(".errors a").attr("href"))
	}
	officer.submit(p, "#act-ask", url.Values{"ask.question": {"Where were you on Wednesday?"}}, 200)

	p = v.get(own, 200)
	if !strings.Contains(p.text("main"), "Where were you on Wednesday?") {
		t.Errorf("the person reads %s", p.text("main"))
	}
	first := v.submit(p, "#say", url.Values{"text": {"At <b>home</b>."}}, 200)
	v.submit(p, "#say", url.Values{"text": {"At <b>home</b>."}}, 200) // sent twice
	p = v.submit(first, "#sign", url.Values{"name": {zhang.name}}, 200)
	if len(p.all("#sign")) != 0 || strings.Count(p.text("main"), "At <b>home</b>.") != 1 {
		t.Errorf("after signing: %s", p.text("main"))
	}
	p = v.submit(p, "#move", url.Values{"where": {"outside"}, "stays": {"hotel"}}, 200)
	if !strings.Contains(p.text(".facts"), "不在北京人员服务专线") {
		t.Errorf("the case is routed to %s", p.text(".facts"))
	}
	p = officer.get(path, 200)
	if got := p.text("main"); !strings.Contains(got, "At <b>home</b>.") || !strings.Contains(got, in("en", entryKinds["commitment"])) {
		t.Errorf("the officer sees %s", got)
	}
	p = officer.submit(p, "#act-take", nil, 200)
	p = officer.submit(p, "#act-lift", url.Values{"lift.ground": {"no-link"}, "lift.evidence": {""}}, 422)
	p = officer.submit(p, "#act-lift", url.Values{"lift.ground": {"no-link"}, "lift.evidence": {"By phone, and a parcel signed for at home."}}, 200)
	if !strings.Contains(p.text("main"), "By phone, and a parcel") || len(p.all("#act-lift")) != 0 {
		t.Errorf("after proposing: %s", p.text("main"))
	}
}

func TestQueueFilters(t *testing.T) {
	s := newSite(t)
	_, path := s.associated()
	s.now = s.now.Add(5 * time.Hour)
	officer := s.staff(healthcode.RoleCaseworker, "beijing", "")
	rows := func(query string) int { return len(officer.get("/staff/cases?"+query, 200).all("ol.rows li")) }
	for query, want := range map[string]int{"": 1, "late=1": 1, "mine=1": 0, "office=hotels": 0, "office=community": 1, "state=decided": 0,
		"after=9999999999999999999.x": 1, "after=1751000000000000000.x": 0, "state=weather": 1} {
		if got := rows(query); got != want {
			t.Errorf("%q lists %d cases, want %d", query, got, want)
		}
	}
	officer.submit(officer.get(path, 200), "#act-take", nil, 200)
	if rows("state=assigned&mine=1") != 1 || rows("") != 0 {
		t.Error("the case isn't among the officer's own")
	}
}

// orders sends a file of work orders.
func (v *browser) orders(as, content string, want int) *page {
	v.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	w.WriteField("as", as)
	part, err := w.CreateFormFile("file", "orders.csv")
	if err != nil {
		v.t.Fatal(err)
	}
	part.Write([]byte(content))
	w.Close()
	r, err := v.client.Post(v.http.URL+"/staff/orders", w.FormDataContentType(), &b)
	return v.read(r, err, want)
}

func TestWorkOrdersByUpload(t *testing.T) {
	s := newSite(t)
	officer := s.staff(healthcode.RoleCaseworker, "beijing", "")
	file := "document,reason,area,note\n" + zhang.number + ",3,110106,sent on Thursday\nnobody,3,110106,no document\n"
	p := officer.orders("page", file, 200)
	if got := p.text("main"); !strings.Contains(got, "1 opened, 0 noted in open cases, 0 duplicates, 1 refused") || len(p.all(".refused li")) != 1 {
		t.Errorf("the report says %s", got)
	}
	p = officer.orders("csv", file, 200)
	if lines := strings.Split(strings.TrimSpace(p.source), "\n"); len(lines) != 3 || !strings.HasPrefix(lines[1], "2,duplicate,") || !strings.HasPrefix(lines[2], "3,refused,") {
		t.Errorf("the file says %s", p.source)
	}
	if p := officer.orders("page", "a,b\n", 422); len(p.all(".errors")) != 1 {
		t.Errorf("a wrong header says %s", p.text("main"))
	}
}

func TestHotlineOpensCases(t *testing.T) {
	s := newSite(t)
	s.associated()
	agent := s.staff(healthcode.RoleHotline, "beijing", "")
	p := agent.get("/staff/hotline", 200)
	p = agent.submit(p, "main form", url.Values{"document.type": {zhang.kind}, "document.number": {"11010519491231002"}, "statement": {"x"}}, 422)
	p = agent.submit(p, "main form", url.Values{"document.type": {zhang.kind}, "document.number": {zhang.number}, "statement": {"I am outside and can't come home."}}, 200)
	if got := p.text("main"); !strings.Contains(got, textHotlineOpened.EN) || strings.Contains(p.source, zhang.name) || strings.Contains(got, "telecom") {
		t.Errorf("the agent sees %s", got)
	}
}

func TestRoutingTableIsPublished(t *testing.T) {
	s := newSite(t)
	for _, place := range s.server.Policies.Jurisdictions() {
		s.now = s.server.Policies.Versions(place)[0].From.Add(time.Hour)
		p := s.browser().get(fmt.Sprintf("/in/%s/help/offices", place), 200)
		if rows := p.all("tbody tr"); len(rows) != 6 {
			t.Errorf("%s: %d rows", place, len(rows))
		}
	}
}

// opened stores a case of a resident.
func (s *site) opened(v *browser, jurisdiction string) string {
	s.t.Helper()
	person := v.personOf().Person
	c := healthcode.Case{ID: "c" + person.String(), Person: person, Jurisdiction: jurisdiction, Subject: "3", Episode: 1, Origin: healthcode.OriginWorkOrder,
		State: healthcode.CaseReceived, Opened: s.now, Due: s.now.Add(time.Hour), Last: s.now.Add(time.Hour), Wake: s.now.Add(time.Hour)}
	if _, err := s.store.PutCases(s.t.Context(), []healthcode.CaseWrite{{Case: c}}); err != nil {
		s.t.Fatal(err)
	}
	return c.ID
}

// colleague is a second caseworker of Beijing.
func (s *site) colleague() *browser {
	s.t.Helper()
	m := healthcode.Staff{Name: "colleague", Role: healthcode.RoleCaseworker, Jurisdiction: "beijing", PasswordHash: passwordHash}
	if err := s.store.PutStaff(s.t.Context(), m); err != nil {
		s.t.Fatal(err)
	}
	v := s.browser()
	v.english()
	v.post("/staff/sign-in", url.Values{"name": {m.Name}, "password": {password}}, 200)
	return v
}
