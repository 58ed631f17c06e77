package browser_test

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// text is what the page's main part says.
func (p *page) text() string {
	p.t.Helper()
	return eval[string](p, `document.querySelector("main").innerText`)
}

// write types into an empty field of several lines.
func (p *page) write(name, text string) {
	p.t.Helper()
	p.do(chromedp.SendKeys(chromedp.CSS(`[name="`+name+`"]`), text))
}

// wants fails unless the page says all of it.
func (p *page) wants(all ...string) {
	p.t.Helper()
	text := p.text()
	for _, want := range all {
		if !strings.Contains(text, want) {
			p.t.Errorf("the page doesn't say %q:\n%s", want, text)
		}
	}
}

// tab moves the focus with the Tab key until it is on an element.
func (p *page) tab(until string) {
	p.t.Helper()
	for range 80 {
		if eval[bool](p, `document.activeElement.matches(`+"`"+until+"`"+`)`) {
			return
		}
		p.do(chromedp.KeyEvent("\t"))
	}
	p.t.Fatalf("Tab never reached %s", until)
}

// enter presses Enter on the focused element, and waits for the page that follows.
func (p *page) enter() {
	p.t.Helper()
	eval[bool](p, `window.here = true`)
	p.do(chromedp.KeyEvent("\r"))
	p.await(`window.here === undefined && document.readyState == "complete"`)
}

// caseOf opens the resident's code, and the page of the case under the first reason. It returns the case's number.
func (p *page) caseOf() string {
	p.t.Helper()
	p.visit("/in/beijing/code")
	p.press(`.case-note a.button`)
	path := eval[string](p, `location.pathname`)
	return path[strings.LastIndex(path, "/")+1:]
}

// TestStuckOutsideTheCity: a hold by association; the person is elsewhere, and all of it is done from there. The officer works with the
// keyboard alone, and a second one agrees.
func TestStuckOutsideTheCity(t *testing.T) {
	d := startDemo(t)
	person, officer := open(t, d, 390), open(t, d, 1200)
	person.language("en")
	person.as(d.resident(t, "beijing", "hold 3 by association"))
	id := person.caseOf()
	person.do(chromedp.Click(chromedp.CSS(`#move [name=where][value=outside]`)), chromedp.Click(chromedp.CSS(`#move [name=stays][value=hotel]`)))
	person.press("#move button")
	person.wants("Desk for people outside Beijing")
	person.write("text", "I am in Guangzhou and can't come home.")
	person.press("#say button")

	officer.language("en")
	officer.staffSignIn(d.staff(t, "caseworker-beijing"))
	officer.visit("/staff/cases/" + id)
	officer.wants("I am in Guangzhou and can't come home.", "at risk")
	officer.tab("#act-take button")
	officer.enter()
	officer.tab("details:has(#act-lift) summary")
	officer.do(chromedp.KeyEvent("\r"))
	officer.tab(`[name="lift.ground"]`)
	officer.do(chromedp.KeyEvent("C")) // Checked: no link
	officer.tab(`[name="lift.evidence"]`)
	officer.do(chromedp.KeyEvent("Called; was at home all day."))
	officer.tab("#act-lift button")
	officer.enter()
	officer.wants("a second officer has to agree", "Checked: no link")
	officer.agree(d)
	person.visit("/in/beijing/cases/" + id)
	person.wants("lifted")
	person.visit("/in/beijing/code")
	if n := eval[int](person, `document.querySelectorAll(".reason").length`); n != 0 {
		t.Errorf("%d reasons are left", n)
	}
}

// agree lets a second officer agree to the change that waits.
func (p *page) agree(d *demo) {
	p.t.Helper()
	p.reset()
	p.language("en")
	p.staffSignIn(d.staff(p.t, "authority-beijing"))
	p.visit("/staff/changes")
	p.press(`main a[href^="/staff/changes/"]`)
	p.press(`button[value=agree]`)
}

// TestRefundedTicket: a stay that was never made is disputed; the record is retracted.
func TestRefundedTicket(t *testing.T) {
	d := startDemo(t)
	person, officer := open(t, d, 390), open(t, d, 1200)
	person.language("en")
	person.as(d.resident(t, "beijing", "hold 5"))
	person.visit("/in/beijing/code")
	person.press(`.reason a[href*="dispute?"]`)
	person.write("statement", "The ticket was refunded; I never went there.")
	person.press("main form button.wide")
	id := person.caseOf()
	person.wants("The ticket was refunded")

	officer.language("en")
	officer.staffSignIn(d.staff(t, "caseworker-beijing"))
	officer.visit("/staff/cases/" + id)
	officer.press("#act-take button")
	officer.do(chromedp.Click(chromedp.CSS("details:has(#act-accept) summary")))
	officer.do(chromedp.SetValue(chromedp.CSS(`[name="accept.ground"]`), "ticket-refunded"))
	officer.write("accept.evidence", "The railway's record of the refund.")
	officer.press("#act-accept button")
	officer.agree(d)
	person.visit("/in/beijing/cases/" + id)
	person.wants("the record is retracted")
	person.visit("/in/beijing/code")
	person.wants("Green")
}
