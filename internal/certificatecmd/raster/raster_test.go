package raster

import (
	"image"
	"image/color"
	"strings"
	"testing"
)

// shown draws the canvas with a letter a pixel.
func shown(c *Canvas) string {
	var b strings.Builder
	for y := range c.Image.Rect.Max.Y {
		for x := range c.Image.Rect.Max.X {
			b.WriteByte("#."[c.Image.GrayAt(x, y).Y/255])
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func ring(outer, inner float64, inward bool) *Path {
	p := &Path{}
	p.Rect(0, 0, outer, outer)
	from := (outer - inner) / 2
	if inward {
		p.Rect(from+inner, from, -inner, inner)
	} else {
		p.Rect(from, from, inner, inner)
	}
	return p
}

func TestFillRules(t *testing.T) {
	const hollow, solid = "####.\n#..#.\n#..#.\n####.\n.....\n", "####.\n####.\n####.\n####.\n.....\n"
	for name, c := range map[string]struct {
		path    *Path
		evenOdd bool
		want    string
	}{
		"same direction":              {ring(4, 2, false), false, solid},
		"same direction, even-odd":    {ring(4, 2, false), true, hollow},
		"other direction":             {ring(4, 2, true), false, hollow},
		"other direction, even-odd":   {ring(4, 2, true), true, hollow},
		"stroke of four lines around": {square(1, 1, 2, 2).Stroked(2), false, hollow0},
	} {
		canvas := NewCanvas(5, 5)
		canvas.Fill(c.path, Identity, c.evenOdd, 0)
		if got := shown(canvas); got != c.want {
			t.Errorf("%s:\n%s", name, got)
		}
	}
}

const hollow0 = ".##..\n####.\n####.\n.##..\n.....\n"

func square(x, y, width, height float64) *Path {
	p := &Path{}
	p.Rect(x, y, width, height)
	return p
}

func TestFillOutsideTheCanvas(t *testing.T) {
	canvas := NewCanvas(3, 2)
	for _, p := range []*Path{square(-10, -10, 5, 5), square(10, 0, 5, 5), square(0, 10, 1e300, 1e300), square(0, 0, 0, 0), {}} {
		canvas.Fill(p, Identity, false, 0)
	}
	if got := shown(canvas); got != "...\n...\n" {
		t.Errorf("drawn:\n%s", got)
	}
	canvas.Fill(square(-1e9, -1e9, 2e9, 2e9), Identity, false, 0)
	if got := shown(canvas); got != "###\n###\n" {
		t.Errorf("not drawn:\n%s", got)
	}
}

func TestEffortIsBounded(t *testing.T) {
	canvas := NewCanvas(10, 1000)
	p := &Path{}
	for n := range 100_000 {
		p.LineTo(Point{float64(n % 10), float64(n % 2 * 1000)})
	}
	canvas.Fill(p, Identity, false, 0) // 100 million crossings
	if canvas.effort >= 0 {
		t.Error("the bound was not reached")
	}
}

func TestPlaceTurnsAndKeepsTransparency(t *testing.T) {
	img := image.NewNRGBA(image.Rect(0, 0, 2, 2))
	img.SetNRGBA(0, 0, color.NRGBA{0, 0, 0, 255})
	canvas := NewCanvas(4, 4)
	canvas.Place(img, Matrix{0, 4, -4, 0, 4, 0}) // a quarter turn
	if got := shown(canvas); got != "..##\n..##\n....\n....\n" {
		t.Errorf("turned:\n%s", got)
	}
	canvas.Place(img, Matrix{}) // onto a point
}

func TestThenAppliesLeftFirst(t *testing.T) {
	double, shift := Matrix{2, 0, 0, 2, 0, 0}, Matrix{1, 0, 0, 1, 3, 4}
	if got := double.Then(shift).Apply(Point{1, 1}); got != (Point{5, 6}) {
		t.Errorf("%v", got)
	}
	back, ok := double.Then(shift).inverse()
	if got := back.Apply(Point{5, 6}); !ok || got != (Point{1, 1}) {
		t.Errorf("back: %v", got)
	}
}
