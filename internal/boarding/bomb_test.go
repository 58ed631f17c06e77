package boarding

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"testing"
)

// bombs are PDF files of some kilobytes that claim pictures, pages and objects of hundreds of megabytes.
func bombs(t testing.TB) map[string][]byte {
	t.Helper()
	var packed bytes.Buffer
	w := zlib.NewWriter(&packed)
	zeros := make([]byte, 1<<20)
	for range 300 {
		if _, err := w.Write(zeros); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	page := "1 0 obj\n<</Type /Page /MediaBox [0 0 595 842] /Contents 2 0 R /Resources <</XObject <</I 2 0 R>>>>>>\nendobj\n"
	object := func(dict string) []byte {
		return append(append(fmt.Appendf(nil, "%%PDF-1.5\n%s2 0 obj\n<<%s /Filter /FlateDecode /Length %d>>\nstream\n", page, dict, packed.Len()), packed.Bytes()...),
			"\nendstream\nendobj\n%%EOF\n"...)
	}
	return map[string][]byte{"picture": object("/Type /XObject /Subtype /Image /Width 20000 /Height 15000 /BitsPerComponent 8 /ColorSpace /DeviceGray"),
		"objects": object("/Type /ObjStm /N 100000 /First 10"), "page": object("")}
}

// hugePicture is the head of a PNG file of so many pixels.
func hugePicture(width, height uint32) []byte {
	head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32([]byte("IHDR"), width), height)
	head = append(head, "\x08\x06\x00\x00\x00"...)
	return binary.BigEndian.AppendUint32(append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\r"), head...), crc32.ChecksumIEEE(head))
}
