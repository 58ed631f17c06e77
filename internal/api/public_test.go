package api

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"testing"

	"healthcode/pass"
)

func TestPolicies(t *testing.T) {
	h := newHouse(t)
	var list PolicyList
	h.get("/v1/policies").want(200, &list)
	if len(list.Policies) < 4 {
		t.Fatalf("%d policies, want at least 4", len(list.Policies))
	}
	inForce := map[string]string{}
	for _, p := range list.Policies {
		if p.InForce {
			inForce[p.Jurisdiction] = p.Version
		}
	}
	if inForce["beijing"] != "2022-04" {
		t.Errorf("in force: %v", inForce)
	}
	var now, old PolicyDocument
	h.get("/v1/policies/beijing").want(200, &now)
	h.get("/v1/policies/beijing/2020-03").want(200, &old)
	if now.Version != "2022-04" || old.Version != "2020-03" || old.InForce {
		t.Errorf("now %s, old %s in force %v", now.Version, old.Version, old.InForce)
	}
	document := now.Document.(map[string]any)
	if document["in_force"].(map[string]any)["from"] != "2022-04-01" || len(document["rules"].([]any)) == 0 || len(document["doors"].([]any)) == 0 {
		t.Errorf("the document lacks dates, rules or doors: %v", document)
	}
	yaml := h.get("/v1/policies/beijing/2022-04/policy.yaml").want(200)
	if sum := sha256.Sum256(yaml.Body.Bytes()); hex.EncodeToString(sum[:]) != now.SHA256 {
		t.Error("the file doesn't have the hash that is published beside it")
	}
	if got := yaml.Header().Get("Content-Type"); got != "application/yaml" {
		t.Errorf("content type %q", got)
	}
	h.get("/v1/policies/beijing/1999").problem(404, "not_found", "version")
	h.get("/v1/policies/atlantis").problem(404, "not_found", "jurisdiction")
}

func TestKeys(t *testing.T) {
	h := newHouse(t)
	a, b := h.get("/v1/keys/beijing").want(200), h.get("/.well-known/healthcode/beijing.json").want(200)
	if a.Body.String() != b.Body.String() {
		t.Error("the two addresses give different keys")
	}
	if keys, err := pass.ParsePublicKeys(a.Body.Bytes()); err != nil || len(keys) == 0 {
		t.Errorf("%d keys, %v", len(keys), err)
	}
	h.get("/v1/keys/atlantis").problem(404, "not_found", "jurisdiction")
	h.get("/.well-known/healthcode/beijing").problem(404, "not_found", "document")
}

func TestVerifyPassRefusals(t *testing.T) {
	h := newHouse(t)
	var v Verification
	h.call(http.MethodPost, "/v1/passes/verify", "", map[string]string{"pass": "HCP1:NONSENSE"}).want(200, &v)
	if v.Genuine || v.Failure != pass.NotAPass || v.State != "" {
		t.Errorf("nonsense: %+v", v)
	}
	h.call(http.MethodPost, "/v1/passes/verify", "", map[string]string{}).problem(422, "invalid", "pass")
	h.call(http.MethodPost, "/v1/passes/verify", "", map[string]string{"pass": "x", "plate": "京A"}).problem(422, "invalid", "plate")
	h.call(http.MethodPost, "/v1/passes/verify", "", "{").problem(400, "invalid", "")
	h.call(http.MethodPost, "/v1/passes/verify", "", nil).problem(400, "invalid", "")
	h.call(http.MethodPost, "/v1/passes/verify", "", upload{"text/csv", []byte("a")}).problem(415, "media_type", "")
	h.call(http.MethodPost, "/v1/passes/verify", "", `{"pass":"`+strings.Repeat("x", 70<<10)+`"}`).problem(413, "too_large", "")
}

func TestUnknownAddresses(t *testing.T) {
	h := newHouse(t)
	h.get("/v1/nothing").problem(404, "no_route", "")
	h.get("/v1/policies?plate=x").problem(422, "invalid", "plate")
	a := h.call(http.MethodDelete, "/v1/policies", "", nil)
	a.problem(405, "method_not_allowed", "")
	if a.Header().Get("Allow") != "GET" {
		t.Errorf("Allow: %q", a.Header().Get("Allow"))
	}
}

func TestFloodFromOneAddress(t *testing.T) {
	h := newHouse(t)
	verify := func() answer {
		return h.call(http.MethodPost, "/v1/passes/verify", "", map[string]string{"pass": "x"})
	}
	for range h.server.limits.post.burst {
		verify().want(200)
	}
	a := verify()
	a.problem(429, "too_many", "")
	if a.Header().Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	h.Clock.Advance(10e9)
	verify().want(200)
}
