package inspect

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"math/big"
	"strings"
	"testing"
	"time"

	"healthcode/certificate"
)

var (
	zone = time.FixedZone("CST", 8*60*60)
	now  = time.Date(2022, 4, 28, 9, 0, 0, 0, zone)
)

// newIssuer makes a signer who may sign anything.
func newIssuer(t *testing.T) (*certificate.Issuer, *certificate.Verifier) {
	t.Helper()
	secret, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{Country: []string{"CN"}}, NotBefore: now.AddDate(0, -1, 0), NotAfter: now.AddDate(2, 0, 0)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, secret.Public(), secret)
	if err != nil {
		t.Fatal(err)
	}
	key, err := certificate.ParseKey(der)
	if err != nil {
		t.Fatal(err)
	}
	return &certificate.Issuer{Signer: secret, Key: key, Country: "CN"}, &certificate.Verifier{Trust: certificate.NewTrustList(key)}
}

const specimen = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"

// outcome writes an answer in one line.
func outcome(a Answer) string {
	parts := []string{string(a.Verdict)}
	for _, c := range a.Checks {
		parts = append(parts, c.Check+":"+string(c.State))
	}
	return strings.Join(parts, " ")
}

func TestHealthStatementIsForOneFlightAndOnePassport(t *testing.T) {
	issuer, verifier := newIssuer(t)
	s := certificate.Statement{ID: certificate.NewStatementID(), Name: "Anna Maria Eriksson", Zone: "ERIKSSON<<ANNA<MARIA", Birth: "1974-08-12",
		Flight: "CA936", Date: "2022-04-29", From: "FRA", To: "PVG", Mission: "frankfurt"}
	s.BindDocument("UTO", "L898902C3")
	text, err := issuer.IssueStatement(s, now, now.Add(48*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	for what, c := range map[string]struct {
		q    Question
		want string
	}{
		"boards": {Question{MRZ: specimen, Flight: "CA 936", Departure: "2022-04-29T20:10"},
			"good certificate:good departure:good name:good birth:good number:good flight:good day:good"},
		"another passport": {Question{Number: "L898902C4", Country: "UTO", Flight: "CA936", Departure: "2022-04-29T20:10"},
			"bad certificate:good departure:good number:bad flight:good day:good"},
		"another flight": {Question{MRZ: specimen, Flight: "CA937", Departure: "2022-04-29T20:10"},
			"bad certificate:good departure:good name:good birth:good number:good flight:bad day:good"},
		"another day": {Question{MRZ: specimen, Flight: "CA936", Departure: "2022-04-30T08:00"},
			"bad certificate:good departure:good name:good birth:good number:good flight:good day:bad"},
		"after its end": {Question{MRZ: specimen, Flight: "CA936", Departure: "2022-05-01T20:10"},
			"bad certificate:bad departure:good name:good birth:good number:good flight:good day:bad"},
		"no flight given": {Question{MRZ: specimen},
			"unclear certificate:good name:good birth:good number:good flight:unclear day:unclear"},
		"a departure that isn't one": {Question{MRZ: specimen, Departure: "tomorrow"},
			"bad certificate:good departure:bad name:good birth:good number:good flight:unclear day:bad"},
		"a departure long past": {Question{MRZ: specimen, Departure: "2022-04-01T20:10"},
			"bad certificate:good departure:bad name:good birth:good number:good flight:unclear day:bad"},
	} {
		c.q.Text, c.q.Now, c.q.Zone = " "+text+"\n", now, zone
		if c.q.Departure == "tomorrow" {
			c.want = strings.Replace(c.want, "day:bad", "day:unclear", 1)
		}
		if got := outcome(Ask(verifier, c.q)); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", what, got, c.want)
		}
	}
}

// A certificate from the future means a wrong clock sooner than a forgery, and is said so.
func TestClockOfTheDevice(t *testing.T) {
	issuer, verifier := newIssuer(t)
	text, err := issuer.Issue(certificate.DCC{Name: certificate.DCCName{SurnameMachine: "ERIKSSON", ForenameMachine: "ANNA<MARIA"}, BirthDate: "1974",
		Recovery: []certificate.DCCRecovery{{Disease: "840539006", FirstPositive: "2022-02-01", Country: "CN", Issuer: "Test", ValidFrom: "2022-02-12",
			ValidUntil: "2022-08-01", UVCI: "URN:UVCI:01:CN:3"}}}, now, now.AddDate(0, 1, 0))
	if err != nil {
		t.Fatal(err)
	}
	q := Question{Text: text, MRZ: specimen, Now: now, Zone: zone}
	// A year of birth alone can't prove it.
	if a := Ask(verifier, q); outcome(a) != "unclear certificate:good name:good birth:unclear number:skipped" || a.ClockBehind {
		t.Errorf("%s, %+v", outcome(a), a)
	}
	// Even if the flight is later, the device's clock is behind.
	q.Now, q.Departure = now.Add(-3*time.Hour), "2022-04-28T12:00"
	if a := Ask(verifier, q); !a.ClockBehind || a.Verdict != Bad {
		t.Errorf("%s, %+v", outcome(a), a)
	}
}

// The patient of a SMART Health Card is found in its bundle.
func TestPatientOfACard(t *testing.T) {
	var card any
	if err := json.Unmarshal([]byte(`{"vc":{"credentialSubject":{"fhirBundle":{"entry":[{"resource":{"resourceType":"Immunization"}},
		{"resource":{"resourceType":"Patient","name":[{"family":"Eriksson","given":["Anna","Maria"]}],"birthDate":"1974-08-12"}}]}}}}`), &card); err != nil {
		t.Fatal(err)
	}
	if got := patientOf(card, 0); got.name != "Eriksson Anna Maria" || got.birth != "1974-08-12" {
		t.Errorf("%+v", got)
	}
	if got := patientOf([]any{"nobody"}, 0); got != (traveller{}) {
		t.Errorf("%+v", got)
	}
}

func FuzzAsk(f *testing.F) {
	f.Add("HC1:NCF", specimen, "Eriksson", "1974-08-12", "2022-04-28T12:00")
	f.Add(`{"data":{}}`, "", "<<", "1", "")
	f.Fuzz(func(t *testing.T, text, mrz, name, birth, departure string) {
		a := Ask(&certificate.Verifier{}, Question{Text: text, MRZ: mrz, Name: name, Birth: birth, Number: name, Departure: departure, Now: now, Zone: zone})
		if a.Verdict == Good {
			t.Errorf("accepted without a trust list: %+v", a)
		}
	})
}
