package qr

import (
	"errors"
	"fmt"
	"image"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
)

// MaxPixels bounds the images that Decode reads: the largest photographs of common phones. Who
// receives an image checks its size before it decodes the file.
const MaxPixels = 50_000_000

// sides are the longer sides, in pixels, to which an image is reduced before it is searched: a code that fills
// a good part of a photograph is found much sooner in a small copy.
var sides = []int{1200, 2400}

// maxCorners bounds the squares taken for a code's corners. The library compares all triples of them, so
// that a picture full of such squares would take minutes.
const maxCorners = 500

var (
	// ErrNoCode is returned for an image in which no QR code can be read.
	ErrNoCode = errors.New("reading a QR code: none found in the image; hold the camera closer and steady, in more light")
	// ErrTooLarge is returned for an image of more than MaxPixels.
	ErrTooLarge = fmt.Errorf("reading a QR code: the image has more than %d pixels; send a smaller one", MaxPixels)
)

// Decode returns the text of a QR code in the image, which may be turned, mirrored or photographed at an angle.
// Bytes are read as UTF-8. Of several codes it reads one. The errors are ErrNoCode and ErrTooLarge.
func Decode(img image.Image) (string, error) {
	size := img.Bounds().Size()
	if size.X > MaxPixels || size.Y > MaxPixels || size.X*size.Y > MaxPixels {
		return "", ErrTooLarge
	}
	whole, before := toGrey(img), 0
	for _, side := range sides {
		factor := max(1, (max(size.X, size.Y)+side-1)/side)
		if factor == before {
			break
		}
		before = factor
		if text, ok := search(whole.reduced(factor)); ok {
			return text, nil
		}
	}
	return "", ErrNoCode
}

// search tries the quick way for a clean drawing, then those for a photograph: a threshold for each
// neighbourhood, for uneven light; one for all, for a small code; and two that take out noise.
func search(g grey) (text string, ok bool) {
	if g.width < 21 || g.height < 21 {
		return "", false // the smallest code has 21 modules on a side
	}
	for _, try := range []struct {
		picture  func() grey
		binarize func(gozxing.LuminanceSource) gozxing.Binarizer
		way      gozxing.DecodeHintType
	}{
		{func() grey { return g }, gozxing.NewHybridBinarizer, gozxing.DecodeHintType_PURE_BARCODE},
		{func() grey { return g }, gozxing.NewHybridBinarizer, gozxing.DecodeHintType_TRY_HARDER},
		{func() grey { return g }, gozxing.NewGlobalHistgramBinarizer, gozxing.DecodeHintType_TRY_HARDER},
		{g.blurred, gozxing.NewHybridBinarizer, gozxing.DecodeHintType_TRY_HARDER},
		{func() grey { return g.reduced(2) }, gozxing.NewHybridBinarizer, gozxing.DecodeHintType_TRY_HARDER},
	} {
		if text, ok := read(try.picture(), try.binarize, try.way); ok {
			return text, true
		}
	}
	return "", false
}

func read(g grey, binarize func(gozxing.LuminanceSource) gozxing.Binarizer, way gozxing.DecodeHintType) (text string, ok bool) {
	// The library indexes by what it measures in the image; no image that a stranger sends may end the
	// process. Too many corners end the search here too.
	defer func() {
		if recover() != nil {
			text, ok = "", false
		}
	}()
	source, err := gozxing.NewPlanarYUVLuminanceSource(g.pixels, g.width, g.height, 0, 0, g.width, g.height, false)
	if err != nil {
		return "", false
	}
	bitmap, err := gozxing.NewBinaryBitmap(binarize(source))
	if err != nil {
		return "", false
	}
	corners := 0
	result, err := qrcode.NewQRCodeReader().Decode(bitmap, map[gozxing.DecodeHintType]any{
		way:                                  true,
		gozxing.DecodeHintType_CHARACTER_SET: "UTF-8",
		gozxing.DecodeHintType_NEED_RESULT_POINT_CALLBACK: gozxing.ResultPointCallback(func(gozxing.ResultPoint) {
			if corners++; corners > maxCorners {
				panic("too many corners")
			}
		}),
	})
	if err != nil {
		return "", false
	}
	return result.GetText(), true
}
