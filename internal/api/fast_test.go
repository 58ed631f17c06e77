package api

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"healthcode"
	"healthcode/internal/servicetest"
	"healthcode/pass"
	"healthcode/policy"
)

// slow returns the house with routes that have no quick form.
func (h *house) slow() *house {
	other := *h
	s, err := New(h.server.Services)
	h.Must(err)
	for _, r := range s.routes {
		r.quick = nil
	}
	other.server = s
	return &other
}

// TestQuickAnswersAreTheSame asks for the same by hand and by the document: the answers differ in nothing but what is random.
func TestQuickAnswersAreTheSame(t *testing.T) {
	h := newHouse(t)
	slow := h.slow()
	token := h.register("beijing", servicetest.Zhang)
	door := h.staff(healthcode.RoleCheckpoint, "beijing")
	same := func(what string, a, b answer, random ...string) {
		t.Helper()
		x, y := a.Body.String(), b.Body.String()
		var one, other map[string]any
		h.Must(json.Unmarshal([]byte(x), &one))
		h.Must(json.Unmarshal([]byte(y), &other))
		for _, name := range append(random, "request_id") {
			if v, ok := one[name].(string); ok {
				x = strings.Replace(x, v, "", 1)
			}
			if v, ok := other[name].(string); ok {
				y = strings.Replace(y, v, "", 1)
			}
		}
		if x != y || a.Code != b.Code {
			t.Errorf("%s: %d %s\nby the document: %d %s", what, a.Code, x, b.Code, y)
		}
		for name := range b.Header() {
			if name != requestIDHeader && a.Header().Get(name) != b.Header().Get(name) {
				t.Errorf("%s: %s is %q, by the document %q", what, name, a.Header().Get(name), b.Header().Get(name))
			}
		}
	}
	for _, jurisdiction := range []string{"beijing", "tianjin", "nowhere", "a-jurisdiction-with-a-long-name", "%22"} {
		path := "/v1/me/codes/" + jurisdiction + "/pass"
		same(path, h.call(http.MethodPost, path, token, nil), slow.call(http.MethodPost, path, token, nil), "text")
	}
	path := "/v1/me/codes/beijing/pass"
	same("a query", h.call(http.MethodPost, path+"?x=1", token, nil), slow.call(http.MethodPost, path+"?x=1", token, nil))
	xml := h.with("Accept: application/xml")
	same("another form", xml.call(http.MethodPost, path, token, nil), slow.with("Accept: application/xml").call(http.MethodPost, path, token, nil), "text")

	var minted Pass
	h.call(http.MethodPost, path, token, nil).want(200, &minted)
	code, err := json.Marshal(minted.Text)
	h.Must(err)
	for _, body := range []string{
		`{"code":` + string(code) + `,"temperature":36.5}`, `{"temperature":36.5,"code":` + string(code) + `}`, `{"code":` + string(code) + `}`,
		`{"code":` + string(code) + `,"temperature":38}`, `{"code":` + string(code) + `,"temperature":365}`, `{"code":` + string(code) + `,"temperature":null}`,
		`{"code":"nothing"}`, `{"code":""}`, `{}`, ``, `{`, `{"code":`, `{"code":"x"`, `{"code":"x",}`, `{"code":"x"}}`, `{"code":"x","more":1}`, `{"code":"x","code":"y"}`,
		`{"code":"张"}`, `{"code":"\u0041"}`, `{"code":"x","temperature":36.}`, `{"code":"x","temperature":036}`, `{"code":"x","temperature":36.5.1}`,
		`{"code":"x","temperature":"36"}`, `{"code":"x","temperature":1e1}`, `{"code":"` + strings.Repeat("x", 1001) + `"}`, `[]`, ` {"code": "x"} `,
	} {
		same(body, h.call(http.MethodPost, "/v1/checkpoint/scans", door, body), slow.call(http.MethodPost, "/v1/checkpoint/scans", door, body), "again")
	}
}

// TestDecisionsAreWrittenTheSame compares the text of an answer with that of the JSON encoder.
func TestDecisionsAreWrittenTheSame(t *testing.T) {
	at := time.Date(2022, 4, 28, 9, 0, 0, 123_000_000, time.FixedZone("CST", 8*60*60))
	for _, d := range []Decision{{}, {Decision: policy.Decision{Decision: policy.Admit, Grounds: []string{}, Text: healthcode.Text{ZH: "请进。", EN: "Come in <&>."}}, State: "green", At: at},
		{Decision: policy.Decision{Decision: policy.Measure, Grounds: []string{"state", "temperature"}}, State: "none", Name: "张*", Until: &at, Proxy: true,
			Unchecked: true, Failure: pass.Expired, At: at.UTC(), Again: "waiting.x"}} {
		var want strings.Builder
		enc := json.NewEncoder(&want)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(d); err != nil {
			t.Fatal(err)
		}
		if got, ok := appendDecision(nil, &d); !ok || string(got) != want.String() {
			t.Errorf("%s\nwant %s", got, want.String())
		}
	}
	for _, name := range []string{"a\"b", "a\\b", "a\nb", "a\xffb", "\u2028"} {
		if _, ok := appendDecision(nil, &Decision{Name: name}); ok {
			t.Errorf("%q is written as it stands", name)
		}
	}
}
