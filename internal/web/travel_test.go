package web

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"healthcode"
)

// travelCertificate stores one that somebody proposes to revoke.
func (s *site) travelCertificate(of healthcode.PersonID) {
	s.t.Helper()
	err := s.store.PutTravelCertificate(s.t.Context(), healthcode.TravelCertificate{ID: "TRAVEL", Person: of, Jurisdiction: "beijing",
		Content: healthcode.TravelIgG, Issued: s.now, Expires: s.now.Add(time.Hour), Hashes: [][]byte{make([]byte, 16)},
		Proposal: &healthcode.TravelProposal{Ground: "fraud", Evidence: "x", By: "somebody", At: s.now}})
	if err != nil {
		s.t.Fatal(err)
	}
}

// A holder gets a certificate, sees it, and shares it by an encrypted link, without a script.
func TestTravelPages(t *testing.T) {
	s := newSite(t)
	wang := someone{name: "王小明", kind: "CN-ID", number: "110101199002020016", phone: "+8613800000021"}
	wang.number = "11010119900202001" + checkDigitOf("11010119900202001")
	v := s.register("beijing", wang)
	if p := v.get("/in/beijing/certificates", 200); !strings.Contains(p.text("main"), in("zh", textTravelCantLead)) {
		t.Errorf("unchecked: %s", p.text("main"))
	}
	person, err := s.store.Person(t.Context(), v.personOf().Person)
	if err != nil {
		t.Fatal(err)
	}
	person.Identity = healthcode.IdentityChecked
	if err := s.store.UpdatePerson(t.Context(), person, "test", s.now); err != nil {
		t.Fatal(err)
	}
	s.add(wang, healthcode.Fact{Source: "lab:bj-1", Kind: healthcode.KindTest, Time: s.now.Add(-time.Hour), Analyte: "nucleic-acid", Result: "negative", Lab: "bj-1"})
	p := v.get("/in/beijing/certificates/new", 200)
	fact := p.one("input[name=facts]").attr("value")
	form := url.Values{"facts": {fact}, "direction": {"leaving"}, "kind": {"diplomatic"},
		"mrz": {"POCHNWANG<<XIAOMING<<<<<<<<<<<<<<<<<<<<<<<<<\nE123456782CHN9002029M3001019<<<<<<<<<<<<<<06"}}
	if p = v.post("/in/beijing/certificates/new", form, 422); !strings.Contains(p.text("main"), "机读区不是所选证件") {
		t.Errorf("another kind's zone: %s", p.text("main"))
	}
	form.Set("kind", "ordinary")
	p = v.post("/in/beijing/certificates/new", form, 200)
	if got := p.text("[data-certificate]"); !strings.Contains(got, "WANG XIAOMING") || len(p.all("[data-certificate] svg")) != 1 {
		t.Errorf("the certificate: %s", got)
	}
}

// checkDigitOf is the last character of GB 11643.
func checkDigitOf(digits string) string {
	sum := 0
	for _, c := range digits {
		sum = (sum + int(c-'0')) * 2 % 11
	}
	return string("10X98765432"[sum])
}
