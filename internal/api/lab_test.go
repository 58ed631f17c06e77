package api

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"net/http"
	"strings"
	"testing"
	"time"

	"healthcode"
	"healthcode/internal/lab"
	"healthcode/internal/servicetest"
)

// labKey signs as a laboratory.
type labKey ed25519.PrivateKey

func newLabKey(t *testing.T) (labKey, string) {
	t.Helper()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	return labKey(private), string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

// signature is a detached JWS by the key of an id.
func (k labKey) signature(kid, body string) string {
	head := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"EdDSA","kid":"` + kid + `","b64":false,"crit":["b64"]}`))
	return head + ".." + base64.RawURLEncoding.EncodeToString(ed25519.Sign(ed25519.PrivateKey(k), []byte(head+"."+body)))
}

// push sends results as a laboratory.
func (h *house) push(k labKey, kid, path, kind, body string) answer {
	h.Helper()
	return h.with(lab.Header+": "+k.signature(kid, body)).call(http.MethodPost, path, "", upload{kind, []byte(body)})
}

// TestLaboratories: an authority registers a laboratory and its keys; the laboratory sends, is asked, and answers; a key that is revoked
// is of no use.
func TestLaboratories(t *testing.T) {
	h := newHouse(t)
	authority := h.staff(healthcode.RoleAuthority, "beijing")
	resident := h.register("beijing", servicetest.Zhang)
	key, public := newLabKey(t)
	const labs, own = "/v1/jurisdictions/beijing/labs", "/v1/labs/bj-0007"
	entry := map[string]any{"id": "bj-0007", "name": healthcode.Text{ZH: "实验室", EN: "A laboratory"}, "area": "110105", "phone": "010-1"}
	var l LabBody
	h.call("POST", labs, authority, entry).want(200, &l)
	if l.Source != "lab:bj-0007" || l.Phone != "010-1" || !l.Open {
		t.Fatalf("%+v", l)
	}
	h.call("POST", labs+"/bj-0007/keys", authority, map[string]any{"kid": "k1", "public": public}).want(200, &l)
	delete(entry, "id")
	entry["phone"] = "010-2"
	h.call("PUT", labs+"/bj-0007", authority, entry).want(200, &l)
	h.call("GET", labs+"/bj-0007", authority, nil).want(200, &l)
	if l.Phone != "010-2" || len(l.Keys) != 1 || l.Keys[0].Algorithm != lab.EdDSA {
		t.Fatalf("%+v", l)
	}

	var asked OwnLabQuery
	h.call("POST", "/v1/me/lab-queries", resident, map[string]string{"jurisdiction": "beijing", "lab": "bj-0007", "day": "2022-04-28"}).want(200, &asked)
	var open LabQueries
	h.push(key, "k1", own+"/queries/pull", "application/json", `{"at":"`+h.Clock.Now().Format(time.RFC3339)+`"}`).want(200, &open)
	if len(open.Queries) != 1 || open.Queries[0].ID != asked.ID || open.Queries[0].Documents[0].Number != servicetest.Zhang.Document.Number {
		t.Fatalf("%+v", open)
	}
	h.push(key, "k1", own+"/queries/"+asked.ID, "application/json", `{"query":"`+asked.ID+`","answer":"no-such-sample"}`).want(204)

	line := `{"id":"r1","source":"lab:bj-0007","person":{"document":{"type":"CN-ID","number":"` + servicetest.Zhang.Document.Number +
		`"}},"kind":"test","time":"2022-04-28T08:00:00+08:00","analyte":"nucleic-acid","result":"negative"}`
	var sent ResultsSent
	h.push(key, "k1", own+"/results", "application/x-ndjson", line+"\nnonsense\n").want(200, &sent)
	if sent.Outcomes["stored"] != 1 || sent.Outcomes["refused"] != 1 || sent.Results[1].Line != 2 || !sent.Results[1].Text.Complete() {
		t.Errorf("%+v", sent)
	}
	var mine OwnLabQueries
	h.call("GET", "/v1/me/lab-queries?jurisdiction=beijing", resident, nil).want(200, &mine)
	if len(mine.Queries) != 1 || mine.Queries[0].State != healthcode.LabQueryFound {
		t.Errorf("%+v", mine)
	}
	var list LabList
	h.call("GET", labs, "", nil).want(200, &list)
	if len(list.Labs) != 1 || list.Labs[0].Uploads != 1 || list.Labs[0].Median != 1 {
		t.Errorf("%+v", list)
	}

	h.call("POST", own+"/results", "", upload{"application/x-ndjson", []byte(line)}).problem(401, string(lab.CodeUnsigned), lab.Header)
	h.push(key, "k2", own+"/results", "application/x-ndjson", line).problem(401, string(lab.CodeUnknownKey), lab.Header)
	if a := h.push(key, "k1", own+"/results", "application/fhir+json", `{"resourceType":"Observation"`); a.Code != 400 || !strings.Contains(a.Body.String(), `"OperationOutcome"`) {
		t.Errorf("%d %s", a.Code, a.Body)
	}
	h.call("DELETE", labs+"/bj-0007/keys/k1", authority, nil).want(200, &l)
	h.push(key, "k1", own+"/results", "application/x-ndjson", line).problem(403, string(lab.CodeKeyOver), lab.Header)
	for _, other := range []string{h.staff(healthcode.RoleAuthority, "tianjin"), h.staff(healthcode.RoleAuditor, "beijing"), resident} {
		if a := h.call("DELETE", labs+"/bj-0007/keys/k1", other, nil); a.Code != 403 && a.Code != 404 {
			t.Errorf("somebody else got %d", a.Code)
		}
	}
}

// TestAssistedQueryIsForTheOldAndTheYoung: the API says so, as the page does.
func TestAssistedQueryIsForTheOldAndTheYoung(t *testing.T) {
	h := newHouse(t)
	body := map[string]any{"jurisdiction": "beijing", "name": "李四", "document": map[string]string{"type": "CN-ID", "number": "110101199003070011"}}
	if a := h.call("POST", "/v1/assist", h.register("beijing", servicetest.Li), body); a.Code != 422 || !strings.Contains(a.Body.String(), "assist_age") {
		t.Errorf("%d %s", a.Code, a.Body)
	}
}
