package browser_test

import (
	"bytes"
	"image/png"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"healthcode/internal/qr"
)

// TestOfficerIsPresent: a grandmother has no phone at hand. Her grandchild asks for her in the community's office, where the officer has looked at her
// identity card: an officer's one-time code, then her paper, which a door reads.
func TestOfficerIsPresent(t *testing.T) {
	t.Parallel()
	d := startDemo(t)
	grandmother := registrant{"en", "beijing", "CN-ID", "11010519491231002X", "", "", "张三丰", "13700000031"}
	p := open(t, d, 390)
	p.register(grandmother)
	p.reset()
	p.language("en")
	p.as(d.resident(t, "beijing", "nothing known"))
	p.visit("/in/beijing/assist")
	p.fill("name", grandmother.name)
	p.fill("document.number", grandmother.number)
	p.press("main form button.wide")

	officer := open(t, d, 390)
	officer.language("en")
	officer.staffSignIn(d.staff(t, "caseworker-beijing"))
	officer.visit("/staff/presence")
	officer.fill("name", grandmother.name)
	officer.fill("document.number", grandmother.number)
	officer.press("main form button.wide")
	code := sixDigits.FindString(eval[string](officer, `document.querySelector("[data-presence]").innerText`))
	if code == "" {
		t.Fatal("the officer got no code")
	}

	p.fill("officer", "caseworker-beijing")
	p.fill("officer_code", code)
	p.press("main form:has([name=officer]) button")
	if words := eval[string](p, `document.querySelector("main").innerText`); !strings.Contains(words, "Green") || strings.Contains(words, grandmother.name) {
		t.Fatalf("the answer says %s", words)
	}
	p.shot("assisted")
	p.press(`main form[action$="/assist/paper"] button`)
	data, err := chromedp.Run(p.ctx, chromedp.ScreenshotScale(chromedp.CSS(`[data-paper] svg`), 2))
	must(t, err)
	img, err := png.Decode(bytes.NewReader(data))
	must(t, err)
	paper, err := qr.Decode(img)
	must(t, err)

	door := open(t, d, 390)
	door.language("en")
	door.staffSignIn(d.staff(t, "door-beijing-mall"))
	door.visit("/door")
	door.scan(paper)
	door.await(`/come in|temperature/.test(document.querySelector("#decision").innerText)`)
}
