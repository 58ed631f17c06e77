package smpp

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// codec walks over the fields of a body, to write or to read them: one
// description of each body serves both. The first error stops it.
type codec struct {
	buf     []byte // written so far, or still to be read
	reading bool
	err     error
}

func (c *codec) fail(field, format string, args ...any) {
	if c.err == nil {
		c.err = fmt.Errorf("%s: %s", field, fmt.Sprintf(format, args...))
	}
}

// take reads n octets.
func (c *codec) take(n int, field string) []byte {
	if c.err == nil && len(c.buf) < n {
		c.fail(field, "%d octets, and %d are left", n, len(c.buf))
	}
	if c.err != nil {
		return nil
	}
	b := c.buf[:n]
	c.buf = c.buf[n:]
	return b
}

func (c *codec) octet(v *byte, field string) {
	if !c.reading {
		c.buf = append(c.buf, *v)
	} else if b := c.take(1, field); b != nil {
		*v = b[0]
	}
}

func (c *codec) uint16(v *uint16, field string) {
	if !c.reading {
		c.buf = binary.BigEndian.AppendUint16(c.buf, *v)
	} else if b := c.take(2, field); b != nil {
		*v = binary.BigEndian.Uint16(b)
	}
}

// text is a C-octet string of at most size octets, its NUL among them.
func (c *codec) text(v *string, size int, field string) {
	if c.err != nil {
		return
	}
	if !c.reading {
		if len(*v) >= size || bytes.IndexByte([]byte(*v), 0) >= 0 {
			c.fail(field, "want at most %d octets and no NUL among them", size-1)
			return
		}
		c.buf = append(append(c.buf, *v...), 0)
		return
	}
	end := bytes.IndexByte(c.buf[:min(size, len(c.buf))], 0)
	if end < 0 {
		c.fail(field, "no NUL within %d octets", size)
		return
	}
	*v = string(c.buf[:end])
	c.buf = c.buf[end+1:]
}

// octets is a length of one octet, then as many octets.
func (c *codec) octets(v *[]byte, most int, field string) {
	if !c.reading && len(*v) > most {
		c.fail(field, "%d octets, want at most %d", len(*v), most)
		return
	}
	n := byte(len(*v))
	c.octet(&n, field)
	if !c.reading {
		c.buf = append(c.buf, *v...)
		return
	}
	if int(n) > most {
		c.fail(field, "%d octets, want at most %d", n, most)
		return
	}
	*v = bytes.Clone(c.take(int(n), field))
}

// rest is everything up to the end.
func (c *codec) rest(v *[]byte) {
	if !c.reading {
		c.buf = append(c.buf, *v...)
	} else {
		*v = bytes.Clone(c.take(len(c.buf), "body"))
	}
}

// Tag names an optional parameter (section 5.3.2).
type Tag uint16

// The optional parameters that a client acts on.
const (
	TagReceiptedMessageID Tag = 0x001E
	TagMessagePayload     Tag = 0x0424
	TagMessageState       Tag = 0x0427
)

// TLV is one optional parameter.
type TLV struct {
	Tag   Tag
	Value []byte
}

// TLVs are the optional parameters of a PDU, in their order.
type TLVs []TLV

// Get returns the value of the first parameter with that tag.
func (l TLVs) Get(tag Tag) ([]byte, bool) {
	for _, p := range l {
		if p.Tag == tag {
			return p.Value, true
		}
	}
	return nil, false
}

// tlvs stand at the end of a body.
func (c *codec) tlvs(l *TLVs) {
	if !c.reading {
		for _, p := range *l {
			tag, length := uint16(p.Tag), uint16(len(p.Value))
			if int(length) != len(p.Value) {
				c.fail("optional parameter", "0x%04X has %d octets, want at most 65535", tag, len(p.Value))
				return
			}
			c.uint16(&tag, "tag")
			c.uint16(&length, "length")
			c.buf = append(c.buf, p.Value...)
		}
		return
	}
	for c.err == nil && len(c.buf) > 0 {
		var tag, length uint16
		c.uint16(&tag, "tag of an optional parameter")
		c.uint16(&length, "length of an optional parameter")
		value := c.take(int(length), "optional parameter")
		if c.err == nil {
			*l = append(*l, TLV{Tag(tag), bytes.Clone(value)})
		}
	}
}
