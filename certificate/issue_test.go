package certificate

import (
	"encoding/asn1"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"

	"github.com/veraison/go-cose"
)

func soundDCC() DCC {
	return DCC{
		Name:      DCCName{Surname: "王", SurnameMachine: "WANG", Forename: "小明", ForenameMachine: "XIAOMING"},
		BirthDate: "1979-04-14",
		Vaccination: []DCCVaccination{{
			Disease: "840539006", Vaccine: "1119305005", Product: "CoronaVac", Maker: "Sinovac-Biotech", Dose: 2, Doses: 2,
			Date: "2026-03-01", Country: "CN", Issuer: "National Health Commission", UVCI: "URN:UVCI:01:CN:TEST/0001",
		}},
	}
}

func soundTest() DCC {
	c := soundDCC()
	c.Vaccination = nil
	c.Test = []DCCTest{{
		Disease: "840539006", Type: "LP6464-4", Name: "PCR kit", Collected: "2026-04-30T09:00:00+08:00", Result: NotDetected.Code,
		Centre: "Beijing 7", Country: "CN", Issuer: "National Health Commission", UVCI: "URN:UVCI:01:CN:TEST/0002",
	}}
	return c
}

func soundRecovery() DCC {
	c := soundDCC()
	c.Vaccination = nil
	c.Recovery = []DCCRecovery{{
		Disease: "840539006", FirstPositive: "2026-01-10", Country: "CN", Issuer: "National Health Commission",
		ValidFrom: "2026-01-21", ValidUntil: "2026-07-09", UVCI: "URN:UVCI:01:CN:TEST/0003",
	}}
	return c
}

func soundICVP() ICVP {
	return ICVP{
		Name: "WANG XIAOMING", BirthDate: "1979-04-14", Sex: "male", Nationality: "CHN", Document: "E12345678", Version: "1",
		Vaccine: ICVPVaccine{Product: "YellowFeverProductd8a09f80301dc05e124f99ffe7711fc0", Date: "2026-04-01", Authority: "CN", Batch: "B-17"},
	}
}

func soundAntibody() DDCCTest {
	return DDCCTest{
		Name: "WANG XIAOMING", BirthDate: "1979-04-14", Identifier: "E12345678",
		Test: DDCCTestResult{
			Pathogen: Coding{ICD11MMS, "XN109", "SARS-CoV-2"}, Type: AntibodyIgG, Result: &Detected,
			Date: "2026-04-30T09:00:00+08:00", Country: Coding{ISO3166, "CHN", "China"},
		},
		Meta: DDCCMeta{
			Issuer: DDCCIdentified{DDCCIdentifier{Value: "CN"}}, HCID: DDCCIdentifier{Value: "URN:UVCI:01:CN:TEST/0004"}, Version: "RC2",
		},
	}
}

func soundDose() DDCCVaccination {
	return DDCCVaccination{
		Name: "WANG XIAOMING", BirthDate: "1979-04-14",
		Dose: DDCCDose{
			Vaccine: Coding{ICD11MMS, "XM1NL1", ""}, Brand: Coding{"urn:example", "CoronaVac", ""}, Manufacturer: &Coding{"urn:example", "Sinovac", ""},
			Lot: "L1", Date: "2026-03-01", Dose: 2, Doses: 2, Country: Coding{ISO3166, "CHN", "China"},
		},
		Meta: soundAntibody().Meta,
	}
}

func soundLink() HealthLink {
	return HealthLink{
		URL: "https://health.example.cn/vhl/7f3k", Key: "rxTgYlOaKJPFtcEd0qcceN8wEU4p94SqAwIWQe6uX7Q", Flag: "LP",
		Label: "Travel health file", Expires: noon.AddDate(0, 3, 0),
	}
}

var sixMonths = noon.AddDate(0, 6, 0)

func TestEveryKindIsIssuedAndReadBack(t *testing.T) {
	for name, s := range map[string]signer{"P-256": newECSigner(t), "RSA": newRSASigner(t, 2048)} {
		for format, c := range map[Format][]Content{
			FormatDCC:        {soundDCC(), soundTest(), soundRecovery()},
			FormatICVP:       {soundICVP()},
			FormatDDCCTR:     {soundAntibody()},
			FormatDDCCVS:     {soundDose()},
			FormatHealthLink: {HealthLinkContent{Link: soundLink()}, HealthLinkContent{Link: soundLink(), AsText: true}},
		} {
			for _, content := range c {
				text, err := s.issuer().Issue(content, noon, sixMonths)
				if err != nil {
					t.Fatalf("%s, %s: %v", name, format, err)
				}
				r := s.verifier().Verify(text, noon)
				if !r.OK() || r.Document.Format != format || r.Document.Issuer != "CN" || !r.Document.Expires.Equal(sixMonths) {
					t.Errorf("%s, %s: read back as %s (%s)", name, format, r.Document.Format, describe(r))
				}
			}
		}
	}
}

func TestIssuedContentComesBackInItsTypes(t *testing.T) {
	s := newECSigner(t)
	read := func(c Content) *Document {
		text, err := s.issuer().Issue(c, noon, sixMonths)
		if err != nil {
			t.Fatal(err)
		}
		d, err := Decode(text)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	same := func(got any, err error, want any) {
		t.Helper()
		a, _ := json.Marshal(got)
		b, _ := json.Marshal(want)
		if err != nil || string(a) != string(b) {
			t.Errorf("got %s (%v)\nwant %s", a, err, b)
		}
	}
	want := soundTest()
	want.Version = DCCVersion
	dcc, err := read(soundTest()).DCC()
	same(dcc, err, want)
	icvp, err := read(soundICVP()).ICVP()
	same(icvp, err, soundICVP())
	antibody, err := read(soundAntibody()).DDCCTest()
	same(antibody, err, soundAntibody())
	dose, err := read(soundDose()).DDCCVaccination()
	same(dose, err, soundDose())
	for _, asText := range []bool{true, false} {
		link, err := read(HealthLinkContent{soundLink(), asText}).HealthLink()
		same(link, err, soundLink())
	}
	if _, err := read(soundICVP()).DCC(); err == nil {
		t.Error("an ICVP was read as a DCC")
	}
}

// An independent implementation must accept what we issue.
func TestGoCoseAcceptsWhatIsIssued(t *testing.T) {
	s := newECSigner(t)
	text, err := s.issuer().Issue(soundDCC(), noon, sixMonths)
	if err != nil {
		t.Fatal(err)
	}
	raw, failure := unwrap(text)
	if failure != nil {
		t.Fatal(failure)
	}
	var m cose.Sign1Message
	if err := m.UnmarshalCBOR(raw); err != nil {
		t.Fatal(err)
	}
	verifier, err := cose.NewVerifier(cose.AlgorithmES256, s.key.Public)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Verify(nil, verifier); err != nil {
		t.Error(err)
	}
	if kid := m.Headers.Protected[cose.HeaderLabelKeyID].([]byte); string(kid) != string(s.key.ID) {
		t.Errorf("key id %x, want %x", kid, s.key.ID)
	}
}

func TestIssuingIsStrict(t *testing.T) {
	s := newECSigner(t)
	dcc := func(change func(*DCC)) DCC {
		c := soundDCC()
		change(&c)
		return c
	}
	test := func(change func(*DCCTest)) DCC {
		c := soundTest()
		change(&c.Test[0])
		return c
	}
	icvp := func(change func(*ICVP)) ICVP {
		c := soundICVP()
		change(&c)
		return c
	}
	antibody := func(change func(*DDCCTest)) DDCCTest {
		c := soundAntibody()
		change(&c)
		return c
	}
	link := func(change func(*HealthLink)) HealthLinkContent {
		l := soundLink()
		change(&l)
		return HealthLinkContent{Link: l}
	}
	for name, c := range map[string]struct {
		content Content
		names   string // what the error must point to
	}{
		"two doses":        {dcc(func(c *DCC) { c.Vaccination = append(c.Vaccination, c.Vaccination[0]) }), "2 entries"},
		"two kinds":        {dcc(func(c *DCC) { c.Test = soundTest().Test }), "2 entries"},
		"no kind":          {dcc(func(c *DCC) { c.Vaccination = nil }), "0 entries"},
		"surname":          {dcc(func(c *DCC) { c.Name.SurnameMachine = "Wang" }), "nam.fnt"},
		"long name":        {dcc(func(c *DCC) { c.Name.Surname = strings.Repeat("王", 81) }), "nam.fn "},
		"birth date":       {dcc(func(c *DCC) { c.BirthDate = "14.4.1979" }), "dob"},
		"dose":             {dcc(func(c *DCC) { c.Vaccination[0].Dose = 0 }), "v[0].dn"},
		"no vaccine":       {dcc(func(c *DCC) { c.Vaccination[0].Vaccine = "" }), "v[0].vp"},
		"date with time":   {dcc(func(c *DCC) { c.Vaccination[0].Date = "2026-03-01T00:00:00Z" }), "v[0].dt"},
		"30 February":      {dcc(func(c *DCC) { c.Vaccination[0].Date = "2026-02-30" }), "no calendar"},
		"country":          {dcc(func(c *DCC) { c.Vaccination[0].Country = "CHN" }), "v[0].co"},
		"identifier":       {dcc(func(c *DCC) { c.Vaccination[0].UVCI = "urn:uvci:01:cn:1" }), "v[0].ci"},
		"checksum in code": {dcc(func(c *DCC) { c.Vaccination[0].UVCI += "#A" }), "v[0].ci"},
		"time of sample":   {test(func(c *DCCTest) { c.Collected = "2026-04-30 09:00" }), "t[0].sc"},
		"time off clock":   {test(func(c *DCCTest) { c.Collected = "2026-04-31T09:00:00Z" }), "no calendar"},
		"nationality":      {icvp(func(c *ICVP) { c.Nationality = "CN" }), "nt"},
		"no batch":         {icvp(func(c *ICVP) { c.Vaccine.Batch = "" }), "vx.bo"},
		"nobody gave it":   {icvp(func(c *ICVP) { c.Vaccine.Authority = "" }), "vx names"},
		"no name":          {antibody(func(c *DDCCTest) { c.Name = "" }), "name"},
		"no pathogen":      {antibody(func(c *DDCCTest) { c.Test.Pathogen.Code = "" }), "test.pathogen.code"},
		"code alone":       {antibody(func(c *DDCCTest) { c.Test.Type.System = "" }), "test.type.system"},
		"no record id":     {antibody(func(c *DDCCTest) { c.Meta.HCID.Value = "" }), "certificate.hcid.value"},
		"link not https":   {link(func(l *HealthLink) { l.URL = "http://health.example.cn/x" }), "https"},
		"link key short":   {link(func(l *HealthLink) { l.Key = "abc" }), "key"},
		"link flag":        {link(func(l *HealthLink) { l.Flag = "PU" }), "flag"},
		"link label":       {link(func(l *HealthLink) { l.Label = strings.Repeat("旅", 81) }), "label"},
		"link over":        {link(func(l *HealthLink) { l.Expires = noon.AddDate(0, 0, -1) }), "expired"},
	} {
		text, err := s.issuer().Issue(c.content, noon, sixMonths)
		if err == nil || !strings.Contains(err.Error(), c.names) {
			t.Errorf("%s: error %v, want one that names %q (text %q)", name, err, c.names, text)
		}
	}
}

func TestIssuerIsCheckedBeforeItSigns(t *testing.T) {
	s, other := newECSigner(t), newECSigner(t)
	testOnly := newECSigner(t, asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 1847, 2021, 1, 1})
	private, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		issuer          *Issuer
		issued, expires time.Time
		says            string
	}{
		"no key":              {&Issuer{Country: "CN"}, noon, sixMonths, "has no key"},
		"another certificate": {&Issuer{Signer: s, Key: other.key, Country: "CN"}, noon, sixMonths, "does not belong"},
		"country":             {&Issuer{Signer: s, Key: s.key, Country: "China"}, noon, sixMonths, "alpha-2"},
		"end before begin":    {s.issuer(), noon, noon, "not after"},
		"before the signer":   {s.issuer(), begin.Add(-time.Second), sixMonths, "before the signer's"},
		"after the signer":    {s.issuer(), noon, end.Add(time.Second), "after the signer's"},
		"P-384":               {newSigner(t, private).issuer(), noon, sixMonths, "P-256"},
		"short RSA":           {newRSASigner(t, 1536).issuer(), noon, sixMonths, "P-256"},
		"tests only":          {testOnly.issuer(), noon, sixMonths, "key-usage"},
	} {
		if _, err := c.issuer.Issue(soundDCC(), c.issued, c.expires); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: error %v, want one that says %q", name, err, c.says)
		}
	}
	if _, err := testOnly.issuer().Issue(soundTest(), noon, sixMonths); err != nil {
		t.Errorf("a signer for tests refuses a test: %v", err)
	}
}

// The vaccination protects from day 10 on, for life, and the certificate is issued before that.
func TestVaccinationCountsFromItsTenthDay(t *testing.T) {
	s := newECSigner(t)
	c := soundICVP()
	c.Vaccine.Date = noon.AddDate(0, 0, -1).Format(time.DateOnly)
	text, err := s.issuer().Issue(c, noon, end)
	if err != nil {
		t.Fatal(err)
	}
	for days, want := range map[int]Stage{0: NotYetValid, 8: NotYetValid, 9: "", 300: ""} {
		if r := s.verifier().Verify(text, noon.AddDate(0, 0, days)); r.Stage() != want {
			t.Errorf("%d days after the issue: stage %q, want %q (%s)", days, r.Stage(), want, describe(r))
		}
	}
	c.Vaccine.Product = "PolioVaccineInactivatedIProduct1"
	if text, err = s.issuer().Issue(c, noon, end); err != nil {
		t.Fatal(err)
	}
	if r := s.verifier().Verify(text, noon); !r.OK() {
		t.Errorf("another vaccine counts from its day: %s", describe(r))
	}
}
