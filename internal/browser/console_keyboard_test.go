package browser_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// keyboard is a window that is used without a mouse: Tab and Shift-Tab, Enter, Space, arrow keys and typing.
type keyboard struct{ *page }

// focused is where the focus is.
type focused struct {
	What    string // the element's opening tag
	Found   bool   // it is the one that is looked for
	Visible bool   // it is in the window, and has an outline
	Ordered bool   // it follows the stop before it in the page; going back, it precedes it
	Page    bool   // the focus is on no element
}

// next presses Tab, or Shift-Tab, and looks at where the focus is then. Each stop must show that it has the focus.
func (k keyboard) next(looked string, back bool) focused {
	k.t.Helper()
	eval[bool](k.page, `window.before = document.activeElement, true`)
	if back {
		k.do(chromedp.KeyEvent(kb.Tab, chromedp.KeyModifiers(chromedp.ModifierShift)))
	} else {
		k.do(chromedp.KeyEvent(kb.Tab))
	}
	s := eval[focused](k.page, fmt.Sprintf(`(() => {
		const e = document.activeElement, before = window.before, back = %t;
		const style = getComputedStyle(e), box = e.getBoundingClientRect();
		const follows = before.compareDocumentPosition(e);
		return {
			What: e.outerHTML.slice(0, 120),
			Found: e.matches(%q),
			Visible: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 && box.width > 0 && box.height > 0 &&
				box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth,
			Ordered: before === document.body || !!(follows & (back ? Node.DOCUMENT_POSITION_PRECEDING : Node.DOCUMENT_POSITION_FOLLOWING)),
			Page: e === document.body || e === document.documentElement,
		};
	})()`, back, looked))
	if s.Page {
		return s
	}
	where := eval[string](k.page, `location.pathname`)
	if !s.Visible {
		k.t.Errorf("%s: the focus can't be seen on %s", where, s.What)
	}
	if !s.Ordered {
		k.t.Errorf("%s: the focus doesn't follow the page to %s", where, s.What)
	}
	return s
}

// reach presses Tab until the focus is on what is looked for. The page is walked through once, and nothing holds the focus.
func (k keyboard) reach(looked string) { k.t.Helper(); k.walk(looked, false) }

// backTo is reach with Shift-Tab.
func (k keyboard) backTo(looked string) { k.t.Helper(); k.walk(looked, true) }

func (k keyboard) walk(looked string, back bool) {
	k.t.Helper()
	for range 80 {
		switch s := k.next(looked, back); {
		case s.Found:
			return
		case s.Page:
			k.t.Fatalf("%s: the keyboard doesn't reach %s", eval[string](k.page, `location.pathname`), looked)
		}
	}
	k.t.Fatalf("%s: 80 stops, and none is %s", eval[string](k.page, `location.pathname`), looked)
}

func (k keyboard) types(text string) { k.t.Helper(); k.do(chromedp.KeyEvent(text)) }

// skip uses the link over the head of the page, which is the first stop: the next one is in the main part.
func (k keyboard) skip() {
	k.t.Helper()
	if s := k.next("a.skip", false); !s.Found {
		k.t.Fatalf("the first stop is %s", s.What)
	}
	k.types(kb.Enter)
	k.await(`document.activeElement === document.querySelector("main")`)
}

// signsIn fills in the form of staff.
func (k keyboard) signsIn(s signIn) {
	k.t.Helper()
	k.visit("/staff/sign-in")
	k.skip()
	if s := k.next(`[name="name"]`, false); !s.Found {
		k.t.Fatalf("after the skip link comes %s", s.What)
	}
	k.types(s.Name)
	k.reach(`[name="password"]`)
	k.types(s.Password)
	k.enter() // in the field: a form is sent so, too
}

// chooses moves through a list with the arrow keys until an option says so.
func (k keyboard) chooses(field, option string) {
	k.t.Helper()
	k.reach(`[name="` + field + `"]`)
	for range 30 {
		if strings.HasPrefix(eval[string](k.page, `document.activeElement.selectedOptions[0].textContent`), option) {
			return
		}
		k.types(kb.ArrowDown)
	}
	k.t.Fatalf("the arrow keys don't reach %q", option)
}

// opens opens a part of the page that is closed, with Space.
func (k keyboard) opens(form string) {
	k.t.Helper()
	k.reach("details:has(" + form + ") > summary")
	k.types(" ")
	k.await(`document.querySelector("details:has(` + form + `)").open`)
}

// TestConsoleByKeyboardAlone: an officer takes a case, asks a question and proposes a lift, and another one agrees.
func TestConsoleByKeyboardAlone(t *testing.T) {
	d := startDemo(t)
	k := keyboard{open(t, d, 1200)}
	k.as(d.resident(t, "beijing", "hold 3 by association"))
	id := k.caseOf()
	k.reset()

	k.visit("/staff/sign-in")
	if eval[string](k.page, `document.documentElement.lang`) != "en" {
		k.reach("form.language button")
		k.enter()
	}
	k.signsIn(d.staff(t, "caseworker-beijing"))
	k.reach(`a[href="/staff/cases"]`)
	k.enter()
	k.reach(`[name="late"]`)
	k.types(" ")
	k.backTo(`[name="mine"]`)
	k.types(" ")
	if !eval[bool](k.page, `document.querySelector("[name=mine]").checked && document.querySelector("[name=late]").checked`) {
		t.Error("Space doesn't tick the boxes of the filter")
	}
	k.types(" ")
	k.reach(`[name="late"]`)
	k.types(" ")
	k.reach("form.filter-form button")
	k.enter()
	k.reach(`ol.rows a[href="/staff/cases/` + id + `"]`)
	k.enter()

	k.reach("#act-take button")
	k.enter()
	k.skip()
	k.opens("#act-ask")
	k.reach(`[name="ask.question"]`)
	k.types("Were you at the hotel on the 20th?")
	k.reach("#act-ask button")
	k.types(" ")
	k.await(`document.querySelector("[role=status]") !== null && document.querySelector("main").innerText.includes("Were you at the hotel")`)

	k.opens("#act-lift")
	k.reach("#act-lift button")
	k.types(kb.Enter) // nothing is filled in: the focus is where something is missing
	k.await(`document.activeElement.matches("#act-lift [name^='lift.']")`)
	k.backTo(`details:has(#act-lift) > summary`)
	k.chooses("lift.ground", "Checked: no link")
	k.reach(`[name="lift.evidence"]`)
	k.types("   ")
	k.reach("#act-lift button")
	k.enter() // what is missing is said first, and leads to the field
	k.await(`document.activeElement.matches(".errors")`)
	k.reach(".errors a")
	k.types(kb.Enter)
	k.await(`document.activeElement.matches("[name='lift.evidence']")`)
	k.backTo(`details:has(#act-lift) > summary`)
	k.chooses("lift.ground", "Checked: no link")
	k.reach(`[name="lift.evidence"]`)
	k.types("Called; was at home all day.")
	k.reach("#act-lift button")
	k.enter()
	k.wants("a second officer has to agree", "Checked: no link")

	k.backTo("details.menu > summary")
	k.types(kb.Enter)
	k.reach(`form[action="/sign-out"] button`)
	k.enter()
	k.signsIn(d.staff(t, "authority-beijing"))
	k.reach(`a[href="/staff/changes"]`)
	k.enter()
	k.reach(`main a[href^="/staff/changes/"]:not([href$="/new"])`)
	k.enter()
	k.reach(`button[value=agree]`)
	k.enter()
	k.await(`document.querySelector("[role=status]") !== null`)
	k.wants("Agreed: the change is in force", "No change waits")
}
