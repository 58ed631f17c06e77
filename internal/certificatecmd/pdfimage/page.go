package pdfimage

import (
	"bytes"
	"image"
	"math"

	"healthcode/internal/certificatecmd/raster"
)

// longSide is the longer side of a drawn page in pixels.
const longSide = 2400

// maxOperators bounds the work on one page; a code drawn module by module has some 10,000.
const maxOperators = 2_000_000

// pageBox gives the corners of a page; A4 where the file gives none that makes sense.
func (f *file) pageBox(page dict) (low, high raster.Point) {
	box, _ := f.resolve(f.inherited(page, "MediaBox")).(array)
	if len(box) == 4 {
		var v [4]float64
		for n := range v {
			v[n] = number(f.resolve(box[n]))
		}
		low = raster.Point{X: math.Min(v[0], v[2]), Y: math.Min(v[1], v[3])}
		high = raster.Point{X: math.Max(v[0], v[2]), Y: math.Max(v[1], v[3])}
		if w, h := high.X-low.X, high.Y-low.Y; w >= 10 && h >= 10 && w < 20000 && h < 20000 {
			return low, high
		}
	}
	return raster.Point{}, raster.Point{X: 595, Y: 842}
}

// inherited looks a property up in a page and then in the nodes above it.
func (f *file) inherited(page dict, key name) any {
	for range maxNesting {
		if v := page[key]; v != nil {
			return v
		}
		if page = f.dictOf(page["Parent"]); page == nil {
			return nil
		}
	}
	return nil
}

// drawPage draws the shapes and pictures of a page, zoomed, from the pixel part on. Text is left out: no code
// is in it.
func (f *file) drawPage(page dict, zoom float64, part image.Point) image.Image {
	low, high := f.pageBox(page)
	scale := longSide / math.Max(high.X-low.X, high.Y-low.Y)
	c := &content{file: f, canvas: raster.NewCanvas(int((high.X-low.X)*scale), int((high.Y-low.Y)*scale))}
	scale *= zoom
	c.state.matrix = raster.Matrix{scale, 0, 0, -scale, -low.X*scale - float64(part.X), high.Y*scale - float64(part.Y)}
	c.run(f.contents(page["Contents"]), f.dictOf(f.inherited(page, "Resources")), 0)
	return c.canvas.Image
}

func (f *file) contents(v any) []byte {
	switch v := f.resolve(v).(type) {
	case stream:
		data, _ := f.decode(v)
		return data
	case array:
		var all [][]byte
		for _, item := range v {
			if s, ok := f.resolve(item).(stream); ok {
				data, _ := f.decode(s)
				all = append(all, data)
			}
		}
		return bytes.Join(all, []byte("\n"))
	}
	return nil
}

// graphics is the state that q and Q keep.
type graphics struct {
	matrix       raster.Matrix
	fill, stroke uint8
	width        float64
}

// content is one page on its way to a picture.
type content struct {
	file      *file
	canvas    *raster.Canvas
	state     graphics
	saved     []graphics
	path      *raster.Path
	operators int
	unpacked  int // bytes of forms and pixels of pictures so far
}

// maxUnpacked bounds what one page unpacks: forms and pictures may be used again and again.
const maxUnpacked = 4 * maxPixels

func (c *content) run(data []byte, resources dict, depth int) {
	if depth > 8 {
		return
	}
	if c.state.width == 0 {
		c.state.width = 1
	}
	c.path = &raster.Path{}
	saved := len(c.saved)
	p := parser{data: data}
	var args []any
	for {
		v, ok := p.next(0)
		if !ok {
			break
		}
		op, isOperator := v.(operator)
		if !isOperator {
			if len(args) < 100 {
				args = append(args, v)
			}
			continue
		}
		if c.operators++; c.operators > maxOperators {
			break
		}
		if op == "BI" {
			c.inlinePicture(&p)
		} else {
			c.do(op, args, resources, depth)
		}
		args = args[:0]
	}
	c.saved = c.saved[:min(saved, len(c.saved))]
}

func (c *content) do(op operator, args []any, resources dict, depth int) {
	v := make([]float64, 6)
	for n := range min(len(args), len(v)) {
		v[n] = number(args[n])
	}
	point := func(n int) raster.Point { return raster.Point{X: v[n], Y: v[n+1]} }
	switch op {
	case "q":
		if len(c.saved) < 1000 {
			c.saved = append(c.saved, c.state)
		}
	case "Q":
		if n := len(c.saved); n > 0 {
			c.state, c.saved = c.saved[n-1], c.saved[:n-1]
		}
	case "cm":
		c.state.matrix = raster.Matrix(v).Then(c.state.matrix)
	case "w":
		c.state.width = v[0]
	case "re":
		c.path.Rect(v[0], v[1], v[2], v[3])
	case "m":
		c.path.MoveTo(point(0))
	case "l":
		c.path.LineTo(point(0))
	case "c":
		c.path.CubeTo(point(0), point(2), point(4))
	case "v":
		c.path.CubeTo(c.path.At(), point(0), point(2))
	case "y":
		c.path.CubeTo(point(0), point(2), point(2))
	case "h":
		c.path.Close()
	case "f", "F", "f*", "B", "B*", "b", "b*", "S", "s", "n":
		c.paint(op)
	case "g", "rg", "k", "sc", "scn":
		if grey, ok := greyOfArgs(args); ok {
			c.state.fill = grey
		}
	case "G", "RG", "K", "SC", "SCN":
		if grey, ok := greyOfArgs(args); ok {
			c.state.stroke = grey
		}
	case "Do":
		if len(args) > 0 {
			if key, ok := args[0].(name); ok {
				c.object(c.file.dictOf(resources["XObject"])[key], resources, depth)
			}
		}
	}
}

func (c *content) paint(op operator) {
	switch op {
	case "s", "b", "b*":
		c.path.Close()
	}
	switch op {
	case "f", "F", "B", "b":
		c.canvas.Fill(c.path, c.state.matrix, false, c.state.fill)
	case "f*", "B*", "b*":
		c.canvas.Fill(c.path, c.state.matrix, true, c.state.fill)
	}
	switch op {
	case "S", "s", "B", "B*", "b", "b*":
		c.canvas.Fill(c.path.Stroked(c.state.width), c.state.matrix, false, c.state.stroke)
	}
	c.path = &raster.Path{}
}

// greyOfArgs reads a colour from the operands of g, rg, k and their like; a pattern is none.
func greyOfArgs(args []any) (uint8, bool) {
	var parts []byte
	for _, a := range args {
		f, ok := a.(float64)
		if !ok || len(parts) == 4 {
			return 0, false
		}
		parts = append(parts, byte(255*math.Min(1, math.Max(0, f))))
	}
	switch len(parts) {
	case 1, 3, 4:
		return greyOf(parts), true
	}
	return 0, false
}

// object draws a form or a picture.
func (c *content) object(v any, resources dict, depth int) {
	s, ok := c.file.resolve(v).(stream)
	if !ok || c.unpacked > maxUnpacked {
		return
	}
	if c.file.resolve(s.dict["Subtype"]) == name("Form") {
		outer, path := c.state, c.path
		if m, ok := c.file.resolve(s.dict["Matrix"]).(array); ok && len(m) == 6 {
			var v raster.Matrix
			for n := range v {
				v[n] = number(c.file.resolve(m[n]))
			}
			c.state.matrix = v.Then(c.state.matrix)
		}
		if own := c.file.dictOf(s.dict["Resources"]); own != nil {
			resources = own
		}
		data, _ := c.file.decode(s)
		c.unpacked += len(data) + len(s.raw)
		c.run(data, resources, depth+1)
		c.state, c.path = outer, path
		return
	}
	c.place(s)
}

func (c *content) place(s stream) {
	img, err := c.file.picture(s, c.state.fill)
	if err != nil {
		return
	}
	c.unpacked += img.Bounds().Dx()*img.Bounds().Dy() + len(s.raw)
	upright := raster.Matrix{1, 0, 0, -1, 0, 1} // the first row is at the top, where y is 1
	c.canvas.Place(img, upright.Then(c.state.matrix))
}

// inlinePicture reads and draws BI … ID data EI.
func (c *content) inlinePicture(p *parser) {
	d := dict{}
	for {
		key, ok := p.next(0)
		if !ok {
			return
		}
		if key == operator("ID") {
			break
		}
		v, ok := p.next(0)
		if k, isName := key.(name); ok && isName {
			d[k] = v
		}
	}
	p.at = min(p.at+1, len(p.data))
	start := p.at
	for p.at < len(p.data) {
		end := bytes.Index(p.data[p.at:], []byte("EI"))
		if end < 0 {
			p.at = len(p.data)
			return
		}
		p.at += end + 2
		if after := p.at; isSpace(p.data[after-3]) && (after == len(p.data) || isSpace(p.data[after])) {
			c.place(stream{d, p.data[start : after-2]})
			return
		}
	}
}
