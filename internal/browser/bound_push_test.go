package browser_test

import (
	"fmt"
	"testing"
	"time"
)

// green is somebody of the demo who is green, and of whom a fact can be sent that holds them.
func (d *demo) green(t *testing.T) (who signIn, hold func(id string)) {
	t.Helper()
	who = d.resident(t, "beijing", "nothing known")
	authority := d.staff(t, "authority-beijing").Token
	return who, func(id string) {
		t.Helper()
		d.call(t, "POST", "/v1/jurisdictions/beijing/facts", authority, fmt.Sprintf(`{"id":%q,"source":"pharmacy:1","person":{"document":{"type":%q,"number":%q,"country":%q}},`+
			`"time":"2022-04-28T06:00:00+08:00","kind":"purchase","category":"fever"}`, id, who.Document.Type, who.Document.Number, who.Document.Country))
	}
}

// soon fails where a script doesn't come true within a time; the machine of a test may be busy, so it is a generous one.
func (p *page) soon(script string, limit time.Duration) {
	p.t.Helper()
	began := time.Now()
	p.await(script)
	if took := time.Since(began); took > limit {
		p.t.Errorf("%s took %v", script, took)
	} else {
		p.t.Logf("%s: %v", script, took)
	}
}

// TestChangeInMidValidity: the open page follows a change at once and signs a credential that says so; the old credential, still fresh and
// signed by the phone, is green at no connected door any more, and at one without a connection until it ends.
func TestChangeInMidValidity(t *testing.T) {
	t.Parallel()
	d := startDemo(t)
	who, hold := d.green(t)
	p := open(t, d, 390)
	p.language("en")
	p.as(who)
	p.visit("/in/beijing/code")
	old := p.boundText()

	door := open(t, d, 390)
	door.language("en")
	door.staffSignIn(d.staff(t, "door-beijing-mall"))
	door.visit("/door")
	door.await(`document.querySelector("[data-door=ready]") !== null && localStorage.getItem("door-offline") !== null`)

	hold("mid-validity")
	p.soon(`!document.querySelector(".badge-name").innerText.includes("Green")`, 5*time.Second)
	p.soon(`document.querySelector("[data-pass]").dataset.text.startsWith("HCP2:") && document.querySelector("[data-pass]").dataset.state == "held"`, 5*time.Second)
	if a := d.checked(t, old); a.State != "held" {
		t.Errorf("the old credential, asked of the server: %+v", a)
	}
	if a := d.checked(t, p.boundText()); !a.Genuine || a.State != "held" {
		t.Errorf("the new one: %+v", a)
	}
	door.scan(old)
	door.await(`document.querySelector("#decision").innerText.trim() !== ""`)
	if said := eval[string](door, `document.querySelector("#decision").dataset.decision ?? document.querySelector("#decision").innerText`); said == "admit" {
		t.Errorf("a connected door says %q of the old credential", said)
	}
	// Nobody is told each half minute that the picture is another.
	if eval[bool](p, `document.querySelector(".pass-live").closest("[aria-live], [role=status], [role=alert]") !== null`) {
		t.Error("each new picture is read out")
	}
}

// TestSignedOutElsewhere: the open page of a phone that was signed out says so, and keeps nothing; so does the page that the
// phone keeps.
func TestSignedOutElsewhere(t *testing.T) {
	t.Parallel()
	d := startDemo(t)
	for place, page := range map[string]string{"beijing": "code", "tianjin": "show"} {
		who := d.resident(t, place, "nothing known")
		p := open(t, d, 320)
		p.language("en")
		p.as(who)
		p.visit("/in/" + place + "/code")
		text := p.boundText()
		if page == "show" {
			p.visit("/in/" + place + "/show")
			p.boundText()
			p.await(`document.querySelector("[data-following]") !== null`)
		}
		d.call(t, "DELETE", "/v1/me/sessions", who.Session, "")
		p.soon(`document.querySelector("main [role=alert]")?.textContent.includes("This phone was signed out") ?? false`, 8*time.Second)
		if eval[bool](p, `document.querySelector("[data-pass]") !== null`) {
			t.Errorf("%s still shows a code", page)
		}
		if a := d.checked(t, text); a.Genuine || a.Failure != "device-ended" {
			t.Errorf("%s: its code at a connected door: %+v", page, a)
		}
		p.accessible(page + " after signing out")
		p.shot("bound-ended-" + page)
		p.press("main a.button")
		if at := eval[string](p, `location.pathname`); at != "/in/"+place+"/sign-in" {
			t.Errorf("%s leads to %s", page, at)
		}
	}
}
