package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"healthcode"
)

// window is a window of Debian's chromium.
type window struct {
	t   *testing.T
	ctx context.Context
}

// chromium opens a window with the session of a browser of the test.
func chromium(t *testing.T, v *browser) window {
	t.Helper()
	if testing.Short() {
		t.Skip("-short: this test drives chromium")
	}
	ctx, shut := chromedp.NewContext(context.Background(), chromedp.WithAllocatorOptions(chromedp.NoSandbox, chromedp.Headless,
		chromedp.DisableGPU, chromedp.NoFirstRun, chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-dev-shm-usage", true)))
	t.Cleanup(shut)
	// The browser starts with the first step, and must outlive the time limit of the others.
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(390, 740)); err != nil {
		t.Fatalf("starting chromium: %v; scripts/tools.sh installs it", err)
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	t.Cleanup(cancel)
	w := window{t, ctx}
	u, err := url.Parse(v.http.URL)
	if err != nil {
		t.Fatal(err)
	}
	for _, cookie := range v.client.Jar.Cookies(u) {
		err := chromedp.Do(ctx, func(ctx context.Context, _ *chromedp.Target) (chromedp.Void, error) {
			_, err := chromedp.Call(ctx, network.SetCookie, network.SetCookieParams{Name: cookie.Name, Value: cookie.Value, URL: v.http.URL})
			return chromedp.Void{}, err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return w
}

func (w window) visit(address string) {
	w.t.Helper()
	if err := chromedp.Do(w.ctx, chromedp.Navigate(address)); err != nil {
		w.t.Fatalf("opening %s: %v", address, err)
	}
}

func (w window) eval(script string) string {
	w.t.Helper()
	out, err := chromedp.Run(w.ctx, chromedp.Evaluate[string](script))
	if err != nil {
		w.t.Fatalf("%v in %.200s", err, script)
	}
	return out
}

// await waits until a script is true.
func (w window) await(script string) {
	w.t.Helper()
	var err error
	for deadline := time.Now().Add(15 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		var ok bool
		if ok, err = chromedp.Run(w.ctx, chromedp.Evaluate[bool](script)); ok {
			return
		}
	}
	w.t.Fatalf("%s never came true (%v); the page says %s", script, err, w.eval(`document.querySelector("main")?.innerText ?? location.href`))
}

// scan types as a hand scanner does, and waits for the decision.
func (w window) scan(text, want string) {
	w.t.Helper()
	w.eval(`document.querySelector("#decision").replaceChildren(), ""`)
	if err := chromedp.Do(w.ctx, chromedp.KeyEvent(text), chromedp.KeyEvent("\r")); err != nil {
		w.t.Fatal(err)
	}
	w.await(fmt.Sprintf(`document.querySelector(".decision")?.dataset.verdict === %q`, want))
}

// TestOfflineVerifierAgreesWithThePass runs every vector of package pass through the door's own verifier, in
// the page and under its headers.
func TestOfflineVerifierAgreesWithThePass(t *testing.T) {
	data, err := os.ReadFile("../../pass/testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	s := newSite(t)
	w := chromium(t, s.staff(healthcode.RoleCheckpoint, "tianjin", "residential"))
	w.visit(s.http.URL + "/door")
	w.eval(`globalThis.file = ` + string(data) + `; ""`)
	w.eval(`(async () => {
		const { verify, importKeys } = await import("` + s.server.assets.url("door-pass.js") + `");
		const all = file.keys.keys.map(({ d, person_id_key, ...key }) => key);
		const accepted = { beijing: await importKeys({ keys: all.slice(0, -1) }), ningbo: await importKeys({ keys: all.slice(-1) }) };
		const answers = [];
		for (const { text, now } of file.vectors) answers.push(await verify(text, accepted, Date.parse(now) / 1000));
		globalThis.answers = answers;
	})().catch((cause) => { globalThis.answers = String(cause); }), ""`)
	w.await(`globalThis.answers !== undefined`)

	var file struct {
		Vectors []struct {
			Name, Code string
			Claims     *struct {
				Jurisdiction, State, Name string
				Issued, Expires, Until    time.Time
				Proxy, Unchecked          bool
			}
		}
	}
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	var answers []struct {
		Failure string
		Claims  struct {
			Jurisdiction, State, Name string
			Issued, Expires, Until    int64
			Proxy, Unchecked          bool
		}
	}
	if err := json.Unmarshal([]byte(w.eval(`JSON.stringify(answers)`)), &answers); err != nil || len(answers) != len(file.Vectors) || len(answers) < 100 {
		t.Fatalf("%d answers to %d vectors: %v; %s", len(answers), len(file.Vectors), err, w.eval(`String(answers)`))
	}
	for i, v := range file.Vectors {
		got := answers[i]
		if got.Failure != v.Code {
			t.Errorf("%s: %q, want %q", v.Name, got.Failure, v.Code)
		}
		if c := v.Claims; c != nil {
			until := c.Until.Unix()
			if c.Until.IsZero() {
				until = 0
			}
			g := got.Claims
			if g.Jurisdiction != c.Jurisdiction || g.State != c.State || g.Name != c.Name || g.Proxy != c.Proxy || g.Unchecked != c.Unchecked ||
				g.Issued != c.Issued.Unix() || g.Expires != c.Expires.Unix() || g.Until != until {
				t.Errorf("%s: %+v, want %+v", v.Name, g, *c)
			}
		}
	}
}

// TestDoorWithoutAServer: the server goes away, and the door goes on, also after the page is opened anew.
func TestDoorWithoutAServer(t *testing.T) {
	s := newSite(t)
	zhang, door := s.register("tianjin", zhang), s.staff(healthcode.RoleCheckpoint, "tianjin", "residential")
	elsewhere := s.register("beijing", anna)
	w := chromium(t, door)
	w.visit(s.http.URL + "/door")
	w.scan(zhang.pass("tianjin"), "measure-temperature")
	w.await(`document.activeElement.name === "temperature"`)
	w.scan("36.5", "admit")
	if w.eval(`String(document.querySelector(".decision-offline"))`) != "null" {
		t.Error("a decision of the server says that it was made offline")
	}
	w.eval(`caches.open("door").then((c) => c.keys()).then((all) => { globalThis.kept = all.length; }), ""`)
	w.await(`globalThis.kept >= 8 || (caches.open("door").then((c) => c.keys()).then((all) => { globalThis.kept = all.length; }), false)`)

	s.http.CloseClientConnections()
	s.http.Close()
	for _, opened := range []string{"before", "after"} {
		w.scan(zhang.pass("tianjin"), "measure-temperature")
		w.scan("36.5", "admit")
		shown := w.eval(`document.querySelector(".decision").innerText`)
		for _, want := range []string{textDoorOffline.EN, "张*", textDoorUnchecked.EN} {
			if !strings.Contains(shown, want) {
				t.Errorf("opened %s: %q isn't in %s", opened, want, shown)
			}
		}
		if strings.Contains(shown, textDoorProxy.EN) {
			t.Errorf("opened %s: a flag that the pass doesn't have: %s", opened, shown)
		}
		w.scan(zhang.pass("tianjin"), "measure-temperature")
		w.scan("38.2", "refer")
		w.scan(elsewhere.pass("beijing"), "refer")
		if shown := w.eval(`document.querySelector(".decision").innerText`); !strings.Contains(shown, textFailureElsewhere.EN) {
			t.Errorf("opened %s: a pass of another place: %s", opened, shown)
		}
		w.eval(`document.querySelector("#f-code").value = "12345678", document.querySelector(".door form").requestSubmit(), ""`)
		w.await(`document.querySelector("[data-fault]").innerText.includes("number")`)
		w.visit(s.http.URL + "/door")
		w.await(`document.querySelector("[data-door=ready]") !== null`)
	}
}
