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
