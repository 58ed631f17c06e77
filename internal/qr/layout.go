package qr

import (
	"sync"

	"rsc.io/qr/coding"
)

// layout is what all codes of one version and level share.
type layout struct {
	size   int
	frames [8]matrix // for each mask, the code whose data and check bits are all 0
	turned [8]matrix // the same, transposed
	bit    []int32   // for each module, row by row: the number of the bit that it shows, or -1
}

// layouts holds each layout once it has been needed: at most 160, of which a service uses a few.
var layouts [coding.MaxVersion + 1][coding.H + 1]struct {
	once   sync.Once
	layout *layout
}

func layoutOf(version coding.Version, level coding.Level) *layout {
	slot := &layouts[version][level]
	slot.once.Do(func() { slot.layout = newLayout(version, level) })
	return slot.layout
}

func newLayout(version coding.Version, level coding.Level) *layout {
	size := 17 + 4*int(version)
	l := &layout{size: size, bit: make([]int32, 0, size*size)}
	for mask := range l.frames {
		plan, err := coding.NewPlan(version, level, coding.Mask(mask))
		if err != nil {
			panic(err) // the version is one of 1 to 40
		}
		l.frames[mask] = newMatrix(size)
		for y, row := range plan.Pixel {
			for x, pixel := range row {
				if pixel&coding.Black != 0 {
					l.frames[mask].flip(x, y)
				}
				if mask > 0 {
					continue
				}
				bit := int32(-1)
				if role := pixel.Role(); role == coding.Data || role == coding.Check {
					bit = int32(pixel.Offset())
				}
				l.bit = append(l.bit, bit)
			}
		}
		l.turned[mask] = l.frames[mask].transposed()
	}
	return l
}

// place puts the bits of the data and check bytes where this layout shows them. Exclusive or with a frame
// gives the code under that frame's mask.
func (l *layout) place(bytes []byte) matrix {
	m := newMatrix(l.size)
	for y := range l.size {
		for x, bit := range l.bit[y*l.size : (y+1)*l.size] {
			if bit >= 0 && bytes[bit/8]>>(7-bit%8)&1 == 1 {
				m.flip(x, y)
			}
		}
	}
	return m
}
