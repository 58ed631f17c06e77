package identity

import (
	"bytes"
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"healthcode"
)

var shanghai = time.FixedZone("CST", 8*3600)

func at(s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04:05", s, shanghai)
	if err != nil {
		panic(err)
	}
	return t
}

func newCodes(t *testing.T, key byte) *OneTimeCodes {
	t.Helper()
	c, err := NewOneTimeCodes(bytes.Repeat([]byte{key}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestOneTimeCode(t *testing.T) {
	codes, now := newCodes(t, 1), at("2022-04-28 09:00:00")
	code, stored, err := codes.Issue("sign-in/abc", now)
	if err != nil || len(code) != 6 || !isDigits(code) {
		t.Fatalf("issued %q, %v", code, err)
	}
	if bytes.Contains(stored.Hash, []byte(code)) || len(stored.Hash) != 32 || stored.Expires.Sub(stored.Sent) != 5*time.Minute || stored.Key != "sign-in/abc" {
		t.Errorf("stored %+v", stored)
	}
	wrong := string('0'+(code[0]-'0'+1)%10) + code[1:]
	other := stored
	other.Key = "sign-in/abd"
	tried := func(n int) healthcode.OneTimeCode { s := stored; s.Tries = n; return s }

	for _, tt := range []struct {
		name   string
		by     *OneTimeCodes
		stored healthcode.OneTimeCode
		typed  string
		after  time.Duration
		want   healthcode.Code
		says   string
	}{
		{"right", codes, stored, code, 0, "", ""},
		{"right, spaced", codes, stored, code[:3] + " " + code[3:], 0, "", ""},
		{"right, full width", codes, stored, strings.Map(func(r rune) rune { return r - '0' + '0' }, code), 0, "", ""},
		{"right, last second", codes, stored, code, 5*time.Minute - time.Nanosecond, "", ""},
		{"right, at the end", codes, stored, code, 5 * time.Minute, CodeOneTimeExpired, ""},
		{"right, fifth try", codes, tried(4), code, 0, "", ""},
		{"right, sixth try", codes, tried(5), code, 0, CodeOneTimeTries, ""},
		{"wrong", codes, stored, wrong, 0, CodeOneTimeWrong, "4 more"},
		{"wrong, fourth try", codes, tried(3), wrong, 0, CodeOneTimeWrong, "1 more"},
		{"wrong, fifth try", codes, tried(4), wrong, 0, CodeOneTimeTries, ""},
		{"for somebody else", codes, other, code, 0, CodeOneTimeWrong, ""},
		{"with another key", newCodes(t, 2), stored, code, 0, CodeOneTimeWrong, ""},
		{"five digits", codes, stored, code[:5], 0, CodeOneTimeForm, ""},
		{"letters", codes, stored, "ABCDEF", 0, CodeOneTimeForm, ""},
		{"nothing", codes, stored, "", 0, CodeOneTimeForm, ""},
		{"a book", codes, stored, strings.Repeat(code, 10000), 0, CodeOneTimeForm, ""},
	} {
		err := tt.by.Verify(tt.stored, tt.typed, now.Add(tt.after))
		if tt.want == "" && err != nil || tt.want != "" && (healthcode.CodeOf(err) != tt.want || !strings.Contains(err.Error(), tt.says)) {
			t.Errorf("%s: %v, want %q %s", tt.name, err, tt.want, tt.says)
		}
	}
	if _, err := NewOneTimeCodes(make([]byte, 31)); err == nil {
		t.Error("a short key is accepted")
	}
}

// TestOneTimeCodesSpread draws codes and expects every first digit and hardly a repetition.
func TestOneTimeCodesSpread(t *testing.T) {
	codes := newCodes(t, 1)
	first, seen := map[byte]int{}, map[string]bool{}
	for range 2000 {
		code, _, err := codes.Issue("x", at("2022-04-28 09:00:00"))
		if err != nil {
			t.Fatal(err)
		}
		first[code[0]]++
		seen[code] = true
	}
	// 200 of each are expected, with a deviation of 13; 2 repetitions, with one of 1.4.
	for d := byte('0'); d <= '9'; d++ {
		if first[d] < 100 {
			t.Errorf("%d of 2000 codes begin with %c", first[d], d)
		}
	}
	if len(seen) < 1980 {
		t.Errorf("only %d of 2000 codes differ", len(seen))
	}
}

func TestLimits(t *testing.T) {
	now := at("2022-04-28 23:59:30")
	for _, tt := range []struct {
		limit   Limit
		start   string
		retry   time.Duration
		says    string
		saysToo string
	}{
		{Limit{ActionSendCode, PerPhone, time.Minute, 1}, "2022-04-28 23:59:00", 30 * time.Second, "30 seconds", "30 秒"},
		{Limit{ActionSendCode, PerPhone, time.Hour, 5}, "2022-04-28 23:00:00", 30 * time.Second, "30 seconds", "30 秒"},
		{Limit{ActionSendCode, PerPhone, day, 10}, "2022-04-28 00:00:00", 30 * time.Second, "30 seconds", "30 秒"},
	} {
		if start := tt.limit.Start(now); !start.Equal(at(tt.start)) {
			t.Errorf("%v: window from %s, want %s", tt.limit, start, tt.start)
		}
		if err := tt.limit.Check(tt.limit.Max, now); err != nil {
			t.Errorf("%v: the last of %d is refused: %v", tt.limit, tt.limit.Max, err)
		}
		err := tt.limit.Check(tt.limit.Max+1, now)
		var often *TooOften
		var shown *healthcode.Error
		if !errors.As(err, &often) || often.RetryAfter != tt.retry || !errors.As(err, &shown) ||
			!strings.Contains(shown.Text.EN, tt.says) || !strings.Contains(shown.Text.ZH, tt.saysToo) ||
			healthcode.CodeOf(err) != CodeTooOften || !strings.Contains(err.Error(), "send-code per phone") {
			t.Errorf("%v: %v (%+v)", tt.limit, err, often)
		}
	}
	midnight := at("2022-04-29 00:00:00")
	if start := (Limit{Window: day}).Start(midnight); !start.Equal(midnight) {
		t.Errorf("a new day begins at midnight in Shanghai, not at %s", start)
	}
	keys := map[string]bool{}
	for _, l := range Limits {
		if l.Max < 1 || l.Window <= 0 || keys[l.Key("v")] {
			t.Errorf("%+v: without sense, or twice", l)
		}
		keys[l.Key("v")] = true
	}
	if n := len(LimitsOf(ActionSendCode)); n != 6 {
		t.Errorf("%d limits on sending codes, want 6", n)
	}
}

func TestWaitText(t *testing.T) {
	for d, want := range map[time.Duration]string{
		time.Nanosecond:           "1 second",
		59*time.Second + 1:        "60 seconds",
		time.Minute + time.Second: "2 minutes",
		time.Hour:                 "60 minutes",
		time.Hour + time.Second:   "2 hours",
		23*time.Hour + 1:          "24 hours",
	} {
		if got := waitText(d).EN; got != want {
			t.Errorf("%s: %s, want %s", d, got, want)
		}
	}
}

func TestAddressKey(t *testing.T) {
	for a, want := range map[string]string{
		"192.0.2.7":            "192.0.2.7",
		"::ffff:192.0.2.7":     "192.0.2.7",
		"2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64",
		"2001:db8:1:2:ffff::1": "2001:db8:1:2::/64",
		"fe80::1%eth0":         "fe80::/64",
	} {
		if got := AddressKey(netip.MustParseAddr(a)); got != want {
			t.Errorf("%s: %s, want %s", a, got, want)
		}
	}
}

func FuzzNormaliseCode(f *testing.F) {
	f.Add("123456")
	f.Add("123 456")
	f.Add("123456")
	f.Fuzz(func(t *testing.T, typed string) {
		if code, err := NormaliseCode(typed); err == nil && (len(code) != 6 || !isDigits(code)) {
			t.Errorf("%q became %q", typed, code)
		}
	})
}
