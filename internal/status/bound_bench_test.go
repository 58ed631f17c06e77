package status_test

import (
	"testing"

	"healthcode/internal/servicetest"
	"healthcode/internal/status"
)

// BenchmarkBind is a renewal of a device that the session knows, by the size of its batch.
func BenchmarkBind(b *testing.B) {
	h := servicetest.New(b)
	a, d := h.Register("beijing", servicetest.Zhang), h.NewDevice()
	d.Bind(a, "beijing")
	for name, n := range map[string]int{"1": 1, "4": 4, "8": status.MaxBatch} {
		binding := d.Binding("beijing", n)
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				_, err := h.Status.Bind(b.Context(), a, "beijing", binding)
				h.Must(err)
			}
		})
	}
}
