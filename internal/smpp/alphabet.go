package smpp

import (
	"encoding/binary"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Data codings (section 5.2.19).
const (
	CodingDefault byte = 0 // the GSM 7-bit default alphabet, one character an octet
	CodingASCII   byte = 1
	CodingLatin1  byte = 3
	CodingUCS2    byte = 8
)

// gsmBasic is the default alphabet of 3GPP TS 23.038 in the order of its codes.
var gsmBasic = []rune("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
	"¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà")

// gsmMore is its extension table: these follow an escape.
var gsmMore = map[byte]rune{0x0A: '\f', 0x14: '^', 0x28: '{', 0x29: '}', 0x2F: '\\', 0x3C: '[', 0x3D: '~', 0x3E: ']', 0x40: '|', 0x65: '€'}

const gsmEscape = 0x1B

// gsmCodes holds the one or two octets of each character.
var gsmCodes = func() map[rune][]byte {
	codes := map[rune][]byte{}
	for code, r := range gsmBasic {
		codes[r] = []byte{byte(code)}
	}
	for code, r := range gsmMore {
		codes[r] = []byte{gsmEscape, code}
	}
	delete(codes, gsmEscape)
	return codes
}()

// encode returns the octets of each character, in the GSM alphabet if it has
// them all, otherwise in UCS-2, where a character beyond 16 bits is a surrogate pair.
func encode(text string) (characters [][]byte, coding byte) {
	for _, r := range text {
		octets, ok := gsmCodes[r]
		if !ok {
			return encodeUCS2(text), CodingUCS2
		}
		characters = append(characters, octets)
	}
	return characters, CodingDefault
}

func encodeUCS2(text string) (characters [][]byte) {
	for _, r := range text {
		var octets []byte
		for _, unit := range utf16.AppendRune(nil, r) {
			octets = binary.BigEndian.AppendUint16(octets, unit)
		}
		characters = append(characters, octets)
	}
	return characters
}

// decode reads text in one of the four codings, and reports whether it is in one.
func decode(octets []byte, coding byte) (string, bool) {
	var b strings.Builder
	switch coding {
	case CodingDefault:
		decodeGSM(&b, octets)
	case CodingASCII, CodingLatin1:
		for _, o := range octets {
			if coding == CodingASCII && o >= utf8.RuneSelf {
				b.WriteRune(utf8.RuneError)
			} else {
				b.WriteRune(rune(o))
			}
		}
	case CodingUCS2:
		units := make([]uint16, len(octets)/2)
		for i := range units {
			units[i] = binary.BigEndian.Uint16(octets[2*i:])
		}
		b.WriteString(string(utf16.Decode(units)))
	default:
		return "", false
	}
	return b.String(), true
}

func decodeGSM(b *strings.Builder, octets []byte) {
	for i := 0; i < len(octets); i++ {
		o := octets[i]
		switch {
		case o >= byte(len(gsmBasic)):
			b.WriteRune(utf8.RuneError)
		case o != gsmEscape:
			b.WriteRune(gsmBasic[o])
		case i+1 < len(octets) && gsmMore[octets[i+1]] != 0:
			i++
			b.WriteRune(gsmMore[octets[i]])
		default:
			// TS 23.038: a receiver shows an escape that it doesn't understand as a space.
			b.WriteByte(' ')
		}
	}
}
