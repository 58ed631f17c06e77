package web

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"healthcode"
	"healthcode/internal/change"
)

// proposal makes Zhang arrive and an officer propose to lift the hold.
func (s *site) proposal(by string) healthcode.Change {
	s.t.Helper()
	v := s.register("beijing", zhang)
	s.add(zhang, healthcode.Fact{Source: "rail", Kind: healthcode.KindArrival, Time: s.now.Add(-24 * time.Hour)})
	return s.proposed(v.personOf().Person, by)
}

// proposed lets an officer propose to lift hold 4 of somebody.
func (s *site) proposed(person healthcode.PersonID, by string) healthcode.Change {
	s.t.Helper()
	officer := healthcode.Actor{Role: healthcode.RoleCaseworker, Staff: by, Jurisdiction: "beijing"}
	c, err := s.server.Change.Propose(s.t.Context(), officer, change.Proposal{Person: person, Jurisdiction: "beijing",
		Ground: change.GroundNoLink, Evidence: "核对了行程 <b>", Fact: healthcode.Fact{Kind: healthcode.KindLift, Hold: "4"}})
	if err != nil {
		s.t.Fatal(err)
	}
	return c
}

// alarm raises an alarm in which wei has taken part.
func (s *site) alarm(id string) {
	s.t.Helper()
	if err := s.store.PutAlarm(s.t.Context(), healthcode.Alarm{ID: id, Jurisdiction: "beijing", Kind: change.AlarmGround, Key: "no-link",
		By: []string{"wei"}, Limit: 200, At: s.now}); err != nil {
		s.t.Fatal(err)
	}
}

func TestAgreeToAChange(t *testing.T) {
	s := newSite(t)
	v := s.staff(healthcode.RoleCaseworker, "beijing", "")
	if got := v.get("/staff/changes", 200).text("main"); !strings.Contains(got, textChangesNone.EN) {
		t.Errorf("an empty queue says %s", got)
	}
	c := s.proposal("wei")
	rows := v.get("/staff/changes", 200).all(".rows a")
	if len(rows) != 1 || rows[0].attr("href") != changeURL(c.ID) {
		t.Fatalf("rows %v", rows)
	}
	p := v.get(changeURL(c.ID), 200)
	if before, after := p.text("#before"), p.text("#after"); before == after || !strings.Contains(after, textChangeNoHold.EN) && len(p.all("#before li")) <= len(p.all("#after li")) {
		t.Errorf("without it %q, with it %q", before, after)
	}
	if !strings.Contains(p.text(".statement"), "核对了行程 <b>") {
		t.Errorf("evidence %q", p.text(".statement"))
	}
	v.post(changeURL(c.ID), url.Values{"decision": {"refuse"}, "why": {""}}, 422)
	v.post(changeURL(c.ID), url.Values{"decision": {"maybe"}}, 422)
	p = v.post(changeURL(c.ID), url.Values{"decision": {"agree"}}, 200)
	if got := p.text("[role=status]"); got != textChangeDoneYes.EN {
		t.Errorf("afterwards it says %q", got)
	}
	p = v.post(changeURL(c.ID), url.Values{"decision": {"agree"}}, 200) // sent twice
	if got := p.text("[role=status]"); got != textChangeDoneLate.EN {
		t.Errorf("sent twice, it says %q", got)
	}
	if got := v.get(changeURL(c.ID), 200).text("main"); !strings.Contains(got, textChangeApplied.EN) {
		t.Errorf("a decided change says %s", got)
	}
	s.staff(healthcode.RoleCaseworker, "tianjin", "").get(changeURL(c.ID), 404)
}

func TestOwnChangeHasNoAgree(t *testing.T) {
	s := newSite(t)
	v := s.staff(healthcode.RoleCaseworker, "beijing", "")
	staff, err := s.store.StaffOf(t.Context(), "beijing")
	if err != nil || len(staff) != 1 {
		t.Fatal(staff, err)
	}
	c := s.proposal(staff[0].Name)
	p := v.get(changeURL(c.ID), 200)
	if got := p.all(`button[value="agree"]`); len(got) != 0 {
		t.Error("who proposes it is offered to agree")
	}
	v.post(changeURL(c.ID), url.Values{"decision": {"agree"}}, 403)
	v.post(changeURL(c.ID), url.Values{"decision": {"refuse"}, "why": {"mistake"}}, 200)
}

func TestAlarmsAreReleasedByAThird(t *testing.T) {
	s := newSite(t)
	s.alarm("a")
	admin := s.staff(healthcode.RoleAdministrator, "beijing", "").get("/staff/alarms", 200)
	if len(admin.all("main form")) != 0 || !strings.Contains(admin.text("main"), "200") {
		t.Errorf("an administrator sees %s", admin.text("main"))
	}
	auditor := s.staff(healthcode.RoleAuditor, "beijing", "")
	if p := auditor.post("/staff/alarms/a", nil, 200); len(p.all("main form")) != 0 || len(p.all(".note")) != 1 {
		t.Errorf("after releasing: %s", p.text("main"))
	}
	s.staff(healthcode.RoleAuditor, "tianjin", "").post("/staff/alarms/a", nil, 404)
}

func TestCountsAreDrawn(t *testing.T) {
	p := newSite(t).browser().get("/changes", 200)
	chart := p.one("svg.month-chart")
	if chart.attr("role") != "img" || chart.attr("aria-labelledby") != "chart-title chart-desc" || !strings.Contains(p.text("#chart-desc"), "2022-04，3 次") {
		t.Errorf("the chart says %q", p.text("#chart-desc"))
	}
	if bars := p.all(".month-chart rect"); len(bars) != 2 {
		t.Errorf("%d bars, want 2", len(bars))
	}
	if rows := p.all("tbody tr"); len(rows) != 2 || !strings.Contains(p.text("tbody"), "和平区") {
		t.Errorf("the table says %s", p.text("tbody"))
	}
}

// TestProposeAChange: two steps on a page, and nothing changes until a second officer agrees.
func TestProposeAChange(t *testing.T) {
	s := newSite(t)
	resident := s.register("beijing", zhang)
	s.add(zhang, healthcode.Fact{Source: "rail", Kind: healthcode.KindArrival, Time: s.now.Add(-24 * time.Hour)})
	v := s.staff(healthcode.RoleCaseworker, "beijing", "")
	const page = "/staff/changes/new"
	v.get(page, 200)
	who := func(kind string, more ...string) url.Values {
		form := url.Values{"document.type": {"CN-ID"}, "document.number": {zhang.number}, "kind": {kind}}
		for i := 0; i < len(more); i += 2 {
			form.Set(more[i], more[i+1])
		}
		return form
	}
	v.post(page, who("pardon"), 422)
	nobody := who("lift")
	nobody.Set("document.number", "110101199003077571")
	if p := v.post(page, nobody, 404); len(p.all(".errors a")) != 1 {
		t.Errorf("somebody unknown: %s", p.text("main"))
	}
	for _, kind := range proposable {
		p := v.post(page, who(string(kind)), 200)
		if got := p.text("main"); !strings.Contains(got, zhang.name) || len(p.all("select[name=ground] option")) < 2 {
			t.Errorf("%s: %s", kind, got)
		}
	}
	// A ground that isn't one of health, and one that isn't of this kind.
	for _, ground := range []string{"bank-run", "confirmed-case"} {
		if p := v.post(page, who("lift", "step", "propose", "hold", "4", "ground", ground, "evidence", "x"), 422); len(p.all("#f-ground-error")) != 1 {
			t.Errorf("the ground %s: %s", ground, p.text("main"))
		}
	}
	v.post(page, who("diagnosis", "step", "propose", "class", "confirmed", "from", "yesterday", "ground", "confirmed-case", "evidence", "x"), 422)
	for range 2 { // sent twice, it is there once
		v.post(page, who("lift", "step", "propose", "hold", "4", "ground", "no-link", "evidence", "seen"), 200)
	}
	if rows := v.get("/staff/changes?done=proposed", 200).all(".rows a"); len(rows) != 1 {
		t.Errorf("%d proposals wait", len(rows))
	}
	v.post(page, who("diagnosis", "step", "propose", "class", "confirmed", "from", s.now.Format(time.DateOnly), "ground", "confirmed-case", "evidence", "chart"), 200)
	if rows := v.get("/staff/changes", 200).all(".rows a"); len(rows) != 2 {
		t.Errorf("%d proposals wait", len(rows))
	}
	if looks := resident.get("/in/beijing/looks", 200).all(".rows li"); len(looks) == 0 {
		t.Error("the person sees no look")
	}
	s.staff(healthcode.RoleCaseworker, "tianjin", "").post(page, who("lift"), 404)
	if own := resident.get("/in/beijing/changes", 200).all("section.card"); len(own) != 0 {
		t.Error("what nobody has agreed to is shown to the person")
	}
	waiting, err := s.server.Change.Waiting(t.Context(), healthcode.Actor{Role: healthcode.RoleAuthority, Staff: "second", Jurisdiction: "beijing"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.server.Change.Agree(t.Context(), healthcode.Actor{Role: healthcode.RoleAuthority, Staff: "second", Jurisdiction: "beijing"}, waiting[0].ID); err != nil {
		t.Fatal(err)
	}
	if own := resident.get("/in/beijing/changes", 200).text("section.card"); !strings.Contains(own, "second") {
		t.Errorf("the person sees %s", own)
	}
}
