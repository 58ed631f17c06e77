package identity

import (
	"strconv"
	"strings"
	"time"
)

// oldestAge is the age beyond which a birth date in a number is taken for a
// typing error. It is generous: the standard's own example was born in 1880.
const oldestAge = 150

// provinces are the first two digits of GB/T 2260 that a citizen's number can
// begin with. 81, 82 and 83 are the residence permits of people from Hong Kong,
// Macao and Taiwan. The other four digits aren't checked: a number keeps the
// county of its time, and hundreds of those exist no more.
const provinces = " 11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46" +
	" 50 51 52 53 54 61 62 63 64 65 71 81 82 83 "

func isProvince(code string) bool { return strings.Contains(provinces, " "+code+" ") }

// checkCharacter returns the last character of an 18-character number from its
// 17 digits: ISO 7064 MOD 11-2, as GB 11643-1999 uses it.
func checkCharacter(digits17 string) byte {
	sum := 0
	for i := range 17 {
		sum = (sum + int(digits17[i]-'0')) * 2 % 11
	}
	return "10X98765432"[sum]
}

// digits18 reports whether a number has the shape of GB 11643: 17 digits and a digit or X.
func digits18(number string) bool {
	return len(number) == 18 && isDigits(number[:17]) && (isDigits(number[17:]) || number[17] == 'X')
}

// birth8 reads YYYYMMDD. It returns false for a day that doesn't exist, lies
// after today or is further back than anybody lives.
func birth8(digits string, today Date) (Date, bool) {
	year, _ := strconv.Atoi(digits[:4])
	month, _ := strconv.Atoi(digits[4:6])
	day, _ := strconv.Atoi(digits[6:8])
	d := Date{year, time.Month(month), day}
	return d, d.Valid() && !today.Before(d) && Age(d, today) <= oldestAge
}

// birth6 reads YYMMDD as the latest such day that isn't after today, which is
// how a reader of ICAO 9303 documents supplies the missing century.
func birth6(digits string, today Date) (Date, bool) {
	for century := today.Year / 100; century >= 19; century-- {
		if d, ok := birth8(strconv.Itoa(century)+digits, today); ok {
			return d, true
		}
	}
	return Date{}, false
}

func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

func isLetters(s string) bool {
	for i := range len(s) {
		if s[i] < 'A' || s[i] > 'Z' {
			return false
		}
	}
	return s != ""
}
