package identity

import (
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"healthcode"
)

// MRZ is what the two lines at the foot of a passport's photo page say (TD3,
// ICAO 9303-4). The personal number isn't kept: nothing here needs it.
type MRZ struct {
	Code        string // document code: P and a letter or nothing
	Issuer      string // as in [Country.Code]
	NameField   string // the 39 characters, for [SameName]
	Number      string // at most 9 characters
	Nationality string
	Birth       Date   // zero where all or part of it is unknown
	Sex         string // M, F, or "" where the document states none
	Expiry      Date   // zero where the document states none
}

const fieldMRZ = "mrz"

// The codes with which machine readable lines are refused.
const (
	CodeMRZShape      healthcode.Code = "mrz_shape"
	CodeMRZCharacters healthcode.Code = "mrz_characters"
	CodeMRZKind       healthcode.Code = "mrz_kind"
	CodeMRZCheckDigit healthcode.Code = "mrz_check_digit"
	CodeMRZDate       healthcode.Code = "mrz_date"
	CodeMRZDiffers    healthcode.Code = "mrz_differs"
)

var mrzRefusals = map[healthcode.Code]refusal{
	CodeMRZShape: {healthcode.CodeInvalid,
		"机读区应为两行，每行 44 个字符。请把照片页底部两行完整输入，包括所有的 < 符号。",
		"The machine readable zone has two lines of 44 characters. Enter both lines at the foot of the photo page, every < included."},
	CodeMRZCharacters: {healthcode.CodeInvalid,
		"机读区第 %[1]d 行第 %[2]d 个字符不对：第一行只有 A–Z 和 <，第二行还有 0–9。请对照照片页改正。",
		"Line %[1]d, character %[2]d of the machine readable zone can't be right: the first line has A–Z and <, the second also 0–9. Correct it as on the photo page."},
	CodeMRZKind: {healthcode.CodeInvalid,
		"这两行不是护照的机读区：第一行应以 P 开头。请输入护照照片页底部的两行。",
		"These lines aren't a passport's: the first one begins with P. Enter the two lines at the foot of the passport's photo page."},
	CodeMRZCheckDigit: {healthcode.CodeInvalid,
		"机读区“%[1]s”的校验码不符。请核对第二行第 %[3]d 至 %[4]d 个字符，注意 0 与 O、1 与 I。",
		"The check digit of the %[2]s doesn't match. Compare characters %[3]d to %[4]d of the second line; mind 0 and O, 1 and I."},
	CodeMRZDate: {healthcode.CodeInvalid,
		"机读区的“%[1]s”不是有效日期。请核对第二行第 %[3]d 至 %[4]d 个字符。",
		"The %[2]s in the machine readable zone is no day of the calendar. Compare characters %[3]d to %[4]d of the second line."},
	CodeMRZDiffers: {healthcode.CodeInvalid,
		"所填的“%[1]s”与护照机读区不一致。请对照照片页改正。",
		"The %[2]s that was entered differs from the passport's machine readable zone. Correct it as on the photo page."},
}

// The parts of the second line that a check digit covers.
var mrzParts = []struct {
	zh, en     string
	from, to   int // as slice bounds; the check digit is at to
	mayBeEmpty bool
}{
	{"护照号码", "passport number", 0, 9, false},
	{"出生日期", "birth date", 13, 19, true},
	{"有效期", "expiry date", 21, 27, true},
	{"个人号码", "personal number", 28, 42, true},
}

// checkDigit returns the check digit of ICAO 9303-3 section 4.9: weights 7, 3
// and 1; A to Z count 10 to 35, fillers 0.
func checkDigit(s string) byte {
	weights := [3]int{7, 3, 1}
	sum := 0
	for i := range len(s) {
		value := 0
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			value = int(c - '0')
		case c >= 'A' && c <= 'Z':
			value = int(c-'A') + 10
		}
		sum += value * weights[i%3]
	}
	return '0' + byte(sum%10)
}

// mrzSigns folds what people and word processors make of the filler.
var mrzSigns = strings.NewReplacer("«", "<<", "《", "<<", "‹", "<", "〈", "<", "≤", "<")

// ParseMRZ reads the two lines of a passport, typed or read by a machine, and
// checks every check digit. Spaces and the line break may be missing or in the
// wrong place. Today supplies the century of the two dates: a birth date is the
// latest that isn't in the future, an expiry date the nearest.
func ParseMRZ(text string, today Date) (MRZ, error) {
	if len(text) > maxTyped {
		return MRZ{}, refuse(CodeMRZShape, fieldMRZ)
	}
	text = strings.ToUpper(norm.NFKC.String(mrzSigns.Replace(text)))
	line := []rune(strings.Join(strings.Fields(text), ""))
	if len(line) != 88 {
		return MRZ{}, refuse(CodeMRZShape, fieldMRZ)
	}
	for i, r := range line {
		letter, digit := r >= 'A' && r <= 'Z', r >= '0' && r <= '9'
		if !letter && r != '<' && !(digit && i >= 44) {
			return MRZ{}, refuse(CodeMRZCharacters, fieldMRZ, i/44+1, i%44+1)
		}
	}
	upper, lower := string(line[:44]), string(line[44:])
	if !strings.ContainsRune("MFX<", line[64]) {
		return MRZ{}, refuse(CodeMRZCharacters, fieldMRZ, 2, 21)
	}
	if upper[0] != 'P' {
		return MRZ{}, refuse(CodeMRZKind, fieldMRZ)
	}
	for _, p := range mrzParts {
		data := lower[p.from:p.to]
		empty := p.mayBeEmpty && lower[p.to] == '<' && strings.Trim(data, "<") == ""
		if !empty && checkDigit(data) != lower[p.to] {
			return MRZ{}, refuse(CodeMRZCheckDigit, fieldMRZ, p.zh, p.en, p.from+1, p.to+1)
		}
	}
	if checkDigit(lower[:10]+lower[13:20]+lower[21:43]) != lower[43] {
		return MRZ{}, refuse(CodeMRZCheckDigit, fieldMRZ, "整行", "whole line", 1, 44)
	}
	m := MRZ{
		Code:        strings.TrimRight(upper[:2], "<"),
		Issuer:      strings.TrimRight(upper[2:5], "<"),
		NameField:   upper[5:],
		Number:      strings.ReplaceAll(lower[:9], "<", ""),
		Nationality: strings.TrimRight(lower[10:13], "<"),
		Sex:         strings.Trim(lower[20:21], "X<"),
	}
	if !strings.Contains(lower[13:19], "<") {
		ok := false
		if m.Birth, ok = birthMRZ(lower[13:19], today); !ok {
			return MRZ{}, refuse(CodeMRZDate, fieldMRZ, mrzParts[1].zh, mrzParts[1].en, 14, 19)
		}
	}
	if !strings.Contains(lower[21:27], "<") {
		ok := false
		if m.Expiry, ok = expiryMRZ(lower[21:27], today); !ok {
			return MRZ{}, refuse(CodeMRZDate, fieldMRZ, mrzParts[2].zh, mrzParts[2].en, 22, 27)
		}
	}
	return m, nil
}

func birthMRZ(s string, today Date) (Date, bool) {
	if !isDigits(s) {
		return Date{}, false
	}
	return birth6(s, today)
}

// expiryMRZ reads YYMMDD as the day nearest to today, at most 50 years off.
func expiryMRZ(s string, today Date) (Date, bool) {
	if !isDigits(s) {
		return Date{}, false
	}
	yy, _ := strconv.Atoi(s[:2])
	month, _ := strconv.Atoi(s[2:4])
	day, _ := strconv.Atoi(s[4:])
	year := today.Year - today.Year%100 + yy
	switch {
	case year > today.Year+50:
		year -= 100
	case year < today.Year-49:
		year += 100
	}
	d := Date{year, time.Month(month), day}
	return d, d.Valid()
}

// Differences compares what a person typed with the lines, and returns one
// error for each field that differs: document.number, document.country, name,
// birth. A zero birth isn't compared, nor a name that can't be (see [SameName]).
// A number longer than 9 characters is compared as far as the lines go.
func (m MRZ) Differences(d healthcode.Document, name string, birth Date) []*healthcode.Error {
	var list []*healthcode.Error
	differs := func(field, zh, en string) {
		list = append(list, refuse(CodeMRZDiffers, field, zh, en))
	}
	number := normaliseNumber(d.Number)
	if number != m.Number && !(len(number) > 9 && len(m.Number) == 9 && strings.HasPrefix(number, m.Number)) {
		differs(fieldNumber, "证件号码", "document number")
	}
	if d.Type == healthcode.DocumentPassport {
		if c, _ := FindCountry(d.Country); c.Code != m.Issuer {
			differs(fieldCountry, "签发国", "issuing country")
		}
	}
	if SameName(name, m.NameField) == NameDiffers {
		differs(fieldName, "姓名", "name")
	}
	if !birth.IsZero() && !m.Birth.IsZero() && birth != m.Birth {
		differs("birth", "出生日期", "birth date")
	}
	return list
}
