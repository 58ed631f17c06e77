package offline_test

import (
	"bytes"
	"compress/zlib"
	"image"
	"io"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"healthcode"
	"healthcode/internal/certificatecmd/pdfimage"
	"healthcode/internal/offline"
	"healthcode/internal/qr"
)

func sheet() offline.Sheet {
	return offline.Sheet{Code: "HCO1:ABCDEFGHIJKLMNOPQRSTUVWX", Title: healthcode.Text{ZH: "北京健康宝离线码", EN: "Offline code"}, Name: "欧*",
		Until: healthcode.Text{ZH: "2022年10月25日前有效", EN: "Valid until 25 October 2022"},
		Lines: []healthcode.Text{{ZH: "请与身份证件一起出示。", EN: "Show it with your document."}}, Made: time.Date(2022, 4, 28, 9, 0, 0, 0, time.UTC)}
}

// The code on the paper can be read, its page is A6, and the file is small enough for any printer.
func TestPDF(t *testing.T) {
	data, err := offline.PDF(sheet())
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(data, []byte("/MediaBox [0 0 297.64 419.53]")) || len(data) > 200_000 {
		t.Errorf("%d bytes, and the page's size is %q", len(data), regexp.MustCompile(`/MediaBox[^\]]*\]`).Find(data))
	}
	for picture, err := range pdfimage.Images(data) {
		if err != nil {
			t.Fatal(err)
		}
		text, err := qr.Decode(picture)
		if err != nil || text != sheet().Code {
			t.Errorf("the code says %q, %v", text, err)
		}
		if colour := coloured(picture); colour != nil {
			t.Errorf("there is a colour on the paper: %v", colour)
		}
		break
	}
	text := drawn(t, data)
	for _, want := range []string{"北京健康宝离线码", "Offline code", "欧*", "请与身份证件一起出示。"} {
		if !strings.Contains(text, string(utf16be(want))) {
			t.Errorf("%q isn't on the paper", want)
		}
	}
}

// A rare character outside the font's plane must not keep anybody from their paper.
func TestRareName(t *testing.T) {
	s := sheet()
	s.Name = "𠮷*"
	data, err := offline.PDF(s)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(drawn(t, data), string(utf16be("〓*"))) {
		t.Error("nothing stands for the rare character")
	}
}

func TestTooMuchForA6(t *testing.T) {
	s := sheet()
	for range 20 {
		s.Lines = append(s.Lines, s.Lines[0])
	}
	if _, err := offline.PDF(s); err == nil {
		t.Error("text that runs off the paper was drawn")
	}
}

// coloured returns the first pixel that is no grey.
func coloured(m image.Image) any {
	for y := m.Bounds().Min.Y; y < m.Bounds().Max.Y; y++ {
		for x := m.Bounds().Min.X; x < m.Bounds().Max.X; x++ {
			if r, g, b, _ := m.At(x, y).RGBA(); r != g || g != b {
				return m.At(x, y)
			}
		}
	}
	return nil
}

// drawn returns the inflated streams of a PDF, without the escapes of its strings.
func drawn(t *testing.T, data []byte) string {
	t.Helper()
	var all strings.Builder
	for _, part := range bytes.Split(data, []byte("stream\n")) {
		r, err := zlib.NewReader(bytes.NewReader(part))
		if err != nil {
			continue
		}
		inflated, _ := io.ReadAll(r) // what follows the stream is no part of it
		all.Write(inflated)
	}
	return strings.NewReplacer(`\\`, `\`, `\(`, `(`, `\)`, `)`, `\r`, "\r").Replace(all.String())
}

func utf16be(s string) (b []byte) {
	for _, u := range utf16.Encode([]rune(s)) {
		b = append(b, byte(u>>8), byte(u))
	}
	return b
}
