package web

import (
	"bytes"
	"mime/multipart"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"healthcode"
)

// upload sends files by name.
func (v *browser) upload(path string, files map[string]string, want int) *page {
	v.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for name, content := range files {
		part, err := form.CreateFormFile("files", name)
		if err != nil {
			v.t.Fatal(err)
		}
		part.Write([]byte(content))
	}
	form.Close()
	r, err := v.client.Post(v.http.URL+path, form.FormDataContentType(), &body)
	return v.read(r, err, want)
}

func TestAreasAtRiskNow(t *testing.T) {
	s := newSite(t)
	p := s.staff(healthcode.RoleAuthority, "beijing", "").get("/staff/areas", 200)
	first := p.one(".staff-table tbody tr")
	if !strings.Contains(first.attr("class"), "own") || !strings.Contains(first.words(), "110105") || !strings.Contains(first.words(), "24 April 2022") {
		t.Errorf("the first county is %s", first.words())
	}
	if strings.Contains(p.text(".staff-table"), textLevelLow.EN) {
		t.Error("a county of low risk is listed")
	}
}

func TestUploadAreaHistory(t *testing.T) {
	s := newSite(t)
	v := s.staff(healthcode.RoleAuthority, "tianjin", "")
	p := v.upload("/staff/areas", map[string]string{"areas.json": `{"areas":[{"code":"120101","name":{"zh":"和平区","en":"Heping"},"levels":[{"from":"2022-04-28","level":"high"}]}]}`}, 200)
	if !strings.Contains(p.text(".note"), "counties: 1") {
		t.Errorf("the report is %s", p.text(".note"))
	}
	if first := p.one(".staff-table tbody tr").words(); !strings.Contains(first, "120101") || !strings.Contains(first, textLevelHigh.EN) {
		t.Errorf("the first county is %s", first)
	}
	for name, tt := range map[string]struct{ content, want string }{
		"unknown field":  {`{"areas":[{"code":"120101","colour":"red"}]}`, "colour"},
		"unknown county": {`{"areas":[{"code":"129999"}]}`, "129999"},
		"no list":        {`{"data":1}`, "faulty.json"},
		"no JSON":        {`<html>`, "faulty.json"},
	} {
		p := v.upload("/staff/areas", map[string]string{"faulty.json": tt.content}, 422)
		if got := p.text(".errors"); !strings.Contains(got, tt.want) {
			t.Errorf("%s: the page says %s", name, got)
		}
	}
	p = v.upload("/staff/areas", nil, 422)
	if got := p.text(".errors"); !strings.Contains(got, textAreasNoFile.EN) {
		t.Errorf("without a file: %s", got)
	}
}

// TestUploadSnapshots reads real snapshots, one of them with a place that is in no list.
func TestUploadSnapshots(t *testing.T) {
	s := newSite(t)
	v := s.staff(healthcode.RoleAuthority, "beijing", "")
	files := map[string]string{}
	const name = "2022041520-f04a1ad0.json"
	data, err := os.ReadFile("../area/testdata/snapshots/" + name)
	if err != nil {
		t.Fatal(err)
	}
	files[name] = string(data)
	p := v.upload("/staff/areas", files, 200)
	report := p.text(".note")
	if !strings.Contains(report, "files 1, instants 1") || !strings.Contains(report, textAreasAllMapped.EN) {
		t.Errorf("the report is %s", report)
	}
	files[name] = strings.Replace(files[name], `"city": "廊坊市", "county": "安次区"`, `"city": "无此市", "county": "无此区"`, 1)
	files["broken.json"] = `{"data":`
	report = v.upload("/staff/areas", files, 200).text(".note")
	if !strings.Contains(report, "无此区") || !strings.Contains(report, "broken.json: ") {
		t.Errorf("the report hides what could not be used: %s", report)
	}
}

func TestPoliciesAreExplained(t *testing.T) {
	s := newSite(t)
	v := s.staff(healthcode.RoleAuthority, "beijing", "")
	p := v.get("/staff/policies", 200)
	versions := s.server.Policies.Versions("beijing")
	if cards := p.all("article"); len(cards) != len(versions) || !strings.Contains(cards[0].words(), textPolicyInForce.EN) {
		t.Errorf("the list is %s", p.text("main"))
	}
	for _, version := range versions {
		if !strings.Contains(p.text("main"), version.SHA256) {
			t.Errorf("%s: its SHA-256 is missing", version.Ref())
		}
		page := v.get("/staff/policies/"+version.Version, 200)
		if !strings.Contains(page.text("h1"), version.Ref()) || !strings.Contains(page.text("main"), version.SHA256) || len(page.all("h1")) != 1 || strings.Contains(page.source, "<style") {
			t.Errorf("%s: the page begins %.300s", version.Ref(), page.text("main"))
		}
		for _, rule := range version.Rules {
			if !strings.Contains(page.text("main"), rule.Rule) {
				t.Errorf("%s: rule %s isn't explained", version.Ref(), rule.Rule)
			}
		}
	}
	v.get("/staff/policies/1999-01", 404)
}

func TestAuditorSeesLooks(t *testing.T) {
	s := newSite(t)
	v, resident := s.staff(healthcode.RoleAuditor, "beijing", ""), s.register("beijing", zhang)
	person := resident.personOf().Person
	for i, l := range []healthcode.Look{
		{Role: healthcode.RoleCheckpoint, By: "door-1", Venue: "beijing-mall", Purpose: "scan", Saw: "state"},
		{Role: healthcode.RoleCheckpoint, By: "door-1", Venue: "beijing-mall", Purpose: "scan", Saw: "state"},
		{Role: healthcode.RoleCaseworker, By: "case-1", Purpose: "review", Saw: "photo"},
		{Role: healthcode.RoleResident, By: "李*", Purpose: "proxy", Saw: "state"},
	} {
		l.Person, l.Jurisdiction, l.At = person, "beijing", s.now.Add(-time.Duration(i)*24*time.Hour)
		if err := s.store.PutLook(t.Context(), l); err != nil {
			t.Fatal(err)
		}
	}
	p := v.get("/staff/looks", 200)
	if rows := p.all(".staff-table tbody tr"); len(rows) != 4 || !strings.Contains(rows[0].words(), "door-1") {
		t.Errorf("the list is %s", p.text(".staff-table"))
	}
	bars := p.all(".chart tbody tr")
	if len(bars) != auditDays || bars[auditDays-1].words() != "28 Apr 1" || bars[0].words() != "15 Apr 0" {
		t.Errorf("the chart is %s", p.text(".chart"))
	}
	if bars[auditDays-1].all("rect")[0].attr("width") != "100.0%" || bars[0].all("rect")[0].attr("width") != "0.0%" {
		t.Error("the bars don't agree with the counts")
	}
	for _, secret := range []string{person.String(), "张", "李"} {
		if strings.Contains(p.source, secret) {
			t.Errorf("the page shows %q", secret)
		}
	}
	p = v.get("/staff/looks?by=door-1&purpose=scan", 200)
	if rows := p.all(".staff-table tbody tr"); len(rows) != 2 || p.one("#f-by").attr("value") != "door-1" {
		t.Errorf("the filter shows %s", p.text(".staff-table"))
	}
	if got := v.get("/staff/looks?by=nobody", 200).text("main"); !strings.Contains(got, textAuditNone.EN) {
		t.Errorf("without any: %s", got)
	}
}

func TestAccounts(t *testing.T) {
	s := newSite(t)
	s.staff(healthcode.RoleCheckpoint, "beijing", "mall")
	v := s.staff(healthcode.RoleAdministrator, "beijing", "")
	p := v.get("/staff/accounts/new", 200)
	p = v.submit(p, "main form", url.Values{"name": {"Door One"}, "role": {"checkpoint"}}, 422)
	if p.one(".errors a").attr("href") != "#f-name" || p.one("#f-name").attr("value") != "Door One" {
		t.Errorf("the form says %s", p.text("main"))
	}
	p = v.submit(p, "main form", url.Values{"name": {"door-one"}, "role": {"checkpoint"}}, 422)
	if p.one(".errors a").attr("href") != "#f-venue" {
		t.Errorf("the form says %s", p.text("main"))
	}
	p = v.submit(p, "main form", url.Values{"name": {"door-one"}, "role": {"checkpoint"}, "venue": {"beijing-mall"}}, 201)
	secret := p.text(".secret")
	if secret == "" || strings.Contains(v.get("/staff/accounts", 200).source, secret) {
		t.Error("the password isn't shown once and only once")
	}
	door := s.browser()
	if got := door.post("/staff/sign-in", url.Values{"name": {"door-one"}, "password": {secret}}, 200).response.Request.URL.Path; got != "/staff" {
		t.Fatalf("the new account gets to %s", got)
	}

	p = v.submit(v.get("/staff/accounts", 200), `form[action=/staff/accounts/door-one/open]`, nil, 200)
	if strings.Contains(p.text("main"), textAccountDoneClosed.EN) {
		t.Error("the form's own address closes")
	}
	p = v.post("/staff/accounts/door-one/close", nil, 200)
	if p.text(".note[role=status]") != textAccountDoneClosed.EN || !strings.Contains(p.text("table"), textAccountClosed.EN) {
		t.Errorf("the list says %s", p.text("main"))
	}
	if got := door.get("/door", 200).response.Request.URL.Path; got != "/staff/sign-in" {
		t.Errorf("the closed account still gets to %s", got)
	}
	door.post("/staff/sign-in", url.Values{"name": {"door-one"}, "password": {secret}}, 422)
	v.post("/staff/accounts/door-one/open", nil, 200)
	door.post("/staff/sign-in", url.Values{"name": {"door-one"}, "password": {secret}}, 200)

	p = v.post("/staff/accounts/door-one/reset", nil, 200)
	door.post("/staff/sign-in", url.Values{"name": {"door-one"}, "password": {secret}}, 422)
	door.post("/staff/sign-in", url.Values{"name": {"door-one"}, "password": {p.text(".secret")}}, 200)

	if got := v.post("/staff/accounts/administrator-beijing/close", nil, 422).text(".errors"); got == "" {
		t.Error("closing one's own account says nothing")
	}
	if len(v.get("/staff/accounts", 200).all(`form[action=/staff/accounts/administrator-beijing/open]`)) != 0 {
		t.Error("one's own account can be closed")
	}
	p = v.post("/staff/accounts/new", url.Values{"name": {"lab-one"}, "role": {"lab"}, "source": {"lab:one"}, "token": {"1"}}, 201)
	if _, _, err := s.server.Access.Bearer(t.Context(), p.text(".secret")); err != nil {
		t.Errorf("the token of a machine: %v", err)
	}
}

func TestVenues(t *testing.T) {
	s := newSite(t)
	v := s.staff(healthcode.RoleAdministrator, "ningbo", "")
	p := v.get("/staff/venues/new", 200)
	kinds, err := s.server.Status.Policy("ningbo")
	if err != nil {
		t.Fatal(err)
	}
	if options := p.all("#f-kind option"); len(options) != len(kinds.Venues)+1 {
		t.Errorf("%d kinds are offered, the policy has %d", len(options)-1, len(kinds.Venues))
	}
	for _, option := range p.all("#f-area option") {
		if value := option.attr("value"); value != "" && !strings.HasPrefix(value, "3302") {
			t.Errorf("%s isn't in Ningbo", value)
		}
	}
	p = v.submit(p, "main form", url.Values{"kind": {"village"}, "name": {"东村"}, "area": {"330203"}}, 422)
	if p.one(".errors a").attr("href") != "#f-name" || p.one("#f-name").attr("value") != "东村" {
		t.Errorf("the form says %s", p.text("main"))
	}
	p = v.submit(p, "main form", url.Values{"kind": {"village"}, "name": {"东村"}, "name_en": {"East village"}, "area": {"330203"}}, 200)
	if row := p.text("tbody tr"); !strings.Contains(row, "East village") || !strings.Contains(row, "Ningbo") {
		t.Errorf("the list says %s", row)
	}
}

// TestAdministratorSeesNobody looks for residents on every page of an administrator.
func TestAdministratorSeesNobody(t *testing.T) {
	s := newSite(t)
	s.photo(s.register("beijing", zhang), "beijing")
	v := s.staff(healthcode.RoleAdministrator, "beijing", "")
	for _, path := range []string{"/staff", "/staff/accounts", "/staff/accounts/new", "/staff/venues", "/staff/venues/new"} {
		p := v.get(path, 200)
		for _, secret := range []string{zhang.name, zhang.number, zhang.phone, "张"} {
			if strings.Contains(p.source, secret) {
				t.Errorf("%s shows %q", path, secret)
			}
		}
	}
}
