package postgres

import (
	"encoding/binary"
	"errors"
	"slices"
	"time"

	"healthcode"
)

// A stored fact is a number whose bits say which of these fields are there, the
// fields in this order, and when it was recorded. What is in these lists is on disk:
// append to the end, and never change their order.

var factTexts = []func(*healthcode.Fact) *string{
	func(f *healthcode.Fact) *string { return &f.Source },
	func(f *healthcode.Fact) *string { return &f.ID },
	func(f *healthcode.Fact) *string { return (*string)(&f.Kind) },
	func(f *healthcode.Fact) *string { return &f.Analyte },
	func(f *healthcode.Fact) *string { return &f.Result },
	func(f *healthcode.Fact) *string { return &f.Lab },
	func(f *healthcode.Fact) *string { return &f.Product },
	func(f *healthcode.Fact) *string { return &f.Lot },
	func(f *healthcode.Fact) *string { return &f.Class },
	func(f *healthcode.Fact) *string { return &f.Area },
	func(f *healthcode.Fact) *string { return &f.Evidence },
	func(f *healthcode.Fact) *string { return &f.Port },
	func(f *healthcode.Fact) *string { return &f.Origin },
	func(f *healthcode.Fact) *string { return &f.Place },
	func(f *healthcode.Fact) *string { return &f.Category },
	func(f *healthcode.Fact) *string { return &f.Hold },
	func(f *healthcode.Fact) *string { return &f.Reason },
	func(f *healthcode.Fact) *string { return &f.By },
}

var factTimes = []func(*healthcode.Fact) *time.Time{
	func(f *healthcode.Fact) *time.Time { return &f.Time },
	func(f *healthcode.Fact) *time.Time { return &f.From },
	func(f *healthcode.Fact) *time.Time { return &f.To },
	func(f *healthcode.Fact) *time.Time { return &f.Covers },
}

var factNumbers = []func(*healthcode.Fact) *int{
	func(f *healthcode.Fact) *int { return &f.Dose },
	func(f *healthcode.Fact) *int { return &f.Doses },
	func(f *healthcode.Fact) *int { return &f.Phones },
}

var factLists = []func(*healthcode.Fact) *[]string{
	func(f *healthcode.Fact) *[]string { return &f.Symptoms },
	func(f *healthcode.Fact) *[]string { return &f.Visited },
}

var factFlags = []func(*healthcode.Fact) *bool{
	func(f *healthcode.Fact) *bool { return &f.Completed },
	func(f *healthcode.Fact) *bool { return &f.Verified },
}

// The first bit of each list: there is room to append to each.
const (
	textBits   = 0
	timeBits   = 32
	numberBits = 40
	listBits   = 48
	flagBits   = 52
	retractBit = 56
)

// appendFact appends everything but the person.
func appendFact(b []byte, f *healthcode.Fact) []byte {
	return appendMoment(appendContent(b, f), f.Recorded)
}

// appendContent appends what makes two facts the same: everything but when it was recorded.
func appendContent(b []byte, f *healthcode.Fact) []byte {
	var have uint64
	place := len(b)
	b = append(b, 0, 0, 0, 0, 0, 0, 0, 0)
	for i, of := range factTexts {
		if s := *of(f); s != "" {
			have |= 1 << (textBits + i)
			b = appendText(b, s)
		}
	}
	for i, of := range factTimes {
		if t := *of(f); !t.IsZero() {
			have |= 1 << (timeBits + i)
			b = appendMoment(b, t)
		}
	}
	for i, of := range factNumbers {
		if n := *of(f); n != 0 {
			have |= 1 << (numberBits + i)
			b = binary.AppendVarint(b, int64(n))
		}
	}
	for i, of := range factLists {
		if list := *of(f); len(list) > 0 {
			have |= 1 << (listBits + i)
			b = binary.AppendUvarint(b, uint64(len(list)))
			for _, s := range list {
				b = appendText(b, s)
			}
		}
	}
	for i, of := range factFlags {
		if *of(f) {
			have |= 1 << (flagBits + i)
		}
	}
	if f.Retracts != nil {
		have |= 1 << retractBit
		b = appendText(appendText(b, f.Retracts.Source), f.Retracts.ID)
	}
	binary.LittleEndian.PutUint64(b[place:], have)
	return b
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// appendMoment writes twice the seconds since 1970, plus 1 where nanoseconds follow.
func appendMoment(b []byte, t time.Time) []byte {
	sec, nsec := t.Unix()<<1, t.Nanosecond()
	if nsec == 0 {
		return binary.AppendVarint(b, sec)
	}
	return binary.AppendUvarint(binary.AppendVarint(b, sec|1), uint64(nsec))
}

var errDamaged = errors.New("the stored bytes are damaged; restore them from a backup")

// parseFact reads what appendFact wrote. Times come back in UTC.
func parseFact(data []byte) (f healthcode.Fact, err error) {
	if len(data) < 8 {
		return f, errDamaged
	}
	have := binary.LittleEndian.Uint64(data)
	r := factReader{b: data[8:]}
	has := func(bit int) bool { return have&(1<<bit) != 0 }
	for i, of := range factTexts {
		if has(textBits + i) {
			*of(&f) = r.text()
		}
	}
	for i, of := range factTimes {
		if has(timeBits + i) {
			*of(&f) = r.moment()
		}
	}
	for i, of := range factNumbers {
		if has(numberBits + i) {
			*of(&f) = int(r.varint())
		}
	}
	for i, of := range factLists {
		if has(listBits + i) {
			for n := r.uvarint(); n > 0 && !r.damaged; n-- {
				*of(&f) = append(*of(&f), r.text())
			}
		}
	}
	for i, of := range factFlags {
		*of(&f) = has(flagBits + i)
	}
	if has(retractBit) {
		f.Retracts = &healthcode.FactRef{Source: r.text(), ID: r.text()}
	}
	f.Recorded = r.moment()
	if r.damaged || len(r.b) > 0 || have&^knownBits != 0 {
		return f, errDamaged
	}
	return f, nil
}

// knownBits are those that this program knows how to read.
var knownBits = uint64((1<<len(factTexts)-1)<<textBits | (1<<len(factTimes)-1)<<timeBits | (1<<len(factNumbers)-1)<<numberBits |
	(1<<len(factLists)-1)<<listBits | (1<<len(factFlags)-1)<<flagBits | 1<<retractBit)

// factReader reads parts of a fact. After the first error everything is empty.
type factReader struct {
	b       []byte
	damaged bool
}

func (r *factReader) uvarint() uint64 {
	v, n := binary.Uvarint(r.b)
	r.skip(n)
	return v
}

func (r *factReader) varint() int64 {
	v, n := binary.Varint(r.b)
	r.skip(n)
	return v
}

// skip passes what a varint took; 0 and less mean that there was none.
func (r *factReader) skip(n int) {
	if n <= 0 {
		r.b, r.damaged = nil, true
		return
	}
	r.b = r.b[n:]
}

func (r *factReader) text() string {
	n := r.uvarint()
	if n > uint64(len(r.b)) {
		r.b, r.damaged = nil, true
		return ""
	}
	s := string(r.b[:n])
	r.b = r.b[n:]
	return s
}

func (r *factReader) moment() time.Time {
	sec, nsec := r.varint(), uint64(0)
	if sec&1 != 0 {
		nsec = r.uvarint()
	}
	return time.Unix(sec>>1, int64(nsec)).UTC()
}

// sameFact reports whether two facts say the same, whenever they were recorded.
func sameFact(a, b *healthcode.Fact) bool {
	return slices.Equal(appendContent(nil, a), appendContent(nil, b))
}
