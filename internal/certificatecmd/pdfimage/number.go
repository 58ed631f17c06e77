package pdfimage

import "strconv"

// parseNumber reads a PDF number: digits with a sign and a point, no exponent.
func parseNumber(word string) (float64, bool) {
	if word == "" {
		return 0, false
	}
	for n := range len(word) {
		if c := word[n]; (c < '0' || c > '9') && c != '.' && c != '-' && c != '+' {
			return 0, false
		}
	}
	f, err := strconv.ParseFloat(word, 64)
	return f, err == nil
}

// number gives v as a number; 0 where it is none.
func number(v any) float64 {
	f, _ := v.(float64)
	return f
}

// whole gives v as a number from 0 to limit.
func whole(v any, limit int) int {
	f := number(v)
	switch {
	case !(f > 0):
		return 0
	case f > float64(limit):
		return limit
	}
	return int(f)
}
