package web

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"healthcode/internal/qr"
)

func drawn(t *testing.T, text string) []byte {
	t.Helper()
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		t.Fatal(err)
	}
	data, err := code.PNG(6)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestAnybodyCanCheck a code without signing in: genuine, state, until when, and nothing more.
func TestAnybodyCanCheck(t *testing.T) {
	s := newSite(t)
	v := s.register("beijing", zhang)
	s.add(zhang, riskStay())
	pass := v.get("/in/beijing/code", 200).one("[data-pass]").attr("data-text")
	employer := s.browser()
	for how, p := range map[string]*page{
		"text":  employer.post("/check", url.Values{"pass": {" " + pass + "\n"}}, 200),
		"photo": employer.sendPhoto("/check", drawn(t, pass), 200),
	} {
		text := p.text("main")
		for _, want := range []string{in("zh", textGenuine, "北京健康宝"), "暂不能确认", "2022年5月11日 00:00"} {
			if !strings.Contains(text, want) {
				t.Errorf("by %s: %q isn't in %s", how, want, text)
			}
		}
		for _, secret := range []string{"张", "朝阳", "弹窗"} {
			if strings.Contains(text, secret) {
				t.Errorf("by %s: %q is told", how, secret)
			}
		}
	}
	if looks := v.get("/in/beijing/looks", 200).text("main"); !strings.Contains(looks, in("zh", textNoLooks)) {
		t.Errorf("a check was recorded although nobody was told apart: %s", looks)
	}
}

func TestWhatIsNotGenuine(t *testing.T) {
	s := newSite(t)
	v := s.register("beijing", zhang)
	pass := v.get("/in/beijing/code", 200).one("[data-pass]").attr("data-text")
	nobody := s.browser()
	refused := func(text, failure string) {
		t.Helper()
		p := nobody.post("/check", url.Values{"pass": {text}}, 200)
		if len(p.all(".badge")) != 0 || !strings.Contains(p.text("main"), failure) {
			t.Errorf("%s: %s", failure, p.text("main"))
		}
	}
	refused("https://example.com", in("zh", checkFailures["not-a-pass"]))
	other := newSite(t)
	forged := other.register("beijing", zhang).get("/in/beijing/code", 200).one("[data-pass]").attr("data-text")
	refused(forged, in("zh", checkFailures["unknown-key"]))
	s.now = s.now.Add(2 * time.Minute)
	refused(pass, in("zh", checkFailures["expired"]))
}

func TestCheckFaults(t *testing.T) {
	v := newSite(t).browser()
	if p := v.post("/check", nil, 422); p.one(".errors a").attr("href") != "#f-pass" {
		t.Errorf("nothing sent: %s", p.text(".errors"))
	}
	if p := v.sendPhoto("/check", []byte("no picture"), 422); p.one(".errors a").attr("href") != "#f-photo" {
		t.Errorf("no picture: %s", p.text(".errors"))
	}
	white := drawn(t, "HELLO")
	if p := v.sendPhoto("/check", white[:len(white)/2], 422); p.one(".errors a").attr("href") != "#f-photo" {
		t.Errorf("half a picture: %s", p.text(".errors"))
	}
	// A progressive JPEG of 640 by 480 with 33 scans, of which each costs a walk over all of it.
	head := "\xff\xd8\xff\xc2\x00\x11\x08\x01\xe0\x02\x80\x03\x01\x11\x00\x02\x11\x00\x03\x11\x00"
	bomb := []byte(head + strings.Repeat("\xff\xda\x00\x08\x01\x01\x00\x00\x00\x00", 33))
	if p := v.sendPhoto("/check", bomb, 422); !strings.Contains(p.text(".errors"), in("zh", textCheckLarge)) {
		t.Errorf("many scans: %s", p.text(".errors"))
	}
}

func TestCheckIsLimited(t *testing.T) {
	s := newSite(t)
	v := s.browser()
	for range checkLimit.Max {
		v.post("/check", url.Values{"pass": {"HC"}}, 200)
	}
	if p := v.post("/check", url.Values{"pass": {"HC"}}, 429); len(p.all(".decision")) != 0 {
		t.Errorf("answered %s", p.text("main"))
	}
	v.get("/check", 200)
	s.now = s.now.Add(time.Hour)
	v.post("/check", url.Values{"pass": {"HC"}}, 200)
}
