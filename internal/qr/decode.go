package qr

import (
	"errors"
	"fmt"
	"image"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
	"github.com/makiuchi-d/gozxing/qrcode/decoder"
	"github.com/makiuchi-d/gozxing/qrcode/detector"
)

// MaxPixels bounds the images that Decode reads: the largest photographs of common phones. Who
// receives an image checks its size before it decodes the file.
const MaxPixels = 50_000_000

// sides are the longer sides, in pixels, to which an image is reduced before it is searched: a code that fills
// a good part of a photograph is found much sooner in a small copy.
var sides = []int{1200, 2400}

// maxCorners bounds the squares taken for a code's corners. The library compares all triples of them, so
// that a picture full of such squares would take minutes.
const maxCorners = 250

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
	same := func() grey { return g }
	for _, try := range []struct {
		picture  func() grey
		binarize func(gozxing.LuminanceSource) gozxing.Binarizer
		read     func(*gozxing.BinaryBitmap) (string, error)
	}{
		{same, gozxing.NewHybridBinarizer, readDrawing},
		{same, gozxing.NewHybridBinarizer, readPhotograph},
		{same, gozxing.NewGlobalHistgramBinarizer, readPhotograph},
		{g.blurred, gozxing.NewHybridBinarizer, readPhotograph},
		{func() grey { return g.reduced(2) }, gozxing.NewHybridBinarizer, readPhotograph},
	} {
		if text, err := attempt(try.picture(), try.binarize, try.read); err == nil {
			return text, true
		}
	}
	return "", false
}

func attempt(g grey, binarize func(gozxing.LuminanceSource) gozxing.Binarizer, read func(*gozxing.BinaryBitmap) (string, error)) (text string, err error) {
	// The library indexes by what it measures in the image; no image that a stranger sends may end the
	// process. Too many corners end the search here too.
	defer func() {
		if recover() != nil {
			err = ErrNoCode
		}
	}()
	source, err := gozxing.NewPlanarYUVLuminanceSource(g.pixels, g.width, g.height, 0, 0, g.width, g.height, false)
	if err != nil {
		return "", err
	}
	bitmap, err := gozxing.NewBinaryBitmap(binarize(source))
	if err != nil {
		return "", err
	}
	return read(bitmap)
}

type hints = map[gozxing.DecodeHintType]any

func readDrawing(bitmap *gozxing.BinaryBitmap) (string, error) {
	result, err := qrcode.NewQRCodeReader().Decode(bitmap, hints{
		gozxing.DecodeHintType_PURE_BARCODE: true, gozxing.DecodeHintType_CHARACTER_SET: "UTF-8",
	})
	if err != nil {
		return "", err
	}
	return result.GetText(), nil
}

func readPhotograph(bitmap *gozxing.BinaryBitmap) (string, error) {
	picture, err := bitmap.GetBlackMatrix()
	if err != nil {
		return "", err
	}
	found := 0
	corners, err := detector.NewFinderPatternFinder(picture, func(gozxing.ResultPoint) {
		if found++; found > maxCorners {
			panic("too many corners")
		}
	}).Find(hints{gozxing.DecodeHintType_TRY_HARDER: true})
	if err != nil {
		return "", err
	}
	for _, grid := range grids(picture, corners) {
		code, err := grid.sample(picture)
		if err != nil {
			return "", err
		}
		if result, err := decoder.NewDecoder().Decode(code, hints{gozxing.DecodeHintType_CHARACTER_SET: "UTF-8"}); err == nil {
			return result.GetText(), nil
		}
	}
	return "", ErrNoCode
}
