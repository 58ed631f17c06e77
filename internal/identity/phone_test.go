package identity

import (
	"strings"
	"testing"

	"healthcode"
)

func TestNormalisePhone(t *testing.T) {
	for _, tt := range []struct{ typed, want, masked string }{
		{"13800000001", "+8613800000001", "138****0001"},
		{" 138-0000-0001 ", "+8613800000001", "138****0001"},
		{"+86 138 0000 0001", "+8613800000001", "138****0001"},
		{"0086-13800000001", "+8613800000001", "138****0001"},
		{"8613800000001", "+8613800000001", "138****0001"},
		{"(+86)13800000001", "+8613800000001", "138****0001"},
		{"+8613800000001", "+8613800000001", "138****0001"},
		{"19912345678", "+8619912345678", "199****5678"},
		{"\u202d13800000001\u202c", "+8613800000001", "138****0001"}, // as copied from an address book
		{"+852 5123 4567", "+85251234567", "+852 ****4567"},
		{"00853 6612 3456", "+85366123456", "+853 ****3456"},
		{"+886 912 345 678", "+886912345678", "+886 ****5678"},
		{"+1 (202) 555-0143", "+12025550143", "+1 ****0143"},
		{"+44 (0)7700 900123", "+447700900123", "+44 ****0123"},
		{"+39 06 1234 5678", "+390612345678", "+39 ****5678"},
		{"+225 07 00 00 00 01", "+2250700000001", "+225 ****0001"},
		{"+7 912 345-67-89", "+79123456789", "+7 ****6789"},
		{"+290 22222", "+29022222", "+290 ****22"}, // the shortest numbers keep most hidden
		{"+683 4000", "+6834000", "+683 ****00"},
		{"", "phone_empty", ""},
		{"+", "phone_empty", ""},
		{" - ", "phone_empty", ""},
		{"12800000001", "phone_mainland", ""}, // 12 isn't a mobile range
		{"1380000000", "phone_mainland", ""},
		{"138000000011", "phone_mainland", ""},
		{"010-12345678", "phone_mainland", ""},
		{"+86 10 1234 5678", "phone_mainland", ""},
		{"+86 400 123 4567", "phone_mainland", ""},
		{"51234567", "phone_mainland", ""}, // Hong Kong, without its code
		{"2025550143", "phone_mainland", ""},
		{"+44 07700 900123", "phone_foreign", ""}, // the 0 of calls within the country
		{"+999 12345678", "phone_foreign", ""},
		{"+210 12345678", "phone_foreign", ""},
		{"+0 12345678", "phone_foreign", ""},
		{"+852 123", "phone_foreign", ""},
		{"+852", "phone_foreign", ""},
		{"+1 234567890123456", "phone_foreign", ""}, // 16 digits
		{"138 0000 0001 ext 2", "phone_characters", ""},
		{"1380000000x", "phone_characters", ""},
		{"138+00000001", "phone_characters", ""},
		{strings.Repeat("1", 1000), "phone_characters", ""},
	} {
		p, err := NormalisePhone(tt.typed)
		got := string(p)
		if err != nil {
			got = string(healthcode.CodeOf(err))
		}
		if got != tt.want {
			t.Errorf("%q: %q, want %q", tt.typed, got, tt.want)
			continue
		}
		if err == nil && p.Masked() != tt.masked {
			t.Errorf("%s masked: %q, want %q", p, p.Masked(), tt.masked)
		}
		if err == nil && p.Mainland() != strings.HasPrefix(tt.want, "+861") {
			t.Errorf("%s: mainland %v", p, p.Mainland())
		}
	}
}

// TestCallingCodes makes sure that a number has one country: no code begins another.
func TestCallingCodes(t *testing.T) {
	codes := strings.Fields(callingCodes)
	for _, a := range codes {
		for _, b := range codes {
			if a != b && strings.HasPrefix(b, a) {
				t.Errorf("%s begins %s", a, b)
			}
		}
	}
	for _, code := range strings.Fields(leadingZero) {
		if callingCode(code+"0123") != code {
			t.Errorf("%s isn't a country code", code)
		}
	}
}

func FuzzNormalisePhone(f *testing.F) {
	for _, s := range []string{"13800000001", "+852 5123 4567", "+44 (0)7700 900123", "008613800000001"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		p, err := NormalisePhone(typed)
		if err != nil {
			return
		}
		digits, plus := strings.CutPrefix(string(p), "+")
		if !plus || !isDigits(digits) || len(digits) > 15 {
			t.Errorf("%q became %q", typed, p)
		}
		if again, err := NormalisePhone(string(p)); err != nil || again != p {
			t.Errorf("%q again: %q, %v", p, again, err)
		}
		if hidden := p.Masked(); strings.Contains(strings.NewReplacer("+", "", " ", "").Replace(hidden), digits) {
			t.Errorf("%q masked as %q", p, hidden)
		}
	})
}
