// Package browser_test drives the real binary's demo in Debian's chromium.
package browser_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// signIn is one of the accounts that the demo prints.
type signIn struct {
	Role, Jurisdiction, Name, Password, Token, Case, State, Session, Phone string

	Document struct{ Type, Number, Country string }
}

// demo is a running demo.
type demo struct {
	Address          string
	Residents, Staff []signIn
}

var binary string

// TestMain builds the binary, unless HEALTHCODE_BINARY names one.
func TestMain(m *testing.M) {
	if binary = os.Getenv("HEALTHCODE_BINARY"); binary != "" {
		os.Exit(m.Run())
	}
	dir, err := os.MkdirTemp("", "healthcode-browser-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	binary = filepath.Join(dir, "healthcode")
	build := exec.Command("go", "build", "-o", binary, "healthcode/cmd/healthcode")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		os.Exit(1)
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// startDemo runs a demo of its own until the test ends.
func startDemo(t *testing.T) *demo {
	t.Helper()
	cmd := exec.Command(binary, "demo", "--addr", "127.0.0.1:0", "--json", "--log-level", "error")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	t.Cleanup(func() {
		cmd.Process.Signal(os.Interrupt)
		if err := cmd.Wait(); err != nil {
			t.Errorf("the demo's end: %v", err)
		}
	})
	scanner := bufio.NewScanner(out)
	scanner.Buffer(nil, 1<<20)
	if !scanner.Scan() {
		t.Fatal("the demo printed nothing")
	}
	var d demo
	must(t, json.Unmarshal(scanner.Bytes(), &d))
	return &d
}

// resident returns the demo's resident of a case.
func (d *demo) resident(t *testing.T, jurisdiction, what string) signIn {
	t.Helper()
	for _, r := range d.Residents {
		if r.Jurisdiction == jurisdiction && r.Case == what {
			return r
		}
	}
	t.Fatalf("the demo has nobody with %q in %s", what, jurisdiction)
	return signIn{}
}

func (d *demo) staff(t *testing.T, name string) signIn {
	t.Helper()
	for _, s := range d.Staff {
		if s.Name == name {
			return s
		}
	}
	t.Fatalf("the demo has no account %s", name)
	return signIn{}
}

// page is one browser window.
type page struct {
	t    *testing.T
	ctx  context.Context
	demo *demo
}

// open opens a browser of its own, with a window of so many CSS pixels. More flags may be given.
func open(t *testing.T, d *demo, width int, flags ...chromedp.ExecAllocatorOption) *page {
	t.Helper()
	flags = append([]chromedp.ExecAllocatorOption{chromedp.NoSandbox, chromedp.Headless, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.Flag("disable-dev-shm-usage", true)}, flags...)
	window, shut := chromedp.NewContext(context.Background(), chromedp.WithAllocatorOptions(flags...))
	t.Cleanup(shut)
	p := &page{t, window, d}
	p.do(chromedp.EmulateViewport(int64(width), 740))
	ctx, cancel := context.WithTimeout(window, 3*time.Minute)
	t.Cleanup(cancel)
	p.ctx = ctx
	return p
}

func (p *page) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, steps...); err != nil {
		where, _ := chromedp.Run(p.ctx, chromedp.Location())
		p.t.Fatalf("at %s: %v", where, err)
	}
}

// visit opens a page and returns its status.
func (p *page) visit(path string) int {
	p.t.Helper()
	response, err := chromedp.Run(p.ctx, chromedp.NavigateResponse(p.demo.Address+path))
	if err != nil {
		p.t.Fatalf("opening %s: %v", path, err)
	}
	if response == nil {
		return 0
	}
	return int(response.Status)
}

// await waits until a script is true, across navigations.
func (p *page) await(script string) {
	p.t.Helper()
	var err error
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(30 * time.Millisecond) {
		var ok bool
		if ok, err = chromedp.Run(p.ctx, chromedp.Evaluate[bool](script)); ok {
			return
		}
	}
	where, _ := chromedp.Run(p.ctx, chromedp.Location())
	p.t.Fatalf("at %s: %s never came true: %v", where, script, err)
}

// reset signs out and forgets the language.
func (p *page) reset() {
	p.t.Helper()
	p.do(func(ctx context.Context, _ *chromedp.Target) (chromedp.Void, error) {
		_, err := chromedp.Call(ctx, network.ClearBrowserCookies, cdp.Empty{})
		return chromedp.Void{}, err
	})
}

// fill types into the field of a name.
func (p *page) fill(name, value string) {
	p.t.Helper()
	selector := chromedp.CSS(`[name="` + name + `"]`)
	p.do(chromedp.Clear(selector), chromedp.SendKeys(selector, value))
}

// press clicks a control that leads to another page, and waits for it.
func (p *page) press(selector string) {
	p.t.Helper()
	eval[bool](p, `window.here = true`)
	p.do(chromedp.Click(chromedp.CSS(selector)))
	p.await(`window.here === undefined && document.readyState == "complete"`)
}

// staffSignIn signs a member of staff in through the page.
func (p *page) staffSignIn(s signIn) {
	p.t.Helper()
	p.visit("/staff/sign-in")
	p.fill("name", s.Name)
	p.fill("password", s.Password)
	p.press("main form button")
}

// eval runs a script in a page and returns its value.
func eval[T any](p *page, script string) T {
	p.t.Helper()
	v, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](script))
	if err != nil {
		where, _ := chromedp.Run(p.ctx, chromedp.Location())
		p.t.Fatalf("at %s: %v\n%s", where, err, script)
	}
	return v
}

// as puts a resident's session into the browser.
func (p *page) as(s signIn) {
	p.t.Helper()
	p.do(func(ctx context.Context, _ *chromedp.Target) (chromedp.Void, error) {
		httpOnly := true
		_, err := chromedp.Call(ctx, network.SetCookie, network.SetCookieParams{Name: "session", Value: s.Session, URL: p.demo.Address, HTTPOnly: &httpOnly})
		return chromedp.Void{}, err
	})
}

// language sets the language of the pages.
func (p *page) language(lang string) {
	p.t.Helper()
	p.visit("/")
	if eval[string](p, `document.documentElement.lang`)[:2] != lang {
		p.do(chromedp.Click(chromedp.CSS(`form.language button`)), chromedp.WaitReady(chromedp.CSS(`html[lang^=`+lang+`]`)))
	}
}

// enlarge shows text at so many per cent, as somebody's own setting would.
func (p *page) enlarge(percent int) {
	p.t.Helper()
	eval[string](p, fmt.Sprintf(`document.documentElement.style.fontSize = '%d%%'`, percent))
}

// shot keeps a picture of the whole page where HEALTHCODE_SHOTS names a folder.
func (p *page) shot(name string) {
	p.t.Helper()
	dir := os.Getenv("HEALTHCODE_SHOTS")
	if dir == "" {
		return
	}
	data, err := chromedp.Run(p.ctx, chromedp.FullScreenshot(100))
	must(p.t, err)
	must(p.t, os.WriteFile(filepath.Join(dir, name+".png"), data, 0o644))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
