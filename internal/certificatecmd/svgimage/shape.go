package svgimage

import (
	"bytes"
	"encoding/base64"
	"image"
	_ "image/gif" // the kinds of picture that files embed
	_ "image/jpeg"
	_ "image/png"
	"io"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"healthcode/internal/certificatecmd/raster"
	"healthcode/internal/identity"
)

// shape gives the outline of a basic shape; nil where the element is none.
func shape(e *element) *raster.Path {
	p := &raster.Path{}
	at := func(name string) float64 { return length(e.attrs[name], 0) }
	switch e.name {
	case "rect":
		p.Rect(at("x"), at("y"), at("width"), at("height"))
	case "circle":
		p.Ellipse(raster.Point{X: at("cx"), Y: at("cy")}, at("r"), at("r"))
	case "ellipse":
		p.Ellipse(raster.Point{X: at("cx"), Y: at("cy")}, at("rx"), at("ry"))
	case "line":
		p.MoveTo(raster.Point{X: at("x1"), Y: at("y1")})
		p.LineTo(raster.Point{X: at("x2"), Y: at("y2")})
	case "polygon", "polyline":
		v := numbers(e.attrs["points"])
		for n := 0; n+1 < len(v); n += 2 {
			if to := (raster.Point{X: v[n], Y: v[n+1]}); n == 0 {
				p.MoveTo(to)
			} else {
				p.LineTo(to)
			}
		}
		if e.name == "polygon" {
			p.Close()
		}
	case "path":
		drawPath(p, e.attrs["d"])
	default:
		return nil
	}
	return p
}

var number = regexp.MustCompile(`[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?`)

// numbers reads a list of numbers, whatever stands between them.
func numbers(s string) []float64 {
	var all []float64
	for _, text := range number.FindAllString(s, -1) {
		if v, err := strconv.ParseFloat(text, 64); err == nil {
			all = append(all, v)
		}
	}
	return all
}

// perUnit is how many pixels a unit of length has at 96 dpi.
var perUnit = map[string]float64{"px": 1, "pt": 96.0 / 72, "pc": 16, "in": 96, "cm": 96 / 2.54, "mm": 96 / 25.4}

// length reads a length in pixels; a share of the whole (50%) gives the fallback.
func length(s string, fallback float64) float64 {
	s = strings.TrimSpace(s)
	digits := number.FindString(s)
	if digits == "" || strings.HasSuffix(s, "%") {
		return fallback
	}
	v, err := strconv.ParseFloat(digits, 64)
	if err != nil {
		return fallback
	}
	if scale, ok := perUnit[strings.TrimSpace(strings.TrimPrefix(s, digits))]; ok {
		v *= scale
	}
	return v
}

// embed places a picture that the file carries as a data address.
func (d *drawing) embed(e *element, m raster.Matrix) {
	img := dataImage(e.attrs["href"])
	if img == nil || len(d.embedded) >= 16 {
		return
	}
	d.embedded = append(d.embedded, img)
	size := img.Bounds().Size()
	width := length(e.attrs["width"], float64(size.X))
	height := length(e.attrs["height"], float64(size.Y))
	d.canvas.Place(img, raster.Matrix{width, 0, 0, height, length(e.attrs["x"], 0), length(e.attrs["y"], 0)}.Then(m))
}

const maxPicture = 50_000_000

// dataImage decodes a data address; nil where it holds no picture that can be read.
func dataImage(href string) image.Image {
	head, body, ok := strings.Cut(strings.TrimSpace(href), ",")
	if !ok || !strings.HasPrefix(head, "data:image/") {
		return nil
	}
	var raw []byte
	if strings.Contains(head, ";base64") {
		if plain, err := url.PathUnescape(body); err == nil {
			body = plain
		}
		folded := strings.NewReplacer(" ", "", "\n", "", "\r", "", "\t", "", "=", "").Replace(body)
		raw, _ = io.ReadAll(base64.NewDecoder(base64.RawStdEncoding, strings.NewReader(folded)))
	} else if plain, err := url.PathUnescape(body); err == nil {
		raw = []byte(plain)
	}
	config, _, err := image.DecodeConfig(bytes.NewReader(raw))
	if err != nil || config.Width > maxPicture || config.Height > maxPicture || config.Width*config.Height > maxPicture || identity.ManyScans(raw) {
		return nil
	}
	img, _, err := image.Decode(bytes.NewReader(raw))
	if err != nil {
		return nil
	}
	return img
}
