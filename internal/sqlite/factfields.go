package sqlite

import (
	"encoding/binary"
	"slices"
	"strconv"
	"time"

	"healthcode"
)

// What is in this file is on disk: append to these lists, and never change their order.

// kindNames gives each kind its code.
var kindNames = []healthcode.Kind{"", healthcode.KindTest, healthcode.KindVaccination, healthcode.KindDiagnosis,
	healthcode.KindContact, healthcode.KindSymptoms, healthcode.KindStay, healthcode.KindEntry,
	healthcode.KindArrival, healthcode.KindQuarantine, healthcode.KindPurchase, healthcode.KindClinic,
	healthcode.KindLift, healthcode.KindDeclaration, healthcode.KindRetraction}

var kindCodes = func() map[healthcode.Kind]int {
	codes := map[healthcode.Kind]int{}
	for code, kind := range kindNames {
		if kind != "" {
			codes[kind] = code
		}
	}
	return codes
}()

// ownFields lists the own fields of each kind, by its code.
var ownFields = [][]field{
	1: {word(func(f *fact) *string { return &f.Analyte }, "nucleic-acid", "antigen", "igg", "igm"),
		word(func(f *fact) *string { return &f.Result }, "positive", "negative", "invalid"),
		name(func(f *fact) *string { return &f.Lab })},
	2: {name(func(f *fact) *string { return &f.Product }),
		number(func(f *fact) *int { return &f.Dose }),
		number(func(f *fact) *int { return &f.Doses }),
		name(func(f *fact) *string { return &f.Lot })},
	3: {word(func(f *fact) *string { return &f.Class }, "confirmed", "suspected", "asymptomatic")},
	4: {word(func(f *fact) *string { return &f.Class }, "close", "symptomatic-contact", "same-building", "association")},
	5: {symptoms},
	6: {area(func(f *fact) *string { return &f.Area }),
		word(func(f *fact) *string { return &f.Evidence }, "declared", "telecom", "ticket", "payment", "venue", "officer")},
	7: {name(func(f *fact) *string { return &f.Port })},
	8: {name(func(f *fact) *string { return &f.Origin })},
	9: {word(func(f *fact) *string { return &f.Place }, "designated", "home"),
		yes(func(f *fact) *bool { return &f.Completed }),
		yes(func(f *fact) *bool { return &f.Verified })},
	10: {word(func(f *fact) *string { return &f.Category }, "fever", "cough", "antiviral", "antibiotic")},
	11: {symptoms},
	12: {name(func(f *fact) *string { return &f.Hold }), covers, name(func(f *fact) *string { return &f.Reason }),
		name(func(f *fact) *string { return &f.By })},
	13: {visited, number(func(f *fact) *int { return &f.Phones })},
	14: {retracts, name(func(f *fact) *string { return &f.Reason })},
}

type fact = healthcode.Fact

// field stores one own field where it isn't empty.
type field struct {
	has func(*fact) bool
	put func([]byte, *fact) []byte
	get func(*reader, *fact)
}

// name is a text of any kind.
func name(of func(*fact) *string) field {
	return field{
		has: func(f *fact) bool { return *of(f) != "" },
		put: func(b []byte, f *fact) []byte { return appendPacked(b, *of(f)) },
		get: func(r *reader, f *fact) { *of(f) = r.packed() },
	}
}

// word is mostly one of a list: its place from 1, or 0 and the text.
func word(of func(*fact) *string, words ...string) field {
	return field{
		has: func(f *fact) bool { return *of(f) != "" },
		put: func(b []byte, f *fact) []byte { return appendWord(b, *of(f), words) },
		get: func(r *reader, f *fact) { *of(f) = r.word(words) },
	}
}

func appendWord(b []byte, s string, words []string) []byte {
	if i := slices.Index(words, s); i >= 0 {
		return append(b, byte(i+1))
	}
	return appendString(append(b, 0), s)
}

func (r *reader) word(words []string) string {
	i := r.uvarint()
	switch {
	case i == 0:
		return r.string()
	case i <= uint64(len(words)):
		return words[i-1]
	}
	r.fail()
	return ""
}

// area is mostly six digits.
func area(of func(*fact) *string) field {
	return field{
		has: func(f *fact) bool { return *of(f) != "" },
		put: func(b []byte, f *fact) []byte { return appendArea(b, *of(f)) },
		get: func(r *reader, f *fact) { *of(f) = r.area() },
	}
}

// appendArea writes six digits that don't begin with 0 as twice their number;
// anything else as twice its length plus 1, and its bytes.
func appendArea(b []byte, s string) []byte {
	if n, err := strconv.ParseUint(s, 10, 64); err == nil && len(s) == 6 && n >= 100000 {
		return binary.AppendUvarint(b, n<<1)
	}
	b = binary.AppendUvarint(b, uint64(len(s))<<1|1)
	return append(b, s...)
}

func (r *reader) area() string {
	n := r.uvarint()
	if n&1 == 0 {
		return strconv.FormatUint(n>>1, 10)
	}
	return string(r.bytes(n >> 1))
}

func number(of func(*fact) *int) field {
	return field{
		has: func(f *fact) bool { return *of(f) != 0 },
		put: func(b []byte, f *fact) []byte { return binary.AppendVarint(b, int64(*of(f))) },
		get: func(r *reader, f *fact) { *of(f) = int(r.varint()) },
	}
}

// yes is all in its flag.
func yes(of func(*fact) *bool) field {
	return field{
		has: func(f *fact) bool { return *of(f) },
		put: func(b []byte, _ *fact) []byte { return b },
		get: func(_ *reader, f *fact) { *of(f) = true },
	}
}

func list(of func(*fact) *[]string, put func([]byte, string) []byte, get func(*reader) string) field {
	return field{
		has: func(f *fact) bool { return len(*of(f)) > 0 },
		put: func(b []byte, f *fact) []byte {
			b = binary.AppendUvarint(b, uint64(len(*of(f))))
			for _, s := range *of(f) {
				b = put(b, s)
			}
			return b
		},
		get: func(r *reader, f *fact) {
			for n := r.uvarint(); n > 0 && r.err == nil; n-- {
				*of(f) = append(*of(f), get(r))
			}
		},
	}
}

var symptomWords = []string{"fever", "shortness-of-breath", "cough", "sore-throat", "runny-nose"}

var symptoms = list(func(f *fact) *[]string { return &f.Symptoms },
	func(b []byte, s string) []byte { return appendWord(b, s, symptomWords) },
	func(r *reader) string { return r.word(symptomWords) })

var visited = list(func(f *fact) *[]string { return &f.Visited }, appendArea, (*reader).area)

var covers = field{
	has: func(f *fact) bool { return !f.Covers.IsZero() },
	put: func(b []byte, f *fact) []byte {
		b = binary.AppendVarint(b, f.Covers.Unix()-timeBase)
		return binary.AppendUvarint(b, uint64(f.Covers.Nanosecond()))
	},
	get: func(r *reader, f *fact) {
		sec := r.varint() + timeBase
		f.Covers = time.Unix(sec, int64(r.uvarint())).UTC()
	},
}

var retracts = field{
	has: func(f *fact) bool { return f.Retracts != nil },
	put: func(b []byte, f *fact) []byte {
		return appendPacked(appendPacked(b, f.Retracts.Source), f.Retracts.ID)
	},
	get: func(r *reader, f *fact) {
		f.Retracts = &healthcode.FactRef{Source: r.packed(), ID: r.packed()}
	},
}
