package qr

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"strconv"
	"strings"
)

// SVG returns the code as an <svg> element without width or height: the page's style gives them. The
// title is its accessible name, so it says what the code is for ("Health code of Z*** S***, valid …").
func (c *Code) SVG(title string) string {
	side := strconv.Itoa(c.Size + 2*QuietZone)
	var name strings.Builder
	xml.EscapeText(&name, []byte(title)) // a strings.Builder never fails

	// Each row is a stroke one module wide. It runs through the middle of the row, so the box starts half a
	// module higher and all numbers stay whole.
	svg := make([]byte, 0, 512+3*c.Size*c.Size)
	svg = append(svg, `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="`+name.String()+
		`" viewBox="0 -.5 `+side+` `+side+`" shape-rendering="crispEdges"><title>`+name.String()+
		`</title><path fill="#fff" d="M0-.5h`+side+`v`+side+`H0z"/><path stroke="#000" d="`...)
	for y := range c.Size {
		svg = append(svg, 'M')
		svg = strconv.AppendInt(svg, QuietZone, 10)
		svg = append(svg, ' ')
		svg = strconv.AppendInt(svg, int64(y+QuietZone), 10)
		for x := 0; x < c.Size; {
			from, black := x, c.black.get(x, y)
			for x++; x < c.Size && c.black.get(x, y) == black; x++ {
			}
			if black {
				svg = append(svg, 'h')
				svg = strconv.AppendInt(svg, int64(x-from), 10)
			} else if x < c.Size {
				svg = append(svg, 'm')
				svg = strconv.AppendInt(svg, int64(x-from), 10)
				svg = append(svg, " 0"...)
			}
		}
	}
	return string(append(svg, `"/></svg>`...))
}

// MaxScale bounds the pixels for each module, so that the largest image stays below 36 million pixels.
const MaxScale = 32

// Image returns the code with its quiet zone, scale pixels (1 to MaxScale) for each module.
func (c *Code) Image(scale int) (image.Image, error) {
	if scale < 1 || scale > MaxScale {
		return nil, fmt.Errorf("drawing a QR code: a scale of %d pixels for each module is not between 1 and %d", scale, MaxScale)
	}
	side := (c.Size + 2*QuietZone) * scale
	img := image.NewPaletted(image.Rect(0, 0, side, side), color.Palette{color.White, color.Black})
	for y := range c.Size {
		row := img.Pix[(y+QuietZone)*scale*img.Stride:][:side]
		for x := range c.Size {
			if c.Black(x, y) {
				for i := range scale {
					row[(x+QuietZone)*scale+i] = 1
				}
			}
		}
		for i := 1; i < scale; i++ {
			copy(img.Pix[((y+QuietZone)*scale+i)*img.Stride:], row)
		}
	}
	return img, nil
}

// PNG returns Image as a PNG file.
func (c *Code) PNG(scale int) ([]byte, error) {
	img, err := c.Image(scale)
	if err != nil {
		return nil, err
	}
	var file bytes.Buffer
	if err := png.Encode(&file, img); err != nil {
		return nil, fmt.Errorf("drawing a QR code: %w", err)
	}
	return file.Bytes(), nil
}
