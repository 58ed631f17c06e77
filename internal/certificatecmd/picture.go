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
		func() image.Image { return bordered(img, 4, false) },
		func() image.Image { return bordered(img, 1, true) },
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
const maxRetry = 1500

// bordered draws a picture on white (a transparent one shows it), scaled and with a border of a tenth.
func bordered(img image.Image, scale int, negative bool) image.Image {
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
