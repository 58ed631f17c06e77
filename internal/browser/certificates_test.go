package browser_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image/png"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/mozillazg/go-pinyin"

	"healthcode/internal/qr"
)

// zone makes the machine-readable zone (ICAO 9303-4) of an ordinary passport of whoever has an identity card.
func zone(name, card string) string {
	pad := func(s string, n int) string { return s + strings.Repeat("<", n-len(s)) }
	digit := func(s string) string {
		sum := 0
		for i, c := range s {
			value := strings.IndexRune("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", c)
			sum += max(0, value) * []int{7, 3, 1}[i%3]
		}
		return fmt.Sprint(sum % 10)
	}
	var letters []string
	for _, r := range name {
		letters = append(letters, strings.ToUpper(pinyin.SinglePinyin(r, pinyin.NewArgs())[0]))
	}
	sex := "F"
	if (card[16]-'0')%2 == 1 {
		sex = "M"
	}
	field := func(s string) string { return s + digit(s) }
	number, birth, expiry, rest := field("E12345678"), field(card[8:14]), field("300101"), strings.Repeat("<", 14)+"0"
	return pad("PO", 2) + "CHN" + pad(letters[0]+"<<"+strings.Join(letters[1:], ""), 39) + "\n" +
		number + "CHN" + birth + sex + expiry + rest + digit(number+birth+expiry+rest)
}

// TestTravelCertificate: a holder gets a certificate, prints it, shares it by a link that somebody opens in a browser with the
// passcode, sees who did, and revokes it.
func TestTravelCertificate(t *testing.T) {
	t.Parallel()
	d := startDemo(t)
	who := d.resident(t, "beijing", "vaccinated")
	p, border := open(t, d, 320), open(t, d, 1280)
	p.language("en")
	p.as(who)
	p.visit("/in/beijing/account")
	name := eval[string](p, `document.querySelector("main").innerText.match(/Name\s+(\p{Script=Han}+)/u)[1]`)
	p.visit("/in/beijing/certificates/new")
	p.do(chromedp.Click(chromedp.CSS(`[name=facts]`)), chromedp.Click(chromedp.CSS(`[name=direction][value=leaving]`)),
		chromedp.Click(chromedp.CSS(`[name=kind][value=ordinary]`)))
	p.write("mrz", zone(name, who.Document.Number))
	p.shot("travel-form")
	p.accessible("the form")
	p.press("main form button.wide")
	p.wants("It is issued", "BBIBP-CorV", "E12345678", "Valid until")
	p.accessible("the certificate")
	p.shot("travel-certificate")
	p.fits(t, "the certificate")

	data, err := chromedp.Run(p.ctx, chromedp.ScreenshotScale(chromedp.CSS(`[data-certificate] svg`), 3))
	must(t, err)
	screen, err := png.Decode(bytes.NewReader(data))
	must(t, err)
	text, err := qr.Decode(screen)
	if err != nil || !strings.HasPrefix(text, "HC1:") {
		t.Errorf("the screen reads as %q, %v", text, err)
	}
	eval[bool](p, `fetch(document.querySelector("a[href$='/pdf']").href).then(async (r) => { window.paper = r.headers.get("content-type") + (await r.text()).slice(0, 5) }), true`)
	p.await(`window.paper !== undefined`)
	if got := eval[string](p, `window.paper`); got != "application/pdf%PDF-" {
		t.Errorf("the PDF is %q", got)
	}
	certificate := eval[string](p, `location.pathname`)

	p.press(`a[href*="links/new"]`)
	p.fill("passcode", "kapok-58")
	p.fill("label", "Border of Ruritania")
	p.press("main form button.wide")
	p.wants("can be opened", "Nobody has so far")
	p.shot("travel-link")
	p.fits(t, "the link")
	link := eval[string](p, `location.pathname`)
	_, address, _ := strings.Cut(eval[string](p, `document.querySelector("[data-address]").href`), "/open")

	border.language("en")
	border.visit("/open" + address)
	border.wants("Called: Border of Ruritania")
	border.accessible("the viewer")
	try := func(code, says string) {
		if eval[string](border, `document.querySelector("[name=recipient]").value`) == "" {
			border.fill("recipient", "Desk 7")
		}
		border.fill("passcode", code)
		border.do(chromedp.Click(chromedp.CSS("[data-form] button")))
		border.await(fmt.Sprintf(`document.querySelector("main").innerText.includes(%q)`, says))
	}
	try("guessed", "4 more times")
	try("kapok-58", "It is open")
	border.wants("BBIBP-CorV", "E12345678", name, "Download the PDF")
	if got := eval[string](border, `document.querySelector("[data-signed]").textContent`); got != text {
		t.Errorf("the viewer's signed text is %q, the screen's %q", got, text)
	}
	border.accessible("the opened file")
	border.shot("travel-opened")

	p.visit(link)
	p.wants("Desk 7", "wrong passcode", "Opened 1 of 5 times")
	p.visit(certificate)
	p.press(`form[action$="/revoke"] button`)
	p.wants("It is revoked", "you revoked it")
	p.shot("travel-revoked")
	border.visit("/open")
	border.wants("There is no link in this address")
	// A forged link has the page send nothing to another address of the service.
	base, _, _ := strings.Cut(eval[string](border, `location.href`), "/open")
	forged := fmt.Sprintf(`{"url":%q,"key":%q,"flag":"P"}`, base+certificate+"/revoke", base64.RawURLEncoding.EncodeToString(make([]byte, 32)))
	border.visit("/verify")
	border.visit("/open#shlink:/" + base64.RawURLEncoding.EncodeToString([]byte(forged)))
	border.wants("There is no link in this address")
	border.visit("/verify")
	border.visit("/open" + address)
	border.wants("Called: Border of Ruritania")
	try("kapok-58", "no longer counts")
}

// fits fails where the page is wider than the window.
func (p *page) fits(t *testing.T, what string) {
	t.Helper()
	if wide := eval[float64](p, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); wide > 0 {
		t.Errorf("%s is %.0f pixels too wide", what, wide)
	}
}
