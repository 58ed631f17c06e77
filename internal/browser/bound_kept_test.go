package browser_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// kept waits until the browser keeps the page that opens without a connection.
func (p *page) kept(place string) {
	p.t.Helper()
	p.await(`navigator.serviceWorker.controller !== null`)
	p.await(`(window.kept ??= (caches.match("/in/` + place + `/show").then((hit) => window.kept = hit ? "yes" : undefined), "asked")) === "yes"`)
	time.Sleep(500 * time.Millisecond) // its files
}

// TestKeptPageAsksLittle: opened with a connection the kept page asks one short question, and shows what the server says now; with a server
// that doesn't answer it shows what it has.
func TestKeptPageAsksLittle(t *testing.T) {
	t.Parallel()
	d := startDemo(t).behindGate(t)
	who, hold := d.green(t)
	p := open(t, d.demo, 320)
	p.language("en")
	p.as(who)
	p.visit("/in/beijing/code")
	p.boundText()
	p.kept("beijing")
	p.visit("/in/beijing/help")
	d.requests.Store(0)
	p.visit("/in/beijing/show")
	p.boundText()
	if n := d.requests.Load(); n > 1 {
		t.Errorf("opening the kept page took %d requests", n)
	}
	p.enlarge(300)
	if wide := eval[bool](p, `document.documentElement.scrollWidth > document.documentElement.clientWidth + 1`); wide {
		t.Error("at 300 % text the kept page is wider than the screen")
	}
	p.accessible("the kept page")
	p.tab(`main a.button`)

	// What the server knows is never overtaken by what the phone keeps.
	p.visit("/in/beijing/help")
	hold("kept")
	p.visit("/in/beijing/show")
	p.await(`document.querySelector("[data-badge] .badge-name") !== null`)
	if said := eval[string](p, `document.querySelector("[data-badge]").innerText`); strings.Contains(said, "Green") {
		t.Errorf("the kept page says %q of somebody who is held", said)
	}
	p.await(`document.querySelector("[data-pass]")?.dataset.state == "held"`)

	// A server that is away: the whole page gives way to the kept one.
	d.cut.Store(true)
	p.visit("/in/beijing/code")
	p.boundText()
	if said := eval[string](p, `document.querySelector("[data-badge]").innerText`); said == "" {
		t.Error("without a server the whole page doesn't give way to the kept one")
	}
}

// before runs a script in each page before its own.
func (p *page) before(script string) {
	p.t.Helper()
	p.do(func(ctx context.Context, _ *chromedp.Target) (chromedp.Void, error) {
		_, err := chromedp.Call(ctx, cdppage.AddScriptToEvaluateOnNewDocument, cdppage.AddScriptToEvaluateOnNewDocumentParams{Source: script})
		return chromedp.Void{}, err
	})
}

// TestOldPhones: where scripts, keys or their store are missing, the code is the one that the server mints, and is taken.
func TestOldPhones(t *testing.T) {
	t.Parallel()
	d := startDemo(t)
	who := d.resident(t, "beijing", "nothing known")
	for what, script := range map[string]string{
		"no WebCrypto":            `Object.defineProperty(crypto, "subtle", {value: undefined})`,
		"no P-256":                `SubtleCrypto.prototype.generateKey = () => Promise.reject(new DOMException("no", "NotSupportedError"))`,
		"no IndexedDB":            `Object.defineProperty(window, "indexedDB", {value: undefined})`,
		"an IndexedDB that fails": `IDBFactory.prototype.open = () => { throw new DOMException("no", "SecurityError"); }`,
	} {
		p := open(t, d, 320)
		p.before(script)
		p.language("en")
		p.as(who)
		p.visit("/in/beijing/code")
		time.Sleep(time.Second)
		text := eval[string](p, `document.querySelector("[data-pass]").dataset.text`)
		if a := d.checked(t, text); !a.Genuine || !strings.HasPrefix(text, "HCP1:") {
			t.Errorf("%s: %.5s %+v", what, text, a)
		}
		// The server's own goes on: the next one comes when it is asked for.
		p.await(`document.documentElement.classList.contains("renewing")`)
	}

	p := open(t, d, 320)
	p.language("en")
	p.as(who)
	p.do(func(ctx context.Context, _ *chromedp.Target) (chromedp.Void, error) {
		_, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return chromedp.Void{}, err
	})
	p.visit("/in/beijing/code")
	html, err := chromedp.Run(p.ctx, chromedp.OuterHTML(chromedp.CSS("main")))
	must(t, err)
	_, rest, found := strings.Cut(html, `data-text="`)
	text, _, _ := strings.Cut(rest, `"`)
	if a := d.checked(t, text); !found || !a.Genuine || !strings.HasPrefix(text, "HCP1:") {
		t.Errorf("without scripts: %.5s %+v", text, a)
	}
	if !strings.Contains(html, "no-script") {
		t.Error("without scripts there is no button that renews the code")
	}
}
