package qr

import (
	"cmp"
	"math"
	"slices"
	"sync"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/common"
	"github.com/makiuchi-d/gozxing/qrcode/detector"
	"rsc.io/qr/coding"
)

// Three corners of a code are found by their squares. The fourth has none, and a code that is seen at an angle
// has it elsewhere than three suggest. So all likely places are tried, and the one under which most modules of
// known colour are right gives the grid.

// point is a place in a picture or, in modules, in a code.
type point struct{ x, y float64 }

func (p point) plus(q point, times float64) point { return point{p.x + q.x*times, p.y + q.y*times} }

func (p point) distance(q point) float64 { return math.Hypot(p.x-q.x, p.y-q.y) }

// pattern is the modules whose colour all codes of a version share.
type pattern struct {
	middles []float64 // x, y, x, y …
	black   []bool
}

var patterns [coding.MaxVersion + 1]func() pattern

func init() {
	for version := range patterns {
		patterns[version] = sync.OnceValue(func() pattern { return newPattern(coding.Version(version)) })
	}
}

func newPattern(version coding.Version) (p pattern) {
	plan, err := coding.NewPlan(version, coding.L, 0)
	if err != nil {
		panic(err) // the version is one of 1 to 40
	}
	for y, row := range plan.Pixel {
		for x, pixel := range row {
			switch pixel.Role() {
			case coding.Position, coding.Alignment, coding.Timing, coding.PVersion:
				p.middles = append(p.middles, float64(x)+.5, float64(y)+.5)
				p.black = append(p.black, pixel&coding.Black != 0)
			}
		}
	}
	return p
}

// grid is a guess of where the modules of a code lie in a picture.
type grid struct {
	version   int
	transform *common.PerspectiveTransform
	right     float64 // the share of modules of known colour that are right
}

// grids returns the best guess for each likely version, the best of all first.
func grids(picture *gozxing.BitMatrix, corners *detector.FinderPatternInfo) []grid {
	topLeft := point{corners.GetTopLeft().GetX(), corners.GetTopLeft().GetY()}
	topRight := point{corners.GetTopRight().GetX(), corners.GetTopRight().GetY()}
	bottomLeft := point{corners.GetBottomLeft().GetX(), corners.GetBottomLeft().GetY()}

	modules := (modulesBetween(picture, topLeft, topRight) + modulesBetween(picture, topLeft, bottomLeft)) / 2
	if math.IsNaN(modules) {
		return nil
	}
	likely := int(math.Round((modules + 7 - 17) / 4))
	var all []grid
	for version := max(1, likely-1); version <= min(40, likely+1); version++ {
		all = append(all, fit(picture, version, topLeft, topRight, bottomLeft))
	}
	slices.SortFunc(all, func(a, b grid) int { return cmp.Compare(b.right, a.right) })
	return all
}

// modulesBetween measures the distance of two corners in modules, or returns NaN.
func modulesBetween(picture *gozxing.BitMatrix, a, b point) float64 {
	size := (corner(picture, a, b) + corner(picture, b, a)) / 2
	return a.distance(b) / size * 7
}

// corner measures the side of the square around a, 7 modules, along the line to b: its edges are at the third change of
// colour from the middle.
func corner(picture *gozxing.BitMatrix, a, b point) float64 {
	const step = .5 // pixels
	length := a.distance(b)
	side := 0.
	for _, sign := range []float64{1, -1} {
		direction := point{(b.x - a.x) / length * sign, (b.y - a.y) / length * sign}
		black, changes, walked := true, 0, 0.
		for ; changes < 3; walked += step {
			if walked > length {
				return math.NaN()
			}
			if isBlack(picture, a.plus(direction, walked)) != black {
				black, changes = !black, changes+1
			}
		}
		side += walked - step
	}
	return side
}

// fit looks for the place of the module where the last alignment square is, 6.5 modules from either side.
func fit(picture *gozxing.BitMatrix, version int, topLeft, topRight, bottomLeft point) grid {
	pattern := patterns[version]()
	buffer := make([]float64, len(pattern.middles))
	size := float64(17 + 4*version)
	right := point{(topRight.x - topLeft.x) / (size - 7), (topRight.y - topLeft.y) / (size - 7)}
	down := point{(bottomLeft.x - topLeft.x) / (size - 7), (bottomLeft.y - topLeft.y) / (size - 7)}
	best := grid{version: version}

	try := func(last point) bool {
		transform := common.PerspectiveTransform_QuadrilateralToQuadrilateral(
			3.5, 3.5, size-3.5, 3.5, size-6.5, size-6.5, 3.5, size-3.5,
			topLeft.x, topLeft.y, topRight.x, topRight.y, last.x, last.y, bottomLeft.x, bottomLeft.y)
		copy(buffer, pattern.middles)
		transform.TransformPoints(buffer)
		count := 0
		for i, black := range pattern.black {
			if isBlack(picture, point{buffer[2*i], buffer[2*i+1]}) == black {
				count++
			}
		}
		if share := float64(count) / float64(len(pattern.black)); share > best.right {
			best.right, best.transform = share, transform
			return true
		}
		return false
	}
	middle := topLeft.plus(right, size-10).plus(down, size-10)
	for _, search := range []struct{ radius, step float64 }{{14, 1}, {1, .25}, {.25, .0625}} {
		around := middle
		for y := -search.radius; y <= search.radius; y += search.step {
			for x := -search.radius; x <= search.radius; x += search.step {
				if last := around.plus(right, x).plus(down, y); try(last) {
					middle = last
				}
			}
		}
	}
	return best
}

// sample reads the modules of a code off the picture.
func (g grid) sample(picture *gozxing.BitMatrix) (*gozxing.BitMatrix, error) {
	size := 17 + 4*g.version
	code, err := gozxing.NewSquareBitMatrix(size)
	if err != nil {
		return nil, err
	}
	row := make([]float64, 2*size)
	for y := range size {
		for x := range size {
			row[2*x], row[2*x+1] = float64(x)+.5, float64(y)+.5
		}
		g.transform.TransformPoints(row)
		for x := range size {
			if isBlack(picture, point{row[2*x], row[2*x+1]}) {
				code.Set(x, y)
			}
		}
	}
	return code, nil
}

func isBlack(picture *gozxing.BitMatrix, p point) bool {
	// Not < is also right for NaN.
	if !(p.x >= 0 && p.y >= 0 && p.x < float64(picture.GetWidth()) && p.y < float64(picture.GetHeight())) {
		return false
	}
	return picture.Get(int(p.x), int(p.y))
}
