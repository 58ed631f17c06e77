package svgimage

import (
	"math"
	"regexp"
	"strconv"
	"strings"

	"healthcode/internal/certificatecmd/raster"
)

// arguments is how many numbers each path command takes.
var arguments = map[byte]int{'M': 2, 'L': 2, 'H': 1, 'V': 1, 'C': 6, 'S': 4, 'Q': 4, 'T': 2, 'A': 7}

// maxPathTokens bounds the work on one path; a large code drawn square by square has 150,000.
const maxPathTokens = 2_000_000

// drawPath follows SVG path data up to the first thing that is none.
func drawPath(p *raster.Path, data string) {
	pen := pathPen{path: p}
	var command byte
	var args []float64
	for range maxPathTokens {
		data = strings.TrimLeft(data, " ,\t\r\n")
		if data == "" {
			return
		}
		if strings.IndexByte("MmLlHhVvZzCcSsQqTtAa", data[0]) >= 0 {
			command, args, data = data[0], args[:0], data[1:]
			if command|0x20 == 'z' {
				pen.close()
			}
			continue
		}
		text := leadingNumber.FindString(data)
		if command|0x20 == 'a' && (len(args) == 3 || len(args) == 4) {
			text = data[:1] // the two flags of an arc need no space after them
		}
		v, err := strconv.ParseFloat(text, 64)
		need := arguments[command&^0x20]
		if err != nil || need == 0 {
			return
		}
		data = data[len(text):]
		if args = append(args, v); len(args) < need {
			continue
		}
		pen.draw(command, args)
		args = args[:0]
		// Pairs after a move are lines.
		switch command {
		case 'M':
			command = 'L'
		case 'm':
			command = 'l'
		}
	}
}

var leadingNumber = regexp.MustCompile(`^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?`)

// pathPen keeps the point and the control point that relative and smooth commands go on from.
type pathPen struct {
	path      *raster.Path
	at, start raster.Point
	control   raster.Point
	lastWas   byte // C or Q where control counts
}

func (p *pathPen) close() {
	p.path.Close()
	p.at, p.lastWas = p.start, 0
}

func (p *pathPen) draw(command byte, v []float64) {
	var from raster.Point // what relative numbers count from
	if command >= 'a' {
		from = p.at
	}
	point := func(n int) raster.Point { return raster.Point{X: from.X + v[n], Y: from.Y + v[n+1]} }
	smooth := func(kind byte) raster.Point {
		if p.lastWas == kind {
			return raster.Point{X: 2*p.at.X - p.control.X, Y: 2*p.at.Y - p.control.Y}
		}
		return p.at
	}
	lastWas := byte(0)
	switch command &^ 0x20 {
	case 'M':
		p.at = point(0)
		p.start = p.at
		p.path.MoveTo(p.at)
	case 'L':
		p.at = point(0)
		p.path.LineTo(p.at)
	case 'H':
		p.at.X = from.X + v[0]
		p.path.LineTo(p.at)
	case 'V':
		p.at.Y = from.Y + v[0]
		p.path.LineTo(p.at)
	case 'C':
		p.control, lastWas = point(2), 'C'
		p.path.CubeTo(point(0), point(2), point(4))
		p.at = point(4)
	case 'S':
		first := smooth('C')
		p.control, lastWas = point(0), 'C'
		p.path.CubeTo(first, point(0), point(2))
		p.at = point(2)
	case 'Q':
		p.control, lastWas = point(0), 'Q'
		p.path.QuadTo(point(0), point(2))
		p.at = point(2)
	case 'T':
		p.control, lastWas = smooth('Q'), 'Q'
		p.path.QuadTo(p.control, point(0))
		p.at = point(0)
	case 'A':
		p.path.ArcTo(v[0], v[1], v[2]*math.Pi/180, v[3] != 0, v[4] != 0, point(5))
		p.at = point(5)
	}
	p.lastWas = lastWas
}

var transformCall = regexp.MustCompile(`(matrix|translate|scale|rotate|skewX|skewY)\s*\(([^)]*)\)`)

// transform reads a transform attribute; its first call is applied last.
func transform(s string) raster.Matrix {
	m := raster.Identity
	for _, call := range transformCall.FindAllStringSubmatch(s, -1) {
		v := numbers(call[2])
		arg := func(n int, fallback float64) float64 {
			if n < len(v) {
				return v[n]
			}
			return fallback
		}
		one := raster.Identity
		switch call[1] {
		case "matrix":
			if len(v) == 6 {
				one = raster.Matrix(v)
			}
		case "translate":
			one[4], one[5] = arg(0, 0), arg(1, 0)
		case "scale":
			one[0] = arg(0, 1)
			one[3] = arg(1, one[0])
		case "rotate":
			sin, cos := math.Sincos(arg(0, 0) * math.Pi / 180)
			x, y := arg(1, 0), arg(2, 0)
			one = raster.Matrix{cos, sin, -sin, cos, x - x*cos + y*sin, y - x*sin - y*cos}
		case "skewX":
			one[2] = math.Tan(arg(0, 0) * math.Pi / 180)
		case "skewY":
			one[1] = math.Tan(arg(0, 0) * math.Pi / 180)
		}
		m = one.Then(m)
	}
	return m
}
