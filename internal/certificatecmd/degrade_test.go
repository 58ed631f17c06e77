package certificatecmd

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"healthcode/internal/qr"
)

// A flaw is what happens to a code between the screen that drew it and the file that is read.
type flaw struct {
	scale    float64 // pixels a module
	turn     float64 // degrees
	tilt     float64 // how much smaller the far side is: 0.1 = a tenth
	blur     float64 // standard deviation, in pixels
	noise    float64 // standard deviation, of 255
	quality  int     // of JPEG; 0 = none
	quiet    float64 // white around the code, in modules
	dark     color.RGBA
	light    color.RGBA
	page     color.RGBA // around the quiet zone
	margin   float64    // of the page, in modules
	shade    float64    // how much darker the lower right is: 0.5 = half
	clutter  bool       // text-like marks on the page
	wide     float64    // how much wider than high; 0 = not
	dots     bool       // modules are discs
	nearest  bool       // sampled without smoothing, as old programs scale
	fraction float64    // offset of the grid of pixels
}

var (
	black  = color.RGBA{A: 255}
	white  = color.RGBA{255, 255, 255, 255}
	clean  = flaw{scale: 4, quiet: 4, dark: black, light: white, page: white, margin: 2}
	colour = func(r, g, b uint8) color.RGBA { return color.RGBA{r, g, b, 255} }
)

func (f flaw) with(change func(*flaw)) flaw { change(&f); return f }

// draw makes the picture.
func (f flaw) draw(c *qr.Code, random *rand.Rand) *image.RGBA {
	size := float64(c.Size) + 2*(f.quiet+f.margin)
	cos, sin := math.Cos(f.turn*math.Pi/180), math.Sin(f.turn*math.Pi/180)
	side := int(math.Ceil(size * f.scale * max(f.wide, 1) * (math.Abs(cos) + math.Abs(sin))))
	img := image.NewRGBA(image.Rect(0, 0, side, side))
	marks := make([]image.Rectangle, 0, 60)
	for range 60 {
		x, y := int(random.Float64()*size), int(random.Float64()*size)
		marks = append(marks, image.Rect(x, y, x+1+random.IntN(6), y+1))
	}
	at := func(u, v float64) color.RGBA { // in modules, from the middle of the picture
		x, y := u*cos+v*sin, -u*sin+v*cos
		w := 1 + f.tilt*y/size // a plane that leans away
		if f.wide > 0 {
			x /= f.wide
		}
		x, y = x*w+size/2, y*w+size/2
		if x < f.margin || y < f.margin || x >= size-f.margin || y >= size-f.margin {
			if f.clutter && x >= 0 && y >= 0 && x < size && y < size {
				for _, m := range marks {
					if image.Pt(int(x), int(y)).In(m) {
						return black
					}
				}
			}
			return f.page
		}
		x, y = x-f.margin-f.quiet, y-f.margin-f.quiet
		if x >= 0 && y >= 0 && x < float64(c.Size) && y < float64(c.Size) && c.Black(int(x), int(y)) {
			finder := (x < 7 || x >= float64(c.Size)-7) && y < 7 || x < 7 && y >= float64(c.Size)-7
			if f.dots && !finder && math.Hypot(x-math.Floor(x)-.5, y-math.Floor(y)-.5) > .45 {
				return f.light
			}
			return f.dark
		}
		return f.light
	}
	steps := 3
	if f.nearest {
		steps = 1
	}
	for py := range side {
		for px := range side {
			var r, g, b float64
			for i := range steps * steps {
				u := (float64(px) + (float64(i%steps)+.5)/float64(steps) + f.fraction - float64(side)/2) / f.scale
				v := (float64(py) + (float64(i/steps)+.5)/float64(steps) + f.fraction - float64(side)/2) / f.scale
				k := at(u, v)
				r, g, b = r+float64(k.R), g+float64(k.G), b+float64(k.B)
			}
			n := float64(steps * steps)
			dim := 1 - f.shade*float64(px+py)/float64(2*side)
			img.SetRGBA(px, py, color.RGBA{byte(r / n * dim), byte(g / n * dim), byte(b / n * dim), 255})
		}
	}
	if f.blur > 0 {
		gauss(img, f.blur)
	}
	if f.noise > 0 {
		for i := range img.Pix {
			if i%4 != 3 {
				img.Pix[i] = byte(min(max(float64(img.Pix[i])+random.NormFloat64()*f.noise, 0), 255))
			}
		}
	}
	return img
}

// gauss blurs in place, one direction after the other.
func gauss(img *image.RGBA, deviation float64) {
	radius := int(math.Ceil(3 * deviation))
	var weights []float64
	for i := -radius; i <= radius; i++ {
		weights = append(weights, math.Exp(-float64(i*i)/(2*deviation*deviation)))
	}
	width, height := img.Rect.Dx(), img.Rect.Dy()
	for _, step := range []image.Point{{1, 0}, {0, 1}} {
		from := bytes.Clone(img.Pix)
		for y := range height {
			for x := range width {
				for channel := range 3 {
					sum, total := 0., 0.
					for i, weight := range weights {
						sx, sy := x+step.X*(i-radius), y+step.Y*(i-radius)
						if sx >= 0 && sy >= 0 && sx < width && sy < height {
							sum, total = sum+weight*float64(from[sy*img.Stride+4*sx+channel]), total+weight
						}
					}
					img.Pix[y*img.Stride+4*x+channel] = byte(sum / total)
				}
			}
		}
	}
}

// file is the picture as somebody sends it.
func (f flaw) file(t *testing.T, c *qr.Code, random *rand.Rand) []byte {
	img := f.draw(c, random)
	if f.quality == 0 {
		return encodePNG(t, img)
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: f.quality}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// flaws are the kinds of picture, several of each.
func flaws() map[string][]flaw {
	all := map[string][]flaw{}
	add := func(kind string, changes ...func(*flaw)) {
		for _, change := range changes {
			all[kind] = append(all[kind], clean.with(change))
		}
	}
	for _, scale := range []float64{1.5, 1.8, 2, 2.3, 2.5, 3, 3.7, 6} {
		add("small", func(f *flaw) { f.scale, f.fraction = scale, .3 })
		add("small, nearest pixel", func(f *flaw) { f.scale, f.nearest = max(scale, 1.8), true })
		add("cut to the code", func(f *flaw) { f.scale, f.quiet, f.margin = max(scale, 2), 0, 0 })
		add("JPEG of quality 30", func(f *flaw) { f.scale, f.quality = max(scale, 2), 30 })
	}
	for _, turn := range []float64{3, 17, 45, 90, 133, 180, 270, 341} {
		add("turned", func(f *flaw) { f.turn, f.scale = turn, 3 })
		add("turned and small", func(f *flaw) { f.turn, f.scale = turn, 2.2 })
		add("negative", func(f *flaw) { f.turn, f.dark, f.light, f.page = turn, white, black, black })
		add("negative on white", func(f *flaw) { f.turn, f.dark, f.light, f.scale, f.quiet = turn, white, black, 3, 2 })
		add("tilted", func(f *flaw) { f.turn, f.tilt, f.scale = turn, .15, 3.5 })
		add("photograph", func(f *flaw) {
			f.turn, f.tilt, f.blur, f.noise, f.quality, f.shade, f.clutter, f.margin, f.page = turn, .08, .9, 8, 60, .4, true, 12, colour(235, 225, 200)
		})
		add("text around", func(f *flaw) { f.turn, f.clutter, f.margin, f.quiet = turn, true, 10, 1 })
	}
	for _, blur := range []float64{.25, .35, .45, .55} { // of a module
		add("blurred", func(f *flaw) { f.blur = blur * f.scale }, func(f *flaw) { f.scale, f.turn, f.blur = 3, 30, blur*3 })
	}
	for _, noise := range []float64{15, 25, 35, 45} {
		add("noisy", func(f *flaw) { f.noise = noise }, func(f *flaw) { f.scale, f.noise = 6, noise*1.5 })
	}
	for _, pair := range [][2]color.RGBA{{colour(110, 110, 110), colour(150, 150, 150)}, {colour(0, 0, 160), colour(120, 190, 255)}, {colour(200, 20, 20), white},
		{colour(0, 110, 60), colour(235, 235, 120)}, {colour(90, 60, 20), colour(230, 205, 160)}, {colour(0, 90, 220), white}, {colour(80, 80, 80), colour(120, 120, 120)}, {black, colour(255, 90, 90)}} {
		add("colours", func(f *flaw) { f.dark, f.light, f.page, f.quiet = pair[0], pair[1], colour(40, 80, 120), 2 })
	}
	for _, quiet := range []float64{0, .5, 1, 2} {
		add("dark page", func(f *flaw) { f.quiet, f.page, f.margin = quiet, colour(30, 30, 40), 6 }, func(f *flaw) { f.quiet, f.page, f.margin, f.scale = quiet, colour(120, 120, 130), 6, 2.5 })
	}
	for _, turn := range []float64{0, 8, 100, 225} {
		add("tilted far", func(f *flaw) { f.turn, f.tilt, f.scale, f.margin = turn, .3, 4.5, 25 })
		add("smallest", func(f *flaw) { f.scale, f.fraction = 1.3+turn/1000, .2 })
		add("dark page, turned", func(f *flaw) { f.turn, f.quiet, f.page, f.margin = turn, .3, colour(30, 30, 40), 6 })
		add("small on a page", func(f *flaw) { f.turn, f.scale, f.clutter, f.margin, f.quality = turn, 2.5, true, 120, 70 })
		add("blurred photograph", func(f *flaw) { f.turn, f.scale, f.blur, f.noise, f.shade, f.quality = turn, 3.2, 1.5, 6, .5, 50 })
		add("stretched", func(f *flaw) { f.turn, f.wide, f.scale = turn, 1.25, 3 })
		add("negative, faint", func(f *flaw) {
			f.turn, f.dark, f.light, f.page, f.quiet = turn, colour(150, 170, 200), colour(20, 60, 120), colour(20, 60, 120), 1
		})
		add("dots", func(f *flaw) { f.turn, f.scale, f.dots = turn, 5, true })
	}
	return all
}

// longs are certificates of different lengths, and so codes of different versions.
func longs(t *testing.T) []*qr.Code {
	var codes []*qr.Code
	seen := map[int]bool{}
	for _, v := range vectors(t) {
		code, err := qr.Encode(v.HC1, qr.Q)
		if err != nil || seen[code.Size] {
			continue
		}
		seen[code.Size] = true
		codes = append(codes, code)
	}
	return codes
}

// Of a quarter of the pictures, or of all with FLAWS=all, hardly any is missed.
func TestFlawedPictures(t *testing.T) {
	every := 4
	if os.Getenv("FLAWS") == "all" {
		every = 1
	}
	codes := longs(t)
	right, all := 0, 0
	var slowest time.Duration
	for kind, list := range flaws() {
		read, missed, took := 0, "", time.Now()
		for i, f := range list {
			if i%every != 0 {
				continue
			}
			all++
			code := codes[i%len(codes)]
			start := time.Now()
			data := f.file(t, code, rand.New(rand.NewPCG(7, uint64(i))))
			made := time.Since(start)
			text, err := certificateText(data)
			slowest = max(slowest, time.Since(start)-made)
			if err == nil && len(text) > 4 && text[:4] == "HC1:" {
				read++
			} else {
				missed += fmt.Sprintf(" %d(size %d, scale %.1f)", i, code.Size, f.scale)
			}
		}
		t.Logf("%-22s %d read in %v; missed:%s", kind, read, time.Since(took).Round(time.Millisecond), missed)
		right += read
	}
	t.Logf("%d of %d; the slowest took %v", right, all, slowest)
	if all < 30 || right < all-all/40-1 {
		t.Errorf("%d of %d pictures were read", right, all)
	}
}
