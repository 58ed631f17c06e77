// Package qr draws texts as QR codes (ISO/IEC 18004) and reads them from images.
//
// A code is always black on white with a quiet zone of 4 modules: readers need both, whatever colours the
// page around it has.
package qr

import (
	"errors"
	"fmt"

	"rsc.io/qr/coding"
)

// Level says how much of a code may be unreadable: about 7 % (L), 15 % (M), 25 % (Q) or 30 % (H). A higher
// level needs a larger code.
type Level int

const (
	L = Level(coding.L)
	M = Level(coding.M)
	Q = Level(coding.Q)
	H = Level(coding.H)
)

// QuietZone is the white border around a drawn code, in modules.
const QuietZone = 4

// ErrTooLong is returned for a text that the largest code (version 40) cannot hold at the level asked for.
var ErrTooLong = errors.New("encoding a QR code: the text is too long; shorten it or lower the level")

// Code is the matrix of one QR code.
type Code struct {
	// Version is 1 to 40; Size is the modules on a side, 17 + 4 × Version, without the quiet zone.
	Version, Size int
	black         matrix
}

// Encode returns the smallest code for the text at the level. Digits, and the 45 characters of
// alphanumeric mode, are packed; any other text is stored as its UTF-8 bytes, without a character set
// marker, since many hand scanners print such a marker as text. The error is ErrTooLong, or says
// that the level is unknown.
func Encode(text string, level Level) (*Code, error) {
	if level < L || level > H {
		return nil, fmt.Errorf("encoding a QR code: level %d is unknown; use L, M, Q or H", level)
	}
	mode := modeOf(text)
	for version := coding.Version(coding.MinVersion); version <= coding.MaxVersion; version++ {
		if mode.Bits(version) <= version.DataBytes(coding.Level(level))*8 {
			return encode(mode, version, coding.Level(level)), nil
		}
	}
	return nil, ErrTooLong
}

func modeOf(text string) coding.Encoding {
	switch {
	case coding.Num(text).Check() == nil:
		return coding.Num(text)
	case coding.Alpha(text).Check() == nil:
		return coding.Alpha(text)
	}
	return coding.String(text)
}

// encode draws the data once and picks, of the eight masked versions, the one with the lowest penalty.
func encode(mode coding.Encoding, version coding.Version, level coding.Level) *Code {
	var bits coding.Bits
	mode.Encode(&bits, version)
	bits.AddCheckBytes(version, level)

	layout := layoutOf(version, level)
	data := layout.place(bits.Bytes())
	turned := data.transposed()
	best, lowest := 0, -1
	for mask := range layout.frames {
		score := penalty(data.xor(layout.frames[mask]), turned.xor(layout.turned[mask]))
		if lowest < 0 || score < lowest {
			best, lowest = mask, score
		}
	}
	return &Code{Version: int(version), Size: layout.size, black: data.xor(layout.frames[best])}
}

// Black reports whether the module in column x of row y is black. Outside the code all is white.
func (c *Code) Black(x, y int) bool {
	return 0 <= x && x < c.Size && 0 <= y && y < c.Size && c.black.get(x, y)
}
