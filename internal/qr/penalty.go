package qr

import "math/bits"

// penalty scores how hard a code is to read (ISO/IEC 18004:2015, 7.8.3.1); the mask with the lowest score
// is used. It takes the code and its transpose, since looking down columns needs no shifts.
func penalty(code, turned matrix) int {
	return runs(code) + runs(turned) + blocks(code) + finders(code) + finders(turned) + imbalance(code)
}

// runs scores columns with five or more modules of one colour in a row: 3, and 1 for each further module.
func runs(m matrix) int {
	score := 0
	for i, s := range m.strips {
		inside := m.columns(i)
		// Each is, by column, whether the last 2, 3, 4, 5 modules were alike.
		var two, three, four, five uint64
		for y := 1; y < len(s); y++ {
			same := ^(s[y] ^ s[y-1]) & inside
			before := five
			two, three, four, five = same, two&same, three&same, four&same
			score += bits.OnesCount64(five) + 2*bits.OnesCount64(five&^before)
		}
	}
	return score
}

// blocks scores each 2 × 2 square of one colour with 3.
func blocks(m matrix) int {
	count := 0
	for i, s := range m.strips {
		inside := m.columns(i) >> 1
		var right strip // its first column is this strip's neighbour
		if i+1 < len(m.strips) {
			inside, right = m.columns(i), m.strips[i+1]
		}
		var before uint64 // by column, whether this row's module and its right neighbour are alike
		for y := range s {
			next := s[y] >> 1
			if right != nil {
				next |= right[y] << 63
			}
			alike := ^(s[y] ^ next) & inside
			if y > 0 {
				count += bits.OnesCount64(alike & before &^ (s[y] ^ s[y-1]))
			}
			before = alike
		}
	}
	return 3 * count
}

// finders scores with 40 each black-white-black-white-black run of 1:1:3:1:1 modules in a column that has
// four white modules before or after it, as the corners of a code have. The quiet zone is white too.
func finders(m matrix) int {
	count := 0
	for _, s := range m.strips {
		at := func(y int) uint64 {
			if y < 0 || y >= len(s) {
				return 0
			}
			return s[y]
		}
		for y := 0; y+7 <= len(s); y++ {
			run := s[y] &^ s[y+1] & s[y+2] & s[y+3] & s[y+4] &^ s[y+5] & s[y+6]
			if run == 0 {
				continue
			}
			above := at(y-1) | at(y-2) | at(y-3) | at(y-4)
			below := at(y+7) | at(y+8) | at(y+9) | at(y+10)
			count += bits.OnesCount64(run &^ (above & below))
		}
	}
	return 40 * count
}

// imbalance scores with 10 each full 5 % by which the share of black modules is off 50 %.
func imbalance(m matrix) int {
	black := 0
	for _, s := range m.strips {
		for _, word := range s {
			black += bits.OnesCount64(word)
		}
	}
	total := m.size * m.size
	return 10 * (max(2*black-total, total-2*black) * 10 / total)
}
