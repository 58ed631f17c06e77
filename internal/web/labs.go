package web

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"healthcode/internal/lab"
)

// labs is what the public page of laboratories shows.
type labs struct{ hours []labFigures }

// labFigures is one laboratory's.
type labFigures struct{ lab.Hours }

func labsPage(c *call) error {
	hours, err := c.server.Labs.Hours(c.ctx, c.policy.Jurisdiction)
	if err != nil {
		return err
	}
	var p labs
	for _, h := range hours {
		p.hours = append(p.hours, labFigures{h})
	}
	return c.page(http.StatusOK, labsView(c.view(), p))
}

func (labFigures) count(n int) string { return strconv.Itoa(n) }

func (labFigures) hours(v view, d time.Duration) string { return v.say(textHoursNumber, d.Hours()) }

// labBar is one bar of the drawing and one row of its table.
type labBar struct {
	x, y, height string
	n, from, to  int // hours; to 0 = more than from
}

func (b labBar) label(v view) string {
	if b.to == 0 {
		return v.say(textHoursOver, b.from)
	}
	return v.say(textHoursBetween, b.from, b.to)
}

// bars draws the histogram in a box of 180 by 60.
func (h labFigures) bars() []labBar {
	most := max(1, slices.Max(h.Bars))
	var all []labBar
	from := 0
	for i, n := range h.Bars {
		height := 58 * float64(n) / float64(most)
		b := labBar{x: strconv.Itoa(2 + 20*i), y: fmt.Sprintf("%.1f", 59-height), height: fmt.Sprintf("%.1f", height+1), n: n, from: from}
		if i < len(lab.Bounds) {
			b.to = lab.Bounds[i]
			from = b.to
		}
		all = append(all, b)
	}
	return all
}
