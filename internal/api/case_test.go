package api

import (
	"testing"

	"healthcode"
	"healthcode/internal/servicetest"
)

// refunded registers Zhang and gives them a stay in a county at risk that a ticket alone shows.
func (h *house) refunded() (token string, person healthcode.PersonID) {
	token = h.register("beijing", servicetest.Zhang)
	person = h.Actor(token).Person
	h.Learn(person, `{"id":"stay-1","source":"telecom","kind":"stay","area":"310115","from":"2022-04-20T08:00:00+08:00","to":"2022-04-27T08:00:00+08:00","evidence":"telecom"}`)
	return token, person
}

// TestCaseByTwoOfficers goes from a call at the hotline to a retraction that a second officer agrees to, by the API alone.
func TestCaseByTwoOfficers(t *testing.T) {
	h := newHouse(t)
	token, _ := h.refunded()
	const base = "/v1/jurisdictions/beijing/"
	officer, hotline, second := h.staff(healthcode.RoleCaseworker, "beijing"), h.staff(healthcode.RoleHotline, "beijing"), h.staff(healthcode.RoleAuthority, "beijing")
	var mine Code
	h.call("GET", "/v1/me/codes/beijing", token, nil).want(200, &mine)
	if mine.Status.State != "held" {
		t.Fatalf("at first: %s", mine.Status.State)
	}

	called := map[string]any{"document": map[string]string{"type": "CN-ID", "number": servicetest.Zhang.Document.Number}, "once": "call-0001", "statement": "I never went there; the ticket was refunded."}
	var taken CallTaken
	h.call("POST", base+"calls", hotline, called).want(200, &taken)
	h.call("POST", base+"calls", hotline, called).want(200) // the agent's program sends it again
	if len(taken.Cases) == 0 {
		t.Fatal("no case was opened")
	}
	one := base + "cases/" + taken.Cases[0].ID
	var queue CaseQueue
	h.call("GET", base+"cases", officer, nil).want(200, &queue)
	if len(queue.Cases) != len(taken.Cases) || queue.Counts[healthcode.CaseReceived] != len(taken.Cases) {
		t.Errorf("queue %+v", queue)
	}
	var file CaseFile
	look := func() { file = CaseFile{}; h.call("GET", one, officer, nil).want(200, &file) }
	look()
	if len(file.Evidence) != 1 || file.Name != servicetest.Zhang.Name || file.Status.State != "held" {
		t.Errorf("file %+v", file)
	}
	statements := 0
	for _, e := range file.Entries {
		if e.Kind == "statement" {
			statements++
		}
	}
	if statements != 1 {
		t.Errorf("the call is there %d times", statements)
	}
	act := func(verb string, fields map[string]any) answer {
		if fields["version"] == nil {
			fields["version"] = file.Case.Version
		}
		return h.call("POST", one+"/"+verb, officer, fields)
	}
	act("verify", map[string]any{"finding": "x"}).problem(409, "conflict", "") // not the officer's yet
	act("assign", map[string]any{}).want(204)
	act("ask", map[string]any{"version": file.Case.Version, "question": "late"}).problem(409, "conflict", "")
	look()
	act("ask", map[string]any{}).problem(422, "invalid", "question")
	act("ask", map[string]any{"question": "Where were you on 20 April?"}).want(204)

	var own MyCase
	h.call("GET", "/v1/me/cases/"+taken.Cases[0].ID, token, nil).want(200, &own)
	if !own.Case.Asked || own.Case.Officer != "" {
		t.Errorf("the person sees %+v", own.Case)
	}
	said := map[string]string{"once": "said-0001", "text": "At home."}
	h.call("POST", "/v1/me/cases/"+own.Case.ID+"/statements", token, said).want(204)
	h.call("POST", "/v1/me/cases/"+own.Case.ID+"/statements", token, said).want(204)
	h.call("PUT", "/v1/me/cases/"+own.Case.ID+"/place", token, map[string]string{"once": "move-0001", "where": "moon", "stays": "home"}).problem(422, "invalid", "where")
	h.call("POST", "/v1/me/cases/"+own.Case.ID+"/commitment", token, map[string]string{"version": "old", "name": "张三丰"}).problem(409, "conflict", "version")
	other := h.register("beijing", servicetest.Li)
	h.call("GET", "/v1/me/cases/"+own.Case.ID, other, nil).problem(404, "not_found", "")

	look()
	act("extend", map[string]any{"hours": 1000, "why": "because"}).problem(422, "invalid", "hours")
	act("accept", map[string]any{"ground": "bank-run", "evidence": "x", "facts": []any{map[string]string{"source": "telecom", "id": "stay-1"}}}).problem(422, "no_such_ground", "ground")
	act("accept", map[string]any{"ground": "record-error", "evidence": "the carrier's record", "facts": []any{map[string]string{"source": "telecom", "id": "stay-1"}}}).want(204)
	look()
	if len(file.Changes) != 1 {
		t.Fatalf("changes %+v", file.Changes)
	}
	h.call("POST", base+"changes/"+file.Changes[0].ID+"/agree", officer, nil).problem(403, "second_officer", "")
	h.call("POST", base+"changes/"+file.Changes[0].ID+"/agree", second, nil).want(200)
	h.call("GET", "/v1/me/codes/beijing", token, nil).want(200, &mine)
	if look(); file.Case.Outcome != healthcode.OutcomeRetracted || mine.Status.State == "held" && len(file.Status.Holds) > 0 {
		t.Errorf("in the end: %+v, %s", file.Case, mine.Status.State)
	}
	h.call("GET", "/v1/jurisdictions/tianjin/cases/"+file.Case.ID, h.staff(healthcode.RoleCaseworker, "tianjin"), nil).problem(404, "not_found", "")
}

// TestOrders: each line is told what became of it, and sending again changes nothing.
func TestOrders(t *testing.T) {
	h := newHouse(t)
	officer := h.staff(healthcode.RoleCaseworker, "beijing")
	const path = "/v1/jurisdictions/beijing/orders"
	file := upload{"text/csv", []byte("document,reason,area,note\n" + servicetest.Zhang.Document.Number + ",1,110105,visit\nnobody,1,110105,visit\n")}
	var sent OrdersSent
	h.call("POST", path, officer, file).want(200, &sent)
	if sent.Opened != 1 || sent.Refused != 1 || len(sent.Lines) != 2 || sent.Lines[1].Line != 3 || sent.Lines[1].Text == nil || sent.Lines[0].Case == "" {
		t.Errorf("sent %+v", sent)
	}
	sent = OrdersSent{}
	if h.call("POST", path, officer, file).want(200, &sent); sent.Duplicates != 1 || sent.Opened != 0 {
		t.Errorf("sent again: %+v", sent)
	}
	h.call("POST", path, officer, upload{"text/csv", []byte("name\nx\n")}).problem(422, "invalid", "file")
	h.call("POST", path, officer, map[string]int{}).problem(415, "media_type", "")
}

// TestPhones binds a number, and unbinds it for the days in which it still has to be declared.
func TestPhones(t *testing.T) {
	h := newHouse(t)
	token := h.register("beijing", servicetest.Zhang)
	const number = "+8613900000009"
	bind := map[string]string{"jurisdiction": "beijing", "phone": number, "language": "en"}
	h.call("POST", "/v1/me/phones", token, map[string]string{"jurisdiction": "beijing", "phone": "12"}).problem(422, "phone_mainland", "phone")
	h.call("POST", "/v1/me/phones", token, bind).want(204)
	bind["code"] = servicetest.WrongCode(h.Code(number))
	if a := h.call("POST", "/v1/me/phones/confirm", token, bind); a.Code < 400 {
		t.Errorf("a wrong code: %d", a.Code)
	}
	bind["code"] = h.Code(number)
	h.call("POST", "/v1/me/phones/confirm", token, bind).want(204)
	list := func() (l MyPhones) {
		h.call("GET", "/v1/me/phones?jurisdiction=beijing", token, nil).want(200, &l)
		return l
	}
	phones := list().Phones
	if len(phones) != 2 || !phones[0].Main || phones[1].Number != "**********0009" {
		t.Fatalf("phones %+v", phones)
	}
	h.call("POST", "/v1/me/phones/"+phones[1].ID+"/loss", token, map[string]string{"jurisdiction": "beijing", "why": "lost"}).want(204)
	h.call("POST", "/v1/me/phones/"+phones[1].ID+"/unbind", token, map[string]string{"jurisdiction": "beijing"}).want(204)
	if p := list().Phones[1]; p.Unbound == nil || p.DaysLeft != 14 {
		t.Errorf("unbound: %+v", p)
	}
	h.call("POST", "/v1/me/phones/"+phones[1].ID+"/unbind", h.register("beijing", servicetest.Li), map[string]string{"jurisdiction": "beijing"}).problem(404, "not_found", "phone")
}
