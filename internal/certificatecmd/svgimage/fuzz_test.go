package svgimage

import (
	"path/filepath"
	"testing"
)

func TestFuzzSeedsAreThere(t *testing.T) {
	if seeds, err := filepath.Glob("testdata/fuzz/FuzzImages/*"); err != nil || len(seeds) < 4 {
		t.Errorf("%d seeds (%v)", len(seeds), err)
	}
}

// FuzzImages asserts that no file ends the process.
func FuzzImages(f *testing.F) {
	f.Fuzz(func(t *testing.T, data []byte) {
		for img, err := range Images(data) {
			if (img == nil) == (err == nil) {
				t.Fatal("neither a picture nor an error, or both")
			}
		}
	})
}
