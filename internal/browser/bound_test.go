package browser_test

import (
	"bytes"
	"encoding/json"
	"image/png"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"healthcode/internal/qr"
)

// boundText waits until the page shows a pass that the browser signed, and returns its text.
func (p *page) boundText() string {
	p.t.Helper()
	p.await(`(document.querySelector("[data-pass]")?.dataset.text ?? "").startsWith("HCP2:") && document.querySelector("[data-bound=ready]") !== null`)
	return eval[string](p, `document.querySelector("[data-pass]").dataset.text`)
}

// checked asks the public check.
func (d *demo) checked(t *testing.T, text string) (answer struct {
	Genuine        bool
	Failure, State string
}) {
	t.Helper()
	body, err := json.Marshal(map[string]string{"pass": text})
	must(t, err)
	response, err := http.Post(d.Address+"/v1/passes/verify", "application/json", bytes.NewReader(body))
	must(t, err)
	defer response.Body.Close()
	must(t, json.NewDecoder(response.Body).Decode(&answer))
	return answer
}

// gate is a connection to the demo that can be cut, and that counts what goes through it.
type gate struct {
	*demo
	cut      atomic.Bool
	requests atomic.Int64
}

func (d *demo) behindGate(t *testing.T) *gate {
	t.Helper()
	to, err := url.Parse(d.Address)
	must(t, err)
	proxy := httputil.NewSingleHostReverseProxy(to)
	proxy.FlushInterval = -1
	proxy.ErrorLog = log.New(io.Discard, "", 0)
	g := &gate{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if g.cut.Load() {
			panic(http.ErrAbortHandler)
		}
		g.requests.Add(1)
		r.Host = to.Host
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(server.CloseClientConnections)
	behind := *d
	behind.Address = server.URL
	g.demo = &behind
	return g
}

// TestPhoneSignsItsPass: from the server's pass to the phone's own, which a door reads from the screen; without a
// connection it opens again and goes on signing.
func TestPhoneSignsItsPass(t *testing.T) {
	t.Parallel()
	d := startDemo(t).behindGate(t)
	p := open(t, d.demo, 390)
	p.language("en")
	p.as(d.resident(t, "beijing", "nothing known"))
	p.visit("/in/beijing/code")
	first := p.boundText()
	if a := d.checked(t, first); !a.Genuine || a.State != "green" {
		t.Fatalf("%+v", a)
	}
	data, err := chromedp.Run(p.ctx, chromedp.ScreenshotScale(chromedp.CSS(`[data-pass] svg`), 2))
	must(t, err)
	img, err := png.Decode(bytes.NewReader(data))
	must(t, err)
	if text, err := qr.Decode(img); err != nil || !strings.HasPrefix(text, "HCP2:") {
		t.Fatalf("the screen reads as %q, %v", text, err)
	}
	p.shot("bound-pass")
	p.await(`navigator.serviceWorker.controller !== null`)
	p.await(`(async () => await (await caches.open("code")).match("/in/beijing/show") !== undefined)() && true`)
	time.Sleep(500 * time.Millisecond)
	d.cut.Store(true)
	p.visit("/in/beijing/show")
	second := p.boundText()
	d.cut.Store(false)
	if a := d.checked(t, second); !a.Genuine || second == first {
		t.Errorf("signed without a connection: %+v", a)
	}
	if words := eval[string](p, `document.querySelector("main").innerText`); !strings.Contains(words, "Green") {
		t.Errorf("the kept page says %q", words)
	}
	p.shot("bound-offline")
}

// TestCopiedPage: what of a page can be copied is worth nothing within a minute, and another browser with the same
// cookie can neither sign nor enrol a key of its own. Signing a lost phone out ends its pass at once.
func TestCopiedPage(t *testing.T) {
	t.Parallel()
	d := startDemo(t)
	who := d.resident(t, "beijing", "nothing known")
	p := open(t, d, 390)
	p.language("en")
	p.as(who)
	p.visit("/in/beijing/code")
	text := p.boundText()
	for _, pair := range []string{"device", "code beijing"} {
		eval[bool](p, `window.stolen = "", indexedDB.open("healthcode").onsuccess = ({ target }) => {
			target.result.transaction("kept").objectStore("kept").get("`+pair+`").onsuccess = async ({ target }) => {
				const key = target.result.pair?.privateKey ?? target.result.credentials[0].key;
				for (const form of ["pkcs8", "jwk"]) {
					try { await crypto.subtle.exportKey(form, key); return stolen = "exported"; } catch (cause) { if (cause.name !== "InvalidAccessError") return stolen = String(cause); }
				}
				stolen = "kept";
			}; }, true`)
		p.await(`stolen !== ""`)
		stolen := eval[string](p, `stolen`)
		if stolen != "kept" {
			t.Errorf("the key of %q: %s", pair, stolen)
		}
	}

	other := open(t, d, 390)
	// The same cookie in another browser: no credentials, only what the server renews each minute.
	other.language("en")
	other.as(who)
	other.visit("/in/beijing/code")
	other.await(`document.querySelector("[data-other]") !== null && !document.querySelector("[data-other]").hidden`)
	if shown := eval[string](other, `document.querySelector("[data-pass]").dataset.text`); !strings.HasPrefix(shown, "HCP1:") {
		t.Errorf("a stolen cookie shows %.40s", shown)
	}
	if status := other.visit("/in/beijing/show"); status != 200 {
		t.Errorf("the page that phones keep: %d", status)
	}
	other.await(`document.querySelector("[data-pass]") === null`)

	if a := d.checked(t, text); !a.Genuine {
		t.Fatalf("%+v", a)
	}
	lost := open(t, d, 390)
	lost.language("en")
	lost.as(who)
	lost.visit("/in/beijing/account")
	lost.press(`form[action$="/account/sessions"] button`)
	if a := d.checked(t, text); a.Genuine || a.Failure != "device-ended" {
		t.Errorf("after signing out everywhere: %+v", a)
	}
}

func quoted(t *testing.T, text string) string {
	t.Helper()
	data, err := json.Marshal(text)
	must(t, err)
	return string(data)
}

// TestPictureOfAPhone: the pass on the screen changes within half a minute, and a picture of it is refused after one,
// online and at a door without a connection.
func TestPictureOfAPhone(t *testing.T) {
	t.Parallel()
	d := startDemo(t).behindGate(t)
	p := open(t, d.demo, 390)
	p.language("en")
	p.as(d.resident(t, "beijing", "nothing known"))
	p.visit("/in/beijing/code")
	picture := p.boundText()
	time.Sleep(3 * time.Second)
	before := d.requests.Load()
	// The page's own clock is set on by 40 seconds: it signs anew, and asks nothing of the server.
	eval[bool](p, `{ const real = Date.now.bind(Date); Date.now = () => real() + 40000; true }`)
	p.await(`document.querySelector("[data-pass]").dataset.text !== ` + quoted(t, picture))
	if asked := d.requests.Load() - before; asked != 0 {
		t.Errorf("renewing its code, the page asked the server %d times", asked)
	}
	ahead := p.boundText()
	if a := d.checked(t, ahead); a.Genuine || a.Failure != "from-the-future" {
		t.Errorf("signed 40 s ahead: %+v", a)
	}

	door := open(t, d.demo, 390)
	door.language("en")
	door.staffSignIn(d.staff(t, "door-beijing-mall"))
	door.visit("/door")
	door.await(`document.querySelector("[data-door=ready]") !== null`)
	door.await(`localStorage.getItem("door-offline") !== null`)
	time.Sleep(time.Second)
	d.cut.Store(true)
	eval[bool](door, `{ const real = Date.now.bind(Date); Date.now = () => real() + 60000; true }`)
	door.scan(picture)
	door.await(`document.querySelector("#decision").innerText.includes("This is a picture or an old screen")`)
}
