package pdfimage

import (
	"os"
	"path/filepath"
	"testing"
)

func TestFuzzSeedsAreThere(t *testing.T) {
	if seeds, err := filepath.Glob("testdata/fuzz/FuzzImages/*"); err != nil || len(seeds) < 4 {
		t.Errorf("%d seeds (%v)", len(seeds), err)
	}
}

// FuzzImages asserts that no file ends the process. Pages are not drawn larger: that costs time alone.
func FuzzImages(f *testing.F) {
	f.Fuzz(func(t *testing.T, data []byte) {
		count := 0
		for img, err := range Images(data) {
			if (img == nil) == (err == nil) {
				t.Fatal("neither a picture nor an error, or both")
			}
			if count++; count > 2 {
				break
			}
		}
	})
}

// A file in the field: a picture in CMYK, packed with a PNG predictor, kept in hexadecimal.
func TestFiltersInARow(t *testing.T) {
	data, err := os.ReadFile("testdata/filters.pdf")
	if err != nil {
		t.Fatal(err)
	}
	for img, err := range Images(data) {
		if err != nil {
			t.Fatal(err)
		}
		if got := img.Bounds().Size(); got.X != 3 || got.Y != 2 {
			t.Fatalf("size %v, want 3 × 2", got)
		}
		var greys []uint32
		for y := range 2 {
			for x := range 3 {
				g, _, _, _ := img.At(x, y).RGBA()
				greys = append(greys, g>>8)
			}
		}
		for n, want := range []uint32{0, 255, 0, 255, 0, 255} {
			if greys[n] != want {
				t.Errorf("pixel %d is %d, want %d", n, greys[n], want)
			}
		}
		return
	}
	t.Error("no picture was found")
}
