package pdfimage

import (
	"image"
	"os"
	"strings"
	"testing"
)

// first gives the first picture of a file in testdata.
func first(t *testing.T, file string) (image.Image, error) {
	t.Helper()
	data, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	for img, err := range Images(data) {
		return img, err
	}
	t.Fatalf("%s: nothing was found", file)
	return nil, nil
}

// Each file holds one picture of 3 × 2 pixels: in CMYK, packed with a PNG predictor, written in hexadecimal.
// All but the first are encrypted with an empty password, as files are whose author forbids printing.
func TestPictureThroughFiltersAndEncryption(t *testing.T) {
	for _, file := range []string{
		"filters.pdf", "rc4-40.pdf", "rc4-128.pdf", "aes-128.pdf", "aes-256.pdf", "aes-256-object-streams.pdf",
	} {
		img, err := first(t, file)
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		if size := img.Bounds().Size(); size != image.Pt(3, 2) {
			t.Errorf("%s: size %v, want 3 × 2", file, size)
			continue
		}
		for n, want := range []uint32{0, 255, 0, 255, 0, 255} {
			if grey, _, _, _ := img.At(n%3, n/3).RGBA(); grey>>8 != want {
				t.Errorf("%s: pixel %d is %d, want %d", file, n, grey>>8, want)
			}
		}
	}
}

func TestPasswordIsAskedFor(t *testing.T) {
	if img, err := first(t, "password.pdf"); err == nil || !strings.Contains(err.Error(), "password") {
		t.Errorf("%v, %v", img, err)
	}
}

// The page places the picture on its whole area, upright.
func TestPageIsDrawn(t *testing.T) {
	data, err := os.ReadFile("testdata/aes-256.pdf")
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for img, err := range Images(data) {
		if count++; count != 2 {
			continue // the first is the picture itself
		}
		if err != nil || img.Bounds().Size() != image.Pt(longSide, longSide*2/3) {
			t.Fatalf("%v, %v", img.Bounds(), err)
		}
		third, half := longSide/3, longSide/3
		for n, want := range []uint32{0, 255, 0, 255, 0, 255} {
			if grey, _, _, _ := img.At(n%3*third+third/2, n/3*half+half/2).RGBA(); grey>>8 != want {
				t.Errorf("field %d of the page is %d, want %d", n, grey>>8, want)
			}
		}
		return
	}
	t.Error("no page was drawn")
}

func TestFilters(t *testing.T) {
	f := &file{objects: map[reference]any{}}
	for filter, packed := range map[name]string{
		"ASCIIHexDecode":  "68 65 6C 6c 6f>",
		"ASCII85Decode":   "<~BOu!rDZ~>",
		"RunLengthDecode": "\x01he\xffl\x00o\x80",
		"LZWDecode":       "\x80\x1a\x0c\xa6\xc3a\xbe\x02",
	} {
		data, err := f.decode(stream{dict{"Filter": filter}, []byte(packed)})
		if err != nil || string(data) != "hello" {
			t.Errorf("%s: %q, %v", filter, data, err)
		}
	}
	if _, err := f.decode(stream{dict{"Filter": name("JBIG2Decode")}, nil}); err == nil {
		t.Error("JBIG2 was read")
	}
}

func TestPredictors(t *testing.T) {
	rows := [][]byte{{1, 5, 1, 1}, {2, 1, 1, 1}, {3, 1, 1, 1}, {4, 1, 1, 1}, {0, 7, 8, 9}}
	var data []byte
	for _, r := range rows {
		data = append(data, r...)
	}
	f := &file{}
	got, err := f.unpredict(data, dict{"Predictor": 15.0, "Columns": 3.0})
	want := "\x05\x06\x07\x06\x07\x08\x04\x06\x08\x05\x07\x09\x07\x08\x09"
	if err != nil || string(got) != want {
		t.Errorf("% x, %v; want % x", got, err, want)
	}
	if _, err := f.unpredict(data, dict{"Predictor": 2.0}); err == nil {
		t.Error("TIFF's predictor was read")
	}
}
