package pdfimage

import (
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
