package pdfimage

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"

	"golang.org/x/image/ccitt"

	"healthcode/internal/identity"
)

const maxPixels = 50_000_000

// picture decodes an image. A stencil (ImageMask) is painted in the ink's grey and transparent elsewhere.
func (f *file) picture(s stream, ink uint8) (image.Image, error) {
	get := func(long, short name) any {
		if v := f.resolve(s.dict[long]); v != nil {
			return v
		}
		return f.resolve(s.dict[short])
	}
	width, height := whole(get("Width", "W"), maxPixels), whole(get("Height", "H"), maxPixels)
	if width == 0 || height == 0 || width*height > maxPixels {
		return nil, fmt.Errorf("reading a picture: %d × %d pixels", width, height)
	}
	data, packing, params, err := f.decodeUntilPicture(s)
	if err != nil {
		return nil, fmt.Errorf("reading a picture: %w", err)
	}
	mask := get("ImageMask", "IM") == true
	switch packing {
	case "DCTDecode", "DCT":
		if config, err := jpeg.DecodeConfig(bytes.NewReader(data)); err != nil || config.Width*config.Height > maxPixels || identity.ManyScans(data) {
			return nil, errors.New("reading a picture: its JPEG cannot be read")
		}
		return jpeg.Decode(bytes.NewReader(data))
	case "CCITTFaxDecode", "CCF":
		if data, err = f.fax(data, params, width, height); err != nil {
			return nil, fmt.Errorf("reading a picture: %w", err)
		}
	}
	p := plain{width: width, height: height, bits: 1, parts: 1, mask: mask, ink: ink}
	if !mask {
		if p.bits = whole(get("BitsPerComponent", "BPC"), 16); p.bits == 0 {
			p.bits = 8
			if packing != "" {
				p.bits = 1
			}
		}
		p.parts, p.palette = f.colours(get("ColorSpace", "CS"))
	}
	if decode, ok := get("Decode", "D").(array); ok && len(decode) >= 2 {
		p.negative = number(f.resolve(decode[0])) > number(f.resolve(decode[1]))
	}
	return p.image(data)
}

func (f *file) fax(data []byte, params dict, width, height int) ([]byte, error) {
	columns := 1728
	if v := whole(f.resolve(params["Columns"]), 1<<16); v > 0 {
		columns = v
	}
	format := ccitt.Group3
	switch k := number(f.resolve(params["K"])); {
	case k < 0:
		format = ccitt.Group4
	case k > 0:
		return nil, errors.New("fax data of mixed kinds is not supported")
	}
	black := f.resolve(params["BlackIs1"]) == true
	align := f.resolve(params["EncodedByteAlign"]) == true
	r := ccitt.NewReader(bytes.NewReader(data), ccitt.MSB, format, columns, height, &ccitt.Options{Align: align, Invert: !black})
	out, err := io.ReadAll(io.LimitReader(r, maxDecoded))
	if len(out) > 0 {
		err = nil
	}
	if columns != width {
		return nil, errors.New("the fax data has another width than the picture")
	}
	return out, err
}

// colours gives how many parts a pixel has, and the greys of a palette.
func (f *file) colours(space any) (parts int, palette []uint8) {
	switch s := f.resolve(space).(type) {
	case name:
		switch s {
		case "DeviceRGB", "RGB", "CalRGB":
			return 3, nil
		case "DeviceCMYK", "CMYK":
			return 4, nil
		}
	case array:
		if len(s) == 0 {
			return 1, nil
		}
		switch kind, _ := f.resolve(s[0]).(name); kind {
		case "ICCBased":
			if len(s) > 1 {
				if n := whole(f.resolve(f.dictOf(s[1])["N"]), 4); n > 0 {
					return n, nil
				}
			}
		case "CalRGB", "Lab":
			return 3, nil
		case "Indexed", "I":
			if len(s) >= 4 {
				return 1, f.palette(s[1], s[3])
			}
		default:
			return f.colours(kind)
		}
	}
	return 1, nil
}

func (f *file) palette(base, table any) []uint8 {
	var raw []byte
	switch t := f.resolve(table).(type) {
	case string:
		raw = []byte(t)
	case stream:
		raw, _ = f.decode(t)
	}
	parts, _ := f.colours(base)
	var greys []uint8
	for ; len(raw) >= parts && len(greys) < 256; raw = raw[parts:] {
		greys = append(greys, greyOf(raw[:parts]))
	}
	return greys
}

// greyOf reduces a colour of 1, 3 or 4 parts to its grey.
func greyOf(c []byte) uint8 {
	switch len(c) {
	case 3:
		return uint8((299*int(c[0]) + 587*int(c[1]) + 114*int(c[2])) / 1000)
	case 4:
		light := (299*(255-int(c[0])) + 587*(255-int(c[1])) + 114*(255-int(c[2]))) / 1000
		return uint8(light * (255 - int(c[3])) / 255)
	}
	return c[0]
}

// plain is a picture of bare samples.
type plain struct {
	width, height, bits, parts int
	palette                    []uint8
	negative, mask             bool
	ink                        uint8
}

func (p plain) image(data []byte) (image.Image, error) {
	switch p.bits {
	case 1, 2, 4, 8, 16:
	default:
		return nil, fmt.Errorf("reading a picture: %d bits a sample", p.bits)
	}
	row := (p.width*p.bits*p.parts + 7) / 8
	if len(data) < row {
		return nil, errors.New("reading a picture: its data is missing")
	}
	out := image.NewNRGBA(image.Rect(0, 0, p.width, min(p.height, len(data)/row)))
	pixel := make([]byte, p.parts)
	for y := range out.Rect.Max.Y {
		line := data[y*row : (y+1)*row]
		for x := range p.width {
			index := 0
			for n := range pixel {
				index = sample(line, (x*p.parts+n)*p.bits, p.bits)
				pixel[n] = scaled(index, p.bits)
			}
			out.SetNRGBA(x, y, p.colour(index, pixel))
		}
	}
	return out, nil
}

func (p plain) colour(index int, pixel []byte) color.NRGBA {
	if p.mask {
		if (index == 0) != p.negative {
			return color.NRGBA{p.ink, p.ink, p.ink, 255}
		}
		return color.NRGBA{}
	}
	grey := greyOf(pixel)
	if p.palette != nil {
		grey = 255
		if index < len(p.palette) {
			grey = p.palette[index]
		}
	} else if p.negative {
		grey = 255 - grey
	}
	return color.NRGBA{grey, grey, grey, 255}
}

func sample(line []byte, bit, bits int) int {
	switch bits {
	case 8:
		return int(line[bit/8])
	case 16:
		return int(line[bit/8])<<8 | int(line[bit/8+1])
	}
	return int(line[bit/8]) >> (8 - bits - bit%8) & (1<<bits - 1)
}

func scaled(v, bits int) byte {
	if bits == 16 {
		return byte(v >> 8)
	}
	return byte(v * 255 / (1<<bits - 1))
}
