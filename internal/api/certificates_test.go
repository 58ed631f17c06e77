package api

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"healthcode"
	"healthcode/internal/servicetest"
)

// traveller registers somebody who may have a certificate, and has a negative test.
func (h *house) traveller() string {
	h.Helper()
	token := h.register("beijing", servicetest.Wang)
	id, err := h.Store.FindPerson(h.Context(), servicetest.Wang.Document)
	h.Must(err)
	p, err := h.Store.Person(h.Context(), id)
	h.Must(err)
	p.Identity = healthcode.IdentityChecked
	h.Must(h.Store.UpdatePerson(h.Context(), p, "test", h.Clock.Now()))
	h.Learn(id, `{"id":"n","source":"lab:bj-1","kind":"test","time":"2022-04-27T10:00:00+08:00","analyte":"nucleic-acid","result":"negative","lab":"Beijing 7"}`)
	return token
}

var issuing = map[string]any{"jurisdiction": "beijing", "direction": "leaving", "facts": []map[string]string{{"source": "lab:bj-1", "id": "n"}},
	"document": map[string]string{"kind": "ordinary", "mrz": "POCHNWANG<<XIAOMING<<<<<<<<<<<<<<<<<<<<<<<<<\nE123456782CHN9002029M3001019<<<<<<<<<<<<<<06"}}

func decoded[T any](h *house, a answer, status int) (v T) {
	h.Helper()
	if a.Code != status {
		h.Fatalf("answered %d %s, want %d", a.Code, a.Body, status)
	}
	h.Must(json.Unmarshal(a.Body.Bytes(), &v))
	return v
}

func TestCertificateJourney(t *testing.T) {
	h := newHouse(t)
	token := h.traveller()
	offers := decoded[CertificateOffers](h, h.call(http.MethodGet, "/v1/me/certificate-offers?jurisdiction=beijing", token, nil), 200)
	if !offers.Eligible || len(offers.Offers) != 1 || !offers.Offers[0].Ready {
		t.Fatalf("offers %+v", offers)
	}
	list := decoded[CertificateList](h, h.call(http.MethodPost, "/v1/me/certificates", token, issuing), 200)
	c := list.Certificates[0]
	if !strings.HasPrefix(c.Text, "HC1:") || !c.Stands || c.Document.Surname != "WANG" || !strings.Contains(c.Identifier, "#") {
		t.Errorf("certificate %+v", c)
	}
	for form, start := range map[string]string{"pdf": "%PDF-", "png": "\x89PNG", "svg": "<svg "} {
		a := h.call(http.MethodGet, "/v1/me/certificates/"+c.ID+"/"+form, token, nil)
		if a.Code != 200 || !bytes.HasPrefix(a.Body.Bytes(), []byte(start)) || a.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d %.20q", form, a.Code, a.Body)
		}
	}
	link := decoded[LinkBody](h, h.call(http.MethodPost, "/v1/me/certificate-links", token,
		map[string]any{"jurisdiction": "beijing", "certificates": []string{c.ID}, "passcode": "kapok-58", "openings": 2}), 200)
	path := "/v1/links/" + link.ID
	if a := h.call(http.MethodOptions, path, "", nil); a.Code != 204 || a.Header().Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("preflight %d %v", a.Code, a.Header())
	}
	a := h.call(http.MethodPost, path, "", map[string]any{"recipient": "Border", "passcode": "guess"})
	if a.Code != 401 || strings.TrimSpace(a.Body.String()) != `{"remainingAttempts":4}` {
		t.Errorf("wrong passcode: %d %s", a.Code, a.Body)
	}
	h.call(http.MethodPost, path, "", map[string]any{"passcode": "kapok-58"}).problem(422, "invalid", "recipient")
	type manifest struct {
		Files []struct{ ContentType, Embedded, Location string }
	}
	m := decoded[manifest](h, h.call(http.MethodPost, path, "", map[string]any{"recipient": "Border", "passcode": "kapok-58"}), 200)
	if f := m.Files[0]; f.ContentType != "application/fhir+json" || strings.Count(f.Embedded, ".") != 4 || f.Location != "" {
		t.Errorf("embedded: %+v", f)
	}
	m = decoded[manifest](h, h.call(http.MethodPost, path, "", map[string]any{"recipient": "Border", "passcode": "kapok-58", "embeddedLengthMax": 10}), 200)
	location := m.Files[0].Location
	at := strings.Index(location, "/v1/")
	if at < 0 || m.Files[0].Embedded != "" {
		t.Fatalf("location %q", location)
	}
	if a := h.call(http.MethodGet, location[at:], "", nil); a.Code != 200 || a.Header().Get("Content-Type") != "application/jose" {
		t.Errorf("file: %d %s", a.Code, a.Body)
	}
	if a := h.call(http.MethodPost, path, "", map[string]any{"recipient": "Border", "passcode": "kapok-58"}); a.Code != 404 || !strings.Contains(a.Body.String(), "used-up") {
		t.Errorf("used up: %d %s", a.Code, a.Body)
	}
	seen := decoded[LinkBody](h, h.call(http.MethodGet, "/v1/me/certificate-links/"+link.ID, token, nil), 200)
	if seen.State != "used-up" || seen.Opened != 2 || seen.Wrong != 1 || len(seen.Openings) != 4 {
		t.Errorf("seen %+v", seen)
	}
	if a := h.call(http.MethodDelete, "/v1/me/certificate-links/"+link.ID, token, nil); a.Code != 204 {
		t.Errorf("end: %d", a.Code)
	}
	h.call(http.MethodPost, "/v1/me/certificates/"+c.ID+"/renew", token, map[string]any{}).problem(409, "travel_nothing_newer", "")

	officer, second := h.staff(healthcode.RoleCaseworker, "beijing"), h.staff(healthcode.RoleAuthority, "beijing")
	const staff = "/v1/jurisdictions/beijing/certificates"
	proposal := map[string]any{"identifier": c.Identifier, "ground": "fraud", "evidence": "来文 3 号"}
	p := decoded[CertificateBody](h, h.call(http.MethodPost, staff+"/revocations", officer, proposal), 200)
	if p.Text != "" || p.Proposal == nil {
		t.Errorf("an officer sees %+v", p)
	}
	h.call(http.MethodPost, staff+"/"+c.ID+"/agree", officer, map[string]any{}).problem(403, "second_officer", "")
	if waiting := decoded[CertificateList](h, h.call(http.MethodGet, staff, second, nil), 200); len(waiting.Certificates) != 1 {
		t.Errorf("waiting %+v", waiting)
	}
	if done := decoded[CertificateBody](h, h.call(http.MethodPost, staff+"/"+c.ID+"/agree", second, map[string]any{}), 200); done.Stands || done.Why != "fraud" {
		t.Errorf("revoked %+v", done)
	}
}

// Each field at fault is named.
func TestCertificateFaults(t *testing.T) {
	h := newHouse(t)
	token := h.traveller()
	wrong := map[string]any{"jurisdiction": "beijing", "direction": "up", "facts": []map[string]string{},
		"document": map[string]string{"kind": "diplomatic", "mrz": issuing["document"].(map[string]string)["mrz"]}}
	var p Problem
	a := h.call(http.MethodPost, "/v1/me/certificates", token, wrong)
	h.Must(json.Unmarshal(a.Body.Bytes(), &p))
	var fields []string
	for _, e := range p.Errors {
		fields = append(fields, e.Field)
	}
	if got := strings.Join(fields, " "); a.Code != 422 || got != "mrz number direction facts" {
		t.Errorf("%d: %s", a.Code, got)
	}
}
