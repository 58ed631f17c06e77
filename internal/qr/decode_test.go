package qr_test

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"healthcode/internal/qr"
)

// TestRoundTripOfEveryVersionAndLevel fills each of the 160 kinds of code and reads it back from a PNG.
func TestRoundTripOfEveryVersionAndLevel(t *testing.T) {
	for _, level := range levels {
		text := "7"
		for version := 1; version <= 40; version++ {
			// The longest text that still fits: one more digit needs the next version.
			for step := 256; step > 0; step /= 2 {
				longer := text + strings.Repeat("7205981346", step/10+1)[:step]
				if code, err := qr.Encode(longer, level); err == nil && code.Version <= version {
					text, step = longer, 2*step
				}
			}
			code, err := qr.Encode(text, level)
			if err != nil || code.Version != version {
				t.Fatalf("%d digits at level %d: version %d, %v; want version %d", len(text), level, code.Version, err, version)
			}
			file, err := code.PNG(3)
			if err != nil {
				t.Fatal(err)
			}
			img, err := png.Decode(bytes.NewReader(file))
			if err != nil {
				t.Fatal(err)
			}
			if got, err := qr.Decode(img); err != nil || got != text {
				t.Fatalf("version %d, level %d: read %.20q, %v; want %.20q", version, level, got, err, text)
			}
		}
	}
}

// photograph shows the code as a camera might: turned, tilted, unevenly lit, noisy, on a grey table.
func photograph(code *qr.Code, side int, angle, tilt, noise float64, random *rand.Rand) image.Image {
	img := image.NewGray(image.Rect(0, 0, side, side))
	edge := float64(code.Size + 2*qr.QuietZone)
	sin, cos := math.Sincos(angle)
	for y := range side {
		for x := range side {
			u, v := float64(x)/float64(side)-.5, float64(y)/float64(side)-.5
			depth := 1 + tilt*u
			u, v = u/depth, v/depth
			u, v = (u*cos-v*sin)*1.6*edge, (u*sin+v*cos)*1.6*edge
			light := 90.0
			if math.Abs(u) < edge/2 && math.Abs(v) < edge/2 {
				light = 225
				if code.Black(int(math.Floor(u+edge/2))-qr.QuietZone, int(math.Floor(v+edge/2))-qr.QuietZone) {
					light = 25
				}
			}
			light = light*(.6+.4*float64(x)/float64(side)) + random.NormFloat64()*noise
			img.SetGray(x, y, color.Gray{Y: uint8(min(max(light, 0), 255))})
		}
	}
	return img
}

func TestDecodePhotographs(t *testing.T) {
	code, err := qr.Encode(passText, qr.M)
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	missed := 0
	for i := range 24 {
		img := photograph(code, 700, float64(i)*math.Pi/12, .15, 12, random)
		var file bytes.Buffer
		if err := jpeg.Encode(&file, img, &jpeg.Options{Quality: 80}); err != nil {
			t.Fatal(err)
		}
		photo, err := jpeg.Decode(&file)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := qr.Decode(photo); err != nil {
			missed++
		} else if got != passText {
			t.Errorf("turned by %d degrees: read %q", i*15, got)
		}
	}
	if missed > 1 {
		t.Errorf("%d of 24 photographs could not be read", missed)
	}
}

func TestDecodeLargePhotograph(t *testing.T) {
	code, err := qr.Encode(passText, qr.M)
	if err != nil {
		t.Fatal(err)
	}
	img := photograph(code, 3000, .1, .05, 25, rand.New(rand.NewPCG(1, 2)))
	if got, err := qr.Decode(img); err != nil || got != passText {
		t.Errorf("read %q, %v", got, err)
	}
}

// TestDecodeOtherImages reads kinds of image that a browser may send: colour with transparency, a part of a
// larger picture, colour photographs.
func TestDecodeOtherImages(t *testing.T) {
	code, err := qr.Encode(passText, qr.M)
	if err != nil {
		t.Fatal(err)
	}
	drawn, err := code.Image(4)
	if err != nil {
		t.Fatal(err)
	}
	clear := image.NewNRGBA(drawn.Bounds())
	mirrored := image.NewGray(drawn.Bounds())
	framed := image.NewRGBA(image.Rect(-50, -50, 400, 400))
	colour := image.NewYCbCr(image.Rect(-50, -50, 400, 400), image.YCbCrSubsampleRatio420)
	for y := range drawn.Bounds().Dy() {
		for x := range drawn.Bounds().Dx() {
			red, _, _, _ := drawn.At(x, y).RGBA()
			mirrored.SetGray(drawn.Bounds().Dx()-1-x, y, color.Gray{Y: byte(red)})
			if red == 0 {
				clear.SetNRGBA(x, y, color.NRGBA{A: 255})
				framed.SetRGBA(x, y, color.RGBA{B: 90, A: 255})
			} else {
				framed.SetRGBA(x, y, color.RGBA{R: 255, G: 255, B: 200, A: 255})
			}
			colour.Y[colour.YOffset(x, y)] = byte(red >> 8)
		}
	}
	inside := image.Rect(-20, -20, 320, 320)
	for name, img := range map[string]image.Image{
		"black on nothing": clear, "mirrored": mirrored, "part of a colour image": framed.SubImage(inside), "part of a photograph": colour.SubImage(inside),
	} {
		if got, err := qr.Decode(img); err != nil || got != passText {
			t.Errorf("%s: read %q, %v", name, got, err)
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	white := image.NewGray(image.Rect(0, 0, 300, 300))
	for i := range white.Pix {
		white.Pix[i] = 255
	}
	for name, img := range map[string]image.Image{
		"nothing": image.NewGray(image.Rect(0, 0, 0, 0)), "a line": image.NewGray(image.Rect(0, 0, 3000, 1)),
		"a point": image.NewGray(image.Rect(0, 0, 1, 1)), "white": white, "black": image.NewGray(image.Rect(0, 0, 300, 300)),
	} {
		if got, err := qr.Decode(img); !errors.Is(err, qr.ErrNoCode) {
			t.Errorf("%s: read %q, %v; want ErrNoCode", name, got, err)
		}
	}
	for _, size := range []image.Rectangle{image.Rect(0, 0, qr.MaxPixels+1, 1), image.Rect(0, 0, 10_000, 5_001), image.Rect(0, 0, 1<<40, 1<<40)} {
		if _, err := qr.Decode(huge{size}); !errors.Is(err, qr.ErrTooLarge) {
			t.Errorf("%v: %v, want ErrTooLarge", size, err)
		}
	}
}

type huge struct{ image.Rectangle }

func (h huge) ColorModel() color.Model { return color.GrayModel }
func (h huge) Bounds() image.Rectangle { return h.Rectangle }
func (h huge) At(int, int) color.Color { return color.White }

// TestDecodeTakesBoundedTime sends what makes the search longest: noise, and pictures with thousands of the
// squares that mark a code's corners, and with nearly as many as are still compared.
func TestDecodeTakesBoundedTime(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	noise := image.NewGray(image.Rect(0, 0, 2000, 2000))
	for i := range noise.Pix {
		noise.Pix[i] = byte(random.IntN(256))
	}
	squares := func(module, apart int) image.Image {
		img := image.NewGray(image.Rect(0, 0, 2000, 2000))
		for i := range img.Pix {
			x, y := i%2000%apart/module-4, i/2000%apart/module-4
			img.Pix[i] = 255
			if d := max(x, -x, y, -y); d <= 1 || d == 3 {
				img.Pix[i] = 0
			}
		}
		return img
	}
	for name, img := range map[string]image.Image{"noise": noise, "5,000 corners": squares(3, 27), "225 corners": squares(10, 133)} {
		start := time.Now()
		if got, err := qr.Decode(img); !errors.Is(err, qr.ErrNoCode) {
			t.Errorf("%s: read %q, %v; want ErrNoCode", name, got, err)
		}
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("%s: took %v", name, took)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, text := range []string{"7", "HEALTH", "健康码"} {
		code, err := qr.Encode(text, qr.L)
		if err != nil {
			f.Fatal(err)
		}
		drawn, err := code.Image(3)
		if err != nil {
			f.Fatal(err)
		}
		width := drawn.Bounds().Dx()
		var pixels []byte
		for i := range width * width {
			red, _, _, _ := drawn.At(i%width, i/width).RGBA()
			pixels = append(pixels, byte(red))
		}
		f.Add(uint8(width), pixels)
	}
	f.Fuzz(func(t *testing.T, width uint8, pixels []byte) {
		if width == 0 {
			return
		}
		img := &image.Gray{Pix: pixels, Stride: int(width), Rect: image.Rect(0, 0, int(width), len(pixels)/int(width))}
		if text, err := qr.Decode(img); err != nil && (text != "" || !errors.Is(err, qr.ErrNoCode)) {
			t.Fatalf("read %q, %v", text, err)
		}
	})
}

func BenchmarkDecodeDrawing(b *testing.B) {
	code, err := qr.Encode(passText, qr.M)
	if err != nil {
		b.Fatal(err)
	}
	img, err := code.Image(6)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := qr.Decode(img); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecodePhotograph(b *testing.B) {
	code, err := qr.Encode(passText, qr.M)
	if err != nil {
		b.Fatal(err)
	}
	img := photograph(code, 700, .2, .1, 6, rand.New(rand.NewPCG(1, 2)))
	for b.Loop() {
		if _, err := qr.Decode(img); err != nil {
			b.Fatal(err)
		}
	}
}
