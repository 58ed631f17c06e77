package raster

import "math"

// Path is an outline of straight lines; curves are broken into lines as they come.
type Path struct {
	done    [][]Point
	current []Point
}

// Empty reports whether nothing was drawn.
func (p *Path) Empty() bool { return len(p.done) == 0 && len(p.current) == 0 }

// At gives the current point.
func (p *Path) At() Point {
	if len(p.current) == 0 {
		return Point{}
	}
	return p.current[len(p.current)-1]
}

// MoveTo begins a new part.
func (p *Path) MoveTo(to Point) {
	p.end()
	p.current = append(p.current, to)
}

// LineTo draws a line.
func (p *Path) LineTo(to Point) { p.current = append(p.current, to) }

// steps is how many lines stand for a curve; codes have none, but for rounded dots.
const steps = 8

// CubeTo draws a cubic Bézier curve.
func (p *Path) CubeTo(a, b, to Point) {
	from := p.At()
	for n := 1; n <= steps; n++ {
		t := float64(n) / steps
		s := 1 - t
		p.LineTo(Point{
			s*s*s*from.X + 3*s*s*t*a.X + 3*s*t*t*b.X + t*t*t*to.X,
			s*s*s*from.Y + 3*s*s*t*a.Y + 3*s*t*t*b.Y + t*t*t*to.Y,
		})
	}
}

// QuadTo draws a quadratic Bézier curve.
func (p *Path) QuadTo(a, to Point) {
	from := p.At()
	third := func(end Point) Point { return Point{end.X + 2*(a.X-end.X)/3, end.Y + 2*(a.Y-end.Y)/3} }
	p.CubeTo(third(from), third(to), to)
}

// ArcTo draws a part of an ellipse turned by an angle in radians, as SVG path data has it (SVG 1.1, F.6).
func (p *Path) ArcTo(rx, ry, turn float64, large, sweep bool, to Point) {
	from := p.At()
	rx, ry = math.Abs(rx), math.Abs(ry)
	if rx == 0 || ry == 0 || from == to {
		p.LineTo(to)
		return
	}
	sin, cos := math.Sincos(turn)
	hx, hy := (from.X-to.X)/2, (from.Y-to.Y)/2
	x, y := cos*hx+sin*hy, cos*hy-sin*hx
	if grow := math.Sqrt(x*x/(rx*rx) + y*y/(ry*ry)); grow > 1 {
		rx, ry = rx*grow, ry*grow
	}
	away := math.Sqrt(math.Max(0, (rx*rx*ry*ry-rx*rx*y*y-ry*ry*x*x)/(rx*rx*y*y+ry*ry*x*x)))
	if large == sweep {
		away = -away
	}
	cx, cy := away*rx*y/ry, -away*ry*x/rx
	start := math.Atan2((y-cy)/ry, (x-cx)/rx)
	span := math.Atan2((-y-cy)/ry, (-x-cx)/rx) - start
	if sweep && span < 0 {
		span += 2 * math.Pi
	}
	if !sweep && span > 0 {
		span -= 2 * math.Pi
	}
	mx, my := (from.X+to.X)/2, (from.Y+to.Y)/2
	for n := 1; n < 2*steps; n++ {
		s, c := math.Sincos(start + span*float64(n)/(2*steps))
		ex, ey := rx*c+cx, ry*s+cy
		p.LineTo(Point{cos*ex - sin*ey + mx, sin*ex + cos*ey + my})
	}
	p.LineTo(to)
}

// Close draws a line back to where the part began, and begins the next one there.
func (p *Path) Close() {
	if len(p.current) == 0 {
		return
	}
	start := p.current[0]
	p.current = append(p.current, start)
	p.MoveTo(start)
}

// Rect adds a rectangle.
func (p *Path) Rect(x, y, width, height float64) {
	p.MoveTo(Point{x, y})
	p.LineTo(Point{x + width, y})
	p.LineTo(Point{x + width, y + height})
	p.LineTo(Point{x, y + height})
	p.Close()
}

// Ellipse adds an ellipse.
func (p *Path) Ellipse(center Point, rx, ry float64) {
	for n := range 4 * steps {
		sin, cos := math.Sincos(2 * math.Pi * float64(n) / (4 * steps))
		at := Point{center.X + rx*cos, center.Y + ry*sin}
		if n == 0 {
			p.MoveTo(at)
		} else {
			p.LineTo(at)
		}
	}
	p.Close()
}

func (p *Path) end() {
	if len(p.current) > 1 {
		p.done = append(p.done, p.current)
	}
	p.current = nil
}

func (p *Path) lines() [][]Point {
	if len(p.current) > 1 {
		return append(p.done[:len(p.done):len(p.done)], p.current)
	}
	return p.done
}

// Stroked gives the outline of the path's lines, drawn with a pen of the width and flat ends.
func (p *Path) Stroked(width float64) *Path {
	out := &Path{}
	for _, line := range p.lines() {
		for n := 1; n < len(line); n++ {
			a, b := line[n-1], line[n]
			length := math.Hypot(b.X-a.X, b.Y-a.Y)
			if length == 0 {
				continue
			}
			dx, dy := (b.Y-a.Y)/length*width/2, (a.X-b.X)/length*width/2
			out.MoveTo(Point{a.X + dx, a.Y + dy})
			out.LineTo(Point{b.X + dx, b.Y + dy})
			out.LineTo(Point{b.X - dx, b.Y - dy})
			out.LineTo(Point{a.X - dx, a.Y - dy})
			out.Close()
		}
	}
	return out
}
