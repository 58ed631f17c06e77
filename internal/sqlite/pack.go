package sqlite

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"strconv"
)

// Strings that name things are mostly digits at the end, or UUIDs; packed, they take half
// the room. The two lowest bits of the first number say how the rest is to be read.
const (
	packRaw    = 0 // length; the bytes
	packNumber = 1 // length of the head; the head, the number of digits, the number
	packUUID   = 2 // 16 bytes
)

func appendPacked(b []byte, s string) []byte {
	if id, ok := parseUUID(s); ok {
		return append(append(b, packUUID), id[:]...)
	}
	head, tail := splitNumber(s)
	if len(tail) < 4 {
		b = binary.AppendUvarint(b, uint64(len(s))<<2|packRaw)
		return append(b, s...)
	}
	number, _ := strconv.ParseUint(tail, 10, 64) // at most 18 digits
	b = binary.AppendUvarint(b, uint64(len(head))<<2|packNumber)
	b = append(b, head...)
	b = append(b, byte(len(tail)))
	return binary.AppendUvarint(b, number)
}

// parseUUID reads a UUID in its canonical, lower-case form.
func parseUUID(s string) (id [16]byte, ok bool) {
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return id, false
	}
	digits := s[:8] + s[9:13] + s[14:18] + s[19:23] + s[24:]
	_, err := hex.Decode(id[:], []byte(digits))
	return id, err == nil && formatUUID(id[:]) == s
}

func formatUUID(id []byte) string {
	h := hex.EncodeToString(id)
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

var errCut = errors.New("the stored bytes end too early; the file is damaged")

// reader reads what the append functions wrote. The first error stays.
type reader struct {
	b   []byte
	err error
}

func (r *reader) fail() {
	r.b, r.err = nil, errCut
}

func (r *reader) uvarint() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.fail()
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *reader) varint() int64 {
	v, n := binary.Varint(r.b)
	if n <= 0 {
		r.fail()
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *reader) bytes(n uint64) []byte {
	if n > uint64(len(r.b)) {
		r.fail()
		return nil
	}
	out := r.b[:n]
	r.b = r.b[n:]
	return out
}

func (r *reader) string() string { return string(r.bytes(r.uvarint())) }

func (r *reader) packed() string {
	first := r.uvarint()
	switch first & 3 {
	case packRaw:
		return string(r.bytes(first >> 2))
	case packNumber:
		head := r.bytes(first >> 2)
		digits := r.uvarint()
		number := strconv.FormatUint(r.uvarint(), 10)
		if digits > maxDigits || len(number) > int(digits) {
			r.fail()
			return ""
		}
		return string(head) + "000000000000000000"[:int(digits)-len(number)] + number
	case packUUID:
		if id := r.bytes(16); id != nil {
			return formatUUID(id)
		}
		return ""
	}
	r.fail()
	return ""
}

func appendString(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}
