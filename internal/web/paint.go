package web

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"healthcode/policy"
)

// paintStyles writes a class for each paint of the policies, since a page has
// no inline styles: the paint, and black or white to write on it.
func paintStyles(policies *policy.Set) []byte {
	var paints []string
	for _, p := range policies.Policies() {
		for _, c := range p.Colours {
			paints = append(paints, c.Paint)
		}
		paints = append(paints, p.Held.Paint)
	}
	slices.Sort(paints)
	var css []byte
	for _, paint := range slices.Compact(paints) {
		if class := paintClass(paint); class != "" {
			css = fmt.Appendf(css, "\n.%s{--paint:%s;--on-paint:%s}", class, paint, inkOn(paint))
		}
	}
	return append(css, '\n')
}

// paintClass returns the class of a paint #rrggbb; "" for anything else.
func paintClass(paint string) string {
	hex, ok := strings.CutPrefix(paint, "#")
	if _, err := strconv.ParseUint(hex, 16, 32); !ok || err != nil || len(hex) != 6 {
		return ""
	}
	return "paint-" + strings.ToLower(hex)
}

// inkOn returns white or black, whichever stands out more from a paint.
func inkOn(paint string) string {
	if contrast(paint, "#ffffff") >= contrast(paint, "#000000") {
		return "#ffffff"
	}
	return "#000000"
}

// contrast is the contrast ratio of two paints (WCAG 2.2): 1 to 21.
func contrast(a, b string) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func luminance(paint string) float64 {
	n, _ := strconv.ParseUint(strings.TrimPrefix(paint, "#"), 16, 32)
	linear := func(part uint64) float64 {
		v := float64(part&0xff) / 255
		if v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(n>>16) + 0.7152*linear(n>>8) + 0.0722*linear(n)
}
