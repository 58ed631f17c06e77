package identity

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"io"

	"healthcode"
)

// The limits of a photograph. A key page is legible from about 600 by 400
// pixels; 50 million are more than phones store within 10 MiB.
const (
	MaxPhotoBytes  = 10 << 20
	minPhotoLong   = 600
	minPhotoShort  = 400
	maxPhotoPixels = 50_000_000
	maxPhotoSide   = 20_000
	maxPhotoMemory = 256 << 20 // what decoding may take, at most
	maxPhotoScans  = 32        // a progressive JPEG has about 10
)

// CleanPhoto is a photograph as it may be stored: decoded, turned upright and
// encoded anew, so that nothing of the file but the picture is left, no
// location, no device, no thumbnail.
type CleanPhoto struct {
	Type          string // image/jpeg, always
	Data          []byte // at most MaxPhotoBytes
	Width, Height int    // pixels, as shown
}

const fieldPhoto = "photo"

// The codes with which a photograph is refused.
const (
	CodePhotoEmpty   healthcode.Code = "photo_empty"
	CodePhotoLarge   healthcode.Code = "photo_large"
	CodePhotoFormat  healthcode.Code = "photo_format"
	CodePhotoHEIC    healthcode.Code = "photo_heic"
	CodePhotoSmall   healthcode.Code = "photo_small"
	CodePhotoPixels  healthcode.Code = "photo_pixels"
	CodePhotoDamaged healthcode.Code = "photo_damaged"
)

var photoRefusals = map[healthcode.Code]refusal{
	CodePhotoEmpty: {healthcode.CodeInvalid,
		"没有收到照片。请选择或拍摄证件的关键信息页。",
		"No photograph arrived. Choose or take one of the document's key page."},
	CodePhotoLarge: {healthcode.CodeInvalid,
		"照片超过 10 MB。请用较低的分辨率重拍，或裁剪到只剩信息页。",
		"The photograph is larger than 10 MB. Take it again at a lower resolution, or crop it to the page."},
	CodePhotoFormat: {healthcode.CodeInvalid,
		"只接受 JPEG 或 PNG 照片。请直接拍照上传，或对照片截屏后上传截图。",
		"Only JPEG and PNG photographs are accepted. Take the picture with the camera button, or upload a screenshot of it."},
	CodePhotoHEIC: {healthcode.CodeInvalid,
		"这是 HEIC 照片。请在手机“设置-相机-格式”中选择“兼容性最佳”后重拍，或上传照片的截图。",
		"This is a HEIC photograph. Choose Settings – Camera – Formats – Most Compatible and take it again, or upload a screenshot of it."},
	CodePhotoSmall: {healthcode.CodeInvalid,
		"照片太小，看不清文字：至少需要 600 × 400 像素。请靠近证件重拍。",
		"The photograph is too small to read: it needs at least 600 by 400 pixels. Take it again from nearer."},
	CodePhotoPixels: {healthcode.CodeInvalid,
		"照片像素过多，无法处理。请用较低的分辨率重拍。",
		"The photograph has too many pixels. Take it again at a lower resolution."},
	CodePhotoDamaged: {healthcode.CodeInvalid,
		"照片不完整或已损坏。请重新拍摄或重新上传。",
		"The photograph is incomplete or damaged. Take it again, or upload it again."},
}

// ReadPhoto reads at most [MaxPhotoBytes] and checks them with [CheckPhoto]. An
// error of the reader itself is returned as it is.
func ReadPhoto(r io.Reader) (CleanPhoto, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxPhotoBytes+1))
	if err != nil {
		return CleanPhoto{}, err
	}
	return CheckPhoto(data)
}

// CheckPhoto checks an uploaded photograph by its content, whatever its name or
// declared type, and returns it clean. What decoding would cost is known, and
// refused where it is too much, before anything is decoded; what is allowed
// takes up to 256 MiB for a moment, so callers bound how many run at a time.
func CheckPhoto(data []byte) (CleanPhoto, error) {
	switch {
	case len(data) == 0:
		return CleanPhoto{}, refuse(CodePhotoEmpty, fieldPhoto)
	case len(data) > MaxPhotoBytes:
		return CleanPhoto{}, refuse(CodePhotoLarge, fieldPhoto)
	}
	file, code := inspectPhoto(data)
	if code != "" {
		return CleanPhoto{}, refuse(code, fieldPhoto)
	}
	picture, err := file.decode(bytes.NewReader(data))
	if err != nil {
		return CleanPhoto{}, refuse(damage(err), fieldPhoto)
	}
	if _, simple := picture.(*image.YCbCr); !simple || file.orientation != 1 {
		// Every type that the two decoders return is an RGBA64Image.
		picture = upright{picture.(image.RGBA64Image), file.orientation}
	}
	for _, quality := range []int{90, 70} {
		var out bytes.Buffer
		if err := jpeg.Encode(&out, picture, &jpeg.Options{Quality: quality}); err != nil {
			return CleanPhoto{}, refuse(CodePhotoDamaged, fieldPhoto)
		}
		if out.Len() <= MaxPhotoBytes {
			size := picture.Bounds().Size()
			return CleanPhoto{Type: "image/jpeg", Data: out.Bytes(), Width: size.X, Height: size.Y}, nil
		}
	}
	return CleanPhoto{}, refuse(CodePhotoLarge, fieldPhoto)
}

// upright shows a picture turned and mirrored as its EXIF orientation says, on
// white where it is transparent, without a copy of it.
type upright struct {
	stored      image.RGBA64Image
	orientation int
}

// ColorModel is that of At.
func (u upright) ColorModel() color.Model { return color.RGBAModel }

// Bounds swaps the sides for the orientations that lie.
func (u upright) Bounds() image.Rectangle {
	size := u.stored.Bounds().Size()
	if u.orientation >= 5 {
		size.X, size.Y = size.Y, size.X
	}
	return image.Rectangle{Max: size}
}

// At returns the colour of a point of the upright picture.
func (u upright) At(x, y int) color.Color {
	b := u.stored.Bounds()
	w, h := b.Dx()-1, b.Dy()-1
	switch u.orientation {
	case 2:
		x = w - x
	case 3:
		x, y = w-x, h-y
	case 4:
		y = h - y
	case 5:
		x, y = y, x
	case 6:
		x, y = y, h-x
	case 7:
		x, y = w-y, h-x
	case 8:
		x, y = w-y, x
	}
	c := u.stored.RGBA64At(b.Min.X+x, b.Min.Y+y)
	white := 0xffff - c.A
	return color.RGBA{uint8((c.R + white) >> 8), uint8((c.G + white) >> 8), uint8((c.B + white) >> 8), 0xff}
}
