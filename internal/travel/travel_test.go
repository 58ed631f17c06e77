package travel_test

import (
	"bytes"
	"encoding/json"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"crypto/x509"
	"encoding/pem"

	"healthcode"
	"healthcode/certificate"
	"healthcode/internal/certificatecmd"
	"healthcode/internal/certificatecmd/pdfimage"
	"healthcode/internal/qr"
	"healthcode/internal/servicetest"
	"healthcode/internal/travel"
)

// Each content in its format, read back with the name of the zone and the key of its usage.
func TestIssueEachContent(t *testing.T) {
	h := newHouse(t)
	a := h.wang()
	list, err := h.Travel.Issue(t.Context(), a, request(nucleic, igg, vaccine))
	h.Must(err)
	if len(list) != 3 {
		t.Fatalf("%d certificates", len(list))
	}
	verifier := certificate.Verifier{Trust: h.signers.Trust()}
	at := h.Clock.Now().In(servicetest.Shanghai)
	ends := []time.Time{servicetest.At(4, 29, 10, 0), servicetest.At(7, 20, 0, 0), servicetest.At(6, 2, 0, 0)}
	for i, want := range []struct {
		format certificate.Format
		name   string
	}{{certificate.FormatDCC, "WANG XIAOMING"}, {certificate.FormatDDCCTR, "WANG XIAOMING"}, {certificate.FormatDCC, "WANG XIAOMING"}} {
		c := list[i]
		r := verifier.Verify(c.Text, at)
		if !r.OK() || r.Document.Format != want.format {
			t.Errorf("%s: %v, %s", c.Content, r.Failures, r.Document.Format)
		}
		if !c.Expires.Equal(ends[i]) || !r.Document.Expires.Equal(c.Expires) {
			t.Errorf("%s ends at %s, want %s", c.Content, c.Expires, ends[i])
		}
		if after := verifier.Verify(c.Text, c.Expires.Add(time.Second)); after.OK() {
			t.Errorf("%s counts after its end", c.Content)
		}
	}
	d, err := certificate.Decode(list[0].Text)
	h.Must(err)
	dcc, err := d.DCC()
	h.Must(err)
	if n := dcc.Name; n != (certificate.DCCName{Surname: "王", SurnameMachine: "WANG", Forename: "小明", ForenameMachine: "XIAOMING"}) || dcc.BirthDate != "1990-02-02" {
		t.Errorf("name %+v, born %s", n, dcc.BirthDate)
	}
	if test := dcc.Test[0]; test.Collected != "2022-04-27T10:00:00+08:00" || test.Result != certificate.NotDetected.Code || test.UVCI != list[0].Identifier || test.Type != "LP6464-4" {
		t.Errorf("test %+v", test)
	}
	d, err = certificate.Decode(list[1].Text)
	h.Must(err)
	antibody, err := d.DDCCTest()
	h.Must(err)
	if antibody.Test.Type.Code != "94563-4" || *antibody.Test.Result != certificate.Detected || antibody.Identifier != "E12345678" {
		t.Errorf("antibody %+v", antibody)
	}
}

// Yellow fever is a WHO certificate, good from the tenth day.
func TestVaccineOfTheWHO(t *testing.T) {
	h := newHouse(t)
	a := h.wang()
	h.Learn(a.Person, `{"id":"y","source":"clinic:1","kind":"vaccination","time":"2022-04-10T10:00:00+08:00","product":"黄热疫苗","dose":1,"doses":1,"lot":"B-17"}`,
		`{"id":"x","source":"clinic:1","kind":"vaccination","time":"2022-04-10T10:00:00+08:00","product":"unheard of","dose":1,"doses":1}`)
	list, err := h.Travel.Issue(t.Context(), a, request(healthcode.FactRef{Source: "clinic:1", ID: "y"}))
	h.Must(err)
	r := (&certificate.Verifier{Trust: h.signers.Trust()}).Verify(list[0].Text, h.Clock.Now())
	if !r.OK() || r.Document.Format != certificate.FormatICVP {
		t.Errorf("%v", r.Failures)
	}
	_, err = h.Travel.Issue(t.Context(), a, request(healthcode.FactRef{Source: "clinic:1", ID: "x"}))
	if got := fields(err); got != "facts invalid" || !strings.Contains(err.Error(), "unheard of") {
		t.Errorf("a vaccine without a code: %v", err)
	}
}

// What is issued is read by the command from text, PNG, SVG and PDF.
func TestCommandReadsWhatIsIssued(t *testing.T) {
	h := newHouse(t)
	list, err := h.Travel.Issue(t.Context(), h.wang(), request(nucleic, igg, vaccine))
	h.Must(err)
	dir := t.TempDir()
	trust := filepath.Join(dir, "trust.pem")
	var certs []byte
	for _, s := range h.signers {
		if _, err := x509.ParseCertificate(s.Key.DER); err != nil {
			t.Fatal(err)
		}
		certs = append(certs, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Key.DER})...)
	}
	h.Must(os.WriteFile(trust, certs, 0o600))
	for i := range list {
		c := &list[i]
		pdf, err := h.Travel.PDF(c, servicetest.Shanghai)
		h.Must(err)
		picture, err := travel.PNG(c.Text)
		h.Must(err)
		svg, err := travel.SVG(c.Text, "QR")
		h.Must(err)
		img, err := png.Decode(bytes.NewReader(picture))
		h.Must(err)
		if read, err := qr.Decode(img); err != nil || read != c.Text {
			t.Errorf("PNG: %q, %v", read, err)
		}
		for name, data := range map[string][]byte{"text": []byte(c.Text), "pdf": pdf, "png": picture, "svg": svg} {
			file := filepath.Join(dir, name)
			h.Must(os.WriteFile(file, data, 0o600))
			var out, errs bytes.Buffer
			code := certificatecmd.Run([]string{"verify", "--trust", trust, "--at", "2022-04-28T10:00:00+08:00", file}, nil, &out, &errs, h.Clock.Now)
			var answer struct {
				OK     bool
				Format string
			}
			if code != 0 || json.Unmarshal(out.Bytes(), &answer) != nil || !answer.OK {
				t.Errorf("%s as %s: exit %d, %s %s", c.Content, name, code, out.String(), errs.String())
			}
		}
	}
}

// The code on A4 is in alphanumeric mode with correction Q, and 42 mm wide; the text can be copied.
func TestCodeOnPaper(t *testing.T) {
	h := newHouse(t)
	h.Travel.Address = "https://code.example"
	list, err := h.Travel.Issue(t.Context(), h.wang(), request(nucleic))
	h.Must(err)
	c := &list[0]
	pdf, err := h.Travel.PDF(c, servicetest.Shanghai)
	h.Must(err)
	if !bytes.Contains(pdf, []byte("/MediaBox [0 0 595.28 841.89]")) {
		t.Error("the page isn't A4")
	}
	text := drawn(t, pdf)
	// A picture is placed by a matrix: width 0 0 height x y, in points; its quiet zone is 4 modules on each side.
	var width, height float64
	at := strings.Index(text, " cm /I")
	if at < 0 || !scan(text[strings.LastIndex(text[:at], "q ")+2:at], &width, &height) {
		t.Fatal("no picture is on the page")
	}
	modules := 0.0
	for m, err := range pdfimage.Images(pdf) {
		h.Must(err)
		size, black := pictured(m, 8)
		modules = float64(size)
		if got := symbolOf(size, black); got != (symbol{"Q", 2}) {
			t.Errorf("on paper the code is %+v", got)
		}
		break // what follows are drawings of the page
	}
	side := width / 72 * 25.4 * modules / (modules + 8)
	if side < 41.9 || side > 42.1 || width != height {
		t.Errorf("the code is %.2f mm wide; want 42", side)
	}
	for _, want := range []string{"国际旅行健康证明", "International Travel", "王小明", "WANG XIAOMING", "E12345678", "URN:UVCI:01:CN:NHC/", "出境", "Not detected", "https://code.example/verify",
		"签发机构", "National Health Commission", "有效期至", "2022-04-29 10:00 +08:00"} {
		if !strings.Contains(text, utf16be(want)) {
			t.Errorf("%q isn't on the paper", want)
		}
	}
}

func TestWhoMay(t *testing.T) {
	h := newHouse(t)
	unchecked := h.Register("beijing", servicetest.Li)
	_, err := h.Travel.Issue(t.Context(), unchecked, request(nucleic))
	if got := fields(err); got != "identity travel_not_eligible" {
		t.Errorf("unchecked: %s", got)
	}
	foreign := h.Register("beijing", servicetest.Anna)
	h.checked(foreign.Person)
	_, err = h.Travel.Issue(t.Context(), foreign, request(nucleic))
	if got := fields(err); got != "document travel_not_eligible" || !strings.Contains(err.Error(), "international version") {
		t.Errorf("a foreign passport: %v", err)
	}
	_, err = h.Travel.Issue(t.Context(), healthcode.Actor{Role: healthcode.RoleCaseworker, Staff: "wei", Jurisdiction: "beijing"}, request(nucleic))
	h.WantCode(err, healthcode.CodeDenied)
	a := h.wang()
	elsewhere := request(nucleic)
	elsewhere.Jurisdiction = "tianjin"
	_, err = h.Travel.Issue(t.Context(), a, elsewhere)
	h.WantCode(err, healthcode.CodeNotFound)
}

func TestWhatIsAskedFor(t *testing.T) {
	h := newHouse(t)
	a := h.wang()
	h.Learn(a.Person, `{"id":"p","source":"lab:bj-1","kind":"test","time":"2022-04-27T11:00:00+08:00","analyte":"nucleic-acid","result":"positive"}`,
		`{"id":"o","source":"lab:bj-1","kind":"test","time":"2022-04-20T11:00:00+08:00","analyte":"nucleic-acid","result":"negative"}`)
	for name, r := range map[string]travel.Request{
		"facts: nothing": request(), "facts: another's": request(healthcode.FactRef{Source: "lab:x", ID: "n"}),
		"facts: positive": request(healthcode.FactRef{Source: "lab:bj-1", ID: "p"}), "facts: too old": request(healthcode.FactRef{Source: "lab:bj-1", ID: "o"}),
	} {
		_, err := h.Travel.Issue(t.Context(), a, r)
		if got := fields(err); got != "facts invalid" {
			t.Errorf("%s: %s", name, got)
		}
	}
	r := request(nucleic)
	r.Direction = "up"
	_, err := h.Travel.Issue(t.Context(), a, r)
	if got := fields(err); got != "direction invalid, facts invalid" {
		t.Errorf("direction: %s", got)
	}
}

// Issuing the same content anew ends the one before; of vaccinations, the same dose alone.
func TestSuperseding(t *testing.T) {
	h := newHouse(t)
	a := h.wang()
	first, err := h.Travel.Issue(t.Context(), a, request(nucleic))
	h.Must(err)
	h.Clock.Advance(time.Minute)
	other := request(nucleic)
	other.Direction = healthcode.TravelEntering
	_, err = h.Travel.Issue(t.Context(), a, other)
	h.Must(err)
	_, err = h.Travel.Renew(t.Context(), a, first[0].ID)
	h.WantCode(err, travel.CodeNothingNewer)
	h.Learn(a.Person, `{"id":"n2","source":"lab:bj-1","kind":"test","time":"2022-04-28T08:00:00+08:00","analyte":"nucleic-acid","result":"negative"}`)
	next, err := h.Travel.Renew(t.Context(), a, first[0].ID)
	h.Must(err)
	if next.Fact.ID != "n2" || next.Replaces != first[0].ID || !next.Expires.Equal(servicetest.At(4, 30, 8, 0)) {
		t.Errorf("renewed: %+v", next)
	}
	old, err := h.Travel.Certificate(t.Context(), a, first[0].ID)
	h.Must(err)
	if old.Why != healthcode.TravelEndedSuperseded || old.ReplacedBy != next.ID {
		t.Errorf("old: %+v", old)
	}
	all, err := h.Travel.Certificates(t.Context(), a)
	h.Must(err)
	standing := 0
	for _, c := range all {
		if c.Stands(h.Clock.Now()) {
			standing++
		}
	}
	if len(all) != 3 || standing != 2 {
		t.Errorf("%d certificates, %d stand", len(all), standing)
	}
	revoked := h.revoked()
	at := h.Clock.Now()
	verifier := certificate.Verifier{Trust: h.signers.Trust(), Revoked: revoked.Revoked}
	if r := verifier.Verify(old.Text, at); r.OK() || r.Stage() != certificate.Revoked {
		t.Errorf("the old one: %s", r.Stage())
	}
	if r := verifier.Verify(next.Text, at); !r.OK() {
		t.Errorf("the new one: %v", r.Failures)
	}
	h.Clock.Set(servicetest.At(4, 30, 9, 0))
	_, err = h.Travel.Renew(t.Context(), a, next.ID)
	h.WantCode(err, travel.CodeNothingNewer)
}
