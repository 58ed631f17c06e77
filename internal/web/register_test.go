package web

import (
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestFromRegisteringToTheCode(t *testing.T) {
	for place, at := range map[string]time.Time{
		"beijing": time.Date(2022, 4, 28, 9, 0, 0, 0, shanghai),
		"tianjin": time.Date(2020, 3, 10, 9, 0, 0, 0, shanghai),
		"ningbo":  time.Date(2020, 2, 20, 9, 0, 0, 0, shanghai),
	} {
		t.Run(place, func(t *testing.T) {
			s := newSite(t)
			s.now = at
			for _, who := range []someone{zhang, anna} {
				p := s.register(place, who).get("/in/"+place+"/code", 200)
				if p.text(".badge-name") == "" || len(p.all(".badge svg")) != 1 || len(p.all(".pass-live svg")) != 1 {
					t.Errorf("the code of %s lacks its state in words, its shape, or its drawing:\n%s", who.name, p.text("main"))
				}
				if strings.Contains(p.text("main"), who.name) {
					t.Errorf("the whole name of %s stands on a screen that others see", who.name)
				}
				if !strings.Contains(p.text(".pass"), in("zh", textUnchecked)) {
					t.Error("it isn't said that the identity has not been checked")
				}
			}
		})
	}
}

// TestAskedOnFirstUseOnly: who is signed in comes straight to the code.
func TestAskedOnFirstUseOnly(t *testing.T) {
	v := newSite(t).register("beijing", zhang)
	for _, path := range []string{"/", "/in/beijing/"} {
		if p := v.get(path, 200); p.response.Request.URL.Path != "/in/beijing/code" {
			t.Errorf("%s led to %s", path, p.response.Request.URL)
		}
	}
}

// TestOneCodeOfEveryPlace: who has a code of one place accepts the declaration of another, and types nothing again.
func TestOneCodeOfEveryPlace(t *testing.T) {
	v := newSite(t).register("beijing", zhang)
	p := v.get("/in/tianjin/code", 200)
	if p.response.Request.URL.Path != "/in/tianjin/declaration" {
		t.Fatalf("led to %s", p.response.Request.URL)
	}
	p = v.submit(p, "main form", url.Values{"declaration": {p.one("input[name=declaration]").attr("value")}}, 200)
	if p.response.Request.URL.Path != "/in/tianjin/code" {
		t.Errorf("led to %s", p.response.Request.URL)
	}
}

func TestDeclarationComesFirst(t *testing.T) {
	s := newSite(t)
	v := s.browser()
	for _, path := range []string{"/in/beijing/register", "/in/beijing/register?declaration=2020-01", "/in/beijing/register/code"} {
		if p := v.get(path, 200); p.response.Request.URL.Path != "/in/beijing/declaration" {
			t.Errorf("%s led to %s", path, p.response.Request.URL)
		}
	}
	p := v.get("/in/beijing/declaration", 200)
	p = v.submit(p, "main form", nil, 422)
	if got := p.one(".errors a").attr("href"); got != "#f-declaration" {
		t.Errorf("the summary leads to %q", got)
	}
}

// TestFaultsStandBesideTheirFields: the summary leads to the field, the field
// says what is wrong and is tied to it for a screen reader, and nothing typed is lost.
func TestFaultsStandBesideTheirFields(t *testing.T) {
	s := newSite(t)
	v := s.browser()
	page := func(kind string) *page {
		return v.get("/in/beijing/register?"+url.Values{"declaration": {"2022-04"}, "document.type": {kind}}.Encode(), 200)
	}
	for _, test := range []struct {
		kind, field string
		values      url.Values
	}{
		{"CN-ID", "document.number", url.Values{"name": {"张三丰"}, "document.number": {"110105194912310021"}, "phone": {"13800000001"}}},
		{"CN-ID", "name", url.Values{"name": {" "}, "document.number": {"11010519491231002X"}, "phone": {"13800000001"}}},
		{"CN-ID", "phone", url.Values{"name": {"张三丰"}, "document.number": {"11010519491231002X"}, "phone": {"12345"}}},
		{"PASSPORT", "document.country", url.Values{"name": {"Anna"}, "document.number": {"L898902C3"}, "phone": {"13800000001"}, "birth": {"1974-08-12"}}},
		{"PASSPORT", "birth", url.Values{"name": {"Anna"}, "document.number": {"L898902C3"}, "document.country": {"GBR"}, "phone": {"13800000001"}, "birth": {"3000-01-01"}}},
	} {
		t.Run(test.kind+" "+test.field, func(t *testing.T) {
			p := v.submit(page(test.kind), "main form", test.values, 422)
			id := fieldID(test.field)
			if got := p.one(".errors a").attr("href"); got != "#"+id {
				t.Errorf("the summary leads to %q, want #%s", got, id)
			}
			control := p.one("#" + id)
			if _, wrong := control.find("aria-invalid"); !wrong {
				t.Error("the field isn't marked as wrong")
			}
			if !strings.Contains(control.attr("aria-describedby"), id+"-error") || p.one("#"+id+"-error").words() == "" {
				t.Error("the field isn't tied to its error")
			}
			for name, typed := range test.values {
				if name != test.field && name != "document.country" && p.one("input[name="+name+"]").attr("value") != typed[0] {
					t.Errorf("what was typed as %s is lost", name)
				}
			}
		})
	}
}

// TestBirthIsAskedWhereNeeded: an identity card's number says it.
func TestBirthIsAskedWhereNeeded(t *testing.T) {
	v := newSite(t).browser()
	for kind, asked := range map[string]int{"CN-ID": 0, "PRC-PR": 0, "PASSPORT": 1, "HRP-HK": 1, "TWP": 1, "CN-PASSPORT": 1} {
		p := v.get("/in/beijing/register?declaration=2022-04&document.type="+kind, 200)
		if got := len(p.all("input[name=birth]")); got != asked {
			t.Errorf("%s asks for the birth date %d times, want %d", kind, got, asked)
		}
	}
}

func TestWrongOneTimeCode(t *testing.T) {
	s := newSite(t)
	v := s.browser()
	p := v.get("/in/beijing/register?declaration=2022-04&document.type=CN-ID", 200)
	p = v.submit(p, "main form", url.Values{"name": {zhang.name}, "document.number": {zhang.number}, "phone": {zhang.phone}}, 200)
	if strings.Contains(p.source, zhang.phone) || strings.Contains(p.source, zhang.number) {
		t.Error("the page that asks for the code tells the phone or the document")
	}
	wrong := "000000"
	if s.code(zhang.phone) == wrong {
		wrong = "000001"
	}
	p = v.submit(p, "main form", url.Values{"code": {wrong}}, 422)
	if p.one("#f-code-error").words() == "" {
		t.Error("the error isn't beside the field")
	}
	p = v.submit(p, "main form", url.Values{"code": {s.code(zhang.phone)}}, 200)
	if p.response.Request.URL.Path != "/in/beijing/photo" {
		t.Errorf("the right code led to %s", p.response.Request.URL)
	}
}

// TestRegisteredAlready: the second one is told to sign in instead.
func TestRegisteredAlready(t *testing.T) {
	s := newSite(t)
	s.register("beijing", zhang)
	s.now = s.now.Add(2 * time.Minute)
	v := s.browser()
	p := v.get("/in/beijing/register?declaration=2022-04&document.type=CN-ID", 200)
	p = v.submit(p, "main form", url.Values{"name": {zhang.name}, "document.number": {zhang.number}, "phone": {"13800000009"}}, 200)
	p = v.submit(p, "main form", url.Values{"code": {s.code("+8613800000009")}}, 409)
	if got := p.one("main a.button").attr("href"); got != "/in/beijing/sign-in" {
		t.Errorf("the way on is %q", got)
	}
}
