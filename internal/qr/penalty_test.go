package qr

import (
	"testing"

	"pgregory.net/rapid"
)

// slowPenalty follows the standard's table module by module.
func slowPenalty(black func(x, y int) bool, size int) int {
	score, dark := 0, 0
	for line := range size {
		for _, at := range []func(i int) bool{
			func(i int) bool { return 0 <= i && i < size && black(i, line) },
			func(i int) bool { return 0 <= i && i < size && black(line, i) },
		} {
			for from, i := 0, 1; i <= size; i++ {
				if i < size && at(i) == at(from) {
					continue
				}
				if i-from >= 5 {
					score += 3 + i - from - 5
				}
				from = i
			}
			for i := range size - 6 {
				found := true
				for j, want := range []bool{true, false, true, true, true, false, true} {
					found = found && at(i+j) == want
				}
				before := !at(i-1) && !at(i-2) && !at(i-3) && !at(i-4)
				after := !at(i+7) && !at(i+8) && !at(i+9) && !at(i+10)
				if found && (before || after) {
					score += 40
				}
			}
		}
	}
	for y := range size {
		for x := range size {
			if black(x, y) {
				dark++
			}
			if x > 0 && y > 0 && black(x, y) == black(x-1, y) && black(x, y) == black(x, y-1) && black(x, y) == black(x-1, y-1) {
				score += 3
			}
		}
	}
	for step := 5; step <= 50; step += 5 {
		if 100*dark <= (50-step)*size*size || 100*dark >= (50+step)*size*size {
			score += 10
		}
	}
	return score
}

func TestPenaltyFollowsTheStandard(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := 17 + 4*rapid.IntRange(1, 40).Draw(t, "version")
		// Long runs, so that each rule of the table has something to score.
		words := rapid.SliceOfN(rapid.Uint64(), 4, 64).Draw(t, "words")
		spread := rapid.SampledFrom([]int{1, 2, 5}).Draw(t, "spread")
		m := newMatrix(size)
		for i := range size * size {
			if n := i / spread; words[n/64%len(words)]>>(n%64)&1 == 1 {
				m.flip(i%size, i/size)
			}
		}
		if got, want := penalty(m, m.transposed()), slowPenalty(m.get, size); got != want {
			t.Fatalf("penalty = %d, want %d", got, want)
		}
	})
}

func TestTransposed(t *testing.T) {
	for _, size := range []int{21, 61, 65, 129, 177} {
		m := newMatrix(size)
		for i := 0; i < size*size; i += 3 {
			m.flip(i%size, i/size)
		}
		turned := m.transposed()
		for i := range size * size {
			if x, y := i%size, i/size; m.get(x, y) != turned.get(y, x) {
				t.Fatalf("size %d: module %d, %d is not where it belongs", size, x, y)
			}
		}
	}
}
