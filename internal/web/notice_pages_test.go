package web

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"healthcode"
	"healthcode/internal/board"
)

// bulletin publishes one, and returns its id.
func (s *site) bulletin() string {
	s.t.Helper()
	text := healthcode.Text{ZH: "检测点调整", EN: "Test sites have moved"}
	return loaded(s.server.Board.Publish(s.t.Context(), authority, board.Draft{Title: text, Body: text})).ID
}

// TestNoticesOnThePage: the page tells what has changed, marks what was read, and keeps how one wants to be told.
func TestNoticesOnThePage(t *testing.T) {
	s := newSite(t)
	v := s.register("beijing", zhang)
	if got := v.get("/in/beijing/notices", 200).text("main"); !strings.Contains(got, in("zh", textNoNotices)) {
		t.Errorf("without any: %s", got)
	}
	person := v.personOf().Person
	visit := func() {
		t.Helper()
		if err := s.server.Notices.Visit(t.Context(), person, "beijing"); err != nil {
			t.Fatal(err)
		}
	}
	visit()
	s.add(zhang, closeContact())
	visit()
	p := v.get("/in/beijing/notices", 200)
	if got := p.text("[data-notice=changed]"); !strings.Contains(got, in("zh", textUnread)) || !strings.Contains(got, "12345") {
		t.Errorf("told: %s", got)
	}
	p = v.submit(p, `form[action=/in/beijing/notices/read]`, url.Values{"newest": {p.one("button[name=newest]").attr("value")}}, 200)
	if strings.Contains(p.text("[data-notice]"), in("zh", textUnread)) {
		t.Error("what was read is still new")
	}
	v.post("/in/beijing/notices/setting", url.Values{"messages": {"some"}}, 422)
	p = v.post("/in/beijing/notices/setting", url.Values{"messages": {"none"}}, 200)
	if len(p.all("input[value=none][checked]")) != 1 {
		t.Error("the choice isn't kept")
	}
	s.staff(healthcode.RoleCaseworker, "beijing", "").get("/in/beijing/notices", 403)
}

// TestBoardOfStaff: an authority publishes; each mistake is said, and what was typed stays.
func TestBoardOfStaff(t *testing.T) {
	s := newSite(t)
	v := s.staff(healthcode.RoleAuthority, "beijing", "")
	form := url.Values{"title_zh": {"新增检测点"}, "title_en": {strings.Repeat("x", board.MaxTitle+1)}, "body_zh": {"朝阳区"}, "body_en": {"In Chaoyang"}, "until": {"2022-04-27"}}
	p := v.post("/staff/board", form, 422)
	if p.one("[name=title_zh]").attr("value") != "新增检测点" || len(p.all(".errors a")) == 0 {
		t.Errorf("too long: %s", p.text("main"))
	}
	form.Set("title_en", "A new test site")
	v.post("/staff/board", form, 422) // it ends before it begins
	form.Set("until", "soon")
	v.post("/staff/board", form, 422)
	form.Set("until", "2022-04-30")
	v.post("/staff/board", form, 200)
	if got := s.browser().get("/in/beijing/board", 200).text("[data-bulletin=current]"); !strings.Contains(got, "新增检测点") {
		t.Errorf("the board says %s", got)
	}
	if strings.Contains(s.browser().get("/in/tianjin/board", 200).text("main"), "新增检测点") {
		t.Error("Tianjin's board shows Beijing's")
	}
	s.staff(healthcode.RoleCaseworker, "beijing", "").post("/staff/board", form, 403)
}

// TestAssistedPages: the person's own phone agrees, or an officer who is present; anybody else gets one answer.
func TestAssistedPages(t *testing.T) {
	s := newSite(t)
	s.register("beijing", zhang)
	helper := s.register("beijing", anna)
	form := url.Values{"document.type": {"CN-ID"}, "document.number": {zhang.number}, "name": {zhang.name}}
	young := url.Values{"document.type": {"CN-ID"}, "document.number": {"110101199003070011"}, "name": {"李四"}}
	if p := helper.post("/in/beijing/assist", young, 422); p.text(".errors") == "" {
		t.Errorf("neither old nor young: %s", p.text("main"))
	}
	p := helper.post("/in/beijing/assist", form, 200)
	ticket := p.all("input[name=ticket]")[0].attr("value")
	helper.post("/in/beijing/assist/answer", url.Values{"ticket": {ticket}, "code": {"000000"}}, 422)
	s.now = s.now.Add(2 * time.Minute)
	p = helper.post("/in/beijing/assist", form, 200)
	ticket = p.all("input[name=ticket]")[0].attr("value")
	officer := s.staff(healthcode.RoleCaseworker, "beijing", "")
	made := digits.FindString(officer.post("/staff/presence", form, 200).text("[data-presence]"))
	p = helper.post("/in/beijing/assist/answer", url.Values{"ticket": {ticket}, "officer": {"caseworker-beijing"}, "officer_code": {made}}, 200)
	if got := p.text("main"); !strings.Contains(got, "绿") || strings.Contains(got, zhang.name) || strings.Contains(got, zhang.number) {
		t.Errorf("the answer says %s", got)
	}
	grant := p.all("button[name=grant]")[0].attr("value")
	if paper := helper.post("/in/beijing/assist/paper", url.Values{"grant": {grant}}, 200); len(paper.all("main svg")) == 0 || strings.Contains(paper.text("main"), "绿") {
		t.Errorf("the paper says %s", paper.text("main"))
	}
	if file := helper.post("/in/beijing/assist/pdf", url.Values{"grant": {grant}}, 200); file.response.Header.Get("Content-Type") != "application/pdf" || !strings.HasPrefix(file.source, "%PDF") {
		t.Errorf("the file is %.20q", file.source)
	}
	if got := helper.post("/in/beijing/assist/results", url.Values{"grant": {grant}}, 200).text("main"); !strings.Contains(got, in("zh", textResultsNone)) {
		t.Errorf("the results: %s", got)
	}
	if got := s.again(zhang).get("/in/beijing/looks", 200).text("main"); !strings.Contains(got, "社区工作人员") || !strings.Contains(got, in("zh", lookPurposes["assist"])) {
		t.Errorf("the person's looks say %s", got)
	}
	officer.get("/in/beijing/assist", 403)
	helper.get("/staff/presence", 403)
}

// The public reads the board; a withdrawn notice stays there as withdrawn.
func TestBoardPages(t *testing.T) {
	s := newSite(t)
	officer := healthcode.Actor{Role: healthcode.RoleAuthority, Staff: "a", Jurisdiction: "beijing"}
	text := healthcode.Text{ZH: "检测点调整", EN: "Test sites have moved"}
	b, err := s.server.Board.Publish(t.Context(), officer, board.Draft{Title: text, Body: text})
	if err != nil {
		t.Fatal(err)
	}
	head := strings.Join(board.Columns, ",") + "\n"
	if _, lines, err := s.server.Board.ReplaceSites(t.Context(), officer, []byte(head+"a,110105,朝阳医院,Chaoyang Hospital,工体南路8号,8 Gongti South Road,00:00-24:00,12320\n")); err != nil || len(lines) > 0 {
		t.Fatal(lines, err)
	}
	anybody := s.browser()
	page := anybody.get("/in/beijing/board", 200)
	for _, want := range []string{in("zh", text), "朝阳医院", "弹窗4"} {
		if !strings.Contains(page.text("main"), want) {
			t.Errorf("the board lacks %q", want)
		}
	}
	if err := s.server.Board.Withdraw(t.Context(), officer, b.ID, healthcode.Text{ZH: "写错了", EN: "A mistake"}); err != nil {
		t.Fatal(err)
	}
	if got := anybody.get("/in/beijing/board", 200).text("[data-bulletin=withdrawn]"); !strings.Contains(got, "写错了") || !strings.Contains(got, text.ZH) {
		t.Errorf("withdrawn: %q", got)
	}
}
