package qr

// strip is 64 columns of a matrix: one word a row, the leftmost column in the lowest bit.
type strip []uint64

// matrix is a square of modules, 1 for black, cut into vertical strips, so that comparing rows compares
// 64 columns at once. Bits beyond the last column are 0.
type matrix struct {
	size   int
	strips []strip
}

func newMatrix(size int) matrix {
	m := matrix{size: size, strips: make([]strip, (size+63)/64)}
	words := make([]uint64, len(m.strips)*size)
	for i := range m.strips {
		m.strips[i], words = words[:size], words[size:]
	}
	return m
}

func (m matrix) get(x, y int) bool { return m.strips[x/64][y]>>(x%64)&1 == 1 }

func (m matrix) flip(x, y int) { m.strips[x/64][y] ^= 1 << (x % 64) }

func (m matrix) xor(other matrix) matrix {
	out := newMatrix(m.size)
	for i, s := range m.strips {
		for y := range s {
			out.strips[i][y] = s[y] ^ other.strips[i][y]
		}
	}
	return out
}

func (m matrix) transposed() matrix {
	out := newMatrix(m.size)
	for y := range m.size {
		target := out.strips[y/64]
		for i, s := range m.strips {
			for word, x := s[y], i*64; word != 0; word, x = word>>1, x+1 {
				target[x] |= word & 1 << (y % 64)
			}
		}
	}
	return out
}

// columns is the mask of the columns of strip i that lie inside the matrix.
func (m matrix) columns(i int) uint64 {
	if inside := m.size - i*64; inside < 64 {
		return 1<<inside - 1
	}
	return ^uint64(0)
}
