package certificatecmd

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"codeberg.org/go-pdf/fpdf"

	"healthcode/internal/qr"
)

// vectors are the facts of the certificate package's tests.
const vectorsFile = "../../certificate/testdata/dgc-vectors.jsonl"

type vector struct {
	ID       string          `json:"id"`
	Clock    string          `json:"clock"`
	HC1      string          `json:"hc1"`
	Cert     string          `json:"cert_b64"`
	JSON     json.RawMessage `json:"json"`
	Expected map[string]bool `json:"expected"`
}

func vectors(t *testing.T) []vector {
	t.Helper()
	file, err := os.Open(vectorsFile)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var all []vector
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var v vector
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		all = append(all, v)
	}
	if len(all) == 0 {
		t.Fatal("no vectors")
	}
	return all
}

func vectorOf(t *testing.T, id string) vector {
	for _, v := range vectors(t) {
		if v.ID == id {
			return v
		}
	}
	t.Fatalf("vector %s is missing", id)
	return vector{}
}

func now() time.Time { return time.Date(2021, 5, 7, 0, 0, 0, 0, time.UTC) }

// run gives the exit code and the output.
func run(stdin []byte, args ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	code = Run(args, bytes.NewReader(stdin), &out, &errs, now)
	return code, out.String(), errs.String()
}

type result struct {
	OK     bool            `json:"ok"`
	Stage  string          `json:"stage"`
	Format string          `json:"format"`
	Claims json.RawMessage `json:"claims"`
	Issuer struct {
		Country string `json:"country"`
		KID     string `json:"kid"`
	} `json:"issuer"`
	Reason string `json:"reason"`
	ID     string `json:"id"`
}

func parse(t *testing.T, line string) result {
	t.Helper()
	var r result
	if err := json.Unmarshal([]byte(line), &r); err != nil {
		t.Fatalf("%q: %v", line, err)
	}
	return r
}

// trustFile writes the vector's signer as a file.
func trustFile(t *testing.T, v vector) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "trust.json")
	if err := os.WriteFile(name, []byte(`["`+v.Cert+`"]`), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestVerifyText(t *testing.T) {
	v := vectorOf(t, "AT/1")
	trust := trustFile(t, v)
	code, out, errs := run([]byte(v.HC1+"\n"), "verify", "--trust", trust, "--at", v.Clock)
	r := parse(t, out)
	if code != 0 || !r.OK || r.Stage != "" || r.Format != "eu-dcc" || r.Issuer.Country != "AT" || r.Issuer.KID != "2Rk3X8HntrI=" || errs != "" {
		t.Errorf("exit %d, %s, %s", code, out, errs)
	}
	var got, want any
	if json.Unmarshal(r.Claims, &got) != nil || json.Unmarshal(v.JSON, &want) != nil || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("claims %s\nwant %s", r.Claims, v.JSON)
	}
	for name, c := range map[string]struct {
		stage string
		args  []string
	}{
		"expired":     {"expired", []string{"verify", "--trust", trust, "--at", "2022-05-01T00:00:00Z"}},
		"not yet":     {"not-yet-valid", []string{"verify", "--trust", trust, "--at", "2021-05-01T00:00:00Z", "-"}},
		"nobody":      {"unknown-key", []string{"verify"}},
		"now is used": {"", []string{"verify", "--trust", trust}},
	} {
		code, out, _ := run([]byte(v.HC1), c.args...)
		if r := parse(t, out); r.Stage != c.stage || code == 0 != r.OK {
			t.Errorf("%s: exit %d, stage %q, want %q", name, code, r.Stage, c.stage)
		}
	}
}

func TestVerifyFromAFile(t *testing.T) {
	v := vectorOf(t, "CH/1")
	name := filepath.Join(t.TempDir(), "certificate.txt")
	if err := os.WriteFile(name, []byte(v.HC1), 0o600); err != nil {
		t.Fatal(err)
	}
	// Flags may follow the file.
	if code, out, errs := run(nil, "verify", name, "--at", v.Clock, "--trust", trustFile(t, v)); code != 0 {
		t.Errorf("exit %d, %s, %s", code, out, errs)
	}
}

func TestBadUsage(t *testing.T) {
	for _, args := range [][]string{
		nil, {"sign"}, {"verify", "--at", "yesterday"}, {"verify", "--what"}, {"verify", "a", "b"}, {"verify", "/no/such/file"},
		{"verify", "--trust", "/no/such/file"}, {"verify", "--jsonl", "/no/such/file"}, {"trust", "--jsonl"}, {"trust", "/no/such/file"},
		{"verify", "--trust", "run_test.go"},
	} {
		if code, out, errs := run(nil, args...); code != 2 || errs == "" || out != "" {
			t.Errorf("%v: exit %d, stdout %q, stderr %q", args, code, out, errs)
		}
	}
	if code, out, _ := run(nil, "help"); code != 0 || !strings.Contains(out, "--jsonl") {
		t.Errorf("help: exit %d, %q", code, out)
	}
}

func TestJSONLines(t *testing.T) {
	var in bytes.Buffer
	all := vectors(t)
	for _, v := range all {
		line := map[string]any{"id": v.ID, "hc1": v.HC1, "clock": v.Clock, "certificates": []string{v.Cert}, "more": 1}
		if err := json.NewEncoder(&in).Encode(line); err != nil {
			t.Fatal(err)
		}
	}
	code, out, errs := run(in.Bytes(), "verify", "--jsonl", "-")
	if code != 1 || errs != "" {
		t.Fatalf("exit %d, %s", code, errs)
	}
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if len(lines) != len(all) {
		t.Fatalf("%d results for %d lines", len(lines), len(all))
	}
	passed := 0
	for n, line := range lines {
		r := parse(t, line)
		if r.ID != all[n].ID {
			t.Errorf("line %d answers %s, want %s", n+1, r.ID, all[n].ID)
		}
		if r.OK {
			passed++
		}
	}
	if passed != len(all)-12 {
		t.Errorf("%d of %d passed", passed, len(all))
	}
}

func TestJSONLinesKeepStepThroughBadLines(t *testing.T) {
	v := vectorOf(t, "AT/1")
	good := fmt.Sprintf(`{"hc1":%q,"certificates":[%q]}`, v.HC1, v.Cert)
	noList := fmt.Sprintf(`{"hc1":%q,"certificates":[],"clock":"2021-05-06T18:00:00"}`, v.HC1)
	trusted := fmt.Sprintf(`{"hc1":%q}`, v.HC1)
	in := strings.Join([]string{good, "", "{", `{"clock":"2021-05-06T18:00:00Z"}`, `{"hc1":"HC1:","clock":"noon"}`, noList, trusted}, "\n")
	code, out, errs := run([]byte(in), "verify", "--jsonl", "--trust", trustFile(t, v))
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if code != 2 || len(lines) != 6 {
		t.Fatalf("exit %d, %d results\n%s%s", code, len(lines), out, errs)
	}
	for n, want := range []string{"", "cannot-ascertain", "cannot-ascertain", "cannot-ascertain", "unknown-key", ""} {
		if r := parse(t, lines[n]); r.Stage != want {
			t.Errorf("result %d: stage %q, want %q (%s)", n+1, r.Stage, want, r.Reason)
		}
	}
	for _, line := range []string{"-:3: ", "-:4: ", "-:5: "} {
		if !strings.Contains(errs, line) {
			t.Errorf("%q is not in %q", line, errs)
		}
	}
}

func TestTrustIsShown(t *testing.T) {
	v := vectorOf(t, "AT/1")
	did := `{"verificationMethod":[{"id":"did:web:x#a","publicKeyJwk":{"x5c":["` + v.Cert + `"]}},"did:web:y"],"proof":{"created":"2023-05-01T00:00:00Z"}}`
	code, out, errs := run([]byte(did), "trust", "--at", "2023-06-01T00:00:00Z")
	for _, part := range []string{`"entries":2`, `"imported":1`, `"did:web:y"`, `"expired":true`, `"age_days":31`, `"country":"AT"`} {
		if !strings.Contains(out, part) {
			t.Errorf("%s is not in %s", part, out)
		}
	}
	if code != 0 || errs != "" {
		t.Errorf("exit %d, %s", code, errs)
	}
}

// pictures draws a text as a QR code in every kind of file that is read.
func pictures(t *testing.T, text string) map[string][]byte {
	t.Helper()
	code, err := qr.Encode(text, qr.Q)
	if err != nil {
		t.Fatal(err)
	}
	drawn, err := code.PNG(4)
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(drawn))
	if err != nil {
		t.Fatal(err)
	}
	var photo bytes.Buffer
	if err := jpeg.Encode(&photo, img, &jpeg.Options{Quality: 60}); err != nil {
		t.Fatal(err)
	}
	border := 4 * qr.QuietZone
	cut := img.(interface {
		SubImage(image.Rectangle) image.Image
	}).SubImage(img.Bounds().Inset(border))
	inPNG := "data:image/png;base64," + base64.StdEncoding.EncodeToString(drawn)
	const svg = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" `
	page := svg + `width="210mm" height="297mm" viewBox="0 0 210 297"><style>.q{fill:#000} rect.w{fill:white}</style><rect class="w" width="210" height="297"/>`
	size := code.Size
	return map[string][]byte{
		"png":                 drawn,
		"png cut to the code": encodePNG(t, cut),
		"jpeg":                photo.Bytes(),
		"svg of ours":         []byte(code.SVG("QR code")),
		"svg of squares":      []byte(page + `<g class="q" transform="translate(60 80) scale(.5)">` + squares(code, `<rect x="%d" y="%d" width="1" height="1"/>`) + `</g></svg>`),
		"svg of references":   []byte(page + `<defs><rect id="m" width="1" height="1"/></defs><g transform="matrix(.5 0 0 .5 60 80)">` + squares(code, `<use xlink:href="#m" x="%d" y="%d"/>`) + `</g></svg>`),
		"svg of dots":         []byte(page + `<path fill="#123" transform="translate(60 80) scale(.5)" d="` + squares(code, `M%d %dm0 .5a.5.5 0 011 0a.5.5 0 01-1 0z`) + `"/></svg>`),
		"svg of strokes":      []byte(fmt.Sprintf(svg+`viewBox="-4 -4 %d %d" stroke="#000">`, size+8, size+8) + `<path fill="#fff" stroke="none" d="M-4-4h999v999h-999z"/><path d="` + squares(code, `M%d %d.5h1`) + `"/></svg>`),
		"svg with a picture":  []byte(page + `<image x="60" y="80" width="50" height="50" href="` + inPNG + `"/></svg>`),
		"pdf with a picture": pdf(t, func(p *fpdf.Fpdf) {
			p.RegisterImageOptionsReader("q", fpdf.ImageOptions{ImageType: "PNG"}, bytes.NewReader(drawn))
			p.ImageOptions("q", 60, 80, 50, 50, false, fpdf.ImageOptions{}, 0, "")
		}),
		"pdf with a photo": pdf(t, func(p *fpdf.Fpdf) {
			p.RegisterImageOptionsReader("q", fpdf.ImageOptions{ImageType: "JPG"}, &photo)
			p.ImageOptions("q", 60, 80, 50, 50, false, fpdf.ImageOptions{}, 0, "")
		}),
		"pdf of squares":       pdf(t, func(p *fpdf.Fpdf) { drawSquares(p, code, 45) }),
		"pdf of small squares": pdf(t, func(p *fpdf.Fpdf) { drawSquares(p, code, 20) }),
	}
}

func grey(img image.Image, x, y int) uint8 {
	r, _, _, _ := img.At(x, y).RGBA()
	return uint8(r >> 8)
}

func changed(img image.Image, pixel func(x, y int) uint8) *image.Gray {
	out := image.NewGray(img.Bounds())
	for y := range out.Rect.Max.Y {
		for x := range out.Rect.Max.X {
			out.SetGray(x, y, color.Gray{Y: pixel(x, y)})
		}
	}
	return out
}

// spread draws a code with 3 pixels a module and one more to the right and below of each black one.
func spread(t *testing.T, code *qr.Code) image.Image {
	t.Helper()
	img, err := code.Image(3)
	if err != nil {
		t.Fatal(err)
	}
	return changed(img, func(x, y int) uint8 {
		return min(grey(img, x, y), grey(img, max(x-1, 0), y), grey(img, x, max(y-1, 0)), grey(img, max(x-1, 0), max(y-1, 0)))
	})
}

func encodePNG(t *testing.T, img image.Image) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func squares(c *qr.Code, format string) string {
	var b strings.Builder
	for y := range c.Size {
		for x := range c.Size {
			if c.Black(x, y) {
				fmt.Fprintf(&b, format, x, y)
			}
		}
	}
	return b.String()
}

func drawSquares(p *fpdf.Fpdf, c *qr.Code, millimetres float64) {
	size := c.Size
	side := millimetres / float64(size)
	for y := range size {
		for x := range size {
			if c.Black(x, y) {
				p.Rect(60+float64(x)*side, 80+float64(y)*side, side, side, "F")
			}
		}
	}
}

func pdf(t *testing.T, draw func(*fpdf.Fpdf)) []byte {
	t.Helper()
	p := fpdf.New("P", "mm", "A4", "")
	p.AddPage()
	p.SetFont("Helvetica", "", 20)
	p.Text(20, 30, "International Travel Health Certificate")
	draw(p)
	var out bytes.Buffer
	if err := p.Output(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestVerifyPictures(t *testing.T) {
	for _, id := range []string{"AT/1", "CH/2"} {
		v := vectorOf(t, id)
		trust := trustFile(t, v)
		for kind, data := range pictures(t, v.HC1) {
			start := time.Now()
			code, out, errs := run(data, "verify", "--trust", trust, "--at", v.Clock)
			if code != 0 {
				t.Errorf("%s, %s: exit %d, %s%s", id, kind, code, out, errs)
			}
			t.Logf("%s, %s: %d ms", id, kind, time.Since(start).Milliseconds())
		}
	}
}

// Every vector with that expectation comes back from its picture to the letter.
func TestPictureDecode(t *testing.T) {
	checked := 0
	for _, v := range vectors(t) {
		if !v.Expected["picturedecode"] {
			continue
		}
		code, err := qr.Encode(v.HC1, qr.Q)
		if err != nil {
			t.Fatalf("%s: %v", v.ID, err)
		}
		drawn, err := code.PNG(3)
		if err != nil {
			t.Fatal(err)
		}
		if text, err := certificateText(drawn); err != nil || text != v.HC1 {
			t.Errorf("%s: %q, %v", v.ID, text, err)
		}
		checked++
	}
	if checked != 30 {
		t.Errorf("%d pictures were read, want 30", checked)
	}
}

func TestPicturesWithoutACertificate(t *testing.T) {
	other, err := qr.Encode("https://example.org/menu", qr.M)
	if err != nil {
		t.Fatal(err)
	}
	menu, err := other.PNG(4)
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{
		"another code":    menu,
		"empty page":      pdf(t, func(*fpdf.Fpdf) {}),
		"empty drawing":   []byte("<svg/>"),
		"cut PNG":         menu[:60],
		"cut PDF":         []byte("%PDF-1.4\n1 0 obj\n<<"),
		"encrypted PDF":   []byte("%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<</Encrypt 2 0 R>>"),
		"no SVG":          []byte("<html><svg"),
		"nothing at all":  nil,
		"a word":          []byte("certificate"),
		"half an HC1":     []byte("HC"),
		"binary":          {0, 1, 2, 3},
		"huge dimensions": []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x01\x00\x00\x00\x01\x00\x00\x08\x06\x00\x00\x00\x00\x00\x00\x00"),
	} {
		code, out, _ := run(data, "verify")
		if r := parse(t, out); code != 1 || r.OK || r.Stage != "not-hc1" || r.Reason == "" {
			t.Errorf("%s: exit %d, %s", name, code, out)
		}
	}
}
