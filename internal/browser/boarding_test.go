package browser_test

import (
	"bufio"
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"image"
	"image/png"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"github.com/chromedp/chromedp"

	"healthcode/certificate"
	"healthcode/internal/qr"
)

// laboratory is a signer abroad whose certificates the demo trusts.
func laboratory(t *testing.T) (*certificate.Issuer, string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test signer", Country: []string{"DE"}},
		NotBefore: time.Date(2022, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2023, 1, 1, 0, 0, 0, 0, time.UTC)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	must(t, err)
	key, err := certificate.ParseKey(der)
	must(t, err)
	file := filepath.Join(t.TempDir(), "signers.pem")
	must(t, os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	return &certificate.Issuer{Signer: private, Key: key, Country: "DE"}, file
}

// startTrusting runs a demo that trusts a file of signers.
func startTrusting(t *testing.T, signers string) *demo {
	t.Helper()
	cmd := exec.Command(binary, "demo", "--addr", "127.0.0.1:0", "--json", "--log-level", "error", "--boarding-trust", signers)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	t.Cleanup(func() {
		cmd.Process.Signal(os.Interrupt)
		if err := cmd.Wait(); err != nil {
			t.Errorf("the demo's end: %v", err)
		}
	})
	scanner := bufio.NewScanner(out)
	scanner.Buffer(nil, 1<<20)
	if !scanner.Scan() {
		t.Fatal("the demo printed nothing")
	}
	var d demo
	must(t, json.Unmarshal(scanner.Bytes(), &d))
	return &d
}

// labReport is a PDF with a signed test in its QR code.
func labReport(t *testing.T, lab *certificate.Issuer, sampled time.Time) string {
	t.Helper()
	text, err := lab.Issue(certificate.DCC{Name: certificate.DCCName{Surname: "Eriksson", SurnameMachine: "ERIKSSON", Forename: "Anna Maria", ForenameMachine: "ANNA<MARIA"},
		BirthDate: "1974-08-12", Test: []certificate.DCCTest{{Disease: "840539006", Type: "LP6464-4", Name: "PCR", Collected: sampled.Format(time.RFC3339), Result: "260415000",
			Centre: "Labor am Main", Country: "DE", Issuer: "Robert Koch-Institut", UVCI: "URN:UVCI:01:DE:A1"}}}, sampled.Add(time.Minute), sampled.AddDate(0, 1, 0))
	must(t, err)
	code, err := qr.Encode(text, qr.Q)
	must(t, err)
	picture, err := code.PNG(4)
	must(t, err)
	p := fpdf.New("P", "mm", "A4", "")
	p.AddPage()
	p.RegisterImageOptionsReader("q", fpdf.ImageOptions{ImageType: "PNG"}, bytes.NewReader(picture))
	p.ImageOptions("q", 60, 80, 60, 60, false, fpdf.ImageOptions{}, 0, "")
	file := filepath.Join(t.TempDir(), "report.pdf")
	must(t, p.OutputFileAndClose(file))
	return file
}

// scanned is a picture of a page that no machine can read.
func scanned(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	must(t, png.Encode(&b, image.NewGray(image.Rect(0, 0, 800, 600))))
	file := filepath.Join(t.TempDir(), "scan.png")
	must(t, os.WriteFile(file, b.Bytes(), 0o600))
	return file
}

// choose sets a field of a kind that isn't typed into.
func (p *page) choose(name, value string) {
	p.t.Helper()
	p.do(chromedp.SetValue(chromedp.CSS(`[name="`+name+`"]`), value))
}

// send uploads a file for an item.
func (p *page) send(item, file string) {
	p.t.Helper()
	p.do(chromedp.SetUploadFiles(chromedp.CSS(`[data-item="`+item+`"] input[type=file]`), []string{file}))
	p.press(`[data-item="` + item + `"] form[enctype] button`)
}

// fly opens an application for a flight of a class, tomorrow at one.
func (p *page) fly(class string, departure time.Time) {
	p.t.Helper()
	p.visit("/boarding/at/frankfurt/apply")
	p.fill("number", "CA936")
	p.choose("date", departure.Format(time.DateOnly))
	p.choose("time", departure.Format("15:04"))
	p.choose("from", "FRA")
	p.choose("to", "PVG")
	p.do(chromedp.Click(chromedp.CSS(`[name=class][value="` + class + `"]`)))
	p.press("main form button.wide")
}

// TestForeignNationalBoards: what a machine reads gives a statement at once; a scan goes to the mission's officer, who asks for
// another one; the better one completes it.
func TestForeignNationalBoards(t *testing.T) {
	t.Parallel()
	lab, signers := laboratory(t)
	d := startTrusting(t, signers)
	now := time.Date(2022, 4, 28, 1, 0, 0, 0, time.UTC)
	berlin, err := time.LoadLocation("Europe/Berlin")
	must(t, err)
	departure := time.Date(2022, 4, 29, 13, 0, 0, 0, berlin)
	sampled := now.Add(-20 * time.Hour)

	anna, officer := open(t, d, 390), open(t, d, 1200)
	anna.language("en")
	anna.visit("/boarding/at/frankfurt")
	anna.wants("Notice on health statements", "Example data", "Working hours")
	anna.press(`a[href^="/boarding/sign-in"]`)
	anna.fill("name", "Anna Maria Eriksson")
	anna.fill("document.number", "L898902C3")
	anna.choose("document.country", "SWE")
	anna.choose("birth", "1974-08-12")
	anna.fill("phone", "+4915112345678")
	anna.press("main form button.wide")
	code := anna.codeFromOutbox()
	anna.visit("/boarding/code")
	anna.fill("code", code)
	anna.press("main form button.wide")

	anna.fly("official", departure)
	anna.wants("within 72 hours", "Missing")
	anna.send("nucleic-acid", labReport(t, lab, sampled))
	anna.wants("Issued", "Satisfied")
	anna.press(`a[href$="/statement"]`)
	anna.wants("CA936", "Anna Maria Eriksson")
	if text := eval[string](anna, `document.querySelector("[data-statement]").dataset.statement`); text[:4] != certificate.StatementPrefix {
		t.Errorf("the code says %q", text)
	}
	anna.shot("statement")

	anna.fly("official", departure.Add(24*time.Hour))
	anna.send("nucleic-acid", scanned(t))
	anna.wants("Waits for an officer")
	anna.press("#submit button")
	anna.wants("Waits for the mission")
	id := eval[string](anna, `location.pathname.split("/").pop()`)

	officer.language("en")
	officer.staffSignIn(d.staff(t, "consular-frankfurt"))
	officer.visit("/mission")
	officer.press(`main ul.rows a`)
	officer.wants("Anna Maria Eriksson", "L898902C3", "no QR code")
	officer.do(chromedp.Click(chromedp.CSS(`[name$=".verdict"][value=correct]`)))
	officer.do(chromedp.SendKeys(chromedp.CSS(`[name$=".why"][name^="paper."]`), "The page can't be read."))
	officer.do(chromedp.Click(chromedp.CSS(`[name=outcome][value=correct]`)))
	officer.press("#decide button.wide")
	officer.wants("Needs corrections")

	anna.visit("/boarding/my/" + id)
	anna.wants("Needs corrections", "The page can't be read.")
	anna.send("nucleic-acid", scanned(t))
	anna.press("#submit button")

	officer.visit("/mission/" + id)
	officer.do(chromedp.Click(chromedp.CSS(`[name$=".verdict"][value=accept]`)))
	officer.do(chromedp.SetValue(chromedp.CSS(`[name$=".time"]`), "2022-04-27T20:00"))
	officer.do(chromedp.Click(chromedp.CSS(`[name=outcome][value=accept]`)))
	officer.press("#decide button.wide")
	officer.wants("Issued")
	anna.visit("/boarding/my/" + id)
	anna.wants("Issued", "Holds from")
}

// codeFromOutbox is the one-time code of the newest message.
func (p *page) codeFromOutbox() string {
	p.t.Helper()
	p.visit("/demo/outbox")
	return eval[string](p, `document.querySelector("main").innerText.match(/\b\d{6}\b/)[0]`)
}
