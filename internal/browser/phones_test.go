package browser_test

import (
	"strings"
	"testing"
	"time"
)

// bindPhone binds a further number through the pages.
func (p *page) bindPhone(number string) {
	p.t.Helper()
	p.visit("/in/beijing/phones")
	p.fill("phone", number)
	p.press("section.card form button")
	code := p.oneTimeCode()
	p.visit("/in/beijing/phones/code")
	p.fill("code", code)
	p.press("main form button.wide")
}

// said is what the page says.
func (p *page) said() string { return eval[string](p, `document.querySelector("main").innerText`) }

// TestRelativesSIMAndTripOfThreePhones: the trip is interrupted after the first phone and resumed in another browser; one
// of the phones turns out to be a relative's.
func TestRelativesSIMAndTripOfThreePhones(t *testing.T) {
	t.Parallel() // it mostly waits: a phone gets one code a minute
	d := startDemo(t)
	p := open(t, d, 320)
	p.register(registrant{"en", "beijing", "CN-ID", "11010519491231002X", "", "", "张三丰", "13700000011"})
	p.bindPhone("13700000012")
	p.bindPhone("13700000013")
	p.bindPhone("13700000014")

	p.visit("/in/beijing/phones")
	user := eval[string](p, `[...document.querySelectorAll("a[href$='/user']")].at(-1).pathname`)
	p.visit(user)
	time.Sleep(61 * time.Second) // a phone gets one code a minute, and each has just had one
	p.press("section.card form button")
	code := p.oneTimeCode()
	p.visit(user + "?asked=1")
	p.fill("name", "李小明")
	eval[string](p, `document.querySelector("[name=kind]").value = "child"`)
	p.fill("code", code)
	p.press("form[action$='/user'] button.wide")
	if text := p.said(); !strings.Contains(text, "李小明") {
		t.Fatalf("the real user isn't named:\n%s", text)
	}

	p.visit("/in/beijing/report/trip")
	if text := p.said(); !strings.Contains(text, "3 in all, 0 done") {
		t.Fatalf("the trip begins with:\n%s", text)
	}
	p.verifyPhone()
	if found := eval[string](p, misfits); found != "" {
		t.Error(found)
	}

	time.Sleep(61 * time.Second)
	q := open(t, d, 390) // the person goes on elsewhere
	q.language("en")
	q.visit("/in/beijing/sign-in")
	q.signIn("11010519491231002X")
	q.visit("/in/beijing/report/trip")
	if text := q.said(); !strings.Contains(text, "3 in all, 1 done") {
		t.Fatalf("resumed with:\n%s", text)
	}
	q.verifyPhone()
	q.verifyPhone()
	q.press("main form button[value=review]")
	q.press("main form[action$='/send'] button")
	if path := eval[string](q, `location.pathname`); path != "/in/beijing/report/trip/result" {
		t.Fatalf("sent, and at %s:\n%s", path, q.said())
	}
	if text := q.said(); !strings.Contains(text, "Green") {
		t.Errorf("the result:\n%s", text)
	}
}

// verifyPhone has the phone whose turn it is answer.
func (p *page) verifyPhone() {
	p.t.Helper()
	p.visit("/in/beijing/report/trip")
	p.press("section.card form button")
	code := p.oneTimeCode()
	p.visit("/in/beijing/report/trip?asked=1")
	p.fill("code", code)
	p.press("form[action$='/trip/phone'] button.wide")
}
