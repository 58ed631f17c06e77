package main

import (
	"log/slog"
	"math"
	"strconv"
	"time"
)

// appendLine writes a record as [slog.JSONHandler] does, without reflection: there is a line for each request. It is false
// where the record has anything but plain words and numbers.
func appendLine(b []byte, r *slog.Record) ([]byte, bool) {
	good := !r.Time.IsZero()
	text := func(s string) {
		for i := range len(s) {
			good = good && s[i] >= ' ' && s[i] < 0x7f && s[i] != '"' && s[i] != '\\'
		}
		b = append(append(append(b, '"'), s...), '"')
	}
	b = r.Time.AppendFormat(append(b, `{"time":"`...), time.RFC3339Nano)
	b = append(b, `","level":`...)
	text(r.Level.String())
	b = append(b, `,"msg":`...)
	text(r.Message)
	r.Attrs(func(a slog.Attr) bool {
		b = append(b, ',')
		text(a.Key)
		b = append(b, ':')
		switch a.Value.Kind() {
		case slog.KindString:
			text(a.Value.String())
		case slog.KindInt64:
			b = strconv.AppendInt(b, a.Value.Int64(), 10)
		case slog.KindFloat64:
			f := a.Value.Float64()
			good = good && (f == 0 && !math.Signbit(f) || f >= 1e-6 && f < 1e21) // others are written with an exponent, or aren't numbers
			b = strconv.AppendFloat(b, f, 'f', -1, 64)
		default:
			good = false
		}
		return good
	})
	return append(b, "}\n"...), good
}
