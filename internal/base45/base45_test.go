package base45_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"healthcode/internal/base45"

	"pgregory.net/rapid"
)

func TestRFC9285Examples(t *testing.T) {
	for plain, text := range map[string]string{
		"":         "",
		"AB":       "BB8",
		"Hello!!":  "%69 VD92EX0",
		"base-45":  "UJCLQE7W581",
		"ietf!":    "QED8WEX0",
		"\x00":     "00",
		"\xff":     "U5",
		"\xff\xff": "FGW",
	} {
		if got := base45.Encode([]byte(plain)); got != text {
			t.Errorf("Encode(%q) = %q, want %q", plain, got, text)
		}
		got, err := base45.Decode(text)
		if err != nil || string(got) != plain {
			t.Errorf("Decode(%q) = %q, %v, want %q", text, got, err, plain)
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	for _, text := range []string{"0", "BB80", strings.Repeat("0", 3001)} {
		if _, err := base45.Decode(text); !errors.Is(err, base45.ErrLength) {
			t.Errorf("Decode(%q): %v, want ErrLength", text, err)
		}
	}
	for text, offset := range map[string]int{
		"bb8": 0, "Bb8": 1, "BBé0": 2, "BB8a0": 3, "BB80a": 4, "BB8\n0": 3, "BB8\x000": 3, "\xff00": 0, "00,": 2, "BB8bb8": 3,
	} {
		_, err := base45.Decode(text)
		var at *base45.CharacterError
		if !errors.As(err, &at) || at.Offset != offset || at.Character != text[offset] {
			t.Errorf("Decode(%q): %v, want a CharacterError at byte %d", text, err, offset)
		}
	}
	for text, offset := range map[string]int{"GGW": 0, ":::": 0, "FGWGGW": 3, "V5": 0, "::": 0, "BB8V5": 3} {
		_, err := base45.Decode(text)
		var at *base45.OverflowError
		if !errors.As(err, &at) || at.Offset != offset || at.Group != text[offset:] {
			t.Errorf("Decode(%q): %v, want an OverflowError at byte %d", text, err, offset)
		}
	}
}

func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		plain := rapid.SliceOf(rapid.Byte()).Draw(t, "plain")
		got, err := base45.Decode(base45.Encode(plain))
		if err != nil || !bytes.Equal(got, plain) {
			t.Fatalf("round trip gave %x, %v", got, err)
		}
	})
}

func FuzzDecode(f *testing.F) {
	for _, seed := range []string{"", "BB8", "%69 VD92EX0", "QED8WEX0", "FGW", "GGW", "U5", "V5", "bb8", "0"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		plain, err := base45.Decode(text)
		if err != nil {
			return
		}
		if again := base45.Encode(plain); again != text {
			t.Fatalf("%q decodes to %x, which encodes to %q", text, plain, again)
		}
	})
}

func BenchmarkEncode(b *testing.B) {
	src := bytes.Repeat([]byte{0xd2, 0x84, 0x43}, 50)
	b.ReportAllocs()
	for b.Loop() {
		base45.Encode(src)
	}
}

func BenchmarkDecode(b *testing.B) {
	text := base45.Encode(bytes.Repeat([]byte{0xd2, 0x84, 0x43}, 50))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := base45.Decode(text); err != nil {
			b.Fatal(err)
		}
	}
}
