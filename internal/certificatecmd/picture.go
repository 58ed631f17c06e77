package certificatecmd

import (
	"image"
	"image/color"
	"image/draw"

	"healthcode/internal/qr"

	xdraw "golang.org/x/image/draw"
)

// decodeQR reads a QR code as it is, and then as codes come that were cut from a document: without the white
// border that readers need, too small, or white on black.
func decodeQR(img image.Image) (string, error) {
	text, err := qr.Decode(img)
	if err == nil {
		return text, nil
	}
	size := img.Bounds().Size()
	for _, try := range []func() image.Image{
		func() image.Image { return bordered(img, 1, false) },
		func() image.Image { return bordered(img, 2, false) },
		func() image.Image { return bordered(img, 1, true) },
		func() image.Image { return thinned(bordered(img, 1, false)) },
		func() image.Image { return sharpened(bordered(img, 2, false)) },
		func() image.Image { return sharpened(bordered(img, 3, false)) },
		func() image.Image { return deepened(bordered(img, 1, false)) },
	} {
		if max(size.X, size.Y) > maxRetry {
			break
		}
		if text, err := qr.Decode(try()); err == nil {
			return text, nil
		}
	}
	return "", err
}

// maxRetry is the longest side of a picture that is tried again: a larger one is a photograph, and has room
// around its code.
const maxRetry = 2000

// bordered draws a picture on white (a transparent one shows it), scaled and with a border of a tenth.
func bordered(img image.Image, scale int, negative bool) *image.Gray {
	size := img.Bounds().Size().Mul(scale)
	margin := max(size.X, size.Y)/10 + 8
	wide := image.NewGray(image.Rect(0, 0, size.X+2*margin, size.Y+2*margin))
	draw.Draw(wide, wide.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	inner := image.Rectangle{Min: image.Pt(margin, margin), Max: image.Pt(margin, margin).Add(size)}
	if scale == 1 {
		draw.Draw(wide, inner, img, img.Bounds().Min, draw.Over)
	} else {
		xdraw.CatmullRom.Scale(wide, inner, img, img.Bounds(), xdraw.Over, nil)
	}
	if negative {
		for y := inner.Min.Y; y < inner.Max.Y; y++ {
			row := wide.Pix[wide.PixOffset(inner.Min.X, y):wide.PixOffset(inner.Max.X, y)]
			for n := range row {
				row[n] = 255 - row[n]
			}
		}
	}
	return wide
}

// sharpened takes back some of what a lens out of focus did: each pixel moves away from the mean around it.
func sharpened(img *image.Gray) image.Image {
	const reach, force = 3, 2 // pixels; the picture has twice its size
	width, height := img.Rect.Dx(), img.Rect.Dy()
	// sums[y][x] is the sum of all pixels above and to the left.
	sums := make([]int, (width+1)*(height+1))
	for y := range height {
		row := 0
		for x := range width {
			row += int(img.Pix[y*img.Stride+x])
			sums[(y+1)*(width+1)+x+1] = sums[y*(width+1)+x+1] + row
		}
	}
	out := image.NewGray(img.Rect)
	for y := range height {
		top, bottom := max(y-reach, 0), min(y+reach+1, height)
		for x := range width {
			left, right := max(x-reach, 0), min(x+reach+1, width)
			sum := sums[bottom*(width+1)+right] - sums[top*(width+1)+right] - sums[bottom*(width+1)+left] + sums[top*(width+1)+left]
			pixel := int(img.Pix[y*img.Stride+x])
			out.Pix[y*out.Stride+x] = byte(min(max(pixel+force*(pixel-sum/((bottom-top)*(right-left))), 0), 255))
		}
	}
	return out
}

// deepened spreads the darkest third over the whole range: a code without a border on a page of another dark colour
// stands out then.
func deepened(img *image.Gray) image.Image {
	out := image.NewGray(img.Rect)
	for i, pixel := range img.Pix {
		out.Pix[i] = byte(min(int(pixel)*3, 255))
	}
	return out
}

// thinned takes a pixel off every black shape on its left and upper sides: what a printer, or a program that
// draws without half tones, put on too much.
func thinned(img *image.Gray) image.Image {
	out := image.NewGray(img.Rect)
	for y := range img.Rect.Max.Y {
		for x := range img.Rect.Max.X {
			at := img.PixOffset(x, y)
			left, up := max(x-1, 0)-x, (max(y-1, 0)-y)*img.Stride
			out.Pix[at] = max(img.Pix[at], img.Pix[at+left], img.Pix[at+up], img.Pix[at+left+up])
		}
	}
	return out
}
