package intake

import (
	"io"
	"runtime"
	"strings"
	"testing"
	"time"
)

// repeated is a file of n lines that takes no memory.
type repeated struct {
	line string
	n    int
	rest string
}

func (r *repeated) Read(p []byte) (int, error) {
	if r.rest == "" {
		if r.n == 0 {
			return 0, io.EOF
		}
		r.n--
		r.rest = r.line
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// TestMemoryIsConstant has mostly refused lines, which cost the least time, among facts.
func TestMemoryIsConstant(t *testing.T) {
	const blocks, limit = 3000, 48 << 20
	s := newStore(t)
	block := testLine("1", idNumber(1)) + "\n" + strings.Repeat(`{"id":"1","padding":"`+strings.Repeat("x", 150)+"\"}\n", 99)
	errs := 0
	var highest uint64
	sum, err := ImportFacts(ctx, &repeated{line: block, n: blocks}, s, FactOptions{
		Now:    func() time.Time { return noon },
		Errors: func(int, error) { errs++ },
		Progress: func(sum FactSummary) {
			if sum.Lines%20_000 == 0 {
				var m runtime.MemStats
				runtime.GC()
				runtime.ReadMemStats(&m)
				highest = max(highest, m.HeapAlloc)
			}
		},
	})
	if err != nil || sum.Lines != 100*blocks || sum.Stored != 1 || sum.Duplicates != blocks-1 || errs != 99*blocks {
		t.Fatalf("%+v, %v, %d errors", sum, err, errs)
	}
	if size := uint64(blocks * len(block)); highest == 0 || highest > limit || size < limit {
		t.Errorf("up to %d MiB of memory for %d MiB of input, want at most %d", highest>>20, size>>20, limit>>20)
	}
}
