package travel_test

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"io"
	"strings"
	"testing"
	"unicode/utf16"
)

// drawn returns the inflated streams of a PDF, without the escapes of its strings.
func drawn(t *testing.T, data []byte) string {
	t.Helper()
	var all strings.Builder
	for _, part := range bytes.Split(data, []byte("stream\n")) {
		r, err := zlib.NewReader(bytes.NewReader(part))
		if err != nil {
			continue
		}
		inflated, _ := io.ReadAll(r) // what follows the stream is no part of it
		all.Write(inflated)
	}
	return strings.NewReplacer(`\\`, `\`, `\(`, `(`, `\)`, `)`, `\r`, "\r").Replace(all.String())
}

func utf16be(s string) string {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = append(b, byte(u>>8), byte(u))
	}
	return string(b)
}

// scan reads the width and the height of a matrix such as "120 0 0 120 37 600".
func scan(matrix string, width, height *float64) bool {
	var b, c, x, y float64
	n, err := fmt.Sscan(matrix, width, &b, &c, height, &x, &y)
	return err == nil && n == 6
}
