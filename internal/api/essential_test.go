package api

import (
	"testing"

	"healthcode"
	"healthcode/internal/servicetest"
)

// TestApplyForTrip: an application sent again is the same case, and never says which officer has it.
func TestApplyForTrip(t *testing.T) {
	h := newHouse(t)
	token, officer := h.register("beijing", servicetest.Zhang), h.staff(healthcode.RoleCaseworker, "beijing")
	trip := map[string]any{"jurisdiction": "beijing", "once": "trip-0001", "reason": "medical", "from": "2022-04-30", "until": "2022-05-03", "evidence": "An operation on 1 May."}
	h.call("POST", "/v1/me/essential-trips", token, trip).problem(409, "conflict", "") // no hold lets one apply
	h.Learn(h.Actor(token).Person, `{"id":"p","source":"telecom","kind":"stay","area":"152501","evidence":"telecom","from":"2022-04-20T10:00:00+08:00"}`)
	var first, again CaseBody
	h.call("POST", "/v1/me/essential-trips", token, trip).want(200, &first)
	one := "/v1/jurisdictions/beijing/cases/" + first.ID
	var file CaseFile
	h.call("GET", one, officer, nil).want(200, &file)
	h.call("POST", one+"/assign", officer, map[string]any{"version": file.Case.Version}).want(204)
	h.call("GET", one, officer, nil).want(200, &file)
	h.call("POST", "/v1/me/essential-trips", token, trip).want(200, &again)
	if file.Case.Officer == "" || again.ID != first.ID || again.Officer != "" {
		t.Errorf("the officer's %+v, the person's %+v", file.Case, again)
	}
	h.call("POST", one+"/grant", officer, map[string]any{"version": file.Case.Version, "from": "2022-04-30", "until": "2022-05-03", "why": "The hospital confirms it."}).want(204)
}
