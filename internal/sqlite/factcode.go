package sqlite

import (
	"encoding/binary"
	"fmt"
	"time"

	"healthcode"
)

// A stored fact is: the code of its source, its packed id, its kind, flags, the times
// (each relative to the one before), the kind's own fields. What it says of its person is the
// table's key. The flags' lowest seven bits are the common ones, so that they take one byte.
const (
	flagTime  = 1 << 0
	flagFrom  = 1 << 1
	flagTo    = 1 << 2
	flagNanos = 1 << 7 // the times have fractions of a second
	flagEnd   = 1 << 8 // the fact has a row in fact_end
)

// ownFlag is the flag of a kind's own field.
func ownFlag(i int) uint64 {
	if i < 4 {
		return 1 << (3 + i)
	}
	return 1 << (5 + i)
}

// timeBase makes the first time of a fact of 2018 to 2026 take four bytes.
var timeBase = time.Date(2022, 6, 1, 0, 0, 0, 0, time.UTC).Unix()

// appendFact appends everything but the source's code, which comes first and only the writer knows.
func appendFact(b []byte, f *healthcode.Fact, end bool) ([]byte, error) {
	kind, ok := kindCodes[f.Kind]
	if !ok {
		return nil, fmt.Errorf("kind: %q is not a kind of fact", f.Kind)
	}
	fields := ownFields[kind]
	var flags uint64
	times := make([]time.Time, 0, 4)
	for i, t := range [...]time.Time{f.Time, f.From, f.To} {
		if !t.IsZero() {
			flags |= 1 << i
			times = append(times, t)
		}
	}
	times = append(times, f.Recorded)
	for _, t := range times {
		if t.Nanosecond() != 0 {
			flags |= flagNanos
		}
	}
	for i, field := range fields {
		if field.has(f) {
			flags |= ownFlag(i)
		}
	}
	if end {
		flags |= flagEnd
	}
	b = appendPacked(b, f.ID)
	b = append(b, byte(kind))
	b = binary.AppendUvarint(b, flags)
	last := timeBase
	for _, t := range times {
		b = binary.AppendVarint(b, t.Unix()-last)
		last = t.Unix()
		if flags&flagNanos != 0 {
			b = binary.AppendUvarint(b, uint64(t.Nanosecond()))
		}
	}
	for i, field := range fields {
		if flags&ownFlag(i) != 0 {
			b = field.put(b, f)
		}
	}
	return b, nil
}

// storedFact is a fact as a row of the table gives it.
type storedFact struct {
	healthcode.Fact // without Source
	source          int64
	end             bool
}

// parseFact reads a row. Times come back in UTC.
func parseFact(data []byte) (f storedFact, err error) {
	r := reader{b: data}
	f.source = int64(r.uvarint())
	f.ID = r.packed()
	kind := r.uvarint()
	if kind == 0 || kind >= uint64(len(kindNames)) {
		r.fail()
		return f, r.err
	}
	f.Kind = kindNames[kind]
	flags := r.uvarint()
	last := timeBase
	moment := func() time.Time {
		last += r.varint()
		if flags&flagNanos == 0 {
			return time.Unix(last, 0).UTC()
		}
		return time.Unix(last, int64(r.uvarint())).UTC()
	}
	if flags&flagTime != 0 {
		f.Time = moment()
	}
	if flags&flagFrom != 0 {
		f.From = moment()
	}
	if flags&flagTo != 0 {
		f.To = moment()
	}
	f.Recorded = moment()
	for i, field := range ownFields[kind] {
		if flags&ownFlag(i) != 0 {
			field.get(&r, &f.Fact)
		}
	}
	f.end = flags&flagEnd != 0
	if r.err == nil && len(r.b) > 0 {
		r.err = fmt.Errorf("%d bytes are left over; the file is damaged", len(r.b))
	}
	return f, r.err
}

// sameFact reports whether two facts of one source say the same, whenever they were learned.
func sameFact(a, b healthcode.Fact) bool {
	a.Recorded, b.Recorded = time.Time{}, time.Time{}
	x, errA := appendFact(nil, &a, false)
	y, errB := appendFact(nil, &b, false)
	return errA == nil && errB == nil && string(x) == string(y)
}
