package qr_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"healthcode/internal/qr"

	"pgregory.net/rapid"
	rsc "rsc.io/qr"
)

var levels = []qr.Level{qr.L, qr.M, qr.Q, qr.H}

// passText has the characters and about the length of a pass.
var passText = "HCP1:" + strings.Repeat("NCFOXN%TS3DH3ZSUZK+.V0ETD%65NL-AH", 8)

func TestModeAndVersion(t *testing.T) {
	// The capacities of version 1-L and 40-L, by ISO/IEC 18004:2015, table 7.
	for _, c := range []struct {
		text    string
		level   qr.Level
		version int
	}{
		{"", qr.L, 1},
		{strings.Repeat("7", 41), qr.L, 1},
		{strings.Repeat("7", 42), qr.L, 2},
		{strings.Repeat("A", 25), qr.L, 1},
		{strings.Repeat("A", 26), qr.L, 2},
		{strings.Repeat("a", 17), qr.L, 1},
		{strings.Repeat("a", 18), qr.L, 2},
		{strings.Repeat("码", 5), qr.L, 1},
		{strings.Repeat("码", 6), qr.L, 2},
		{strings.Repeat("A", 10), qr.H, 1},
		{strings.Repeat("A", 11), qr.H, 2},
		{strings.Repeat("7", 7089), qr.L, 40},
		{strings.Repeat("A", 4296), qr.L, 40},
		{strings.Repeat("a", 2953), qr.L, 40},
		{strings.Repeat("a", 1273), qr.H, 40},
	} {
		code, err := qr.Encode(c.text, c.level)
		if err != nil {
			t.Fatalf("%d × %.3q: %v", len(c.text), c.text, err)
		}
		if code.Version != c.version || code.Size != 17+4*c.version {
			t.Errorf("%d × %.3q at level %d: version %d, size %d; want version %d",
				len(c.text), c.text, c.level, code.Version, code.Size, c.version)
		}
	}
}

func TestEncodeRefuses(t *testing.T) {
	for _, text := range []string{strings.Repeat("7", 7090), strings.Repeat("A", 4297), strings.Repeat("a", 2954)} {
		if _, err := qr.Encode(text, qr.L); !errors.Is(err, qr.ErrTooLong) {
			t.Errorf("%d × %.1q: %v, want ErrTooLong", len(text), text, err)
		}
	}
	for _, level := range []qr.Level{-1, 4} {
		if _, err := qr.Encode("A", level); err == nil {
			t.Errorf("level %d is not refused", level)
		}
	}
}

// TestOnlyTheMaskDiffers holds our drawing against the library's own, which always uses mask 0.
func TestOnlyTheMaskDiffers(t *testing.T) {
	same := 0
	for i := range 100 {
		text := fmt.Sprintf("%s%d", passText[:i*2], i)
		ours, err := qr.Encode(text, qr.M)
		if err != nil {
			t.Fatal(err)
		}
		theirs, err := rsc.Encode(text, rsc.M)
		if err != nil {
			t.Fatal(err)
		}
		if ours.Size != theirs.Size {
			t.Fatalf("%q: size %d, the library's %d", text, ours.Size, theirs.Size)
		}
		// The three mask bits of the format stand in row 8, columns 2 to 4.
		mask0 := true
		for x := 2; x <= 4; x++ {
			mask0 = mask0 && ours.Black(x, 8) == theirs.Black(x, 8)
		}
		if !mask0 {
			continue
		}
		same++
		for i := range ours.Size * ours.Size {
			if x, y := i%ours.Size, i/ours.Size; ours.Black(x, y) != theirs.Black(x, y) {
				t.Fatalf("%q: both use mask 0, but module %d, %d differs", text, x, y)
			}
		}
	}
	if same == 0 || same == 100 {
		t.Errorf("mask 0 was chosen %d times in 100, so the mask is not chosen by penalty", same)
	}
}

func TestRoundTripOfAnyText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(
			rapid.StringMatching(`[0-9]{1,60}`),
			rapid.StringMatching(`[0-9A-Z $%*+./:-]{1,60}`),
			rapid.StringN(1, 60, -1),
		).Draw(t, "text")
		code, err := qr.Encode(text, rapid.SampledFrom(levels).Draw(t, "level"))
		if err != nil {
			t.Fatal(err)
		}
		img, err := code.Image(rapid.IntRange(2, 6).Draw(t, "scale"))
		if err != nil {
			t.Fatal(err)
		}
		got, err := qr.Decode(img)
		if err != nil || got != text {
			t.Fatalf("read %q, %v; want %q", got, err, text)
		}
	})
}

func BenchmarkEncode(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := qr.Encode(passText, qr.M); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEncodeLibraryMask0(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := rsc.Encode(passText, rsc.M); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSVG(b *testing.B) {
	code, err := qr.Encode(passText, qr.M)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		code.SVG("Health code")
	}
}

func BenchmarkPNG(b *testing.B) {
	code, err := qr.Encode(passText, qr.M)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := code.PNG(6); err != nil {
			b.Fatal(err)
		}
	}
}
