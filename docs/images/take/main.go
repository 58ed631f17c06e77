// Command take takes the screenshots of the README from a demo of its own:
//
//	make build && go run ./docs/images/take
//
// It needs chromium. Each page is taken in English and in Chinese, 390 pixels wide.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"log"
	"os"
	"os/exec"
	"slices"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// The size of a picture in CSS pixels, and how many real ones each has.
const (
	width, height = 390, 1000
	scale         = 1.5
)

type signIn struct {
	Role, Jurisdiction, Name, Password, Case, Session string
}

type demo struct {
	Address          string
	Residents, Staff []signIn
}

func main() {
	log.SetFlags(0)
	if err := take(); err != nil {
		log.Fatalf("taking screenshots: %v", err)
	}
}

func take() error {
	cmd := exec.Command("bin/healthcode", "demo", "--addr", "127.0.0.1:0", "--json", "--log-level", "error")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("%w; run make build first, from the repository's root", err)
	}
	defer cmd.Wait()
	defer cmd.Process.Signal(os.Interrupt)
	line := bufio.NewScanner(out)
	line.Buffer(nil, 1<<20)
	if !line.Scan() {
		return errors.New("the demo printed nothing")
	}
	var d demo
	if err := json.Unmarshal(line.Bytes(), &d); err != nil {
		return err
	}
	for _, lang := range []string{"en", "zh"} {
		if err := d.pages(lang); err != nil {
			return fmt.Errorf("%s: %w", lang, err)
		}
	}
	return nil
}

// pages takes every page in one language.
func (d *demo) pages(lang string) error {
	held := d.resident("beijing", "hold 3 after a stay")
	green := d.resident("tianjin", "nothing known")
	orange := d.resident("tianjin", "risk area")
	err := d.shoot(lang, "code", d.as(orange), d.open("/in/tianjin/code"))
	if err != nil {
		return err
	}
	err = d.shoot(lang, "timeline", d.as(held), d.open("/in/beijing/code"),
		script(`document.querySelector("figure.timeline").closest("section").scrollIntoView()`))
	if err != nil {
		return err
	}
	err = d.shoot(lang, "registration", d.open("/in/tianjin/declaration"), press("[name=declaration]"), send,
		press(`[name="document.type"][value="PASSPORT"]`), send)
	if err != nil {
		return err
	}
	return d.door(lang, d.staff("door-tianjin-metro"), green)
}

// door shows the decision on a resident's code, as a hand scanner would type it.
func (d *demo) door(lang string, door, holder signIn) error {
	ctx, cancel, err := window()
	if err != nil {
		return err
	}
	defer cancel()
	if err := chromedp.Do(ctx, d.as(holder), d.open("/in/tianjin/code")); err != nil {
		return err
	}
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.querySelector("[data-pass]").dataset.text`))
	if err != nil {
		return err
	}
	return d.shoot(lang, "checkpoint", d.open("/staff/sign-in"), value("name", door.Name), value("password", door.Password), send,
		d.open("/door"), value("temperature", "36.6"), value("code", text),
		script(`document.querySelector("[name=code]").form.requestSubmit()`), chromedp.Sleep(2*time.Second))
}

func (d *demo) resident(place, what string) signIn {
	return d.Residents[slices.IndexFunc(d.Residents, func(s signIn) bool { return s.Jurisdiction == place && s.Case == what })]
}

func (d *demo) staff(name string) signIn {
	return d.Staff[slices.IndexFunc(d.Staff, func(s signIn) bool { return s.Name == name })]
}

type step = chromedp.Action[chromedp.Void]

func (d *demo) open(path string) step { return chromedp.Navigate(d.Address + path) }

func (d *demo) as(s signIn) step { return d.cookie("session", s.Session) }

func (d *demo) cookie(name, value string) step {
	return func(ctx context.Context, _ *chromedp.Target) (chromedp.Void, error) {
		_, err := chromedp.Call(ctx, network.SetCookie, network.SetCookieParams{Name: name, Value: value, URL: d.Address})
		return chromedp.Void{}, err
	}
}

func script(code string) step { return chromedp.Evaluate[chromedp.Void](code) }

func press(selector string) step { return chromedp.Click(chromedp.CSS(selector)) }

func value(name, text string) step {
	return chromedp.SetValue(chromedp.CSS(`[name="`+name+`"]`), text)
}

// send sends the form of the page and waits for the next.
var send = chromedp.Steps(script(`document.querySelector("main form").requestSubmit()`), chromedp.Sleep(1500*time.Millisecond))

// shoot takes the steps in the language and stores what the window shows then.
func (d *demo) shoot(lang, name string, steps ...step) error {
	ctx, cancel, err := window()
	if err != nil {
		return err
	}
	defer cancel()
	steps = append([]step{d.cookie("lang", lang)}, append(steps, chromedp.Sleep(500*time.Millisecond))...)
	if err := chromedp.Do(ctx, steps...); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	data, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return store(fmt.Sprintf("docs/images/%s.%s.png", name, lang), data)
}

// window opens a browser of its own.
func window() (context.Context, context.CancelFunc, error) {
	ctx, cancel := chromedp.NewContext(context.Background(), chromedp.WithAllocatorOptions(chromedp.NoSandbox, chromedp.Headless,
		chromedp.DisableGPU, chromedp.NoFirstRun, chromedp.Flag("disable-background-networking", true), chromedp.Flag("hide-scrollbars", true)))
	err := chromedp.Do(ctx, chromedp.EmulateViewport(width, height, chromedp.EmulateScale(scale)))
	return ctx, cancel, err
}

// store writes a picture with its 256 most frequent colours: pages have few.
func store(path string, data []byte) error {
	full, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		return err
	}
	count := map[color.Color]int{}
	bounds := full.Bounds()
	for y := range bounds.Dy() {
		for x := range bounds.Dx() {
			count[full.At(x, y)]++
		}
	}
	var colours color.Palette
	for c := range count {
		colours = append(colours, c)
	}
	slices.SortFunc(colours, func(a, b color.Color) int { return count[b] - count[a] })
	colours = colours[:min(256, len(colours))]
	small := image.NewPaletted(bounds, colours)
	index := map[color.Color]uint8{}
	for y := range bounds.Dy() {
		for x := range bounds.Dx() {
			c := full.At(x, y)
			i, ok := index[c]
			if !ok {
				i = uint8(colours.Index(c))
				index[c] = i
			}
			small.SetColorIndex(x, y, i)
		}
	}
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, small); err != nil {
		return err
	}
	return os.WriteFile(path, b.Bytes(), 0o644)
}
