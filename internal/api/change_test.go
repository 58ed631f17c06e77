package api

import (
	"fmt"
	"testing"

	"healthcode"
	"healthcode/internal/change"
	"healthcode/internal/servicetest"
)

const changes = "/v1/jurisdictions/beijing/changes"

func TestChangeByTwo(t *testing.T) {
	h := newHouse(t)
	token := h.register("beijing", servicetest.Zhang)
	h.send(healthcode.RoleAuthority, line("1", "rail:12306", "arrival", `,"time":"2022-04-27T09:00:00+08:00"`))
	body := func(ground string) map[string]any {
		d := servicetest.Zhang.Document
		return map[string]any{"document": map[string]string{"type": string(d.Type), "number": d.Number}, "ground": ground, "evidence": "phoned",
			"fact": map[string]any{"kind": "lift", "hold": "4"}}
	}
	officer := h.staff(healthcode.RoleCaseworker, "beijing")
	h.call("POST", changes, officer, body("deposits")).problem(422, "no_such_ground", "ground")
	var proposed ChangeBody
	h.call("POST", changes, officer, body("no-link")).want(200, &proposed)
	h.call("POST", changes, officer, body("no-link")).problem(409, "conflict", "")
	h.call("POST", changes+"/"+proposed.ID+"/agree", officer, nil).problem(403, "second_officer", "")
	second := h.staff(healthcode.RoleAuthority, "beijing")
	var view ChangeView
	h.call("GET", changes+"/"+proposed.ID, second, nil).want(200, &view)
	if len(view.Before.Holds) != len(view.After.Holds)+1 {
		t.Errorf("without it %v, with it %v", view.Before, view.After)
	}
	var agreed ChangeBody
	h.call("POST", changes+"/"+proposed.ID+"/agree", second, nil).want(200, &agreed)
	if agreed.State != healthcode.ChangeApplied || len(agreed.Entry) != 32 || agreed.Agreed == agreed.By {
		t.Errorf("agreed: %+v", agreed)
	}
	var mine ChangeList
	h.call("GET", "/v1/me/changes", token, nil).want(200, &mine)
	if len(mine.Changes) != 1 || mine.Changes[0].Evidence != "" {
		t.Errorf("the person sees %+v", mine)
	}
	h.get("/v1/changes/counts").want(200).has(`"2022-04"`)
	h.get("/v1/changes/grounds").want(200).has(`"no-link"`)
}

// TestFeedInDisguise sends 1,300 people who would be red, as a feed of something else.
func TestFeedInDisguise(t *testing.T) {
	h := newHouse(t)
	red := func(n int) string {
		return fmt.Sprintf(`{"id":"%d","source":"bank:zz","kind":"diagnosis","class":"confirmed","from":"2022-04-27T00:00:00+08:00",`+
			`"person":{"document":{"type":"PASSPORT","number":"P%06d","country":"SWE"}}}`, n, n)
	}
	var lines []string
	for n := range 1300 {
		lines = append(lines, red(n))
	}
	sent := h.send(healthcode.RoleAuthority, lines...)
	if sent.Stored != 500 || sent.Refused != 800 || sent.Errors[0].Code != change.CodeStopped {
		t.Errorf("stored %d, refused %d: %+v", sent.Stored, sent.Refused, sent.Errors[0])
	}
	if again := h.send(healthcode.RoleAuthority, lines...); again.Stored != 0 {
		t.Errorf("%d more were stored when it was sent again", again.Stored)
	}
	// What changes no code by itself goes on.
	if other := h.send(healthcode.RoleAuthority, line("v", "clinic:1", "vaccination", `,"time":"2022-04-20T08:00:00+08:00","product":"x","dose":1,"doses":2`)); other.Stored != 1 {
		t.Errorf("another fact: %+v", other)
	}
	var list AlarmList
	auditor := h.staff(healthcode.RoleAuditor, "beijing")
	h.call("GET", "/v1/jurisdictions/beijing/alarms", auditor, nil).want(200, &list)
	if len(list.Alarms) != 1 || list.Alarms[0].Kind != change.AlarmFeed || list.Alarms[0].Limit != 500 {
		t.Fatalf("alarms %+v", list)
	}
	release := "/v1/jurisdictions/beijing/alarms/" + list.Alarms[0].ID + "/release"
	h.call("POST", release, h.staff(healthcode.RoleAuthority, "beijing"), nil).problem(403, "third_person", "")
	h.call("POST", release, auditor, nil).want(204)
	if rest := h.send(healthcode.RoleAuthority, lines...); rest.Stored != 800 {
		t.Errorf("%d after the release, want 800", rest.Stored)
	}
}
