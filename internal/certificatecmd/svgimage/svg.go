// Package svgimage makes pictures of SVG files, well enough to read the QR code in them: rectangles, paths,
// lines, circles and polygons with their fills and strokes, groups, references and embedded pictures. It
// follows no link out of the file.
package svgimage

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"image"
	"iter"
	"math"
	"strings"

	"healthcode/internal/certificatecmd/raster"
)

// longSide is the longer side of the picture in pixels: in a page of A4 a code of 35 mm gets 400 of them.
const longSide = 2400

const (
	maxElements = 200_000
	maxDepth    = 64
)

// Images gives the pictures that a file embeds, and then the drawing itself.
func Images(data []byte) iter.Seq2[image.Image, error] {
	return func(yield func(image.Image, error) bool) {
		root, err := parse(data)
		if err != nil {
			yield(nil, fmt.Errorf("reading the SVG file: %w", err))
			return
		}
		d := newDrawing(root)
		for _, e := range d.embedded {
			if !yield(e, nil) {
				return
			}
		}
		yield(d.canvas.Image, nil)
	}
}

// element is a node of the file.
type element struct {
	name     string
	attrs    map[string]string
	children []*element
	text     string
}

func parse(data []byte) (*element, error) {
	decoder := xml.NewDecoder(bytes.NewReader(data))
	decoder.Strict = false
	decoder.CharsetReader = latin1
	top := &element{}
	stack := []*element{top}
	for count := 0; ; {
		token, err := decoder.Token()
		if err != nil {
			break // what was read up to here may hold the code
		}
		parent := stack[len(stack)-1]
		switch t := token.(type) {
		case xml.StartElement:
			if count++; count > maxElements || len(stack) > maxDepth {
				return nil, errors.New("it has too many elements")
			}
			e := &element{name: t.Name.Local, attrs: map[string]string{}}
			for _, a := range t.Attr {
				e.attrs[a.Name.Local] = a.Value
			}
			parent.children = append(parent.children, e)
			stack = append(stack, e)
		case xml.EndElement:
			if len(stack) > 1 {
				stack = stack[:len(stack)-1]
			}
		case xml.CharData:
			if parent.name == "style" {
				parent.text += string(t)
			}
		}
	}
	for _, e := range top.children {
		if e.name == "svg" {
			return e, nil
		}
	}
	return nil, errors.New("it has no svg element")
}

// drawing is the state of one rendering.
type drawing struct {
	canvas   *raster.Canvas
	byID     map[string]*element
	rules    map[string]map[string]string // style rules by selector
	embedded []image.Image
	used     int
}

func newDrawing(root *element) *drawing {
	x, y, width, height := viewBox(root)
	scale := longSide / math.Max(width, height)
	d := &drawing{
		canvas: raster.NewCanvas(int(math.Max(1, width*scale)), int(math.Max(1, height*scale))),
		byID:   map[string]*element{}, rules: map[string]map[string]string{},
	}
	d.index(root)
	view := raster.Matrix{scale, 0, 0, scale, -x * scale, -y * scale}
	style := d.style(root, defaults)
	for _, child := range root.children {
		d.draw(child, view, style, 0)
	}
	return d
}

// viewBox gives the part of the plane that the file shows.
func viewBox(root *element) (x, y, width, height float64) {
	if box := numbers(root.attrs["viewBox"]); len(box) == 4 && box[2] > 0 && box[3] > 0 && box[2] < 1e9 && box[3] < 1e9 {
		return box[0], box[1], box[2], box[3]
	}
	width, height = length(root.attrs["width"], 0), length(root.attrs["height"], 0)
	if width <= 0 || height <= 0 || width > 1e9 || height > 1e9 {
		return 0, 0, 1000, 1000
	}
	return 0, 0, width, height
}

func (d *drawing) index(e *element) {
	if id := e.attrs["id"]; id != "" && d.byID[id] == nil {
		d.byID[id] = e
	}
	if e.name == "style" {
		d.addRules(e.text)
	}
	for _, child := range e.children {
		d.index(child)
	}
}

func (d *drawing) draw(e *element, m raster.Matrix, inherited style, depth int) {
	if d.used++; depth > maxDepth || d.used > maxElements {
		return
	}
	s := d.style(e, inherited)
	if s.hidden {
		return
	}
	m = transform(e.attrs["transform"]).Then(m)
	switch e.name {
	case "g", "a", "switch", "svg":
		d.group(e, m, s, depth)
	case "use":
		target := d.byID[strings.TrimPrefix(e.attrs["href"], "#")]
		if target == nil {
			return
		}
		m = raster.Matrix{1, 0, 0, 1, length(e.attrs["x"], 0), length(e.attrs["y"], 0)}.Then(m)
		if target.name == "symbol" {
			d.group(target, m, d.style(target, s), depth+1)
			return
		}
		d.draw(target, m, s, depth+1)
	case "image":
		d.embed(e, m)
	default:
		if p := shape(e); p != nil {
			d.paint(p, m, s)
		}
	}
}

func (d *drawing) group(e *element, m raster.Matrix, s style, depth int) {
	if e.name == "svg" || e.name == "symbol" {
		m = raster.Matrix{1, 0, 0, 1, length(e.attrs["x"], 0), length(e.attrs["y"], 0)}.Then(m)
		if e.attrs["viewBox"] != "" {
			x, y, width, height := viewBox(e)
			sx, sy := length(e.attrs["width"], width)/width, length(e.attrs["height"], height)/height
			m = raster.Matrix{sx, 0, 0, sy, -x * sx, -y * sy}.Then(m)
		}
	}
	for _, child := range e.children {
		d.draw(child, m, s, depth+1)
	}
}

func (d *drawing) paint(p *raster.Path, m raster.Matrix, s style) {
	if s.fill.set {
		d.canvas.Fill(p, m, s.evenOdd, s.fill.grey)
	}
	if s.stroke.set && s.strokeWidth > 0 {
		d.canvas.Fill(p.Stroked(s.strokeWidth), m, false, s.stroke.grey)
	}
}
