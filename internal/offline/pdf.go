// Package offline draws a code on paper as a PDF of the size A6, to be printed anywhere, folded and kept.
package offline

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"codeberg.org/go-pdf/fpdf"

	"healthcode"
	"healthcode/internal/qr"
)

// The Latin letters of Roboto and the Chinese characters of Droid Sans Fallback, in one file; see FONT-LICENCE.txt.
//
//go:embed HealthcodeSans.ttf.gz
var packed []byte

var font = sync.OnceValues(func() ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
})

// Font returns the file of the font (TrueType) that has all letters of the product's languages.
func Font() ([]byte, error) { return font() }

// Sheet is what is on the paper: no state, and no colour that somebody could take for one.
type Sheet struct {
	Code  string          // the text of the QR code
	Title healthcode.Text // what the code is
	Name  string          // masked
	Until healthcode.Text
	Lines []healthcode.Text // how to use it, and what to do when it is lost
	Made  time.Time
}

// In millimetres.
const (
	width  = 105.0
	height = 148.0
	margin = 8.0
	side   = 52.0 // of the code, its quiet zone included
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

// PDF draws the sheet, Chinese and English. Only the characters that it uses are in the file.
func PDF(s Sheet) ([]byte, error) {
	letters, err := font()
	if err != nil {
		return nil, fmt.Errorf("unpacking the font: %w", err)
	}
	code, err := qr.Encode(s.Code, qr.Q)
	if err != nil {
		return nil, err
	}
	picture, err := code.PNG(8)
	if err != nil {
		return nil, fmt.Errorf("drawing the code on paper: %w", err)
	}
	f := fpdf.NewCustom(&fpdf.InitType{UnitStr: "mm", Size: fpdf.SizeType{Wd: width, Ht: height}})
	f.SetCreationDate(s.Made)
	f.SetModificationDate(s.Made)
	f.SetTitle(s.Title.ZH+" "+s.Title.EN, true)
	f.SetLang("zh-Hans")
	f.SetMargins(margin, margin, margin)
	f.SetAutoPageBreak(false, 0)
	f.AddUTF8FontFromBytes("droid", "", letters)
	f.AddPage()
	line := func(size, high float64, align, text string) {
		f.SetFont("droid", "", size)
		f.MultiCell(0, high, drawable(text), "", align, false)
	}
	line(13, 5.6, "C", s.Title.ZH)
	line(10, 4.6, "C", s.Title.EN)
	options := fpdf.ImageOptions{ImageType: "PNG"}
	f.RegisterImageOptionsReader("code", options, bytes.NewReader(picture))
	f.ImageOptions("code", (width-side)/2, f.GetY()+1, side, side, false, options, 0, "")
	f.SetY(f.GetY() + side + 2)
	line(13, 5.6, "C", s.Name)
	line(9, 4.2, "C", s.Until.ZH)
	line(8, 3.8, "C", s.Until.EN)
	f.Ln(1.5)
	for _, l := range s.Lines {
		line(8, 3.7, "L", l.ZH)
		line(7, 3.2, "L", l.EN)
		f.Ln(0.8)
	}
	if f.GetY() > height-3 {
		return nil, fmt.Errorf("drawing the code on paper: %.0f mm of text don't fit on A6; shorten its lines", f.GetY())
	}
	var b bytes.Buffer
	if err := f.Output(&b); err != nil {
		return nil, fmt.Errorf("drawing the code on paper: %w", err)
	}
	return b.Bytes(), nil
}
