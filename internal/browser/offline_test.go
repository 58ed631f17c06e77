package browser_test

import (
	"bytes"
	"image/png"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"healthcode/internal/qr"
)

// TestGrandmotherWithoutAPhone: her child prints her code, with her consent and without an officer; a door reads
// the paper with a hand scanner; once it is reported lost, nobody can use it.
func TestGrandmotherWithoutAPhone(t *testing.T) {
	d := startDemo(t)
	grandmother, child := d.resident(t, "tianjin", "nothing known"), d.resident(t, "tianjin", "no symptoms declared")

	p := open(t, d, 390)
	p.language("en")
	p.as(grandmother)
	p.visit("/in/tianjin/account")
	name := eval[string](p, `document.querySelector("dl.facts dd").textContent`)
	p.as(child)
	p.visit("/in/tianjin/others/ask")
	p.do(chromedp.Click(chromedp.CSS(`[name=relation][value=parent]`)))
	p.fill("name", name)
	p.fill("document.number", grandmother.Document.Number)
	p.press("main form button.wide")
	p.as(grandmother)
	p.visit("/in/tianjin/others")
	p.press(`main [name=do][value=consent]`)

	p.as(child)
	p.visit("/in/tianjin/others")
	p.press(`main a[href$="/code"]`)
	p.press(`main a[href$="/offline"]`)
	p.press(`main form button.wide`)
	data, err := chromedp.Run(p.ctx, chromedp.ScreenshotScale(chromedp.CSS(`[data-paper] svg`), 2))
	must(t, err)
	img, err := png.Decode(bytes.NewReader(data))
	must(t, err)
	text, err := qr.Decode(img)
	must(t, err)
	if !strings.HasPrefix(text, "HCO1:") {
		t.Fatalf("the paper says %q", text)
	}
	p.shot("offline-paper")

	door := open(t, d, 390)
	door.language("en")
	door.staffSignIn(d.staff(t, "door-tianjin-metro"))
	door.visit("/door")
	door.scan(text)
	door.await(`document.querySelector("#decision").innerText.includes("temperature")`)
	door.do(chromedp.KeyEvent("36.6"), chromedp.KeyEvent("\r"))
	door.await(`document.querySelector("#decision").innerText.includes("Please come in")`)

	p.press(`main p.no-print a`)
	p.press(`main form[action$="/lost"] button`)
	door.scan(text)
	door.await(`document.querySelector("#decision").innerText.includes("void or has expired")`)
}
