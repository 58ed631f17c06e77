package api

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"healthcode"
	"healthcode/internal/servicetest"
)

func TestMe(t *testing.T) {
	h := newHouse(t)
	zhang := servicetest.Zhang
	token := h.register("beijing", zhang)
	var me Me
	body := h.call("GET", "/v1/me", token, nil).want(200, &me).Body.String()
	if me.Name != zhang.Name || me.Birth != "1949-12-31" || me.Identity != healthcode.IdentityUnchecked || len(me.Registrations) != 1 ||
		!strings.HasSuffix(me.Documents[0].Number, zhang.Document.Number[14:]) {
		t.Errorf("me: %+v", me)
	}
	if strings.Contains(body, zhang.Document.Number) || strings.Contains(body, zhang.Phone) {
		t.Errorf("the number or the phone isn't masked: %s", body)
	}

	h.call("PATCH", "/v1/me", token, map[string]string{}).problem(422, "invalid", "")
	h.call("PATCH", "/v1/me", token, map[string]string{"language": "en", "name": "张三"}).want(204)
	h.call("PATCH", "/v1/me", token, map[string]string{"name": "☃"}).problem(422, "name_characters", "name")
	h.call("POST", "/v1/me/documents", token, map[string]any{"jurisdiction": "beijing", "document": servicetest.Li.Document}).want(204)
	h.call("POST", "/v1/me/registrations", token, map[string]string{"jurisdiction": "tianjin", "declaration": "old", "language": "zh"}).problem(422, "declaration_not_accepted", "declaration")
	p, err := h.Status.Policy("tianjin")
	h.Must(err)
	h.call("GET", "/v1/me/codes/tianjin", token, nil).problem(404, "not_found", "jurisdiction")
	h.call("POST", "/v1/me/registrations", token, map[string]string{"jurisdiction": "tianjin", "declaration": p.Declaration.Version, "language": "zh"}).want(204)
	if code := h.code(token, "tianjin"); code.Status.Jurisdiction != "tianjin" {
		t.Errorf("code: %+v", code)
	}
	h.call("GET", "/v1/me", token, nil).want(200, &me)
	if me.Name != "张三" || me.Language != "en" || len(me.Documents) != 2 || len(me.Registrations) != 2 {
		t.Errorf("me, changed: %+v", me)
	}
	h.Clock.Advance(time.Hour)
	h.call("PATCH", "/v1/me", token, map[string]string{"name": "张四"}).problem(403, "sign_in_again", "")
	h.call("PATCH", "/v1/me", token, map[string]string{"language": "zh"}).want(204)
}

func TestSessions(t *testing.T) {
	h := newHouse(t)
	zhang := servicetest.Zhang
	first := h.register("beijing", zhang)
	h.Clock.Advance(time.Minute)
	ask := map[string]any{"jurisdiction": "beijing", "document": zhang.Document, "language": "zh"}
	signIn := func(code string) answer {
		return h.call("POST", "/v1/sessions", "", map[string]any{"jurisdiction": "beijing", "document": zhang.Document, "code": code})
	}
	h.call("POST", "/v1/sign-in-codes", "", ask).want(204)
	h.call("POST", "/v1/sign-in-codes", "", map[string]any{"jurisdiction": "beijing", "document": servicetest.Wang.Document, "language": "zh"}).want(204)
	code := h.Code(zhang.Phone)
	signIn(servicetest.WrongCode(code)).problem(422, "code_wrong", "code")
	signIn("12345").problem(422, "code_form", "code")
	var second Token
	signIn(code).want(200, &second)
	if !second.Expires.Equal(h.Clock.Now().Add(30 * 24 * time.Hour)) {
		t.Errorf("expires %v", second.Expires)
	}
	signIn(code).problem(422, "code_wrong", "code")

	var who Caller
	h.call("GET", "/v1/session", second.Token, nil).want(200, &who)
	if who != (Caller{Role: healthcode.RoleResident}) {
		t.Errorf("caller: %+v", who)
	}
	var list SessionList
	h.call("GET", "/v1/me/sessions", second.Token, nil).want(200, &list)
	if len(list.Sessions) != 2 || !list.Sessions[0].Current || list.Sessions[1].Current {
		t.Fatalf("sessions: %+v", list)
	}
	h.call("DELETE", "/v1/me/sessions/nothing", second.Token, nil).problem(404, "not_found", "")
	h.call("DELETE", "/v1/me/sessions/"+list.Sessions[1].ID, second.Token, nil).want(204)
	h.call("GET", "/v1/me", first, nil).problem(401, "signed_out", "")
	h.call("DELETE", "/v1/session", second.Token, nil).want(204)
	h.call("GET", "/v1/me", second.Token, nil).problem(401, "signed_out", "")

	h.Clock.Advance(time.Minute)
	third, fourth := h.SignIn("beijing", zhang), ""
	h.Clock.Advance(time.Minute)
	fourth = h.SignIn("beijing", zhang)
	h.call("DELETE", "/v1/me/sessions", third, nil).want(204)
	h.call("GET", "/v1/me", fourth, nil).problem(401, "signed_out", "")
}

func TestReport(t *testing.T) {
	h := newHouse(t)
	token := h.register("tianjin", servicetest.Zhang)
	bad := map[string]any{"stays": []any{map[string]any{"area": "9", "from": "2022-04-20T00:00:00+08:00"}}}
	h.call("POST", "/v1/me/reports/review", token, bad).problem(422, "invalid", "stays[0].area")
	bad = map[string]any{"stays": []any{map[string]any{"area": "110105", "from": "yesterday"}}}
	h.call("POST", "/v1/me/reports/review", token, bad).problem(422, "invalid", "stays[0].from")
	h.call("POST", "/v1/me/reports/review", token, map[string]any{}).problem(422, "invalid", "")

	var review Review
	h.call("POST", "/v1/me/reports/review", token, map[string]any{"symptoms": []string{"fever"},
		"stays":      []any{map[string]any{"area": "120101", "from": "2022-04-20T00:00:00+08:00", "to": "2022-04-21T00:00:00+08:00"}},
		"contacts":   []any{map[string]any{"class": "same-building", "time": "2022-04-20T00:00:00+08:00"}},
		"quarantine": map[string]any{"place": "home", "from": "2022-04-22T00:00:00+08:00"}, "trip": true, "jurisdiction": "tianjin"}).want(200, &review).has(`"kind":"declaration"`)
	if len(review.Facts) != 5 || h.code(token, "tianjin").Status.State != "green" {
		t.Errorf("before it is sent: %+v", review)
	}
	var first, second Reports
	h.call("POST", "/v1/me/reports", token, map[string]string{"report": review.Report}).want(200, &first)
	h.Clock.Advance(time.Minute)
	h.call("POST", "/v1/me/reports", token, map[string]string{"report": review.Report}).want(200, &second)
	if len(first.Facts) != 5 || len(second.Facts) != 5 {
		t.Errorf("sent once: %d facts, twice: %d", len(first.Facts), len(second.Facts))
	}
	code := h.code(token, "tianjin")
	if code.Status.State != "orange" || len(code.Status.Reasons) != 2 || len(code.Status.Timeline) < 2 || len(code.Facts) != 2 || code.Sources[0].Source != "person" {
		t.Errorf("code: %+v", code)
	}
	if other := h.register("tianjin", servicetest.Li); other != "" {
		h.call("POST", "/v1/me/reports", other, map[string]string{"report": review.Report}).problem(410, "form_expired", "")
	}
}

// TestCodeIsWhatEvaluatePrints compares the status with the policy's own, byte for byte.
func TestCodeIsWhatEvaluatePrints(t *testing.T) {
	h := newHouse(t)
	token := h.register("beijing", servicetest.Zhang)
	h.Learn(h.Actor(token).Person,
		`{"id":"1","source":"border:PEK","kind":"entry","time":"2022-04-20T08:00:00+08:00","port":"PEK"}`,
		`{"id":"2","source":"payment","kind":"stay","evidence":"payment","area":"310115","from":"2022-04-19T00:00:00+08:00","to":"2022-04-19T01:00:00+08:00"}`)
	var got struct{ Status json.RawMessage }
	h.call("GET", "/v1/me/codes/beijing", token, nil).want(200, &got)

	_, evaluation, _, err := h.Status.Evaluate(t.Context(), h.Actor(token).Person, "beijing")
	h.Must(err)
	want := evaluation.At(h.Clock.Now())
	if want.State != "held" || len(want.Questions) != 1 {
		t.Fatalf("the test's person isn't held: %+v", want)
	}
	code, err := h.Status.Own(t.Context(), h.Actor(token), "beijing")
	h.Must(err)
	want.Timeline = code.Timeline
	data, err := json.Marshal(want)
	h.Must(err)
	if string(got.Status) != string(data) {
		t.Errorf("got  %s\nwant %s", got.Status, data)
	}
}

func TestDisputes(t *testing.T) {
	h := newHouse(t)
	token := h.register("beijing", servicetest.Zhang)
	h.Learn(h.Actor(token).Person, `{"id":"1","source":"border:PEK","kind":"entry","time":"2022-04-20T08:00:00+08:00","port":"PEK"}`)
	dispute := func(rule, id, statement string) answer {
		return h.call("POST", "/v1/me/disputes", token, map[string]any{"jurisdiction": "beijing", "rule": rule,
			"facts": []healthcode.FactRef{{Source: "border:PEK", ID: id}}, "statement": statement})
	}
	dispute("nonsense", "1", "no").problem(422, "invalid", "rule")
	dispute("entry-quarantine", "1", " ").problem(422, "invalid", "statement")
	dispute("entry-quarantine", "2", "no").problem(404, "not_found", "facts")
	var d Dispute
	dispute("entry-quarantine", "1", "I didn't travel").want(200, &d)
	var mine, queue Disputes
	h.call("GET", "/v1/me/disputes", token, nil).want(200, &mine)
	h.call("GET", "/v1/jurisdictions/beijing/disputes", h.staff(healthcode.RoleCaseworker, "beijing"), nil).want(200, &queue)
	if len(mine.Disputes) != 1 || mine.Disputes[0].ID != d.ID || len(queue.Disputes) != 1 || queue.Disputes[0].Statement != "I didn't travel" {
		t.Errorf("mine %+v, queue %+v", mine, queue)
	}
	h.call("GET", "/v1/jurisdictions/tianjin/disputes", h.staff(healthcode.RoleCaseworker, "tianjin"), nil).want(200, &queue)
	if len(queue.Disputes) != 0 {
		t.Errorf("another jurisdiction sees %+v", queue)
	}
}

func TestRelations(t *testing.T) {
	h := newHouse(t)
	li, wang := h.register("beijing", servicetest.Li), h.register("beijing", servicetest.Wang)
	ask := func(who servicetest.Someone, kind string, photo []byte) answer {
		body := map[string]any{"jurisdiction": "beijing", "kind": kind, "name": who.Name, "document": who.Document}
		if photo != nil {
			body["photo"] = base64.StdEncoding.EncodeToString(photo)
		}
		return h.call("POST", "/v1/me/relations", li, body)
	}
	relations := func(token string) []Relation {
		var list Relations
		h.call("GET", "/v1/me/relations", token, nil).want(200, &list)
		return list.Relations
	}
	ask(servicetest.Li, "other", nil).problem(422, "relation_self", "relation")
	ask(servicetest.Wang, "cousin", nil).problem(422, "invalid", "kind")
	ask(servicetest.Wang, "other", nil).want(204)
	asked := relations(wang)
	if len(asked) != 1 || asked[0].Mine || asked[0].State != "asked" || strings.Contains(asked[0].Other, servicetest.Li.Name) {
		t.Fatalf("asked: %+v", asked)
	}
	one := "/v1/me/relations/" + asked[0].ID
	h.call("GET", one+"/code", li, nil).problem(404, "not_found", "relation")
	h.call("POST", one+"/answer", li, map[string]string{"answer": "consent"}).problem(403, "relation_denied", "relation")
	h.call("POST", one+"/answer", wang, map[string]string{"answer": "perhaps"}).problem(422, "invalid", "answer")
	h.call("POST", one+"/answer", wang, map[string]string{"answer": "consent"}).want(204)
	var code RelationCode
	body := h.call("GET", one+"/code", li, nil).want(200, &code).Body.String()
	if code.State != "green" || code.Pass.Text == "" || strings.Contains(body, servicetest.Wang.Name) || strings.Contains(body, "reasons") {
		t.Errorf("code of the other: %s", body)
	}
	h.call("GET", one+"/code", wang, nil).problem(404, "not_found", "relation")
	var looks MyLooks
	h.call("GET", "/v1/me/looks", wang, nil).want(200, &looks)
	if len(looks.Looks) != 1 || looks.Looks[0].Purpose != "proxy" {
		t.Errorf("looks: %+v", looks)
	}
	h.call("DELETE", one, wang, nil).want(204)
	h.call("GET", one+"/code", li, nil).problem(404, "not_found", "relation")
	h.call("DELETE", "/v1/me/relations/nothing", li, nil).want(404)

	ask(servicetest.Lin, "other", []byte("no picture")).problem(422, "photo_format", "photo")
}

func TestPhoto(t *testing.T) {
	h := newHouse(t)
	token := h.register("beijing", servicetest.Zhang)
	put := func(contentType string, data []byte) answer {
		return h.call("POST", "/v1/me/photos?jurisdiction=beijing", token, upload{contentType, data})
	}
	put("image/png", []byte("no picture")).problem(422, "photo_format", "photo")
	put("text/html", servicetest.KeyPage()).problem(415, "media_type", "")
	put("image/png", make([]byte, 11<<20)).problem(413, "too_large", "")
	h.call("POST", "/v1/me/photos", token, upload{"image/png", servicetest.KeyPage()}).problem(422, "invalid", "jurisdiction")
	put("image/png", servicetest.KeyPage()).want(204)

	officer := h.staff(healthcode.RoleCaseworker, "beijing")
	var waiting WaitingPhotos
	h.call("GET", "/v1/jurisdictions/beijing/photos", officer, nil).want(200, &waiting)
	if len(waiting.Photos) != 1 {
		t.Fatalf("waiting: %+v", waiting)
	}
	one := "/v1/jurisdictions/beijing/photos/" + waiting.Photos[0].ID
	var typed Comparison
	h.call("GET", one, officer, nil).want(200, &typed)
	if typed.Name != servicetest.Zhang.Name || typed.Document.Number != servicetest.Zhang.Document.Number || typed.Birth != "1949-12-31" {
		t.Errorf("typed: %+v", typed)
	}
	image := h.call("GET", one+"/image", officer, nil).want(200)
	if image.Header().Get("Content-Type") != "image/jpeg" || image.Header().Get("Cache-Control") != "no-store" || !strings.HasPrefix(image.Body.String(), "\xff\xd8") {
		t.Errorf("image: %v, %d bytes", image.Header(), image.Body.Len())
	}
	elsewhere := strings.Replace(one, "beijing", "tianjin", 1)
	for _, path := range []string{elsewhere, elsewhere + "/image"} {
		h.call("GET", path, h.staff(healthcode.RoleCaseworker, "tianjin"), nil).problem(404, "not_found", "")
	}
	h.call("POST", elsewhere+"/review", h.staff(healthcode.RoleCaseworker, "tianjin"), map[string]bool{"matches": true}).problem(404, "not_found", "")
	h.call("POST", one+"/review", officer, map[string]any{}).problem(422, "invalid", "matches")
	h.call("POST", one+"/review", officer, map[string]bool{"matches": true}).want(204)
	h.call("POST", one+"/review", officer, map[string]bool{"matches": false}).want(409)
	if code := h.code(token, "beijing"); code.Identity != healthcode.IdentityChecked {
		t.Errorf("identity: %s", code.Identity)
	}
	h.Clock.Advance(400 * 24 * time.Hour / 2)
	if _, err := h.Store.PurgePhotos(t.Context(), h.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	h.call("GET", one+"/image", officer, nil).problem(410, "expired", "")
}
