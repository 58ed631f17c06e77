package web

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"healthcode"
)

// TestHoldsSayWhatToDo: duties with their law, the advice of where one is, reporting, the two parts of an end, and an essential trip.
func TestHoldsSayWhatToDo(t *testing.T) {
	s := newSite(t)
	browsers := s.everyRole("beijing")
	v, officer := browsers[healthcode.RoleResident], browsers[healthcode.RoleCaseworker]
	at := s.now.AddDate(0, 0, -3)
	fact := func(id string, f healthcode.Fact) healthcode.Fact {
		f.ID, f.Source, f.Recorded = id, "test", s.now
		return f
	}
	s.add(zhang, fact("a", healthcode.Fact{Kind: healthcode.KindContact, Class: "association", Time: at}),
		fact("b", healthcode.Fact{Kind: healthcode.KindEntry, Time: at, Port: "PEK"}),
		fact("p", healthcode.Fact{Kind: healthcode.KindStay, Area: "152501", Evidence: "telecom", From: at}))
	p := v.get("/in/beijing/code", 200)
	for _, want := range []string{"依法追究", "传染病防治法", "暂缓来京", "非必须不进"} {
		if !strings.Contains(p.text("main"), want) {
			t.Errorf("the code page lacks %q", want)
		}
	}
	if strings.Contains(p.text("main"), "马上向社区报到") {
		t.Error("advice for somebody in the city is given to somebody outside")
	}
	reported := v.post("/in/beijing/holds/3/report", url.Values{}, 200)
	if !strings.Contains(reported.text("main"), "已报到") {
		t.Errorf("reported: %s", reported.text("main"))
	}
	form := v.get("/in/beijing/essential-trip", 200)
	bad := v.submit(form, "main form", url.Values{"reason": {"medical"}, "from": {"2022-04-01"}, "until": {"2022-05-03"}, "evidence": {"手术通知"}}, 422)
	if len(bad.all(".errors")) == 0 {
		t.Error("a day of the past is taken")
	}
	own := v.submit(bad, "main form", url.Values{"reason": {"medical"}, "from": {"2022-04-30"}, "until": {"2022-05-03"}, "evidence": {"手术通知"}}, 200)
	if !strings.Contains(own.text("main"), "手术通知") || !strings.Contains(own.text("main"), "就医") {
		t.Errorf("the application: %s", own.text("main"))
	}
	cases, err := s.store.Cases(t.Context(), healthcode.CaseFilter{Jurisdiction: "beijing", State: healthcode.CaseReceived, Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	answered := 0
	for _, c := range cases {
		if c.Origin != healthcode.OriginEssential {
			continue
		}
		path := "/staff/cases/" + c.ID
		officer.submit(officer.get(path, 200), "#act-take", url.Values{}, 200)
		p = officer.submit(officer.get(path, 200), "#act-grant", url.Values{"grant.from": {"2022-05-01"}, "grant.until": {"2022-05-02"}, "grant.why": {"凭手术通知"}}, 200)
		if !strings.Contains(p.text("main"), "2022-05-02") {
			t.Errorf("granted: %s", p.text("main"))
		}
		own = v.get("/in/beijing/cases/"+c.ID, 200)
		if !strings.Contains(own.text("main"), "凭手术通知") || !strings.Contains(own.text("main"), "同意必要出行") {
			t.Errorf("the answer: %s", own.text("main"))
		}
		answered++
	}
	if answered != 1 {
		t.Errorf("%d applications were answered", answered)
	}
}

// TestTwoPartsOfAnEnd: complete and verified are shown apart.
func TestTwoPartsOfAnEnd(t *testing.T) {
	quarantine := healthcode.Fact{Kind: healthcode.KindQuarantine, From: time.Unix(0, 0), Completed: true}
	card := reasonCard{ends: "verification", observed: observations(map[healthcode.FactRef]healthcode.Fact{{ID: "q"}: quarantine})}
	if parts := card.verifying(); len(parts) != 2 || !parts[0].met || parts[1].met {
		t.Errorf("parts %+v", parts)
	}
	if parts := (reasonCard{ends: "lift"}).verifying(); parts != nil {
		t.Errorf("parts of a lift: %+v", parts)
	}
}
