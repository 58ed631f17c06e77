package api

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"healthcode"
	"healthcode/internal/servicetest"
)

// form is a registration as a client sends it.
func (h *house) form(jurisdiction string, who servicetest.Someone) map[string]any {
	h.Helper()
	p, err := h.Status.Policy(jurisdiction)
	h.Must(err)
	form := map[string]any{"jurisdiction": jurisdiction, "language": "zh", "declaration": p.Declaration.Version,
		"name": who.Name, "document": who.Document, "phone": who.Phone}
	if who.Birth != "" {
		form["birth"] = who.Birth
	}
	return form
}

// register registers somebody through the API and returns the token of their session.
func (h *house) register(jurisdiction string, who servicetest.Someone) string {
	h.Helper()
	var sealed Sealed
	h.call("POST", "/v1/registrations", "", h.form(jurisdiction, who)).want(200, &sealed)
	var token Token
	h.call("POST", "/v1/registrations/complete", "", map[string]string{"registration": sealed.Registration, "code": h.Code(who.Phone)}).want(200, &token)
	return token.Token
}

// code reads somebody's own code.
func (h *house) code(token, jurisdiction string) Code {
	h.Helper()
	var code Code
	h.call("GET", "/v1/me/codes/"+jurisdiction, token, nil).want(200, &code)
	return code
}

// TestRegistrationToDoor goes the whole way, and looks for the person in the log afterwards.
func TestRegistrationToDoor(t *testing.T) {
	h := newHouse(t)
	anna := servicetest.Anna
	token := h.register("beijing", anna)
	code := h.code(token, "beijing")
	if code.Status.State != "green" || code.Identity != healthcode.IdentityUnchecked || !code.Pass.Expires.After(h.Clock.Now()) {
		t.Fatalf("a new code: %+v", code)
	}
	var renewed Pass
	h.call("POST", "/v1/me/codes/beijing/pass", token, nil).want(200, &renewed)
	if renewed.Text == code.Pass.Text {
		t.Error("the pass wasn't renewed")
	}
	var verified Verification
	h.call("POST", "/v1/passes/verify", "", map[string]string{"pass": renewed.Text}).want(200, &verified)
	if !verified.Genuine || verified.State != "green" || verified.Jurisdiction != "beijing" || !verified.Unchecked {
		t.Errorf("verified: %+v", verified)
	}

	door := h.staff(healthcode.RoleCheckpoint, "beijing")
	var decision Decision
	h.call("POST", "/v1/checkpoint/scans", door, map[string]any{"code": renewed.Text, "temperature": 36.5}).want(200, &decision)
	if decision.Decision.Decision != "admit" || decision.State != "green" || decision.Name == "" || decision.Name == anna.Name {
		t.Errorf("decision: %+v", decision)
	}
	var looks MyLooks
	h.call("GET", "/v1/me/looks", token, nil).want(200, &looks)
	if len(looks.Looks) != 1 || looks.Looks[0].Purpose != "scan" || looks.Looks[0].By != "checkpoint-beijing" {
		t.Errorf("looks: %+v", looks)
	}

	h.Clock.Advance(2 * time.Minute)
	var number Number
	h.call("POST", "/v1/me/codes/beijing/number", token, nil).want(200, &number)
	h.call("POST", "/v1/checkpoint/scans", door, map[string]any{"code": number.Number}).want(200, &decision)
	if decision.Decision.Decision != "measure-temperature" {
		t.Errorf("by number, without a temperature: %+v", decision)
	}
	h.call("POST", "/v1/checkpoint/scans", door, map[string]any{"code": renewed.Text}).want(200, &decision)
	if decision.Failure != "expired" || decision.Decision.Decision != "refer" || decision.State != "none" {
		t.Errorf("an old pass: %+v", decision)
	}
	h.call("POST", "/v1/me/disputes", token, map[string]any{"jurisdiction": "beijing", "rule": "entry-quarantine", "statement": "I never left " + anna.Phone}).want(200)
	h.call("POST", "/v1/passes/verify?pass="+anna.Document.Number, "", nil).problem(422, "invalid", "pass")
	h.call("GET", "/v1/people/"+anna.Document.Number, token, nil).problem(404, "no_route", "")

	log := h.log.String() + h.Log.String()
	if !strings.Contains(log, `"route":"POST /v1/checkpoint/scans","status":200`) || !strings.Contains(log, `"request_id"`) {
		t.Fatalf("the log doesn't tell what was done:\n%s", log)
	}
	for what, secret := range map[string]string{"name": anna.Name, "part of the name": "Eriksson", "masked name": decision.Name, "document": anna.Document.Number,
		"phone": anna.Phone, "phone without its country": anna.Phone[3:], "birth": anna.Birth, "pass": renewed.Text[:20], "token": token,
		"number": number.Number, "address": "192.0.2.1", "person": h.person(token)} {
		if secret != "" && strings.Contains(log, secret) {
			t.Errorf("the log has the %s %q", what, secret)
		}
	}
}

// person is the id of whoever holds a session, which nobody outside may learn.
func (h *house) person(token string) string { return h.Actor(token).Person.String() }

func TestRegistrationRefusals(t *testing.T) {
	h := newHouse(t)
	for _, c := range []struct {
		change func(form map[string]any)
		status int
		code   string
		field  string
	}{
		{func(f map[string]any) { f["name"] = " " }, 422, "name_empty", "name"},
		{func(f map[string]any) { delete(f, "name") }, 422, "invalid", "name"},
		{func(f map[string]any) {
			f["document"] = map[string]string{"type": "CN-ID", "number": "110105194912310021"}
		}, 422, "document_check_digit", "document.number"},
		{func(f map[string]any) { f["document"] = map[string]string{"type": "CN-ID"} }, 422, "invalid", "document.number"},
		{func(f map[string]any) { f["document"] = map[string]string{"type": "LIBRARY", "number": "1"} }, 422, "invalid", "document.type"},
		{func(f map[string]any) { f["phone"] = "12" }, 422, "phone_mainland", "phone"},
		{func(f map[string]any) { f["declaration"] = "old" }, 422, "declaration_not_accepted", "declaration"},
		{func(f map[string]any) { f["language"] = "fr" }, 422, "invalid", "language"},
		{func(f map[string]any) { f["jurisdiction"] = "atlantis" }, 404, "not_found", "jurisdiction"},
		{func(f map[string]any) { f["plate"] = "京A12345" }, 422, "invalid", "plate"},
	} {
		form := h.form("beijing", servicetest.Zhang)
		c.change(form)
		h.call("POST", "/v1/registrations", "", form).problem(c.status, c.code, c.field)
	}
	p := h.call("POST", "/v1/registrations", "", map[string]any{"name": "x"}).want(422)
	p.has(`"field":"document"`, `"field":"phone"`, `"field":"language"`)

	var sealed Sealed
	h.call("POST", "/v1/registrations", "", h.form("beijing", servicetest.Zhang)).want(200, &sealed)
	complete := func(sealed, code string) answer {
		return h.call("POST", "/v1/registrations/complete", "", map[string]string{"registration": sealed, "code": code})
	}
	code := h.Code(servicetest.Zhang.Phone)
	complete(sealed.Registration, servicetest.WrongCode(code)).problem(422, "code_wrong", "code")
	complete("tampered", code).problem(410, "form_expired", "")
	a := h.call("POST", "/v1/registrations/resend", "", map[string]string{"registration": sealed.Registration})
	a.problem(429, "too_often", "")
	if a.Header().Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	h.Clock.Advance(time.Minute)
	h.call("POST", "/v1/registrations/resend", "", map[string]string{"registration": sealed.Registration}).want(http.StatusNoContent)
	complete(sealed.Registration, h.Code(servicetest.Zhang.Phone)).want(200)

	h.Clock.Advance(time.Minute)
	h.call("POST", "/v1/registrations", "", h.form("beijing", servicetest.Zhang)).want(200, &sealed)
	complete(sealed.Registration, h.Code(servicetest.Zhang.Phone)).problem(409, "already_registered", "document.number")
}
