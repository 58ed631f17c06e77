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
