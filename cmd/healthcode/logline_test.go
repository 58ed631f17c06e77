package main

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"testing"
	"time"
)

// TestLinesAreThoseOfSlog compares lines written by hand with those of the standard library.
func TestLinesAreThoseOfSlog(t *testing.T) {
	for _, c := range []struct {
		attrs  []slog.Attr
		byHand bool
	}{
		{[]slog.Attr{slog.String("request_id", "ABCD2345"), slog.String("route", "POST /v1/me/codes/{jurisdiction}/pass"),
			slog.Int("status", 200), slog.Int64("bytes", 364), slog.Float64("ms", 0.123)}, true},
		{[]slog.Attr{slog.Float64("ms", 0), slog.Int64("n", -5), slog.String("s", "<&> '")}, true},
		{[]slog.Attr{slog.Float64("ms", 1234567.25)}, true},
		{nil, true},
		{[]slog.Attr{slog.Float64("ms", 1e-9)}, false},
		{[]slog.Attr{slog.Float64("ms", -0.5)}, false},
		{[]slog.Attr{slog.String("s", "\"quoted\"")}, false},
		{[]slog.Attr{slog.String("s", "back\\slash")}, false},
		{[]slog.Attr{slog.String("s", "健康码")}, false},
		{[]slog.Attr{slog.String("s", "two\nlines")}, false},
		{[]slog.Attr{slog.Bool("b", true)}, false},
	} {
		for _, level := range []slog.Level{slog.LevelDebug, slog.LevelInfo, slog.LevelWarn + 1} {
			r := slog.NewRecord(time.Date(2022, 4, 28, 9, 0, 0, 120_300_000, time.UTC), level, "request", 0)
			r.AddAttrs(c.attrs...)
			var want bytes.Buffer
			if err := slog.NewJSONHandler(&want, &slog.HandlerOptions{Level: slog.LevelDebug}).Handle(context.Background(), r); err != nil {
				t.Fatal(err)
			}
			line, ok := appendLine(nil, &r)
			if ok != c.byHand || ok && string(line) != want.String() {
				t.Errorf("%v %s\nslog: %s", ok, line, want.String())
			}
			var out lockedBuffer
			g := newGathered(&out, &slog.HandlerOptions{})
			if err := g.Handle(context.Background(), r); err != nil {
				t.Fatal(err)
			}
			g.(*gathered).to.flush()
			if got, _ := out.read(); got != want.String() {
				t.Errorf("%s\nslog: %s", got, want.String())
			}
		}
	}
}

func BenchmarkRequestLine(b *testing.B) {
	log := slog.New(newGathered(io.Discard, &slog.HandlerOptions{}))
	b.ReportAllocs()
	for b.Loop() {
		log.LogAttrs(context.Background(), slog.LevelInfo, "request", slog.String("request_id", "ABCD2345ABCD2345"),
			slog.String("route", "POST /v1/me/codes/{jurisdiction}/pass"), slog.Int("status", 200), slog.Int64("bytes", 364), slog.Float64("ms", 0.123))
	}
}
