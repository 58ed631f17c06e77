package travel_test

import (
	"bytes"
	"image"
	"image/png"
	"testing"

	"healthcode/internal/qr"
	"healthcode/internal/travel"
)

// symbol is what a QR code's own bits say of it (ISO/IEC 18004).
type symbol struct {
	level string // L, M, Q or H
	mode  int    // 1 numeric, 2 alphanumeric, 4 bytes
}

// symbolOf reads the format information beside the upper left finder, and the four bits of the first data codeword, which
// begin in the lower right corner.
func symbolOf(size int, black func(x, y int) bool) symbol {
	bit := func(x, y int) int {
		if black(x, y) {
			return 1
		}
		return 0
	}
	// The first five of the fifteen format bits: row 8 from the left; 10101 of the mask that lies over them is taken off.
	format := 0
	for x := range 5 {
		format = format<<1 | bit(x, 8)
	}
	format ^= 0b10101
	masks := []func(row, column int) bool{
		func(i, j int) bool { return (i+j)%2 == 0 }, func(i, _ int) bool { return i%2 == 0 }, func(_, j int) bool { return j%3 == 0 },
		func(i, j int) bool { return (i+j)%3 == 0 }, func(i, j int) bool { return (i/2+j/3)%2 == 0 },
		func(i, j int) bool { return i*j%2+i*j%3 == 0 }, func(i, j int) bool { return (i*j%2+i*j%3)%2 == 0 },
		func(i, j int) bool { return ((i+j)%2+i*j%3)%2 == 0 },
	}
	s := symbol{level: string("MLHQ"[format>>3])}
	last := size - 1
	for _, at := range [][2]int{{last, last}, {last - 1, last}, {last, last - 1}, {last - 1, last - 1}} {
		module := black(at[0], at[1]) != masks[format&7](at[1], at[0])
		s.mode <<= 1
		if module {
			s.mode |= 1
		}
	}
	return s
}

// pictured reads the modules of a picture that has so many pixels a module, and a quiet zone of four modules.
func pictured(m image.Image, scale int) (size int, black func(x, y int) bool) {
	return m.Bounds().Dx()/scale - 2*qr.QuietZone, func(x, y int) bool {
		r, _, _, _ := m.At((x+qr.QuietZone)*scale+scale/2, (y+qr.QuietZone)*scale+scale/2).RGBA()
		return r < 0x8000
	}
}

func TestSymbolOf(t *testing.T) {
	for text, mode := range map[string]int{"12345678901234567890": 1, "HC1:ABC DEF%": 2, "hc1:abc": 4} {
		for level, name := range map[qr.Level]string{qr.L: "L", qr.M: "M", qr.Q: "Q", qr.H: "H"} {
			c, err := qr.Encode(text, level)
			if err != nil {
				t.Fatal(err)
			}
			if got := symbolOf(c.Size, c.Black); got != (symbol{name, mode}) {
				t.Errorf("%s at %s: %+v", text, name, got)
			}
		}
	}
}

// HCERT asks for alphanumeric mode and correction Q, whatever the content.
func TestModeAndCorrection(t *testing.T) {
	h := newHouse(t)
	list, err := h.Travel.Issue(t.Context(), h.wang(), request(nucleic, igg, vaccine))
	h.Must(err)
	for _, c := range list {
		data, err := travel.PNG(c.Text)
		h.Must(err)
		m, err := png.Decode(bytes.NewReader(data))
		h.Must(err)
		if got := symbolOf(pictured(m, 12)); got != (symbol{"Q", 2}) {
			t.Errorf("%s: %+v", c.Content, got)
		}
	}
}
