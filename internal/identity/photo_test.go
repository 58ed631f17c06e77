package identity

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"healthcode"
)

// corners are the colours of a test picture: top left, top right, bottom left, bottom right.
var corners = [4]color.RGBA{{255, 0, 0, 255}, {0, 255, 0, 255}, {0, 0, 255, 255}, {255, 255, 255, 255}}

// quarters makes a picture whose quarters have the four colours.
func quarters(w, h int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for i, c := range corners {
		r := image.Rect(i%2*w/2, i/2*h/2, (i%2+1)*w/2, (i/2+1)*h/2)
		draw.Draw(m, r, image.NewUniform(c), image.Point{}, draw.Src)
	}
	return m
}

func encodeJPEG(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func encodePNG(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// exif makes EXIF data with an orientation and a second entry that holds a secret.
func exif(order binary.ByteOrder, orientation int) []byte {
	secret := "39.9042N 116.4074E"
	b := []byte("II*\x00")
	if order == binary.BigEndian {
		b = []byte("MM\x00*")
	}
	b = binary32(order, b, 8)
	b = binary16(order, b, 2)
	b = binary16(order, b, 0x010e, 2) // a description
	b = binary32(order, b, uint32(len(secret)), 8+2+24+4)
	b = binary16(order, b, 0x0112, 3)
	b = binary32(order, b, 1)
	b = binary16(order, b, uint16(orientation), 0)
	b = binary32(order, b, 0)
	return append(b, secret...)
}

func binary16(order binary.ByteOrder, b []byte, values ...uint16) []byte {
	for _, v := range values {
		b = append(b, 0, 0)
		order.PutUint16(b[len(b)-2:], v)
	}
	return b
}

func binary32(order binary.ByteOrder, b []byte, values ...uint32) []byte {
	for _, v := range values {
		b = append(b, 0, 0, 0, 0)
		order.PutUint32(b[len(b)-4:], v)
	}
	return b
}

// segment makes a segment of a JPEG.
func segment(marker byte, body []byte) []byte {
	return append(binary16(binary.BigEndian, []byte{0xff, marker}, uint16(len(body)+2)), body...)
}

// chunk makes a chunk of a PNG.
func chunk(name string, body []byte) []byte {
	b := binary32(binary.BigEndian, nil, uint32(len(body)))
	b = append(append(b, name...), body...)
	return binary32(binary.BigEndian, b, crc32.ChecksumIEEE(b[4:]))
}

func insert(data []byte, at int, what []byte) []byte {
	return slices.Concat(data[:at], what, data[at:])
}

// checkQuarters decodes a photograph's data and compares the middles of its quarters.
func checkQuarters(t *testing.T, p CleanPhoto) {
	t.Helper()
	m, err := jpeg.Decode(bytes.NewReader(p.Data))
	if err != nil {
		t.Fatal(err)
	}
	if size := m.Bounds().Size(); size.X != p.Width || size.Y != p.Height || p.Type != "image/jpeg" {
		t.Fatalf("%s of %d × %d says %d × %d", p.Type, size.X, size.Y, p.Width, p.Height)
	}
	for i, want := range corners {
		r, g, b, _ := m.At((1+i%2*2)*p.Width/4, (1+i/2*2)*p.Height/4).RGBA()
		for j, v := range []uint32{r, g, b} {
			if diff := int(v>>8) - int([]uint8{want.R, want.G, want.B}[j]); diff < -30 || diff > 30 {
				t.Errorf("quarter %d is %d %d %d, want %v", i, r>>8, g>>8, b>>8, want)
				break
			}
		}
	}
}

func TestCheckPhoto(t *testing.T) {
	for name, data := range map[string][]byte{
		"JPEG":               encodeJPEG(t, quarters(640, 480)),
		"JPEG, portrait":     encodeJPEG(t, quarters(400, 600)),
		"PNG":                encodePNG(t, quarters(640, 480)),
		"progressive":        readFile(t, "progressive.jpg"),
		"interlaced":         readFile(t, "interlaced.png"),
		"more after its end": append(encodeJPEG(t, quarters(640, 480)), "a film"...),
	} {
		p, err := ReadPhoto(bytes.NewReader(data))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		checkQuarters(t, p)
	}
	if _, err := CheckPhoto(readFile(t, "grey.jpg")); err != nil {
		t.Errorf("grey: %v", err)
	}

	// What is transparent is white, like paper.
	clear := image.NewNRGBA(image.Rect(0, 0, 640, 480))
	p, err := CheckPhoto(encodePNG(t, clear))
	if err != nil {
		t.Fatal(err)
	}
	m, _ := jpeg.Decode(bytes.NewReader(p.Data))
	if r, g, b, _ := m.At(320, 240).RGBA(); r>>8 < 250 || g>>8 < 250 || b>>8 < 250 {
		t.Errorf("transparent became %d %d %d", r>>8, g>>8, b>>8)
	}
}

// TestOrientation stores an upright picture in each of the eight ways of EXIF
// and expects it upright, with nothing of the EXIF data left.
func TestOrientation(t *testing.T) {
	// Where row 0 and column 0 of the stored picture are seen (EXIF 2.3, tag 274).
	seen := []struct{ row, column string }{
		{"top", "left"}, {"top", "right"}, {"bottom", "right"}, {"bottom", "left"},
		{"left", "top"}, {"right", "top"}, {"right", "bottom"}, {"left", "bottom"},
	}
	visual := quarters(640, 480)
	for i, s := range seen {
		stored := image.NewRGBA(image.Rect(0, 0, 640, 480))
		if i >= 4 {
			stored = image.NewRGBA(image.Rect(0, 0, 480, 640))
		}
		for row := range stored.Rect.Dy() {
			for column := range stored.Rect.Dx() {
				var x, y int
				for side, n := range map[string]int{s.row: row, s.column: column} {
					switch side {
					case "left":
						x = n
					case "right":
						x = 639 - n
					case "top":
						y = n
					case "bottom":
						y = 479 - n
					}
				}
				stored.Set(column, row, visual.At(x, y))
			}
		}
		for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
			info := exif(order, i+1)
			for name, data := range map[string][]byte{
				"JPEG": insert(encodeJPEG(t, stored), 2, segment(0xe1, append([]byte("Exif\x00\x00"), info...))),
				"PNG":  insert(encodePNG(t, stored), 8+25, chunk("eXIf", info)),
			} {
				if !bytes.Contains(data, []byte("39.9042N")) {
					t.Fatal("the file holds no location to begin with")
				}
				p, err := CheckPhoto(data)
				if err != nil {
					t.Fatalf("orientation %d in %s: %v", i+1, name, err)
				}
				if p.Width != 640 || p.Height != 480 {
					t.Errorf("orientation %d in %s: %d × %d", i+1, name, p.Width, p.Height)
				}
				checkQuarters(t, p)
				for _, trace := range []string{"39.9042N", "Exif", "eXIf", "II*", "MM\x00*"} {
					if bytes.Contains(p.Data, []byte(trace)) {
						t.Errorf("orientation %d in %s: %q is still there", i+1, name, trace)
					}
				}
			}
		}
	}
	for name, info := range map[string][]byte{
		"out of range": exif(binary.BigEndian, 9), "zero": exif(binary.BigEndian, 0), "short": []byte("II*"),
		"far away": []byte("II*\x00\xff\xff\xff\xff"), "cut": exif(binary.BigEndian, 6)[:20],
	} {
		if o := tiffOrientation(info); o != 1 {
			t.Errorf("%s: orientation %d, want 1", name, o)
		}
	}
}

// header makes the beginning of a JPEG that claims a size; marker 0xc0 is
// baseline, 0xc2 progressive.
func header(marker byte, w, h int) []byte {
	body := binary16(binary.BigEndian, []byte{8}, uint16(h), uint16(w))
	body = append(body, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0)
	jfif := segment(0xe0, []byte("JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"))
	return slices.Concat([]byte("\xff\xd8"), jfif, segment(marker, body))
}

func TestCheckPhotoRefuses(t *testing.T) {
	claims := func(w, h uint32, depth, colour, interlace byte) []byte {
		ihdr := binary32(binary.BigEndian, nil, w, h)
		return append([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", append(ihdr, depth, colour, 0, 0, interlace))...)
	}
	scan := segment(0xda, []byte{1, 1, 0, 0, 0, 0})
	for _, tt := range []struct {
		name string
		data []byte
		want healthcode.Code
	}{
		{"nothing", nil, CodePhotoEmpty},
		{"text", []byte("hello, I am photo.jpg"), CodePhotoFormat},
		{"GIF", []byte("GIF89a\x80\x02\xe0\x01\x00\x00\x00"), CodePhotoFormat},
		{"PDF", []byte("%PDF-1.7"), CodePhotoFormat},
		{"SVG", []byte("<svg xmlns='http://www.w3.org/2000/svg'/>"), CodePhotoFormat},
		{"HEIC", []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00"), CodePhotoHEIC},
		{"AVIF", []byte("\x00\x00\x00\x18ftypavif\x00\x00\x00\x00"), CodePhotoHEIC},
		{"MP4", []byte("\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00"), CodePhotoFormat},
		{"too narrow", encodeJPEG(t, quarters(399, 900)), CodePhotoSmall},
		{"too short a long side", encodePNG(t, quarters(599, 599)), CodePhotoSmall},
		{"JPEG of 2.6 thousand million pixels", header(0xc0, 51000, 51000), CodePhotoPixels},
		{"JPEG just above 50 million", header(0xc0, 10000, 5001), CodePhotoPixels},
		{"JPEG too long", header(0xc0, 20001, 500), CodePhotoPixels},
		{"progressive, coefficients too large", header(0xc2, 4000, 4000), CodePhotoPixels},
		{"progressive, too many scans", append(header(0xc2, 640, 480), bytes.Repeat(scan, 33)...), CodePhotoPixels},
		{"the same hidden between compressed data", append(header(0xc2, 640, 480), bytes.Repeat(append(scan, "\x12\xff\x00\x34\xff\xd0\x56\xff"...), 33)...), CodePhotoPixels},
		{"PNG of 10^10 pixels", claims(100_000, 100_000, 8, 2, 0), CodePhotoPixels},
		{"PNG of 16 bits", claims(7000, 5000, 16, 6, 0), CodePhotoPixels},
		{"PNG interlaced", claims(7000, 5000, 8, 6, 1), CodePhotoPixels},
		{"JPEG cut within its header", encodeJPEG(t, quarters(640, 480))[:100], CodePhotoDamaged},
		{"JPEG cut", encodeJPEG(t, quarters(640, 480))[:2000], CodePhotoDamaged},
		{"PNG cut", encodePNG(t, quarters(640, 480))[:500], CodePhotoDamaged},
		{"PNG that claims more than it has", claims(640, 480, 8, 2, 0), CodePhotoDamaged},
		{"JPEG of 12 bits", bytes.Replace(header(0xc0, 640, 480), []byte{8, 1, 0xe0}, []byte{12, 1, 0xe0}, 1), CodePhotoFormat},
		{"larger than 10 MiB", append(encodeJPEG(t, quarters(640, 480)), make([]byte, MaxPhotoBytes)...), CodePhotoLarge},
	} {
		p, err := ReadPhoto(bytes.NewReader(tt.data))
		if healthcode.CodeOf(err) != tt.want || p.Data != nil {
			t.Errorf("%s: %v, want %s", tt.name, err, tt.want)
		}
	}
	lost := errors.New("connection lost")
	if _, err := ReadPhoto(io.MultiReader(strings.NewReader("\xff\xd8"), iotest.ErrReader(lost))); err != lost {
		t.Errorf("the reader's own error became %v", err)
	}
}

// TestDecodingIsAllowed keeps the memory rule from refusing what phones make.
func TestDecodingIsAllowed(t *testing.T) {
	for name, data := range map[string][]byte{
		"48 megapixels":              header(0xc0, 8064, 6048),
		"12 megapixels, progressive": header(0xc2, 4032, 3024),
	} {
		if _, code := inspectPhoto(data); code != "" {
			t.Errorf("%s: refused with %s", name, code)
		}
	}
}

func readFile(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/photo/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func FuzzCheckPhoto(f *testing.F) {
	small := encodeJPEG(f, quarters(600, 400))
	f.Add(small)
	f.Add(insert(small, 2, segment(0xe1, append([]byte("Exif\x00\x00"), exif(binary.BigEndian, 6)...))))
	f.Add(insert(encodePNG(f, quarters(600, 400)), 8+25, chunk("eXIf", exif(binary.LittleEndian, 8))))
	f.Add(readFile(f, "progressive.jpg"))
	f.Add(header(0xc2, 640, 480))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := CheckPhoto(data)
		if err != nil {
			return
		}
		if bytes.Contains(p.Data, []byte("Exif")) {
			t.Error("EXIF data is left")
		}
		c, err := jpeg.DecodeConfig(bytes.NewReader(p.Data))
		if err != nil || c.Width != p.Width || c.Height != p.Height {
			t.Errorf("clean photograph: %+v, %v, said %d × %d", c, err, p.Width, p.Height)
		}
	})
}

// BenchmarkCheckPhoto takes a noisy picture of 12 megapixels, as phones make.
func BenchmarkCheckPhoto(b *testing.B) {
	m := image.NewYCbCr(image.Rect(0, 0, 4032, 3024), image.YCbCrSubsampleRatio420)
	random := rand.New(rand.NewPCG(1, 2))
	for i := range m.Y {
		m.Y[i] = uint8(i/4032/12) + uint8(random.IntN(8))
	}
	plain := encodeJPEG(b, m)
	turned := insert(plain, 2, segment(0xe1, append([]byte("Exif\x00\x00"), exif(binary.BigEndian, 6)...)))
	for name, data := range map[string][]byte{"upright": plain, "turned": turned} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := CheckPhoto(data); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
