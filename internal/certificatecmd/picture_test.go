package certificatecmd

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"strings"
	"testing"
	"time"

	"codeberg.org/go-pdf/fpdf"

	"healthcode/internal/qr"
)

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
		"png white on black":  encodePNG(t, changed(img, func(x, y int) uint8 { return 255 - grey(img, x, y) })),
		"png with spread ink": encodePNG(t, spread(t, code)),
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
		"another code":      menu,
		"empty page":        pdf(t, func(*fpdf.Fpdf) {}),
		"empty drawing":     []byte("<svg/>"),
		"cut PNG":           menu[:60],
		"cut PDF":           []byte("%PDF-1.4\n1 0 obj\n<<"),
		"PDF with password": readFile(t, "pdfimage/testdata/password.pdf"),
		"no SVG":            []byte("<html><svg"),
		"nothing at all":    nil,
		"a word":            []byte("certificate"),
		"half an HC1":       []byte("HC"),
		"binary":            {0, 1, 2, 3},
		"huge dimensions":   []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x01\x00\x00\x00\x01\x00\x00\x08\x06\x00\x00\x00\x00\x00\x00\x00"),
	} {
		code, out, _ := run(data, "verify")
		if r := parse(t, out); code != 1 || r.OK || r.Stage != "not-hc1" || r.Reason == "" {
			t.Errorf("%s: exit %d, %s", name, code, out)
		}
	}
}

func readFile(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// Each scan of a few bytes would cost a walk over all of the picture.
func TestJPEGOfManyScans(t *testing.T) {
	head := "\xff\xd8\xff\xc2\x00\x11\x08\x01\xe0\x02\x80\x03\x01\x11\x00\x02\x11\x00\x03\x11\x00"
	bomb := []byte(head + strings.Repeat("\xff\xda\x00\x08\x01\x01\x00\x00\x00\x00", 33))
	if text, err := Text(bomb); err == nil || !strings.Contains(err.Error(), "scans") {
		t.Errorf("%q, %v", text, err)
	}
}
