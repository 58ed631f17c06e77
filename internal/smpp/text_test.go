package smpp

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestSplit(t *testing.T) {
	for name, c := range map[string]struct {
		text   string
		coding byte
		sizes  []int // octets of each part, without its header
	}{
		"empty":                   {"", CodingDefault, []int{0}},
		"160 characters":          {strings.Repeat("a", 160), CodingDefault, []int{160}},
		"161 characters":          {strings.Repeat("a", 161), CodingDefault, []int{153, 8}},
		"80 escaped":              {strings.Repeat("€", 80), CodingDefault, []int{160}},
		"an escape isn't cut":     {strings.Repeat("a", 152) + "€" + strings.Repeat("a", 10), CodingDefault, []int{152, 12}},
		"70 of UCS-2":             {strings.Repeat("码", 70), CodingUCS2, []int{140}},
		"71 of UCS-2":             {strings.Repeat("码", 71), CodingUCS2, []int{134, 8}},
		"a surrogate isn't cut":   {strings.Repeat("码", 66) + "😀" + strings.Repeat("码", 5), CodingUCS2, []int{132, 14}},
		"one character decides":   {strings.Repeat("a", 69) + "码", CodingUCS2, []int{140}},
		"Latin beyond GSM":        {"ç", CodingUCS2, []int{2}},
		"Greek capitals are GSM":  {"ΔΦΓΛΩΠΨΣΘΞ", CodingDefault, []int{10}},
		"a control is not":        {"\x1b", CodingUCS2, []int{2}},
		"characters that are bad": {"a\xff", CodingUCS2, []int{4}},
	} {
		parts, err := Split(c.text, 9)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if len(parts) != len(c.sizes) {
			t.Errorf("%s: %d parts, want %d", name, len(parts), len(c.sizes))
			continue
		}
		for i, p := range parts {
			octets := p.Octets
			if p.UDH != (len(parts) > 1) || p.Coding != c.coding {
				t.Errorf("%s: part %d: UDH %v, coding %d", name, i, p.UDH, p.Coding)
			}
			if p.UDH {
				want := []byte{5, 0, 3, 9, byte(len(parts)), byte(i + 1)}
				if !bytes.Equal(octets[:6], want) {
					t.Errorf("%s: header %x", name, octets[:6])
				}
				octets = octets[6:]
			}
			if len(octets) != c.sizes[i] {
				t.Errorf("%s: part %d has %d octets, want %d", name, i, len(octets), c.sizes[i])
			}
		}
	}
	if _, err := Split(strings.Repeat("码", 255*67+1), 0); err == nil {
		t.Error("256 parts")
	}
}

func TestReadOtherCodings(t *testing.T) {
	for name, c := range map[string]struct {
		m    Short
		want string
		ok   bool
	}{
		"Latin-1":           {Short{Coding: CodingLatin1, Text: []byte("JKM \xe9")}, "JKM é", true},
		"ASCII":             {Short{Coding: CodingASCII, Text: []byte("JKM \xe9")}, "JKM \ufffd", true},
		"binary":            {Short{Coding: 4, Text: []byte("JKM")}, "", false},
		"payload":           {Short{TLVs: TLVs{{TagMessagePayload, []byte("JKM")}}}, "JKM", true},
		"odd UCS-2":         {Short{Coding: CodingUCS2, Text: []byte{0x78, 0x01, 0x78}}, "码", true},
		"escape at the end": {Short{Text: []byte("JKM\x1b")}, "JKM ", true},
		"escape of nothing": {Short{Text: []byte("\x1bJKM")}, " JKM", true},
		"header cut off":    {Short{Class: classUDH, Text: []byte{5, 0, 3, 1}}, "", false},
		"16-bit reference":  {Short{Class: classUDH, Text: []byte{6, 8, 4, 1, 2, 2, 1, 'J'}}, "J", true},
		"empty header":      {Short{Class: classUDH}, "", false},
	} {
		if got, _, _, ok := c.m.Read(); got != c.want || ok != c.ok {
			t.Errorf("%s: %q, %v", name, got, ok)
		}
	}
}

func TestParseReceipt(t *testing.T) {
	for text, want := range map[string]Receipt{
		"id:7 sub:001 dlvrd:001 submit date:2204280900 done date:2204280901 stat:DELIVRD err:000 text:hello": {"7", Delivered, "000"},
		"ID:AB-9 STAT:undeliv ERR:01b":     {"AB-9", Undeliverable, "01b"},
		"stat:EXPIRED id:12":               {"12", Expired, ""},
		"id:12 stat:NONSENSE err:<script>": {"12", 0, ""},
		"id:12 err:123456789 stat:REJECTD": {"12", Rejected, ""},
		"sub:001 text:id:9 stat:DELIVRD":   {},
		"":                                 {},
		"id:":                              {},
		"id:12 stat:ACCEPTD err:000 Text:stat:DELIVRD err:999": {"12", Accepted, "000"},
	} {
		if got := ParseReceipt(text); got != want {
			t.Errorf("%q: %+v, want %+v", text, got, want)
		}
	}
}

func TestReceiptOfParametersAlone(t *testing.T) {
	m := Short{TLVs: TLVs{{TagReceiptedMessageID, []byte("77\x00")}, {TagMessageState, []byte{5}}}}
	if r, ok := m.Receipt(); !ok || r != (Receipt{"77", Undeliverable, ""}) || !m.IsReceipt() {
		t.Errorf("%+v, %v", r, ok)
	}
	// The parameters outweigh the text.
	m = Short{Class: classReceipt, Text: []byte("id:1 stat:UNKNOWN err:005"), TLVs: TLVs{{TagMessageState, []byte{2}}, {TagReceiptedMessageID, []byte("0x1")}}}
	if r, ok := m.Receipt(); !ok || r != (Receipt{"0x1", Delivered, "005"}) {
		t.Errorf("%+v, %v", r, ok)
	}
	// Anybody can write this on a phone.
	m = Short{Text: []byte("id:1 stat:DELIVRD")}
	if m.IsReceipt() {
		t.Error("a text from a phone passes for a receipt")
	}
	for _, tlv := range []TLV{{TagMessageState, []byte{9}}, {TagMessageState, nil}, {TagMessageState, []byte{0}}} {
		m = Short{TLVs: TLVs{{TagReceiptedMessageID, []byte("77")}, tlv}}
		if r, ok := m.Receipt(); ok {
			t.Errorf("%v: %+v", tlv, r)
		}
	}
}

func TestParseAddress(t *testing.T) {
	for s, want := range map[string]Address{"+8613800138000": {1, 1, "8613800138000"}, "10690123": {0, 1, "10690123"}, "HEALTH": {5, 0, "HEALTH"}} {
		if got, err := ParseAddress(s); err != nil || got != want {
			t.Errorf("%s: %+v, %v", s, got, err)
		}
	}
	for _, s := range []string{"", "+", "+86 138", "+8613800138000123", "TWELVE-CHARS", "健康", strings.Repeat("1", 21)} {
		if got, err := ParseAddress(s); err == nil {
			t.Errorf("%s: %+v", s, got)
		} else if s != "" && s != "+" && strings.Contains(err.Error(), s) {
			t.Errorf("the error repeats the address: %v", err)
		}
	}
}

func FuzzReceipt(f *testing.F) {
	wantSeeds(f, "FuzzReceipt")
	f.Fuzz(func(t *testing.T, text string) {
		r := ParseReceipt(text)
		if strings.Contains(r.ID, " ") || int(r.State) >= len(stateNames) || len(r.Error) > 8 {
			t.Errorf("%+v", r)
		}
	})
}

// FuzzSplit: the parts, put together, say what the text said, and each fits.
func FuzzSplit(f *testing.F) {
	wantSeeds(f, "FuzzSplit")
	f.Fuzz(func(t *testing.T, text string, reference byte) {
		parts, err := Split(text, reference)
		if err != nil {
			if utf8.RuneCountInString(text) <= 255*66/2 {
				t.Error(err)
			}
			return
		}
		var b strings.Builder
		for i, p := range parts {
			if len(p.Octets) > 160 || p.Coding == CodingUCS2 && len(p.Octets) > 140 {
				t.Errorf("part %d: %d octets", i, len(p.Octets))
			}
			m := Short{Coding: p.Coding, Text: p.Octets}
			if p.UDH {
				m.Class = classUDH
			}
			got, part, count, ok := m.Read()
			if !ok || part != i+1 || count != len(parts) {
				t.Errorf("part %d of %d reads as %d of %d, %v", i+1, len(parts), part, count, ok)
			}
			b.WriteString(got)
		}
		if utf8.ValidString(text) && b.String() != text {
			t.Errorf("%q, want %q", b.String(), text)
		}
	})
}
