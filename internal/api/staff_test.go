package api

import (
	"strings"
	"testing"
	"time"

	"healthcode"
	"healthcode/internal/access"
	"healthcode/internal/servicetest"
)

func TestDoor(t *testing.T) {
	h := newHouse(t)
	door := h.staff(healthcode.RoleCheckpoint, "beijing")
	var venue VenueBody
	h.call("GET", "/v1/checkpoint", door, nil).want(200, &venue)
	if venue.Kind != "mall" || venue.Jurisdiction != "beijing" {
		t.Errorf("venue: %+v", venue)
	}
	var d Decision
	h.call("POST", "/v1/checkpoint/decisions", door, map[string]any{"temperature": 36.5}).want(200, &d)
	if d.Decision.Decision != "refer" || d.State != "none" || len(d.Grounds) != 1 || d.Grounds[0] != "no-code" || !d.Text.Complete() {
		t.Errorf("no code: %+v", d)
	}
	h.call("POST", "/v1/checkpoint/decisions", door, map[string]any{"temperature": 98.6}).problem(422, "invalid", "temperature")
	h.call("POST", "/v1/checkpoint/decisions", door, map[string]any{"plate": "京A12345"}).problem(422, "invalid", "plate")
	h.call("POST", "/v1/checkpoint/scans", door, map[string]any{"code": ""}).problem(422, "invalid", "code")
	h.call("POST", "/v1/checkpoint/scans", door, map[string]any{"code": "00000000"}).want(200, &d)
	if d.Failure != "expired" || d.Decision.Decision != "refer" {
		t.Errorf("a made-up number: %+v", d)
	}
	tianjin := h.code(h.register("tianjin", servicetest.Zhang), "tianjin").Pass.Text
	h.call("POST", "/v1/checkpoint/scans", door, map[string]any{"code": tianjin}).want(200, &d)
	if d.Failure != "other-jurisdiction" || d.Name != "" {
		t.Errorf("a pass from elsewhere: %+v", d)
	}
	var recent RecentList
	h.call("GET", "/v1/checkpoint/decisions?limit=2", door, nil).want(200, &recent)
	if len(recent.Decisions) != 2 || recent.Decisions[0].Decision != "refer" {
		t.Errorf("recent: %+v", recent)
	}
	h.call("GET", "/v1/checkpoint/decisions?limit=9999", door, nil).problem(422, "invalid", "limit")
	h.call("GET", "/metrics", "", nil).want(200)

	homeless := healthcode.Staff{Name: "homeless", Role: healthcode.RoleCheckpoint, Jurisdiction: "beijing", Venue: "tianjin-restaurant"}
	token, hash := access.NewToken()
	homeless.TokenHash = hash
	h.Must(h.Store.PutStaff(t.Context(), homeless))
	h.call("GET", "/v1/checkpoint", token, nil).problem(403, "no_venue", "")
}

func TestAudit(t *testing.T) {
	h := newHouse(t)
	door := h.staff(healthcode.RoleCheckpoint, "beijing")
	for _, who := range []servicetest.Someone{servicetest.Zhang, servicetest.Li} {
		token := h.register("beijing", who)
		for range 2 {
			h.Clock.Advance(time.Minute)
			h.call("POST", "/v1/checkpoint/scans", door, map[string]any{"code": h.code(token, "beijing").Pass.Text}).want(200)
		}
	}
	auditor := h.staff(healthcode.RoleAuditor, "beijing")
	var list AuditedLooks
	body := h.call("GET", "/v1/jurisdictions/beijing/looks", auditor, nil).want(200, &list).Body.String()
	if len(list.Looks) != 4 || list.Looks[0].By != "checkpoint-beijing" || list.Looks[0].Venue != "beijing-mall" {
		t.Fatalf("looks: %+v", list)
	}
	if list.Looks[0].Person != list.Looks[1].Person || list.Looks[0].Person == list.Looks[2].Person {
		t.Errorf("pseudonyms don't keep persons apart: %+v", list)
	}
	for _, who := range []servicetest.Someone{servicetest.Zhang, servicetest.Li} {
		person, err := h.Store.FindPerson(t.Context(), who.Document)
		h.Must(err)
		if strings.Contains(body, person.String()) {
			t.Error("the auditor learns a person's id")
		}
	}
	h.call("GET", "/v1/jurisdictions/beijing/looks?limit=1&since="+"2022-04-28T00:00:00Z", auditor, nil).want(200, &list)
	if len(list.Looks) != 1 {
		t.Errorf("limit 1: %+v", list)
	}
	h.call("GET", "/v1/jurisdictions/beijing/looks?since=yesterday", auditor, nil).problem(422, "invalid", "since")
	h.call("GET", "/v1/jurisdictions/tianjin/looks", h.staff(healthcode.RoleAuditor, "tianjin"), nil).want(200, &list)
	if len(list.Looks) != 0 {
		t.Errorf("another jurisdiction sees %+v", list)
	}
}

func TestAdministration(t *testing.T) {
	h := newHouse(t)
	admin := h.staff(healthcode.RoleAdministrator, "beijing")
	const staff, venues = "/v1/jurisdictions/beijing/staff", "/v1/jurisdictions/beijing/venues"

	var venue VenueBody
	name := healthcode.Text{ZH: "平谷商场", EN: "Pinggu Mall"}
	h.call("POST", venues, admin, map[string]any{"kind": "castle", "name": name, "area": "110117"}).problem(422, "invalid", "kind")
	h.call("POST", venues, admin, map[string]any{"kind": "mall", "name": name, "area": "120101"}).problem(422, "invalid", "area")
	h.call("POST", venues, admin, map[string]any{"kind": "mall", "name": map[string]string{"zh": "平谷商场"}, "area": "110117"}).problem(422, "invalid", "name.en")
	h.call("POST", venues, admin, map[string]any{"kind": "mall", "name": name, "area": "110117"}).want(200, &venue)
	var list VenueList
	h.call("GET", venues, admin, nil).want(200, &list)
	if len(list.Venues) != 2 {
		t.Errorf("venues: %+v", list)
	}

	create := func(body map[string]any) answer { return h.call("POST", staff, admin, body) }
	create(map[string]any{"name": "Door 1", "role": "checkpoint", "venue": venue.ID}).problem(422, "invalid", "name")
	create(map[string]any{"name": "door-1", "role": "resident"}).problem(422, "invalid", "role")
	create(map[string]any{"name": "door-1", "role": "checkpoint", "venue": "tianjin-restaurant"}).problem(422, "invalid", "venue")
	create(map[string]any{"name": "lab-1", "role": "lab", "source": "person"}).problem(422, "invalid", "source")
	create(map[string]any{"name": "auditor-tianjin", "role": "auditor"}).problem(409, "conflict", "name")
	var door, lab CreatedStaff
	create(map[string]any{"name": "door-1", "role": "checkpoint", "venue": venue.ID}).want(200, &door)
	create(map[string]any{"name": "lab-1", "role": "lab", "source": "lab:bj-0001", "machine": true}).want(200, &lab)
	if door.Password == "" || door.Token != "" || lab.Token == "" || lab.Password != "" {
		t.Fatalf("secrets: %+v %+v", door, lab)
	}

	signIn := func(password string) answer {
		return h.call("POST", "/v1/staff-sessions", "", map[string]string{"name": "door-1", "password": password})
	}
	signIn("wrong").problem(401, "wrong_sign_in", "password")
	var session Token
	signIn(door.Password).want(200, &session)
	h.call("GET", "/v1/checkpoint", session.Token, nil).want(200).has(venue.ID)
	var who Caller
	h.call("GET", "/v1/session", lab.Token, nil).want(200, &who)
	if who != (Caller{healthcode.RoleLab, "lab-1", "beijing", "", "lab:bj-0001"}) {
		t.Errorf("caller: %+v", who)
	}
	h.call("DELETE", "/v1/session", lab.Token, nil).problem(422, "invalid", "")

	h.call("PATCH", staff+"/auditor-tianjin", admin, map[string]bool{"disabled": true}).problem(404, "not_found", "name")
	h.call("PATCH", staff+"/administrator-beijing", admin, map[string]bool{"disabled": true}).problem(422, "invalid", "name")
	h.call("PATCH", staff+"/door-1", admin, map[string]bool{"disabled": true}).want(200)
	h.call("GET", "/v1/checkpoint", session.Token, nil).problem(401, "signed_out", "")
	signIn(door.Password).problem(401, "wrong_sign_in", "password")
	h.call("PATCH", staff+"/door-1", admin, map[string]bool{"disabled": false}).want(200)
	signIn(door.Password).want(200)

	var accounts StaffList
	body := h.call("GET", staff, admin, nil).want(200, &accounts).Body.String()
	if len(accounts.Staff) != len(healthcode.Roles)+1 || strings.Contains(body, "argon2") || strings.Contains(body, "tianjin") {
		t.Errorf("accounts: %s", body)
	}
}

func TestPasswordsAreTriedSlowly(t *testing.T) {
	h := newHouse(t)
	body := map[string]string{"name": "nobody", "password": "x"}
	for range h.server.limits.signIn.burst {
		h.call("POST", "/v1/staff-sessions", "", body).problem(401, "wrong_sign_in", "password")
	}
	h.call("POST", "/v1/staff-sessions", "", body).problem(429, "too_many", "")
}
