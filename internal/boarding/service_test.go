package boarding

import (
	"bytes"
	"compress/zlib"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"log/slog"
	"math/big"
	"strings"
	"sync"
	"testing"
	"time"

	"codeberg.org/go-pdf/fpdf"

	"healthcode"
	"healthcode/certificate"
	"healthcode/internal/identity"
	"healthcode/internal/qr"
	"healthcode/internal/servicetest"
)

// desk is the service over a real store.
type desk struct {
	*servicetest.House
	*Service
	ours, lab *certificate.Issuer
}

func newIssuer(t testing.TB, country string) *certificate.Issuer {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: "Signer", Country: []string{country}},
		NotBefore: servicetest.Start.AddDate(-1, 0, 0), NotAfter: servicetest.Start.AddDate(2, 0, 0)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	key, err := certificate.ParseKey(der)
	if err != nil {
		t.Fatal(err)
	}
	return &certificate.Issuer{Signer: private, Key: key, Country: country}
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	h := servicetest.New(t)
	d := &desk{House: h, ours: newIssuer(t, "CN"), lab: newIssuer(t, "DE")}
	trust := certificate.NewTrustList(d.lab.Key)
	var err error
	d.Service, err = New(Config{Rules: rules(t), Store: h.Store, Sealer: h.Vault, Access: h.Access, Clock: h.Clock, Log: slog.New(slog.NewJSONHandler(h.Log, nil)),
		Issuer: func(context.Context) (*certificate.Issuer, error) { return d.ours, nil }, Verifier: func(context.Context) (certificate.Verifier, error) { return certificate.Verifier{Trust: trust}, nil }})
	h.Must(err)
	h.Clock.Set(instant(t, "2022-05-01T10:00:00+02:00"))
	return d
}

var annaForm = Form{Mission: "frankfurt", Name: "Anna Maria Eriksson", Number: "L898902C3", Country: "SWE", Birth: "1974-08-12", Phone: "+4915112345678", Lang: healthcode.EN}

// signIn opens an account, or comes back to it.
func (d *desk) signIn(f Form) healthcode.Actor {
	d.Helper()
	sealed, err := d.Begin(d.Context(), f, "192.0.2.7")
	d.Must(err)
	token, err := d.Complete(d.Context(), sealed, d.Code(f.Phone), "a browser", "192.0.2.7")
	d.Must(err)
	return d.Actor(token)
}

func (d *desk) flight(class string) Flight {
	return Flight{Number: "ca 936", Date: "2022-05-02", Time: "13:00", From: "FRA", To: "PVG", Class: class}
}

func (d *desk) open(a healthcode.Actor, class string) *Application {
	d.Helper()
	app, err := d.Open(d.Context(), a, "frankfurt", d.flight(class))
	d.Must(err)
	return app
}

// hc1 is a certificate of a test, of Anna unless edit says otherwise.
func (d *desk) hc1(sampled string, edit func(*certificate.DCC)) string {
	d.Helper()
	c := certificate.DCC{Name: certificate.DCCName{Surname: "Eriksson", SurnameMachine: "ERIKSSON", Forename: "Anna Maria", ForenameMachine: "ANNA<MARIA"}, BirthDate: "1974-08-12",
		Test: []certificate.DCCTest{{Disease: "840539006", Type: "LP6464-4", Name: "PCR", Collected: sampled, Result: "260415000", Centre: "Centogene FRA",
			Country: "DE", Issuer: "Robert Koch-Institut", UVCI: "URN:UVCI:01:DE:A/1"}}}
	if edit != nil {
		edit(&c)
	}
	text, err := d.lab.Issue(c, d.Clock.Now(), d.Clock.Now().AddDate(0, 1, 0))
	d.Must(err)
	return text
}

func vaccinated(c *certificate.DCC) {
	c.Test = nil
	c.Vaccination = []certificate.DCCVaccination{{Disease: "840539006", Vaccine: "1119349007", Product: "EU/1/20/1528", Maker: "ORG-100030215", Dose: 2, Doses: 2,
		Date: "2022-01-10", Country: "DE", Issuer: "Robert Koch-Institut", UVCI: "URN:UVCI:01:DE:V/1"}}
}

// pdfOf is a page with a QR code in it.
func pdfOf(t testing.TB, text string) []byte {
	t.Helper()
	code, err := qr.Encode(text, qr.Q)
	if err != nil {
		t.Fatal(err)
	}
	picture, err := code.PNG(4)
	if err != nil {
		t.Fatal(err)
	}
	p := fpdf.New("P", "mm", "A4", "")
	p.AddPage()
	p.SetFont("Helvetica", "", 20)
	p.Text(20, 30, "Laboratory report")
	p.RegisterImageOptionsReader("q", fpdf.ImageOptions{ImageType: "PNG"}, bytes.NewReader(picture))
	p.ImageOptions("q", 60, 80, 60, 60, false, fpdf.ImageOptions{}, 0, "")
	var out bytes.Buffer
	if err := p.Output(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// scan is a picture of a page without any code.
func scan() []byte {
	img := image.NewGray(image.Rect(0, 0, 800, 600))
	for y := range 600 {
		for x := range 800 {
			img.SetGray(x, y, color.Gray{Y: uint8(200 + (x*y)%50)})
		}
	}
	var b bytes.Buffer
	png.Encode(&b, img)
	return b.Bytes()
}

func (d *desk) upload(a healthcode.Actor, id, item string, data []byte) *Application {
	d.Helper()
	app, err := d.Upload(d.Context(), a, id, item, data)
	d.Must(err)
	return app
}

// statement verifies what an application came to, as an airline does.
func (d *desk) statement(app *Application, at time.Time) (certificate.Statement, certificate.Stage) {
	d.Helper()
	revoked, err := d.Revoked(d.Context())
	d.Must(err)
	v := certificate.Verifier{Trust: certificate.NewTrustList(d.ours.Key), Revoked: revoked.Revoked}
	result := v.Verify(app.Statement.Text, at)
	st, err := result.Document.Statement()
	d.Must(err)
	return st, result.Stage()
}

func officer(name string) healthcode.Actor {
	return healthcode.Actor{Role: healthcode.RoleConsular, Staff: name, Jurisdiction: "frankfurt"}
}

// What machines can prove comes to a statement at once, without any officer.
func TestMachineReadablePapersGiveAStatementAtOnce(t *testing.T) {
	d := newDesk(t)
	anna := d.signIn(annaForm)
	app := d.open(anna, "vaccinated")
	if app.State != healthcode.ApplicationDraft || app.Set != "direct-vaccinated" || app.Flight.Number != "CA936" {
		t.Fatalf("%+v", app.details)
	}
	app = d.upload(anna, app.ID, "nucleic-acid", pdfOf(t, d.hc1("2022-04-30T18:00:00+02:00", nil)))
	if app.State != healthcode.ApplicationDraft || app.Papers[0].State != PaperVerified || !app.Assessment.Findings[0].Satisfied || app.Assessment.Findings[1].Satisfied {
		t.Fatalf("after the test: %s %+v %+v", app.State, app.Papers, app.Assessment.Findings)
	}
	app = d.upload(anna, app.ID, "vaccination", pdfOf(t, d.hc1("2022-04-30T18:00:00+02:00", vaccinated)))
	if app.State != healthcode.ApplicationAccepted || app.Statement == nil {
		t.Fatalf("state %s, %+v", app.State, app.Assessment.Findings)
	}
	st, stage := d.statement(app, d.Clock.Now())
	if stage != "" || st.Flight != "CA936" || st.Date != "2022-05-02" || st.From != "FRA" || !st.MatchesDocument("SWE", "L898902C3") || st.Name != "Anna Maria Eriksson" {
		t.Errorf("%q %+v", stage, st)
	}
	// Departure at 13:00 and twelve hours of delay, which is before the sample of the 30th is 48 hours old.
	if want := instant(t, "2022-05-02T18:00:00+02:00"); !app.Statement.Until.Equal(want) {
		t.Errorf("until %v, want %v", app.Statement.Until, want)
	}
	if _, err := d.Upload(d.Context(), anna, app.ID, "vaccination", scan()); healthcode.CodeOf(err) != healthcode.CodeConflict {
		t.Errorf("a paper after the statement: %v", err)
	}
}

// Another's genuine certificate, a forged one and one from nobody known all wait for an officer.
func TestWhatDoesNotProveWaits(t *testing.T) {
	d := newDesk(t)
	anna := d.signIn(annaForm)
	app := d.open(anna, "vaccinated")
	sampled := "2022-04-30T18:00:00+02:00"
	stranger := newIssuer(t, "DE")
	for name, c := range map[string]struct {
		text    string
		differs string
		stage   certificate.Stage
	}{
		"another name":  {d.hc1(sampled, func(c *certificate.DCC) { c.Name.SurnameMachine, c.Name.Surname = "MUSTERMANN", "Mustermann" }), "name", ""},
		"another birth": {d.hc1(sampled, func(c *certificate.DCC) { c.BirthDate = "1974-08-13" }), "birth", ""},
		"only the year": {d.hc1(sampled, func(c *certificate.DCC) { c.BirthDate = "1974" }), "birth", ""},
		"no known key": {func() string {
			d.lab, stranger = stranger, d.lab
			defer func() { d.lab, stranger = stranger, d.lab }()
			return d.hc1(sampled, nil)
		}(), "", certificate.UnknownKey},
	} {
		got := d.upload(anna, app.ID, "nucleic-acid", pdfOf(t, c.text))
		p := got.Papers[len(got.Papers)-1]
		if p.State != PaperWaiting || p.Evidence != nil || p.Reading.Stage != c.stage || strings.Join(p.Reading.Differs, " ") != c.differs {
			t.Errorf("%s: %+v", name, p)
		}
	}
}

// A scan goes to the officers of this mission, who ask for another one; what was accepted stays accepted.
func TestReviewCorrectionAndStatement(t *testing.T) {
	d := newDesk(t)
	anna := d.signIn(annaForm)
	app := d.open(anna, "vaccinated")
	_, err := d.Submit(d.Context(), anna, app.ID)
	d.WantCode(err, healthcode.CodeInvalid)
	d.upload(anna, app.ID, "nucleic-acid", scan())
	app = d.upload(anna, app.ID, "vaccination", scan())
	_, err = d.File(d.Context(), officer("w1"), app.ID)
	d.WantCode(err, healthcode.CodeNotFound) // a draft is nobody's business
	app, err = d.Submit(d.Context(), anna, app.ID)
	d.Must(err)
	if want := instant(t, "2022-05-02T17:00:00+02:00"); app.State != healthcode.ApplicationWaiting || !app.Due.Equal(want) { // the 1st of May 2022 is a Sunday
		t.Fatalf("%s, due %v", app.State, app.Due)
	}
	file, err := d.File(d.Context(), officer("w1"), app.ID)
	d.Must(err)
	if looks, err := d.Store.Looks(d.Context(), anna.Person, 10); err != nil || len(looks) != 1 || looks[0].By != "w1" || looks[0].Jurisdiction != "frankfurt" {
		t.Errorf("looks %+v, %v", looks, err)
	}
	data, kind, err := d.Paper(d.Context(), officer("w1"), app.ID, file.Papers[0].ID)
	if err != nil || kind != "image/jpeg" || len(data) == 0 {
		t.Errorf("paper of %d bytes, %q, %v", len(data), kind, err)
	}
	shot := Verdict{Paper: file.Papers[1].ID, Accept: true, Evidence: Evidence{Kind: KindVaccination, Target: "covid-19", Day: date(t, "2022-01-10"), Dose: 2, Doses: 2}}
	// The officer can't accept what the rules don't: the sample is too old.
	old := Verdict{Paper: file.Papers[0].ID, Accept: true, Evidence: pcr(t, "", "2022-04-30T12:00:00+02:00", "Labor am Main")}
	_, err = d.Decide(d.Context(), officer("w1"), app.ID, Decision{Version: file.Version, Verdicts: []Verdict{old, shot}, Outcome: OutcomeAccept})
	d.WantCode(err, healthcode.CodeInvalid)
	if !strings.Contains(err.Error(), "too old") {
		t.Errorf("%v", err)
	}
	file, err = d.Decide(d.Context(), officer("w1"), app.ID, Decision{Version: file.Version, Outcome: OutcomeCorrect, Why: "Please send the second page.",
		Verdicts: []Verdict{{Paper: file.Papers[0].ID, Why: "The sampling time can't be read."}, shot}})
	d.Must(err)
	if file.State != healthcode.ApplicationCorrection || len(d.Messages(annaForm.Phone)) != 2 {
		t.Errorf("%s, %d messages", file.State, len(d.Messages(annaForm.Phone)))
	}
	mine, err := d.Own(d.Context(), anna, app.ID)
	d.Must(err)
	if mine.Papers[0].Why == "" || mine.Papers[1].State != PaperAccepted || !mine.Assessment.Findings[1].Satisfied {
		t.Errorf("%+v", mine.Papers)
	}
	// A proof by machine in the place of the scan completes it, and nobody has to look again.
	mine = d.upload(anna, app.ID, "nucleic-acid", pdfOf(t, d.hc1("2022-05-01T08:00:00+02:00", nil)))
	if mine.State != healthcode.ApplicationAccepted || mine.Papers[0].State != PaperReplaced {
		t.Errorf("%s, %+v", mine.State, mine.Papers)
	}
}

// Of two officers who saw the same, one wins, and the other is told.
func TestOfficersRace(t *testing.T) {
	d := newDesk(t)
	anna := d.signIn(annaForm)
	app := d.open(anna, "official")
	d.upload(anna, app.ID, "nucleic-acid", scan())
	app, err := d.Submit(d.Context(), anna, app.ID)
	d.Must(err)
	ok := Verdict{Paper: app.Papers[0].ID, Accept: true, Evidence: pcr(t, "", "2022-05-01T08:00:00+02:00", "")}
	var errs [6]error
	var all sync.WaitGroup
	for n := range errs {
		all.Go(func() {
			decision := Decision{Version: app.Version, Verdicts: []Verdict{ok}, Outcome: OutcomeAccept}
			if n%2 == 1 {
				decision = Decision{Version: app.Version, Outcome: OutcomeRefuse, Why: "no"}
			}
			_, errs[n] = d.Decide(d.Context(), officer(string(rune('a'+n))), app.ID, decision)
		})
	}
	all.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else if healthcode.CodeOf(err) != healthcode.CodeConflict {
			t.Error(err)
		}
	}
	if won != 1 {
		t.Errorf("%d officers decided", won)
	}
}

// A postponed flight voids the statement at once, and gives a new one at once where the papers still satisfy the rules.
func TestFlightChanges(t *testing.T) {
	d := newDesk(t)
	anna := d.signIn(annaForm)
	app := d.open(anna, "official")
	app = d.upload(anna, app.ID, "nucleic-acid", pdfOf(t, d.hc1("2022-05-01T08:00:00+02:00", nil)))
	first := *app
	if app.Statement == nil {
		t.Fatalf("%+v", app.Assessment.Findings)
	}
	later := d.flight("official")
	later.Date, later.Number = "2022-05-03", "CA932"
	app, err := d.ChangeFlight(d.Context(), anna, app.ID, later)
	d.Must(err)
	if app.State != healthcode.ApplicationAccepted || app.Statement.ID == first.Statement.ID {
		t.Fatalf("%s %+v", app.State, app.Statement)
	}
	if st, stage := d.statement(app, d.Clock.Now()); stage != "" || st.Flight != "CA932" || st.Date != "2022-05-03" {
		t.Errorf("new: %q %+v", stage, st)
	}
	if _, stage := d.statement(&first, d.Clock.Now()); stage != certificate.Revoked {
		t.Errorf("old: %q", stage)
	}
	// By the 5th the sample is more than 72 hours old: what is needed is said, the paper isn't lost.
	later.Date = "2022-05-05"
	app, err = d.ChangeFlight(d.Context(), anna, app.ID, later)
	d.Must(err)
	if app.State != healthcode.ApplicationDraft || app.Statement != nil || app.Papers[0].State != PaperVerified || len(app.Assessment.Findings[0].Why) == 0 {
		t.Errorf("%s %+v %+v", app.State, app.Papers, app.Assessment.Findings)
	}
	later.Date = "2022-05-03"
	if app, err = d.ChangeFlight(d.Context(), anna, app.ID, later); err != nil || app.Statement == nil {
		t.Errorf("back to the 3rd: %+v, %v", app, err)
	}
	d.Must(d.Revoke(d.Context(), officer("w"), app.ID, app.Version, "The report was forged."))
	if _, stage := d.statement(app, d.Clock.Now()); stage != certificate.Revoked {
		t.Errorf("after revocation: %q", stage)
	}
}

// Everything is refused to everybody but the traveller and the officers of this mission.
func TestWhoMay(t *testing.T) {
	d := newDesk(t)
	anna := d.signIn(annaForm)
	app := d.open(anna, "official")
	d.upload(anna, app.ID, "nucleic-acid", scan())
	app, err := d.Submit(d.Context(), anna, app.ID)
	d.Must(err)
	paper := app.Papers[0].ID
	d.Refused(servicetest.Others("frankfurt", healthcode.RoleConsular), map[string]func(healthcode.Actor) error{
		"queue":  func(a healthcode.Actor) error { _, err := d.Queue(d.Context(), a, ""); return err },
		"file":   func(a healthcode.Actor) error { _, err := d.File(d.Context(), a, app.ID); return err },
		"paper":  func(a healthcode.Actor) error { _, _, err := d.Paper(d.Context(), a, app.ID, paper); return err },
		"decide": func(a healthcode.Actor) error { _, err := d.Decide(d.Context(), a, app.ID, Decision{}); return err },
		"revoke": func(a healthcode.Actor) error { return d.Revoke(d.Context(), a, app.ID, 1, "x") },
	})
	d.Refused(servicetest.Others("frankfurt", healthcode.RoleResident), map[string]func(healthcode.Actor) error{
		"own":    func(a healthcode.Actor) error { _, err := d.Own(d.Context(), a, app.ID); return err },
		"upload": func(a healthcode.Actor) error { _, err := d.Upload(d.Context(), a, app.ID, "x", nil); return err },
		"open":   func(a healthcode.Actor) error { _, err := d.Open(d.Context(), a, "frankfurt", Flight{}); return err },
	})
	other := officer("b")
	other.Jurisdiction = "bangkok"
	_, err = d.File(d.Context(), other, app.ID)
	d.WantCode(err, healthcode.CodeNotFound)
	_, _, err = d.Paper(d.Context(), other, app.ID, paper)
	d.WantCode(err, healthcode.CodeNotFound)
	other.Jurisdiction = "beijing"
	_, err = d.Queue(d.Context(), other, "")
	d.WantCode(err, healthcode.CodeDenied)
	zhang := d.Register("beijing", servicetest.Zhang) // no foreign passport
	_, err = d.Mine(d.Context(), zhang)
	d.WantCode(err, CodeNotForeign)
	somebody := d.signIn(Form{Mission: "bangkok", Name: "Somchai Jaidee", Number: "AA1234567", Country: "THA", Birth: "1980-01-01", Phone: "+66812345678"})
	_, err = d.Own(d.Context(), somebody, app.ID)
	d.WantCode(err, healthcode.CodeNotFound)
	// An officer who knows the traveller gives it away, and can't decide any more.
	d.Must(d.Recuse(d.Context(), officer("friend"), app.ID, app.Version, "My neighbour."))
	_, err = d.Decide(d.Context(), officer("friend"), app.ID, Decision{Version: app.Version + 1, Outcome: OutcomeRefuse, Why: "x"})
	d.WantCode(err, healthcode.CodeDenied)
	d.WantCode(d.Revoke(d.Context(), officer("friend"), app.ID, app.Version+1, "x"), healthcode.CodeDenied)
}

// Who was registered before keeps that account; nobody gets into another's.
func TestAccountsAreOfPassportAndTelephone(t *testing.T) {
	d := newDesk(t)
	first := d.signIn(annaForm)
	d.Clock.Advance(2 * time.Minute)
	again := annaForm
	again.Name = "Whoever" // what is registered stays
	if a := d.signIn(again); a.Person != first.Person {
		t.Error("coming back makes another person")
	}
	d.Clock.Advance(2 * time.Minute)
	thief := annaForm
	thief.Phone = "+4915199999999"
	sealed, err := d.Begin(d.Context(), thief, "192.0.2.7")
	d.Must(err)
	_, err = d.Complete(d.Context(), sealed, d.Code(thief.Phone), "x", "192.0.2.7")
	d.WantCode(err, CodeOtherPhone)
	d.Clock.Advance(2 * time.Minute)
	sealed, err = d.Begin(d.Context(), annaForm, "192.0.2.7")
	d.Must(err)
	_, err = d.Complete(d.Context(), sealed, servicetest.WrongCode(d.Code(annaForm.Phone)), "x", "192.0.2.7")
	if err == nil {
		t.Error("a wrong code signs in")
	}
}

// Overdue applications come first and are counted.
func TestOverdue(t *testing.T) {
	d := newDesk(t)
	anna := d.signIn(annaForm)
	app := d.open(anna, "official")
	d.upload(anna, app.ID, "nucleic-acid", scan())
	app, err := d.Submit(d.Context(), anna, app.ID)
	d.Must(err)
	for at, late := range map[time.Time]int{app.Due: 0, app.Due.Add(time.Second): 1} {
		d.Clock.Set(at)
		if q, err := d.Queue(d.Context(), officer("w"), healthcode.ApplicationWaiting); err != nil || q.Late != late || len(q.List) != 1 || q.Counts[healthcode.ApplicationWaiting] != 1 {
			t.Errorf("at %v: %+v, %v", at, q, err)
		}
	}
}

// Papers lie encrypted, and are gone when their retention ends.
func TestRetention(t *testing.T) {
	d := newDesk(t)
	anna := d.signIn(annaForm)
	app := d.open(anna, "vaccinated")
	pdf := pdfOf(t, "https://example.org/SECRETMARK")
	app = d.upload(anna, app.ID, "nucleic-acid", pdf)
	if got, kind, err := d.OwnPaper(d.Context(), anna, app.ID, app.Papers[0].ID); err != nil || kind != "application/pdf" || !bytes.Equal(got, pdf) {
		t.Errorf("%d bytes, %s, %v", len(got), kind, err)
	}
	departure := instant(t, "2022-05-02T13:00:00+02:00")
	n, err := d.Store.PurgeBoarding(d.Context(), departure.AddDate(0, 0, 30).Add(-time.Second))
	d.Must(err)
	if n != 0 {
		t.Errorf("%d deleted early", n)
	}
	n, err = d.Store.PurgeBoarding(d.Context(), departure.AddDate(0, 0, 30))
	d.Must(err)
	if n != 2 {
		t.Errorf("%d deleted, want the paper and the application", n)
	}
	_, err = d.Own(d.Context(), anna, app.ID)
	d.WantCode(err, healthcode.CodeNotFound)
}

// packed is an object stream with another version of the first object.
func packed(object, filter string) string {
	var data bytes.Buffer
	w := zlib.NewWriter(&data)
	fmt.Fprintf(w, "1 0 %s", object)
	w.Close()
	return fmt.Sprintf("<< /Type /ObjStm /N 1 /First 4 /Filter %s /Length %d >>\nstream\n%s\nendstream", filter, data.Len(), data.String())
}

func TestFilesThatAreRefused(t *testing.T) {
	good := pdfOf(t, "https://example.org")
	pages := fpdf.New("P", "mm", "A4", "")
	for range MaxPages + 1 {
		pages.AddPage()
	}
	var many bytes.Buffer
	if err := pages.Output(&many); err != nil {
		t.Fatal(err)
	}
	with := func(object string) []byte {
		return bytes.Replace(good, []byte("\nxref\n"), []byte("\n99 0 obj\n"+object+"\nendobj\nxref\n"), 1)
	}
	for name, c := range map[string]struct {
		data []byte
		want healthcode.Code
	}{
		"nothing":                   {nil, CodeFileEmpty},
		"too large":                 {append([]byte("%PDF-1.4"), make([]byte, MaxFile)...), CodeFileLarge},
		"a web page":                {[]byte("<html><script>"), CodeFileKind},
		"an archive":                {[]byte("PK\x03\x04"), CodeFileKind},
		"a picture of another kind": {[]byte("GIF89a"), CodeFileKind},
		"an archive behind a PDF":   {append(bytes.Clone(good), "PK\x03\x04 and its files"...), CodeFileBroken},
		"a page before a PDF":       {append([]byte("<html>"), good...), CodeFileKind},
		"a cut PDF":                 {good[:len(good)/2], CodeFileBroken},
		"a PDF with a script":       {bytes.Replace(good, []byte("/Type /Catalog"), []byte("/Type /Catalog /OpenAction << /S /JavaScript >>"), 1), CodeFileActive},
		"a script spelt otherwise":  {with("<< /S /J#61vaScript >>"), CodeFileActive},
		"a script of another kind":  {with("<< /S /Rendition /JS (app.alert(1)) >>"), CodeFileActive},
		"a packed script":           {with(packed("<< /S /JavaScript >>", "/FlateDecode")), CodeFileActive},
		"objects packed unknowably": {with(packed("<< >>", "/Crypt")), CodeFileBroken},
		"too many pages":            {many.Bytes(), CodeFilePages},
		"no page":                   {[]byte("%PDF-1.4\n1 0 obj\n<</Type /Catalog>>\nendobj\n%%EOF"), CodeFileBroken},
		"half a picture":            {scan()[:3000], identity.CodePhotoDamaged},
		"a huge picture":            {hugePicture(1<<16, 1<<16), identity.CodePhotoPixels},
		"a huge narrow picture":     {hugePicture(100, 1<<30), identity.CodePhotoPixels},
	} {
		if _, err := checkFile(c.data); err == nil || healthcode.CodeOf(err) != c.want {
			t.Errorf("%s: %v (%s), want %s", name, err, healthcode.CodeOf(err), c.want)
		}
	}
	if _, err := checkFile(with("<< /Length 8 >>\nstream\n\x01/JS \x02/XFA\nendstream")); err != nil {
		t.Errorf("the bytes of a picture are taken for a script: %v", err)
	}
	hidden := append(scan(), "<script>alert(1)</script>PK\x03\x04"...)
	if f, err := checkFile(hidden); err != nil || bytes.Contains(f.data, []byte("<script>")) {
		t.Errorf("what followed the picture is kept: %v", err)
	}
}

// A small PDF that inflates without end costs bounded time and memory.
func TestPDFBomb(t *testing.T) {
	for name, data := range bombs(t) {
		start := time.Now()
		f, err := checkFile(data)
		if err == nil {
			r := reader{codes: &Codes{}}
			r.read(f.data, healthcode.Person{}, servicetest.Start)
		}
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("%s: %d bytes took %v (%v)", name, len(data), took, err)
		}
	}
}
