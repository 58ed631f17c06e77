package smpp

import "fmt"

// What one short message holds, in octets of its coding: alone, and beside a
// user data header of 6 octets (3GPP TS 23.040, 9.2.3.24.1).
const (
	gsmAlone, gsmPart   = 160, 153
	ucs2Alone, ucs2Part = 140, 134
	maxParts            = 255
)

// Part is what goes into one submit_sm.
type Part struct {
	Coding byte
	UDH    bool // Octets begin with a header that says which part of which text this is
	Octets []byte
}

// Split makes the parts of a text: one if it fits into 160 characters of the
// GSM alphabet or 70 of UCS-2, otherwise parts of 153 or 67. A phone puts those of
// one sender with the same reference together. No character is cut in two.
func Split(text string, reference byte) ([]Part, error) {
	characters, coding := encode(text)
	alone, most := gsmAlone, gsmPart
	if coding == CodingUCS2 {
		alone, most = ucs2Alone, ucs2Part
	}
	if parts := fill(characters, alone); len(parts) == 1 {
		return []Part{{Coding: coding, Octets: parts[0]}}, nil
	}
	filled := fill(characters, most)
	if len(filled) > maxParts {
		return nil, fmt.Errorf("splitting a text: it takes %d short messages, want at most %d; shorten it", len(filled), maxParts)
	}
	parts := make([]Part, len(filled))
	for i, octets := range filled {
		header := []byte{5, 0, 3, reference, byte(len(filled)), byte(i + 1)}
		parts[i] = Part{Coding: coding, UDH: true, Octets: append(header, octets...)}
	}
	return parts, nil
}

// fill puts characters together into as few pieces of at most size octets as
// their order allows; at least one.
func fill(characters [][]byte, size int) [][]byte {
	pieces := [][]byte{nil}
	for _, octets := range characters {
		last := &pieces[len(pieces)-1]
		if len(*last)+len(octets) > size {
			pieces = append(pieces, nil)
			last = &pieces[len(pieces)-1]
		}
		*last = append(*last, octets...)
	}
	return pieces
}

// Read returns the text of a short message, and which part of a longer text it
// is: 1 of 1 where it is none. ok is false where it is no text.
func (s *Short) Read() (text string, part, parts int, ok bool) {
	octets := s.Text
	if payload, long := s.TLVs.Get(TagMessagePayload); long && len(octets) == 0 {
		octets = payload
	}
	part, parts = 1, 1
	if s.Class&classUDH != 0 {
		if octets, part, parts, ok = readHeader(octets); !ok {
			return "", 1, 1, false
		}
	}
	text, ok = decode(octets, s.Coding)
	return text, part, parts, ok
}

// readHeader takes the user data header off a text.
func readHeader(octets []byte) (rest []byte, part, parts int, ok bool) {
	if len(octets) == 0 || len(octets) < 1+int(octets[0]) {
		return nil, 0, 0, false
	}
	header, rest := octets[1:1+int(octets[0])], octets[1+int(octets[0]):]
	part, parts = 1, 1
	for len(header) >= 2 && len(header) >= 2+int(header[1]) {
		kind, value := header[0], header[2:2+int(header[1])]
		header = header[2+len(value):]
		// 0 has a reference of one octet, 8 one of two; then come count and number.
		if kind == 0 && len(value) == 3 || kind == 8 && len(value) == 4 {
			parts, part = int(value[len(value)-2]), int(value[len(value)-1])
		}
	}
	return rest, part, parts, true
}
