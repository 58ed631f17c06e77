package qr_test

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"image/png"
	"regexp"
	"strconv"
	"testing"

	"healthcode/internal/qr"
)

type svgElement struct {
	Role    string `xml:"role,attr"`
	Label   string `xml:"aria-label,attr"`
	Box     string `xml:"viewBox,attr"`
	Shapes  string `xml:"shape-rendering,attr"`
	Title   string `xml:"title"`
	Drawing []struct {
		Fill   string `xml:"fill,attr"`
		Stroke string `xml:"stroke,attr"`
		D      string `xml:"d,attr"`
	} `xml:"path"`
}

func TestSVG(t *testing.T) {
	const title = `Z*** & S***, "green" <until> 09:01`
	for _, level := range levels {
		code, err := qr.Encode(passText, level)
		if err != nil {
			t.Fatal(err)
		}
		var svg svgElement
		if err := xml.Unmarshal([]byte(code.SVG(title)), &svg); err != nil {
			t.Fatal(err)
		}
		if svg.Role != "img" || svg.Label != title || svg.Title != title || svg.Shapes != "crispEdges" {
			t.Errorf("role %q, label %q, title %q, shapes %q", svg.Role, svg.Label, svg.Title, svg.Shapes)
		}
		side := code.Size + 2*qr.QuietZone
		if want := fmt.Sprintf("0 -.5 %d %d", side, side); svg.Box != want {
			t.Errorf("viewBox %q, want %q", svg.Box, want)
		}
		if len(svg.Drawing) != 2 {
			t.Fatalf("%d paths, want the background and the code", len(svg.Drawing))
		}
		if back := svg.Drawing[0]; back.Fill != "#fff" || back.D != fmt.Sprintf("M0-.5h%dv%dH0z", side, side) {
			t.Errorf("background %+v", back)
		}
		if svg.Drawing[1].Stroke != "#000" {
			t.Errorf("modules are drawn %q, want #000", svg.Drawing[1].Stroke)
		}
		drawn := strokes(t, svg.Drawing[1].D)
		for y := range side {
			for x := range side {
				if drawn[[2]int{x, y}] != code.Black(x-qr.QuietZone, y-qr.QuietZone) {
					t.Fatalf("level %d: module %d, %d is drawn wrongly", level, x, y)
				}
			}
		}
	}
}

var command = regexp.MustCompile(`^(?:M(\d+) (\d+)|m(\d+) 0|h(\d+))`)

// strokes returns the modules that a path of horizontal strokes covers.
func strokes(t *testing.T, path string) map[[2]int]bool {
	t.Helper()
	covered := map[[2]int]bool{}
	x, y := 0, 0
	for path != "" {
		found := command.FindStringSubmatch(path)
		if found == nil {
			t.Fatalf("the path goes on with %.20q", path)
		}
		path = path[len(found[0]):]
		number := func(group int) int {
			n, _ := strconv.Atoi(found[group])
			return n
		}
		switch found[0][0] {
		case 'M':
			x, y = number(1), number(2)
		case 'm':
			x += number(3)
		case 'h':
			for range number(4) {
				covered[[2]int{x, y}] = true
				x++
			}
		}
	}
	return covered
}

func TestPNG(t *testing.T) {
	code, err := qr.Encode(passText, qr.M)
	if err != nil {
		t.Fatal(err)
	}
	for _, scale := range []int{1, 3, qr.MaxScale} {
		file, err := code.PNG(scale)
		if err != nil {
			t.Fatal(err)
		}
		img, err := png.Decode(bytes.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		side := (code.Size + 2*qr.QuietZone) * scale
		if size := img.Bounds().Size(); size.X != side || size.Y != side {
			t.Fatalf("scale %d: %v, want %d pixels on a side", scale, size, side)
		}
		for y := range side {
			for x := range side {
				red, _, _, alpha := img.At(x, y).RGBA()
				black := code.Black(x/scale-qr.QuietZone, y/scale-qr.QuietZone)
				if alpha != 0xffff || (red == 0) != black || (red == 0xffff) == black {
					t.Fatalf("scale %d: pixel %d, %d is wrong", scale, x, y)
				}
			}
		}
	}
	for _, scale := range []int{-1, 0, qr.MaxScale + 1} {
		if _, err := code.PNG(scale); err == nil {
			t.Errorf("scale %d is not refused", scale)
		}
	}
}
