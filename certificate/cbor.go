package certificate

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"unicode/utf8"
)

// maxDepth caps nesting. The deepest real content (a DDCC inside a CWT) has 7 levels.
const maxDepth = 16

var (
	errDepth = fmt.Errorf("reading CBOR: nested more than %d deep", maxDepth)
	errShort = errors.New("reading CBOR: the data ends inside an item")
	errBreak = errors.New("reading CBOR: a break where an item should be")
)

// cborReader turns CBOR (RFC 8949) into the values that encoding/json uses, plus int64 and []byte. It is
// more forgiving than a general decoder where certificates in the field need it: tags are dropped whatever
// they hold (some issuers tag a bare date as a date-time), and lengths may be indefinite.
type cborReader struct {
	data []byte
	at   int
}

// readCBOR decodes one item that must fill data.
func readCBOR(data []byte) (any, error) {
	r := cborReader{data: data}
	v, err := r.value(0)
	if err == nil && r.at != len(data) {
		err = fmt.Errorf("reading CBOR: %d bytes follow the item", len(data)-r.at)
	}
	return v, err
}

const indefinite = 31

// head reads an item's first bytes: its major type, its additional information and its argument.
func (r *cborReader) head() (major, info byte, argument uint64, err error) {
	if r.at >= len(r.data) {
		return 0, 0, 0, errShort
	}
	first := r.data[r.at]
	r.at++
	major, info = first>>5, first&31
	switch {
	case info < 24:
		return major, info, uint64(info), nil
	case info <= 27:
		size := 1 << (info - 24)
		b, err := r.take(uint64(size))
		if err != nil {
			return 0, 0, 0, err
		}
		var wide [8]byte
		copy(wide[8-size:], b)
		return major, info, binary.BigEndian.Uint64(wide[:]), nil
	case info == indefinite && major >= 2 && major != 6:
		return major, info, 0, nil
	}
	return 0, 0, 0, fmt.Errorf("reading CBOR: byte %#02x at %d opens no item", first, r.at-1)
}

func (r *cborReader) take(n uint64) ([]byte, error) {
	if n > uint64(len(r.data)-r.at) {
		return nil, errShort
	}
	b := r.data[r.at : r.at+int(n)]
	r.at += int(n)
	return b, nil
}

func (r *cborReader) value(depth int) (any, error) {
	if depth > maxDepth {
		return nil, errDepth
	}
	major, info, argument, err := r.head()
	if err != nil {
		return nil, err
	}
	switch major {
	case 0:
		if argument > math.MaxInt64 {
			return float64(argument), nil
		}
		return int64(argument), nil
	case 1:
		if argument > math.MaxInt64 {
			return -1 - float64(argument), nil
		}
		return -1 - int64(argument), nil
	case 2:
		return r.bytes(major, info, argument)
	case 3:
		b, err := r.bytes(major, info, argument)
		if err == nil && !utf8.Valid(b) {
			err = errors.New("reading CBOR: a text is not UTF-8")
		}
		return string(b), err
	case 4:
		return r.array(info, argument, depth)
	case 5:
		return r.mapping(info, argument, depth)
	case 6:
		return r.value(depth + 1)
	}
	return r.simple(info, argument)
}

func (r *cborReader) bytes(major, info byte, argument uint64) ([]byte, error) {
	if info != indefinite {
		return r.take(argument)
	}
	var all []byte
	for {
		if r.atBreak() {
			return all, nil
		}
		chunk, info, argument, err := r.head()
		if err != nil {
			return nil, err
		}
		if chunk != major || info == indefinite {
			return nil, errors.New("reading CBOR: a string of chunks holds something else")
		}
		b, err := r.take(argument)
		if err != nil {
			return nil, err
		}
		all = append(all, b...)
	}
}

// atBreak steps over the mark that ends an item of indefinite length.
func (r *cborReader) atBreak() bool {
	if r.at < len(r.data) && r.data[r.at] == 0xff {
		r.at++
		return true
	}
	return false
}

func (r *cborReader) array(info byte, n uint64, depth int) (any, error) {
	list := []any{}
	for i := uint64(0); ; i++ {
		if info == indefinite && r.atBreak() || info != indefinite && i == n {
			return list, nil
		}
		v, err := r.value(depth + 1)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
}

// mapping gives a map[string]any where every key is text, else a map[any]any with int64 and string keys.
func (r *cborReader) mapping(info byte, n uint64, depth int) (any, error) {
	text := map[string]any{}
	var mixed map[any]any
	for i := uint64(0); ; i++ {
		if info == indefinite && r.atBreak() || info != indefinite && i == n {
			break
		}
		key, err := r.value(depth + 1)
		if err != nil {
			return nil, err
		}
		v, err := r.value(depth + 1)
		if err != nil {
			return nil, err
		}
		s, isText := key.(string)
		if _, isInt := key.(int64); !isText && !isInt {
			return nil, errors.New("reading CBOR: a map key is neither text nor an integer")
		}
		if !isText && mixed == nil {
			mixed = make(map[any]any, len(text)+1)
			for k, v := range text {
				mixed[k] = v
			}
		}
		// Two values under one key would let two readers see two certificates.
		if mixed != nil {
			if _, twice := mixed[key]; twice {
				return nil, fmt.Errorf("reading CBOR: the key %v stands twice in a map", key)
			}
			mixed[key] = v
			continue
		}
		if _, twice := text[s]; twice {
			return nil, fmt.Errorf("reading CBOR: the key %q stands twice in a map", s)
		}
		text[s] = v
	}
	if mixed != nil {
		return mixed, nil
	}
	return text, nil
}

func (r *cborReader) simple(info byte, argument uint64) (any, error) {
	var f float64
	switch info {
	case 20, 21:
		return info == 21, nil
	case 22, 23:
		return nil, nil
	case 25:
		f = half(uint16(argument))
	case 26:
		f = float64(math.Float32frombits(uint32(argument)))
	case 27:
		f = math.Float64frombits(argument)
	case indefinite:
		return nil, errBreak
	default:
		return nil, fmt.Errorf("reading CBOR: the simple value %d has no meaning here", argument)
	}
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil, errors.New("reading CBOR: a number is not finite")
	}
	return f, nil
}

// half gives the value of an IEEE 754 binary16 number.
func half(bits uint16) float64 {
	exponent, fraction := int(bits>>10&0x1f), float64(bits&0x3ff)
	f := math.Ldexp(fraction, -24)
	switch {
	case exponent == 0x1f && fraction == 0:
		f = math.Inf(1)
	case exponent == 0x1f:
		f = math.NaN()
	case exponent != 0:
		f = math.Ldexp(1024+fraction, exponent-25)
	}
	if bits&0x8000 != 0 {
		return -f
	}
	return f
}
