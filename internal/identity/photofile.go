package identity

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/jpeg"
	"image/png"
	"io"

	"healthcode"
)

// photoFile is what is known of a file before it is decoded.
type photoFile struct {
	decode      func(io.Reader) (image.Image, error)
	config      image.Config
	orientation int   // EXIF, 1 to 8; 1 is upright
	perPixel    int64 // bytes that decoding takes, at most
	scans       int
}

// inspectPhoto reads a file's headers and returns the code with which to refuse it, or "".
func inspectPhoto(data []byte) (f photoFile, code healthcode.Code) {
	var err error
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xd8\xff")):
		f.decode = jpeg.Decode
		if f.config, err = jpeg.DecodeConfig(bytes.NewReader(data)); err != nil {
			return f, damage(err)
		}
		h := readJPEGHeaders(data)
		f.orientation, f.scans = h.orientation, h.scans
		f.perPixel = 4 // components of a byte
		if h.progressive {
			f.perPixel += 4 * 4 // and the coefficients of each
		}
	case bytes.HasPrefix(data, []byte("\x89PNG\r\n\x1a\n")):
		f.decode = png.Decode
		if f.config, err = png.DecodeConfig(bytes.NewReader(data)); err != nil {
			return f, damage(err)
		}
		f.orientation = pngOrientation(data)
		f.perPixel = 8 // 16 bits of four channels
		if data[24] <= 8 {
			f.perPixel = 4
		}
		if data[28] != 0 {
			f.perPixel *= 2 // interlaced: the passes are decoded into pictures of their own
		}
	case len(data) > 12 && string(data[4:8]) == "ftyp" && bytes.Contains([]byte("heic heix hevc hevx mif1 msf1 heim heis avif"), data[8:12]):
		return f, CodePhotoHEIC
	default:
		return f, CodePhotoFormat
	}
	w, h := f.config.Width, f.config.Height
	switch { // a photograph that is too small can be decoded all the same: one that is small on one side only may not
	case max(w, h) > maxPhotoSide || w*h > maxPhotoPixels || f.perPixel*int64(w)*int64(h) > maxPhotoMemory,
		f.scans > maxPhotoScans:
		return f, CodePhotoPixels
	case max(w, h) < minPhotoLong || min(w, h) < minPhotoShort:
		return f, CodePhotoSmall
	}
	return f, ""
}

// damage tells a kind of JPEG or PNG that can't be read here from a broken one.
func damage(err error) healthcode.Code {
	var j jpeg.UnsupportedError
	var p png.UnsupportedError
	if errors.As(err, &j) || errors.As(err, &p) {
		return CodePhotoFormat
	}
	return CodePhotoDamaged
}

// jpegHeaders is what the segments of a JPEG say.
type jpegHeaders struct {
	progressive bool
	scans       int
	orientation int
}

// ManyScans reports whether a picture is a JPEG of more scans than programs make: each of a few bytes costs a decoder a walk
// over the whole picture.
func ManyScans(data []byte) bool {
	return bytes.HasPrefix(data, []byte("\xff\xd8\xff")) && readJPEGHeaders(data).scans > maxPhotoScans
}

// readJPEGHeaders walks over the segments of a JPEG up to its end. In what
// isn't well formed it stops early; the decoder will refuse that.
func readJPEGHeaders(data []byte) jpegHeaders {
	h := jpegHeaders{orientation: 1}
	for at := 2; at+4 <= len(data); {
		if data[at] != 0xff { // compressed data, up to the next marker
			next := bytes.IndexByte(data[at:], 0xff)
			if next < 0 {
				break
			}
			at += next
			continue
		}
		marker := data[at+1]
		if marker == 0xff || marker == 0 || marker >= 0xd0 && marker <= 0xd8 || marker == 1 {
			if at++; marker != 0xff { // fill bytes come one by one, the others have no length
				at++
			}
			continue
		}
		if marker == 0xd9 {
			break
		}
		end := at + 2 + int(binary.BigEndian.Uint16(data[at+2:]))
		if end < at+4 || end > len(data) {
			break
		}
		switch marker {
		case 0xc2:
			h.progressive = true
		case 0xda:
			h.scans++
		case 0xe1:
			if tiff, ok := bytes.CutPrefix(data[at+4:end], []byte("Exif\x00\x00")); ok && h.orientation == 1 {
				h.orientation = tiffOrientation(tiff)
			}
		}
		at = end
	}
	return h
}

// pngOrientation returns the orientation in a PNG's eXIf chunk, or 1.
func pngOrientation(data []byte) int {
	for at := 8; at+8 <= len(data); {
		length := int(binary.BigEndian.Uint32(data[at:]))
		body := at + 8
		if length > len(data)-body {
			break
		}
		if string(data[at+4:body]) == "eXIf" {
			return tiffOrientation(data[body : body+length])
		}
		at = body + length + 4
	}
	return 1
}

// tiffOrientation returns the orientation (tag 0x0112) of the first directory
// of EXIF data, 1 to 8, or 1 where there is none.
func tiffOrientation(tiff []byte) int {
	if len(tiff) < 8 {
		return 1
	}
	var order binary.ByteOrder = binary.BigEndian
	if string(tiff[:2]) == "II" {
		order = binary.LittleEndian
	}
	at := int64(order.Uint32(tiff[4:]))
	if at+2 > int64(len(tiff)) {
		return 1
	}
	entries := int64(order.Uint16(tiff[at:]))
	for at += 2; entries > 0 && at+12 <= int64(len(tiff)); at, entries = at+12, entries-1 {
		if order.Uint16(tiff[at:]) == 0x0112 {
			if o := int(order.Uint16(tiff[at+8:])); o >= 1 && o <= 8 {
				return o
			}
		}
	}
	return 1
}
