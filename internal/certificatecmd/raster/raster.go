// Package raster fills shapes in one grey and places pictures: as much drawing as it takes to get a QR code
// out of a vector file. Pixels are black or white by their middle; nothing is smoothed.
package raster

import (
	"image"
	"image/color"
	"math"
	"slices"
)

// Matrix is the affine map (x, y) → (a·x + c·y + e, b·x + d·y + f), in the order a, b, c, d, e, f.
type Matrix [6]float64

// Identity changes nothing.
var Identity = Matrix{1, 0, 0, 1, 0, 0}

// Then gives the map that applies m first and n after it.
func (m Matrix) Then(n Matrix) Matrix {
	return Matrix{
		m[0]*n[0] + m[1]*n[2], m[0]*n[1] + m[1]*n[3],
		m[2]*n[0] + m[3]*n[2], m[2]*n[1] + m[3]*n[3],
		m[4]*n[0] + m[5]*n[2] + n[4], m[4]*n[1] + m[5]*n[3] + n[5],
	}
}

// Apply maps a point.
func (m Matrix) Apply(p Point) Point {
	return Point{m[0]*p.X + m[2]*p.Y + m[4], m[1]*p.X + m[3]*p.Y + m[5]}
}

// inverse gives the map back; ok is false where there is none.
func (m Matrix) inverse() (n Matrix, ok bool) {
	det := m[0]*m[3] - m[1]*m[2]
	if det == 0 || math.IsNaN(det) || math.IsInf(det, 0) {
		return n, false
	}
	n = Matrix{m[3] / det, -m[1] / det, -m[2] / det, m[0] / det, 0, 0}
	n[4], n[5] = -(m[4]*n[0] + m[5]*n[2]), -(m[4]*n[1] + m[5]*n[3])
	return n, true
}

// Point is a place on a plane.
type Point struct{ X, Y float64 }

// Canvas is a white picture to draw on.
type Canvas struct {
	Image  *image.Gray
	rows   [][]crossing // scratch of Fill
	effort int          // what may still be drawn: crossings of rows, pixels of pictures
}

// effort bounds what one canvas draws, so that a small file cannot ask for hours. A page with the largest
// code, module by module, takes a million.
const effort = 50_000_000

// NewCanvas makes a white canvas.
func NewCanvas(width, height int) *Canvas {
	c := &Canvas{Image: image.NewGray(image.Rect(0, 0, width, height)), effort: effort}
	for i := range c.Image.Pix {
		c.Image.Pix[i] = 255
	}
	return c
}

// crossing is where an edge meets the middle of a row, and its direction.
type crossing struct {
	x    float64
	down int
}

// Fill paints the inside of a path, mapped by m, in a grey.
func (c *Canvas) Fill(p *Path, m Matrix, evenOdd bool, grey uint8) {
	size := c.Image.Rect.Max
	if c.rows == nil {
		c.rows = make([][]crossing, size.Y)
	}
	first, last := size.Y, -1
	for _, line := range p.lines() {
		if len(line) < 2 {
			continue
		}
		a := m.Apply(line[len(line)-1])
		for _, point := range line {
			b := m.Apply(point)
			from, to := c.edge(a, b)
			first, last = min(first, from), max(last, to)
			a = b
		}
	}
	for y := first; y <= last; y++ {
		c.row(y, evenOdd, grey)
		c.rows[y] = c.rows[y][:0]
	}
}

// edge notes where an edge crosses the middles of rows, and gives the rows.
func (c *Canvas) edge(a, b Point) (first, last int) {
	down := 1
	if a.Y > b.Y {
		a, b, down = b, a, -1
	}
	height := float64(c.Image.Rect.Max.Y)
	if !(a.Y < b.Y) || b.Y <= 0 || a.Y >= height || math.IsNaN(a.X+b.X) || math.IsInf(a.X+b.X, 0) {
		return c.Image.Rect.Max.Y, -1
	}
	first = int(math.Ceil(math.Max(a.Y, 0) - 0.5))
	last = int(math.Ceil(math.Min(b.Y, height)-0.5)) - 1
	// A crossing takes 16 bytes of memory, a pixel none.
	if c.effort -= 5 * (last - first + 1); c.effort < 0 {
		return c.Image.Rect.Max.Y, -1
	}
	slope := (b.X - a.X) / (b.Y - a.Y)
	for y := first; y <= last; y++ {
		c.rows[y] = append(c.rows[y], crossing{a.X + (float64(y)+0.5-a.Y)*slope, down})
	}
	return first, last
}

func (c *Canvas) row(y int, evenOdd bool, grey uint8) {
	row := c.rows[y]
	slices.SortFunc(row, func(a, b crossing) int {
		if a.x < b.x {
			return -1
		}
		return 1
	})
	width := float64(c.Image.Rect.Max.X)
	pixels := c.Image.Pix[y*c.Image.Stride:][:c.Image.Rect.Max.X]
	winding := 0
	for n, cross := range row {
		if evenOdd {
			winding ^= 1
		} else {
			winding += cross.down
		}
		if winding == 0 || n+1 == len(row) {
			continue
		}
		from := int(math.Ceil(math.Min(math.Max(cross.x, 0), width) - 0.5))
		to := int(math.Ceil(math.Min(math.Max(row[n+1].x, 0), width) - 0.5))
		for x := max(from, 0); x < to; x++ {
			pixels[x] = grey
		}
	}
}

// Place draws a picture into the unit square, its first row at the top (y = 1 in PDF, y = 0 in SVG: say
// which by m). Transparent parts show what is below.
func (c *Canvas) Place(img image.Image, m Matrix) {
	back, ok := m.inverse()
	if !ok {
		return
	}
	bounds := img.Bounds()
	size := bounds.Size()
	area := c.covered(m)
	if c.effort -= area.Dx() * area.Dy(); c.effort < 0 {
		return
	}
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			p := back.Apply(Point{float64(x) + 0.5, float64(y) + 0.5})
			if p.X < 0 || p.X >= 1 || p.Y < 0 || p.Y >= 1 {
				continue
			}
			r, g, b, a := img.At(bounds.Min.X+int(p.X*float64(size.X)), bounds.Min.Y+int(p.Y*float64(size.Y))).RGBA()
			if a < 0x8000 {
				continue
			}
			c.Image.SetGray(x, y, color.GrayModel.Convert(color.RGBA64{uint16(r), uint16(g), uint16(b), uint16(a)}).(color.Gray))
		}
	}
}

// covered gives the pixels that the unit square may reach.
func (c *Canvas) covered(m Matrix) image.Rectangle {
	low, high := Point{math.Inf(1), math.Inf(1)}, Point{math.Inf(-1), math.Inf(-1)}
	for _, corner := range []Point{{0, 0}, {1, 0}, {0, 1}, {1, 1}} {
		p := m.Apply(corner)
		low = Point{math.Min(low.X, p.X), math.Min(low.Y, p.Y)}
		high = Point{math.Max(high.X, p.X), math.Max(high.Y, p.Y)}
	}
	clamp := func(v float64, limit int) int { return int(math.Min(math.Max(v, 0), float64(limit))) }
	size := c.Image.Rect.Max
	return image.Rect(clamp(low.X, size.X), clamp(low.Y, size.Y), clamp(math.Ceil(high.X), size.X), clamp(math.Ceil(high.Y), size.Y))
}
