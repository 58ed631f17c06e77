package qr

import "image"

// grey is a picture of one brightness byte a pixel, row by row.
type grey struct {
	pixels        []byte
	width, height int
}

// toGrey copies the brightness of an image; what is transparent counts as lying on white.
func toGrey(img image.Image) grey {
	bounds := img.Bounds()
	g := grey{pixels: make([]byte, bounds.Dx()*bounds.Dy()), width: bounds.Dx(), height: bounds.Dy()}
	for y := range g.height {
		row := g.pixels[y*g.width : (y+1)*g.width]
		switch img := img.(type) {
		case *image.YCbCr: // photographs: the brightness is already there
			copy(row, img.Y[img.YOffset(bounds.Min.X, bounds.Min.Y+y):])
		case *image.Gray:
			copy(row, img.Pix[img.PixOffset(bounds.Min.X, bounds.Min.Y+y):])
		default:
			for x := range row {
				red, green, blue, alpha := img.At(bounds.Min.X+x, bounds.Min.Y+y).RGBA()
				row[x] = byte(((299*red+587*green+114*blue)/1000 + 0xffff - alpha) >> 8)
			}
		}
	}
	return g
}

// reduced (factor ≥ 1) averages squares of factor × factor pixels; what is left over at the right and below is cut.
func (g grey) reduced(factor int) grey {
	out := grey{width: g.width / factor, height: g.height / factor}
	out.pixels = make([]byte, out.width*out.height)
	sums := make([]int, out.width)
	for y := range out.height {
		clear(sums)
		for i := range factor {
			row := g.pixels[(y*factor+i)*g.width:]
			for x := range sums {
				for _, pixel := range row[x*factor : (x+1)*factor] {
					sums[x] += int(pixel)
				}
			}
		}
		for x, sum := range sums {
			out.pixels[y*out.width+x] = byte(sum / (factor * factor))
		}
	}
	return out
}

// blurred averages each pixel with its eight neighbours, which takes out noise; the border stays as it is.
func (g grey) blurred() grey {
	out := grey{pixels: append([]byte(nil), g.pixels...), width: g.width, height: g.height}
	for y := 1; y < g.height-1; y++ {
		above, row, below := g.pixels[(y-1)*g.width:], g.pixels[y*g.width:], g.pixels[(y+1)*g.width:]
		column := func(x int) int { return int(above[x]) + int(row[x]) + int(below[x]) }
		left, middle := column(0), column(1)
		for x := 1; x < g.width-1; x++ {
			right := column(x + 1)
			out.pixels[y*g.width+x] = byte((left + middle + right) / 9)
			left, middle = middle, right
		}
	}
	return out
}
