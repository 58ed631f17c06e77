package certificate

import (
	"strings"
	"testing"
	"time"

	"healthcode/internal/qr"
)

func soundStatement() Statement {
	s := Statement{ID: NewStatementID(), Name: "Anna Maria Eriksson", Zone: "ERIKSSON<<ANNA<MARIA", Birth: "1974-08-12",
		Flight: "CA936", Date: "2026-05-02", From: "FRA", To: "PVG", Mission: "frankfurt"}
	s.BindDocument("UTO", "L898902C3")
	return s
}

func TestStatementIsIssuedAndReadBack(t *testing.T) {
	signer := newECSigner(t)
	want, until := soundStatement(), noon.Add(30*time.Hour)
	text, err := signer.issuer().IssueStatement(want, noon, until)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(text, StatementPrefix) || strings.Contains(text, "L898902C3") {
		t.Errorf("text %q", text)
	}
	if code, err := qr.Encode(text, qr.Q); err != nil || code.Size > 101 {
		t.Errorf("the code has %d modules a side: %v", code.Size, err)
	}
	verifier := Verifier{Trust: NewTrustList(signer.key)}
	for at, stage := range map[time.Time]Stage{noon: "", until: "", until.Add(time.Second): Expired, noon.Add(-time.Minute): NotYetValid} {
		result := verifier.Verify(text, at)
		if result.Stage() != stage {
			t.Errorf("at %v: %q, want %q", at, result.Stage(), stage)
		}
		got, err := result.Document.Statement()
		if err != nil || got.ID != want.ID || got.Name != want.Name || got.Flight != want.Flight || got.Date != want.Date || got.DocumentTail != "2C3" {
			t.Errorf("%+v, %v; want %+v", got, err, want)
		}
		for number, match := range map[string]bool{"L898902C3": true, "l 898902-c3": true, "L898902C4": false, "": false} {
			if got.MatchesDocument("UTO", number) != match {
				t.Errorf("document %q: %v", number, !match)
			}
		}
		if got.MatchesDocument("D", "L898902C3") {
			t.Error("the same number of another country matches")
		}
	}
	if r := (&Verifier{}).Verify(text, noon); r.Stage() != UnknownKey {
		t.Errorf("without trust: %q", r.Stage())
	}
	revoked := RevocationSet{}
	revoked.Add(revocationHash(want.ID))
	verifier.Revoked = revoked.Revoked
	if r := verifier.Verify(text, noon); r.Stage() != Revoked {
		t.Errorf("revoked by its id: %q", r.Stage())
	}
}

// A changed character never verifies, and neither does a statement passed off as HC1.
func TestChangedStatements(t *testing.T) {
	signer := newECSigner(t)
	text, err := signer.issuer().IssueStatement(soundStatement(), noon, noon.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	verifier := Verifier{Trust: NewTrustList(signer.key)}
	for n := range text {
		other := byte('A')
		if text[n] == other {
			other = 'B'
		}
		if verifier.Verify(text[:n]+string(other)+text[n+1:], noon).OK() {
			t.Fatalf("character %d changed, and it verifies", n)
		}
	}
	if verifier.Verify(Prefix+strings.TrimPrefix(text, StatementPrefix), noon).OK() {
		t.Error("it passes for a travel certificate")
	}
}

func TestStatementsThatMustNotBeIssued(t *testing.T) {
	issuer := newECSigner(t).issuer()
	for name, spoil := range map[string]func(*Statement){
		"no id":          func(s *Statement) { s.ID = "" },
		"no name":        func(s *Statement) { s.Name = "" },
		"no document":    func(s *Statement) { s.DocumentHash = nil },
		"no day":         func(s *Statement) { s.Date = "2026-02-30" },
		"no flight":      func(s *Statement) { s.Flight = "the plane" },
		"no airport":     func(s *Statement) { s.From = "Frankfurt" },
		"no birth":       func(s *Statement) { s.Birth = "" },
		"lower-case MRZ": func(s *Statement) { s.Zone = "eriksson" },
	} {
		s := soundStatement()
		spoil(&s)
		if text, err := issuer.IssueStatement(s, noon, noon.Add(time.Hour)); err == nil {
			t.Errorf("%s: issued %s", name, text)
		}
	}
	if _, err := issuer.IssueStatement(soundStatement(), noon, noon); err == nil {
		t.Error("issued without any time in which it holds")
	}
}
