package browser_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"healthcode/internal/qr"
)

// registrant is somebody who registers.
type registrant struct {
	lang, place, kind, number, country, birth, name, phone string
}

var (
	visitor = registrant{"en", "beijing", "PASSPORT", "L8988901C", "D", "1974-08-12", "Anna Maria van der Berg-Eriksson", "+8613700000001"}
	native  = registrant{"zh", "tianjin", "CN-ID", "11010519491231002X", "", "", "张三丰", "13700000002"}
)

// register goes from the start page to the code.
func (p *page) register(r registrant) {
	p.t.Helper()
	p.language(r.lang)
	p.visit("/in/" + r.place + "/declaration")
	p.do(chromedp.Click(chromedp.CSS(`[name=declaration]`)))
	p.press("main form button.wide")
	p.do(chromedp.Click(chromedp.CSS(`[name="document.type"][value="` + r.kind + `"]`)))
	p.press("main form button.wide")
	p.fill("name", r.name)
	p.fill("document.number", r.number)
	if r.country != "" {
		p.do(chromedp.SetValue(chromedp.CSS(`[name="document.country"]`), r.country))
	}
	if r.birth != "" {
		p.do(chromedp.SetValue(chromedp.CSS(`[name=birth]`), r.birth))
	}
	p.fill("phone", r.phone)
	p.press("main form button.wide")
	here := eval[string](p, `location.pathname`)
	code := p.oneTimeCode()
	p.visit(here)
	p.fill("code", code)
	p.press("main form button.wide")
}

var sixDigits = regexp.MustCompile(`\b\d{6}\b`)

// oneTimeCode reads the newest code in the demo's outbox.
func (p *page) oneTimeCode() string {
	p.t.Helper()
	p.visit("/demo/outbox")
	code := sixDigits.FindString(eval[string](p, `document.querySelector(".message").textContent`))
	if code == "" {
		p.t.Fatal("no code in the outbox")
	}
	return code
}

// passText photographs the QR code on the screen and reads it.
func (p *page) passText() string {
	p.t.Helper()
	data, err := chromedp.Run(p.ctx, chromedp.ScreenshotScale(chromedp.CSS(`[data-pass] svg`), 2))
	must(p.t, err)
	img, err := png.Decode(bytes.NewReader(data))
	must(p.t, err)
	text, err := qr.Decode(img)
	must(p.t, err)
	return text
}

// keyPage writes a picture that could be a passport's, and returns its path.
func keyPage(t *testing.T) string {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 900, 620))
	draw.Draw(img, img.Bounds(), image.NewUniform(color.RGBA{220, 225, 235, 255}), image.Point{}, draw.Src)
	path := filepath.Join(t.TempDir(), "page.jpg")
	file, err := os.Create(path)
	must(t, err)
	must(t, jpeg.Encode(file, img, nil))
	must(t, file.Close())
	return path
}

// TestRegistrationToDoor registers a foreigner at 320 px with text at 300 %,
// reads the code off the screen, and has a door decide on it by hand scanner.
func TestRegistrationToDoor(t *testing.T) {
	d := startDemo(t)
	holder := open(t, d, 320)
	holder.register(visitor)
	holder.enlarge(300)
	if found := eval[string](holder, misfits); found != "" {
		t.Error(found)
	}
	holder.do(chromedp.SetUploadFiles(chromedp.CSS(`input[type=file]`), []string{keyPage(t)}))
	holder.press("main form button")
	holder.visit("/in/beijing/code")
	text := eval[string](holder, `document.querySelector("main").innerText`)
	for _, want := range []string{"Green", "Identity not yet checked", "A*** B***"} {
		if !strings.Contains(text, want) {
			t.Errorf("the code page doesn't say %q:\n%s", want, text)
		}
	}
	pass := holder.passText()

	door := open(t, d, 390)
	door.language("en")
	door.staffSignIn(d.staff(t, "door-beijing-mall"))
	door.visit("/door")
	door.scan(pass)
	door.await(`document.querySelector("#decision").innerText.includes("temperature")`)
	door.do(chromedp.KeyEvent("36.6"), chromedp.KeyEvent("\r"))
	door.await(`document.querySelector("#decision").innerText.includes("Please come in")`)
	door.shot("door-admit")
	door.scan("HCP1:" + strings.Repeat("A", 200))
	door.await(`document.querySelector("#decision").innerText.includes("paper register")`)

	holder.visit("/in/beijing/looks")
	if looks := eval[string](holder, `document.querySelector("main").innerText`); !strings.Contains(looks, "Shopping mall") {
		t.Errorf("the person doesn't see the look:\n%s", looks)
	}

	officer := open(t, d, 1200)
	officer.language("en")
	officer.staffSignIn(d.staff(t, "caseworker-beijing"))
	officer.visit("/staff/photos")
	if queue := eval[string](officer, `document.querySelector("main").innerText`); !strings.Contains(queue, "wait") {
		t.Errorf("the photo isn't in the queue:\n%s", queue)
	}
}

// scan types what a hand scanner types: the text and Enter, into whatever has the focus.
func (p *page) scan(text string) {
	p.t.Helper()
	p.await(`document.activeElement && document.activeElement.name == "code"`)
	p.do(chromedp.KeyEvent(text), chromedp.KeyEvent("\r"))
}

// TestDoorStates shows a door the code of each state of Tianjin.
func TestDoorStates(t *testing.T) {
	d := startDemo(t)
	holder, door := open(t, d, 390), open(t, d, 390)
	holder.language("en")
	door.language("en")
	door.staffSignIn(d.staff(t, "door-tianjin-metro"))
	door.visit("/door")
	for what, want := range map[string]string{"diagnosis": "Not today", "risk area": "Not today", "nothing known": "temperature"} {
		holder.as(d.resident(t, "tianjin", what))
		holder.visit("/in/tianjin/code")
		door.visit("/door")
		door.scan(holder.passText())
		door.await(fmt.Sprintf(`document.querySelector("#decision").innerText.includes(%q)`, want))
	}
	// A pass of another city is no code here, and no refusal.
	holder.as(d.resident(t, "beijing", "nothing known"))
	holder.visit("/in/beijing/code")
	door.visit("/door")
	door.scan(holder.passText())
	door.await(`document.querySelector("#decision").innerText.includes("paper register")`)
}

// TestDoorCamera holds a code in front of the door's camera: a video file that chromium takes for one.
func TestDoorCamera(t *testing.T) {
	d := startDemo(t)
	holder := open(t, d, 390)
	holder.language("en")
	holder.as(d.resident(t, "tianjin", "diagnosis"))
	holder.visit("/in/tianjin/code")
	video := filepath.Join(t.TempDir(), "camera.mjpeg")
	frame(t, video, holder.passText())
	door := open(t, d, 390, chromedp.Flag("use-fake-ui-for-media-stream", true), chromedp.Flag("use-fake-device-for-media-stream", true),
		chromedp.Flag("use-file-for-fake-video-capture", video))
	door.language("en")
	door.staffSignIn(d.staff(t, "door-tianjin-metro"))
	door.visit("/door")
	door.await(`!document.querySelector("[data-camera-button]").hidden`)
	door.do(chromedp.Click(chromedp.CSS("[data-camera-button]")))
	door.await(`document.querySelector("#decision").innerText.includes("Not today")`)
}

// frame writes a motion JPEG of a phone that shows a code.
func frame(t *testing.T, path, text string) {
	t.Helper()
	code, err := qr.Encode(text, qr.M)
	must(t, err)
	picture, err := code.Image(6)
	must(t, err)
	img := image.NewRGBA(image.Rect(0, 0, 640, 480))
	draw.Draw(img, img.Bounds(), image.NewUniform(color.Gray{90}), image.Point{}, draw.Src)
	at := image.Pt((640-picture.Bounds().Dx())/2, (480-picture.Bounds().Dy())/2)
	draw.Draw(img, picture.Bounds().Add(at), picture, image.Point{}, draw.Src)
	var b bytes.Buffer
	must(t, jpeg.Encode(&b, img, &jpeg.Options{Quality: 92}))
	must(t, os.WriteFile(path, bytes.Repeat(b.Bytes(), 30), 0o644))
}

// TestPassRenewsItself waits for the page to replace its pass, and for a kept one to die.
func TestPassRenewsItself(t *testing.T) {
	t.Parallel() // it mostly waits
	d := startDemo(t)
	p := open(t, d, 390)
	p.language("en")
	p.as(d.resident(t, "ningbo", "nothing known"))
	p.visit("/in/ningbo/code")
	first := p.passText()
	clock := eval[string](p, `document.querySelector("time[data-clock]").textContent`)
	deadline := time.Now().Add(70 * time.Second)
	const shown = `document.querySelector("[data-pass]").dataset.text`
	for eval[string](p, shown) == first {
		if time.Now().After(deadline) {
			t.Fatal("the pass was not renewed within 70 seconds")
		}
		time.Sleep(time.Second)
	}
	if text := eval[string](p, shown); p.passText() != text {
		t.Error("the picture isn't that of the new pass")
	}
	p.await(`document.querySelector("time[data-clock]").textContent !== "` + clock + `"`) // the first renewal can come within the second
	time.Sleep(time.Until(deadline))
	door := open(t, d, 390)
	door.language("en")
	door.staffSignIn(d.staff(t, "door-ningbo-metro"))
	door.visit("/door")
	door.scan(first)
	// What was kept is the server's pass or the phone's, whichever the page showed first.
	door.await(`/expired|a picture or an old screen/.test(document.querySelector("#decision").innerText)`)
}

// TestChineseRegistration registers a resident in Chinese.
func TestChineseRegistration(t *testing.T) {
	d := startDemo(t)
	p := open(t, d, 320)
	p.register(native)
	p.visit("/in/tianjin/code")
	if text := eval[string](p, `document.querySelector("main").innerText`); !strings.Contains(text, "绿色") || !strings.Contains(text, "张*") {
		t.Errorf("the code page:\n%s", text)
	}
	p.shot("code-green-zh")
}

// TestSignIn signs a resident in with a document and the code that their phone receives.
func TestSignIn(t *testing.T) {
	d := startDemo(t)
	p := open(t, d, 320)
	p.visit("/in/tianjin/sign-in")
	p.signIn(d.resident(t, "tianjin", "risk area").Document.Number)
	if path := eval[string](p, `location.pathname`); path != "/in/tianjin/code" {
		t.Errorf("signed in, and at %s", path)
	}
}

// signIn signs a resident in by their resident ID card, which the page offers first.
func (p *page) signIn(number string) {
	p.t.Helper()
	p.fill("document.number", number)
	p.press("main form button.wide")
	here := eval[string](p, `location.pathname + location.search`)
	code := p.oneTimeCode()
	p.visit(here)
	p.fill("code", code)
	p.press("main form button.wide")
}

// TestKeyboardAlone registers with Tab, Space and Enter.
func TestKeyboardAlone(t *testing.T) {
	d := startDemo(t)
	p := open(t, d, 390)
	p.language("en")
	p.visit("/in/ningbo/declaration")
	tab := func(until string) {
		for range 60 {
			p.do(chromedp.KeyEvent("\t"))
			if eval[bool](p, `document.activeElement.matches(`+fmt.Sprintf("%q", until)+`)`) {
				return
			}
		}
		t.Fatalf("Tab never reached %s", until)
	}
	enter := func() {
		eval[bool](p, `window.here = true`)
		p.do(chromedp.KeyEvent("\r"))
		p.await(`window.here === undefined && document.readyState == "complete"`)
	}
	tab(`[name=declaration]`)
	p.do(chromedp.KeyEvent(" "))
	tab(`main button`)
	enter()
	tab(`[name="document.type"]`)
	p.do(chromedp.KeyEvent(" "))
	tab(`main button`)
	enter()
	tab(`[name=name]`)
	p.do(chromedp.KeyEvent("Li Lei"))
	tab(`[name="document.number"]`)
	p.do(chromedp.KeyEvent("440524188001010014"))
	tab(`[name=phone]`)
	p.do(chromedp.KeyEvent("13700000003"))
	tab(`main button`)
	enter()
	if path := eval[string](p, `location.pathname`); path != "/in/ningbo/register/code" {
		t.Errorf("at %s: %s", path, eval[string](p, `document.querySelector("main").innerText`))
	}
}
