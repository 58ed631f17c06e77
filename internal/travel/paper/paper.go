// Package paper draws a travel certificate on A4, Chinese and English, to be printed anywhere.
package paper

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"codeberg.org/go-pdf/fpdf"

	"healthcode"
	"healthcode/internal/offline"
	"healthcode/internal/qr"
)

// Row is one line of what a certificate says.
type Row struct {
	Label healthcode.Text
	Value string
}

// Sheet is what is on the paper.
type Sheet struct {
	Title healthcode.Text
	Code  string // the text of the QR code
	Rows  []Row
	Notes []healthcode.Text
	Made  time.Time
}

// In millimetres. HCERT asks for a code of 35 to 60 mm; one of 42 mm keeps to that by its side and by its diagonal, and its
// modules are large enough for any printer.
const (
	margin   = 20.0
	CodeSide = 42.0 // without the quiet zone
	label    = 58.0
	height   = 297.0
)

// drawable puts a 〓, as printers do for a missing character, where the font can have none.
func drawable(text string) string {
	return strings.Map(func(r rune) rune {
		if r > 0xffff {
			return '〓'
		}
		return r
	}, text)
}

// PDF draws the sheet. Only the characters that it uses are in the file.
func PDF(s Sheet) ([]byte, error) {
	const doing = "drawing a certificate on paper"
	letters, err := offline.Font()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	code, err := qr.Encode(s.Code, qr.Q)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	picture, err := code.PNG(8)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	f := fpdf.New("P", "mm", "A4", "")
	f.SetCreationDate(s.Made)
	f.SetModificationDate(s.Made)
	f.SetTitle(s.Title.ZH+" "+s.Title.EN, true)
	f.SetLang("zh-Hans")
	f.SetMargins(margin, margin, margin)
	f.SetAutoPageBreak(false, 0)
	f.AddUTF8FontFromBytes("droid", "", letters)
	f.AddPage()
	line := func(size, high, width float64, align, text string) {
		f.SetFont("droid", "", size)
		f.MultiCell(width, high, drawable(text), "", align, false)
	}
	line(20, 9, 0, "C", s.Title.ZH)
	line(13, 6.5, 0, "C", s.Title.EN)
	whole := CodeSide * float64(code.Size+2*qr.QuietZone) / float64(code.Size)
	options := fpdf.ImageOptions{ImageType: "PNG"}
	f.RegisterImageOptionsReader("code", options, bytes.NewReader(picture))
	f.ImageOptions("code", (210-whole)/2, f.GetY()+2, whole, whole, false, options, 0, "")
	f.SetY(f.GetY() + whole + 4)
	for _, r := range s.Rows {
		f.Line(margin, f.GetY(), 210-margin, f.GetY())
		top := f.GetY() + 1.2
		f.SetY(top)
		line(8.5, 5, label, "L", r.Label.ZH+"  "+r.Label.EN)
		bottom := f.GetY()
		f.SetXY(margin+label, top)
		line(10.5, 5, 0, "L", r.Value)
		f.SetY(max(bottom, f.GetY()) + 1.2)
	}
	f.Line(margin, f.GetY(), 210-margin, f.GetY())
	f.Ln(3)
	for _, n := range s.Notes {
		line(8.5, 4, 0, "L", n.ZH)
		line(7.5, 3.5, 0, "L", n.EN)
		f.Ln(1)
	}
	if f.GetY() > height-10 {
		return nil, fmt.Errorf("%s: %.0f mm of text don't fit on A4; shorten its lines", doing, f.GetY())
	}
	var b bytes.Buffer
	if err := f.Output(&b); err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	return b.Bytes(), nil
}
