package pass

import (
	"encoding/binary"
	"fmt"
	"math"
)

// The few forms of CBOR (RFC 8949) that a pass has, in their only deterministic encoding.
const (
	majorUint  = 0 << 5
	majorBytes = 2 << 5
	majorText  = 3 << 5
	cborFalse  = 0xf4
	cborTrue   = 0xf5
	cborNull   = 0xf6
)

func appendHead(b []byte, major byte, n uint32) []byte {
	switch {
	case n < 24:
		return append(b, major|byte(n))
	case n <= math.MaxUint8:
		return append(b, major|24, byte(n))
	case n <= math.MaxUint16:
		return binary.BigEndian.AppendUint16(append(b, major|25), uint16(n))
	}
	return binary.BigEndian.AppendUint32(append(b, major|26), n)
}

func appendUint(b []byte, n uint32) []byte { return appendHead(b, majorUint, n) }

func appendBytes(b, data []byte) []byte {
	return append(appendHead(b, majorBytes, uint32(len(data))), data...)
}

func appendText(b []byte, s string) []byte {
	return append(appendHead(b, majorText, uint32(len(s))), s...)
}

func appendBool(b []byte, v bool) []byte {
	if v {
		return append(b, cborTrue)
	}
	return append(b, cborFalse)
}

// reader takes what is expected from the front of rest. After the first error it returns zeros.
type reader struct {
	rest []byte
	err  error
}

func (r *reader) fail(what string) {
	if r.err == nil {
		r.err = fmt.Errorf("it has no %s where a pass has it", what)
	}
	r.rest = nil
}

func (r *reader) take(n int, what string) []byte {
	if r.err != nil || n > len(r.rest) {
		r.fail(what)
		return nil
	}
	taken := r.rest[:n]
	r.rest = r.rest[n:]
	return taken
}

func (r *reader) expect(literal, what string) {
	if string(r.take(len(literal), what)) != literal {
		r.fail(what)
	}
}

// head reads the head of an item of the type and returns its number. Only the shortest form is right.
func (r *reader) head(major byte, what string) uint32 {
	first := r.take(1, what)
	if first == nil || first[0]&^31 != major {
		r.fail(what)
		return 0
	}
	n, shortest := uint32(first[0]&31), uint32(0)
	switch n {
	case 24:
		n, shortest = r.number(1, what), 24
	case 25:
		n, shortest = r.number(2, what), math.MaxUint8+1
	case 26:
		n, shortest = r.number(4, what), math.MaxUint16+1
	case 27, 28, 29, 30, 31:
		r.fail(what)
		return 0
	}
	if n < shortest {
		r.fail(what)
		return 0
	}
	return n
}

func (r *reader) number(size int, what string) (n uint32) {
	for _, b := range r.take(size, what) {
		n = n<<8 | uint32(b)
	}
	return n
}

func (r *reader) uint(what string) uint32 { return r.head(majorUint, what) }

func (r *reader) bytes(what string) []byte {
	return r.sized(majorBytes, what)
}

func (r *reader) text(what string) string {
	return string(r.sized(majorText, what))
}

// sized reads an item and as many bytes as its head says.
func (r *reader) sized(major byte, what string) []byte {
	n := r.head(major, what)
	if n > MaxSize {
		r.fail(what)
		return nil
	}
	return r.take(int(n), what)
}

func (r *reader) bool(what string) bool {
	b := r.take(1, what)
	if b == nil || b[0] != cborFalse && b[0] != cborTrue {
		r.fail(what)
		return false
	}
	return b[0] == cborTrue
}

// null reads a null if one comes next.
func (r *reader) null() bool {
	if len(r.rest) == 0 || r.rest[0] != cborNull {
		return false
	}
	r.rest = r.rest[1:]
	return true
}

func (r *reader) end(what string) {
	if r.err == nil && len(r.rest) > 0 {
		r.err = fmt.Errorf("something follows the %s", what)
	}
}
