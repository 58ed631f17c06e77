package lab_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"healthcode"
	"healthcode/internal/change"
	"healthcode/internal/lab"
	"healthcode/internal/servicetest"
)

// signer signs as a laboratory does.
type signer struct {
	kid string
	key any
}

func (s signer) alg() string {
	if _, ok := s.key.(ed25519.PrivateKey); ok {
		return lab.EdDSA
	}
	return lab.ES256
}

func (s signer) sign(signed string) string {
	var sig []byte
	switch key := s.key.(type) {
	case ed25519.PrivateKey:
		sig = ed25519.Sign(key, []byte(signed))
	case *ecdsa.PrivateKey:
		sum := sha256.Sum256([]byte(signed))
		r, v, err := ecdsa.Sign(rand.Reader, key, sum[:])
		if err != nil {
			panic(err)
		}
		sig = append(r.FillBytes(make([]byte, 32)), v.FillBytes(make([]byte, 32))...)
	}
	return base64.RawURLEncoding.EncodeToString(sig)
}

func (s signer) detached(body string) string {
	head := base64.RawURLEncoding.EncodeToString([]byte(fmt.Sprintf(`{"alg":%q,"kid":%q,"b64":false,"crit":["b64"]}`, s.alg(), s.kid)))
	return head + ".." + s.sign(head+"."+body)
}

func (s signer) compact(payload any) string {
	data, _ := json.Marshal(payload)
	head := base64.RawURLEncoding.EncodeToString([]byte(fmt.Sprintf(`{"alg":%q,"kid":%q}`, s.alg(), s.kid)))
	signed := head + "." + base64.RawURLEncoding.EncodeToString(data)
	return signed + "." + s.sign(signed)
}

func (s signer) public() string {
	var public any
	switch key := s.key.(type) {
	case ed25519.PrivateKey:
		public = key.Public()
	case *ecdsa.PrivateKey:
		public = key.Public()
	}
	der, _ := x509.MarshalPKIXPublicKey(public)
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

func newSigners(t *testing.T) (ed, ec signer) {
	t.Helper()
	_, edKey, _ := ed25519.GenerateKey(rand.Reader)
	ecKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return signer{"ed", edKey}, signer{"ec", ecKey}
}

// register registers a laboratory with a key.
func register(h *servicetest.House, id string, platform bool, s signer) {
	h.Helper()
	a := servicetest.Officer(healthcode.RoleAuthority, "beijing")
	_, err := h.Labs.Create(h.Context(), a, lab.Entry{ID: id, Name: healthcode.Text{ZH: "机构" + id, EN: "Lab " + id}, Area: "110105", Platform: platform})
	h.Must(err)
	_, err = h.Labs.AddKey(h.Context(), a, id, lab.NewKey{ID: s.kid, Public: s.public()})
	h.Must(err)
}

func push(h *servicetest.House, id string, s signer, lines ...string) []lab.Line {
	h.Helper()
	body := strings.Join(lines, "\n")
	l, data, err := h.Labs.Signed(h.Context(), id, s.detached(body), func() ([]byte, error) { return []byte(body), nil })
	h.Must(err)
	out, err := h.Labs.Push(h.Context(), l, data)
	h.Must(err)
	return out
}

func line(id, source, laboratory, result string, who servicetest.Someone, at time.Time) string {
	return fmt.Sprintf(`{"id":%q,"source":%q,"lab":%q,"person":{"document":{"type":"CN-ID","number":%q}},"kind":"test","time":%q,"analyte":"nucleic-acid","result":%q}`,
		id, source, laboratory, who.Document.Number, at.Format(time.RFC3339), result)
}

func state(h *servicetest.House, a healthcode.Actor) string {
	h.Helper()
	code, err := h.Status.Own(h.Context(), a, "beijing")
	h.Must(err)
	return code.Status.State
}

const bought = `{"id":"p1","source":"pharmacy:1","kind":"purchase","time":"2022-04-28T08:00:00+08:00","category":"fever"}`

func wantOutcomes(t *testing.T, lines []lab.Line, want ...string) {
	t.Helper()
	for i, l := range lines {
		if l.Outcome != want[i] {
			t.Errorf("line %d: %s (%v), want %s", l.Line, l.Outcome, l.Err, want[i])
		}
	}
}

// Two platforms pass on one sample: one fact; the hold ends; another result puts the negative one aside until it is taken back.
func TestOneSampleIsOneFact(t *testing.T) {
	h := servicetest.New(t)
	ed, ec := newSigners(t)
	register(h, "a", true, ed)
	register(h, "b", true, ec)
	zhang := h.Register("beijing", servicetest.Zhang)
	h.Learn(zhang.Person, bought)
	at := servicetest.At(4, 28, 8, 30)
	if got := state(h, zhang); got != "held" {
		t.Fatalf("state %s before the test", got)
	}
	for _, want := range []string{"stored", "duplicate"} { // a replay changes nothing
		wantOutcomes(t, push(h, "a", ed, line("1", "platform:a", "bj-1", "negative", servicetest.Zhang, at)), want)
	}
	wantOutcomes(t, push(h, "b", ec, line("9", "platform:b", "bj-1", "negative", servicetest.Zhang, at.Add(10*time.Second)), "", "nonsense",
		line("10", "platform:a", "bj-1", "negative", servicetest.Zhang, at)), "merged", "refused", "refused")
	facts, err := h.Store.Facts(t.Context(), zhang.Person)
	h.Must(err)
	if len(facts) != 2 || state(h, zhang) != "green" {
		t.Errorf("%d facts, state %s", len(facts), state(h, zhang))
	}

	wantOutcomes(t, push(h, "b", ec, line("11", "platform:b", "bj-1", "positive", servicetest.Zhang, at)), "differs")
	if got := state(h, zhang); got != "held" {
		t.Errorf("with a positive result of the same sample the state is %s", got)
	}
	cases, err := h.Store.CasesOf(t.Context(), zhang.Person)
	h.Must(err)
	if len(cases) != 1 || cases[0].Origin != healthcode.OriginWorkOrder || len(cases[0].Facts) != 2 {
		t.Errorf("cases: %+v", cases)
	}
	wantOutcomes(t, push(h, "b", ec, fmt.Sprintf(`{"id":"r","source":"platform:b","person":{"document":{"type":"CN-ID","number":%q}},"kind":"retraction","retracts":{"source":"platform:b","id":"11"}}`,
		servicetest.Zhang.Document.Number)), "stored")
	if got := state(h, zhang); got != "green" {
		t.Errorf("after the positive result was taken back the state is %s", got)
	}
}

// Two officers take a positive result back: the negative one of the same sample counts again.
func TestOfficersTakeAResultBack(t *testing.T) {
	h := servicetest.New(t)
	h.Change.Applied = h.Labs.Follow
	ed, ec := newSigners(t)
	register(h, "a", true, ed)
	register(h, "b", true, ec)
	zhang := h.Register("beijing", servicetest.Zhang)
	h.Learn(zhang.Person, bought)
	at := servicetest.At(4, 28, 8, 30)
	push(h, "a", ed, line("1", "platform:a", "bj-1", "negative", servicetest.Zhang, at))
	wantOutcomes(t, push(h, "b", ec, line("2", "platform:b", "bj-1", "positive", servicetest.Zhang, at)), "differs")
	if got := state(h, zhang); got != "held" {
		t.Fatalf("while the results differ: %s", got)
	}
	c, err := h.Change.Propose(t.Context(), servicetest.Officer(healthcode.RoleCaseworker, "beijing"), change.Proposal{Person: zhang.Person, Jurisdiction: "beijing",
		Fact: healthcode.Fact{Kind: healthcode.KindRetraction, Retracts: &healthcode.FactRef{Source: "platform:b", ID: "2"}}, Ground: change.GroundRecordError, Evidence: "the laboratory's own record"})
	h.Must(err)
	second := servicetest.Officer(healthcode.RoleAuthority, "beijing")
	second.Staff = "second"
	_, err = h.Change.Agree(t.Context(), second, c.ID)
	h.Must(err)
	if got := state(h, zhang); got != "green" {
		t.Errorf("after two officers: %s", got)
	}
}

func TestSignaturesAreRefused(t *testing.T) {
	h := servicetest.New(t)
	ed, ec := newSigners(t)
	register(h, "bj-1", false, ed)
	register(h, "bj-2", false, ec)
	a := servicetest.Officer(healthcode.RoleAuthority, "beijing")
	try := func(id, signature, body string, want healthcode.Code) {
		t.Helper()
		_, _, err := h.Labs.Signed(t.Context(), id, signature, func() ([]byte, error) { return []byte(body), nil })
		if want == "" {
			h.Must(err)
		} else {
			h.WantCode(err, want)
		}
	}
	try("bj-1", ed.detached("x"), "x", "")
	try("bj-2", ec.detached("x"), "x", "")
	try("bj-1", ed.detached("x"), "y", lab.CodeSignature)
	try("bj-1", ec.detached("x"), "x", lab.CodeUnknownKey)
	try("bj-1", "", "x", lab.CodeUnsigned)
	try("bj-1", "a.b", "x", lab.CodeSignature)
	try("bj-9", ed.detached("x"), "x", healthcode.CodeNotFound)
	next, _ := newSigners(t)
	next.kid = "next"
	_, err := h.Labs.AddKey(t.Context(), a, "bj-1", lab.NewKey{ID: "next", Public: next.public(), Until: h.Clock.Now().Add(time.Hour)})
	h.Must(err)
	try("bj-1", next.detached("x"), "x", "") // both are valid
	try("bj-1", ed.detached("x"), "x", "")
	_, err = h.Labs.RevokeKey(t.Context(), a, "bj-1", "ed")
	h.Must(err)
	try("bj-1", ed.detached("x"), "x", lab.CodeKeyOver)
	h.Clock.Advance(time.Hour)
	try("bj-1", next.detached("x"), "x", lab.CodeKeyOver)
	h.Refused(servicetest.Others("beijing", healthcode.RoleAuthority), map[string]func(healthcode.Actor) error{"create": func(a healthcode.Actor) error {
		_, err := h.Labs.Create(t.Context(), a, lab.Entry{ID: "x-1"})
		return err
	}})
}

// A result that the person holds counts at once; the laboratory's own word confirms it, or it ends.
func TestAHeldResultCountsForAWhile(t *testing.T) {
	for _, confirmed := range []bool{true, false} {
		h := servicetest.New(t)
		ed, _ := newSigners(t)
		register(h, "bj-1", false, ed)
		zhang, li := h.Register("beijing", servicetest.Zhang), h.Register("beijing", servicetest.Li)
		h.Learn(zhang.Person, bought)
		at := servicetest.At(4, 28, 8, 30)
		text := ed.compact(lab.Held{Issuer: "lab:bj-1", ID: "R1", Subject: lab.SubjectOf(servicetest.Zhang.Document, "0123456789abcdef"),
			Analyte: "nucleic-acid", Result: "negative", Time: at})
		_, err := h.Labs.Present(t.Context(), li, "beijing", text)
		h.WantCode(err, lab.CodeNotYours)
		_, err = h.Labs.Present(t.Context(), zhang, "beijing", text[:len(text)-3]+"AAA")
		h.WantCode(err, lab.CodeSignature)
		held, err := h.Labs.Present(t.Context(), zhang, "beijing", text)
		h.Must(err)
		if !held.Until.Equal(h.Clock.Now().Add(72*time.Hour)) || state(h, zhang) != "green" {
			t.Errorf("until %v, state %s", held.Until, state(h, zhang))
		}
		questions, err := h.Labs.Questions(t.Context(), zhang, "beijing")
		h.Must(err)
		if len(questions) != 1 || questions[0].State != healthcode.LabQueryOpen {
			t.Errorf("questions: %+v", questions)
		}
		h.Clock.Advance(25 * time.Hour)
		want := "held"
		if confirmed {
			want = "green"
			wantOutcomes(t, push(h, "bj-1", ed, line("5", "lab:bj-1", "bj-1", "negative", servicetest.Zhang, at)), "confirmed")
			hours, err := h.Labs.Hours(t.Context(), "beijing")
			h.Must(err)
			if len(hours) != 1 || hours[0].Uploads != 1 || hours[0].Median != 25*time.Hour+30*time.Minute || hours[0].Open != 0 {
				t.Errorf("hours: %+v", hours)
			}
		}
		h.Clock.Advance(47 * time.Hour)
		_, err = h.Labs.Expire(t.Context())
		h.Must(err)
		if got := state(h, zhang); got != want {
			t.Errorf("confirmed %v: state %s after 72 hours, want %s", confirmed, got, want)
		}
		if _, err = h.Labs.Present(t.Context(), zhang, "beijing", text); !confirmed {
			h.WantCode(err, healthcode.CodeExpired)
		}
	}
}

func TestALaboratoryIsAsked(t *testing.T) {
	h := servicetest.New(t)
	ed, _ := newSigners(t)
	register(h, "bj-1", false, ed)
	zhang := h.Register("beijing", servicetest.Zhang)
	q, err := h.Labs.Ask(t.Context(), zhang, "beijing", "bj-1", "2022-04-28", "")
	h.Must(err)
	again, err := h.Labs.Ask(t.Context(), zhang, "beijing", "bj-1", "2022-04-28", "")
	h.Must(err)
	if again.ID != q.ID {
		t.Error("the same question was asked twice")
	}
	l, err := h.Store.Lab(t.Context(), "bj-1")
	h.Must(err)
	open, err := h.Labs.Pull(t.Context(), l, []byte(`{"at":"2022-04-28T09:00:00+08:00"}`))
	h.Must(err)
	if len(open) != 1 || open[0].Documents[0].Number != servicetest.Zhang.Document.Number {
		t.Fatalf("open: %+v", open)
	}
	h.Clock.Advance(25 * time.Hour)
	_, err = h.Labs.Pull(t.Context(), l, []byte(`{"at":"2022-04-28T09:00:00+08:00"}`))
	h.WantCode(err, healthcode.CodeExpired)
	questions, err := h.Labs.Questions(t.Context(), zhang, "beijing")
	h.Must(err)
	if !questions[0].Overdue || questions[0].Fetched.IsZero() {
		t.Errorf("questions: %+v", questions)
	}
	h.Must(h.Labs.AnswerNone(t.Context(), l, q.ID, []byte(`{"query":"`+q.ID+`","answer":"no-such-sample"}`)))
	push(h, "bj-1", ed, line("5", "lab:bj-1", "bj-1", "negative", servicetest.Zhang, servicetest.At(4, 28, 8, 0)))
	questions, err = h.Labs.Questions(t.Context(), zhang, "beijing")
	h.Must(err)
	if questions[0].State != healthcode.LabQueryFound {
		t.Errorf("after the result: %+v", questions)
	}
}

// A webhook that refuses is told again, ever more seldom; once it has taken the message, it is told again only when the answer is late.
func TestWebhookIsTriedAgain(t *testing.T) {
	h := servicetest.New(t)
	ed, _ := newSigners(t)
	register(h, "bj-1", false, ed)
	calls, refuse := 0, true
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls++
		body, err := io.ReadAll(r.Body)
		if err != nil || string(body) != `{"lab":"bj-1","open_queries":1}` {
			t.Errorf("the webhook got %s (%v)", body, err)
		}
		if refuse {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	defer server.Close()
	a := servicetest.Officer(healthcode.RoleAuthority, "beijing")
	_, err := h.Labs.Update(t.Context(), a, lab.Entry{ID: "bj-1", Name: healthcode.Text{ZH: "机构", EN: "Lab"}, Area: "110105", Webhook: server.URL, Open: true})
	h.Must(err)
	_, err = h.Labs.Ask(t.Context(), h.Register("beijing", servicetest.Zhang), "beijing", "bj-1", "2022-04-28", "")
	h.Must(err)
	for i, step := range []struct {
		after time.Duration
		takes bool
		calls int
	}{{0, false, 1}, {0, false, 1}, {time.Minute, false, 2}, {time.Minute, false, 2}, {time.Minute, true, 3}, {time.Hour, true, 3}, {24 * time.Hour, true, 4}} {
		h.Clock.Advance(step.after)
		refuse = !step.takes
		_, err := h.Labs.Notify(t.Context())
		h.Must(err)
		if calls != step.calls {
			t.Fatalf("step %d: %d calls, want %d", i, calls, step.calls)
		}
	}
}

func TestFHIR(t *testing.T) {
	h := servicetest.New(t)
	ed, _ := newSigners(t)
	register(h, "bj-1", false, ed)
	l, err := h.Store.Lab(t.Context(), "bj-1")
	h.Must(err)
	zhang := h.Register("beijing", servicetest.Zhang)
	h.Learn(zhang.Person, bought)
	const bundle = `{"resourceType":"Bundle","type":"%s","entry":[
		{"fullUrl":"urn:uuid:p","resource":{"resourceType":"Patient","identifier":[{"system":"urn:oid:2.16.156.10011.1.3","value":"%s"}]}},
		{"fullUrl":"urn:uuid:s","resource":{"resourceType":"Specimen","type":{"text":"swab"},"accessionIdentifier":{"value":"S1"},"collection":{"collectedDateTime":"2022-04-28T08:30:00+08:00"}}},
		{"resource":{"resourceType":"Observation","identifier":[{"value":"O1"}],"status":"final","code":{"coding":[{"system":"http://loinc.org","code":"94500-6"}]},
			"subject":{"reference":"urn:uuid:p"},"specimen":{"reference":"urn:uuid:s"},"valueCodeableConcept":{"coding":[{"system":"http://snomed.info/sct","code":"260385009"}]}},"request":{"method":"POST","url":"Observation"}},
		{"resource":{"resourceType":"Observation","identifier":[{"value":"O2"}],"status":"%s","code":{"coding":[{"system":"http://loinc.org","code":"94500-6"}]}}}]}`
	send := func(text string, status int, has ...string) {
		t.Helper()
		answer, err := h.Labs.PushFHIR(t.Context(), l, []byte(text))
		h.Must(err)
		data, _ := json.Marshal(answer.Resource)
		for _, want := range has {
			if answer.Status != status || !strings.Contains(string(data), want) {
				t.Errorf("%d %s, want %d and %s", answer.Status, data, status, want)
			}
		}
	}
	number := servicetest.Zhang.Document.Number
	send(fmt.Sprintf(bundle, "transaction", number, "final"), 422, "OperationOutcome", "Bundle.entry[3]", "subject")
	if got := state(h, zhang); got != "held" {
		t.Errorf("a refused transaction left the state %s", got)
	}
	send(fmt.Sprintf(bundle, "batch", number, "final"), 200, "batch-response", "201 Created", "422 ")
	if got := state(h, zhang); got != "green" {
		t.Errorf("state %s after the batch", got)
	}
	send(fmt.Sprintf(bundle, "collection", number, "final"), 200, `"OperationOutcome"`, "it was there already")
	send(`{"resourceType":"Medication"}`, 422, "not-supported")
	send(`{`, 400, "structure")
}
