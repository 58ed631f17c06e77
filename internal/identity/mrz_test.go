package identity

import (
	"strings"
	"testing"

	"healthcode"
)

// The specimen of ICAO 9303-4.
const (
	specimenUpper = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"
	specimenLower = "L898902C36UTO7408122F1204159ZE184226B<<<<<10"
)

// The worked examples of ICAO 9303-3, appendix A.
func TestCheckDigit(t *testing.T) {
	for data, want := range map[string]byte{
		"520727":    '3',
		"AB2134<<<": '5',
		"HA672242<6" + "5802254" + "9601086<<<<<<<<<<<<<<0": '8',
		"": '0',
	} {
		if got := checkDigit(data); got != want {
			t.Errorf("%s: %c, want %c", data, got, want)
		}
	}
}

func TestParseMRZ(t *testing.T) {
	want := MRZ{Code: "P", Issuer: "UTO", NameField: "ERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
		Number: "L898902C3", Nationality: "UTO", Birth: Date{1974, 8, 12}, Sex: "F", Expiry: Date{2012, 4, 15}}
	for name, text := range map[string]string{
		"two lines":       specimenUpper + "\n" + specimenLower,
		"one line":        specimenUpper + specimenLower,
		"Windows":         specimenUpper + "\r\n" + specimenLower + "\r\n",
		"lower case":      strings.ToLower(specimenUpper + "\n" + specimenLower),
		"spaced":          "P < UTO ERIKSSON<<ANNA<MARIA <<<<<<<<<<<<<<<<<<<\n" + specimenLower,
		"quotation marks": strings.ReplaceAll(specimenUpper, "<<", "«") + "\n" + specimenLower,
		"full width":      strings.ReplaceAll(specimenUpper, "<", "<") + "\n" + specimenLower,
	} {
		if got, err := ParseMRZ(text, today); err != nil || got != want {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}

	for _, tt := range []struct {
		lower, number, nationality, birth, expiry string
	}{
		{"C01X00T478D<<6408125F2702283<<<<<<<<<<<<<<<4", "C01X00T47", "D", "1964-08-12", "2027-02-28"}, // filler for the check digit of an empty field
		{"HA672242<6YTO5802254M9601086<<<<<<<<<<<<<<08", "HA672242", "YTO", "1958-02-25", "1996-01-08"},
		{"XS12345673JPN7902206F1101018<<<<<<<<<<<<<<00", "XS1234567", "JPN", "1979-02-20", "2011-01-01"},
		{"AB2134<<<5UTO7408<<7F1204159<<<<<<<<<<<<<<00", "AB2134", "UTO", "", "2012-04-15"}, // the day of birth is unknown
	} {
		m, err := ParseMRZ(specimenUpper+tt.lower, today)
		if err != nil || m.Number != tt.number || m.Nationality != tt.nationality || m.Birth.String() != tt.birth || m.Expiry.String() != tt.expiry {
			t.Errorf("%s: %+v, %v", tt.lower, m, err)
		}
	}
}

func TestParseMRZRefuses(t *testing.T) {
	change := func(s string, at int, c string) string { return s[:at] + c + s[at+1:] }
	for _, tt := range []struct {
		name, upper, lower, code, says string
	}{
		{"a line is missing", specimenUpper, "", "mrz_shape", ""},
		{"a character is missing", specimenUpper[1:], specimenLower, "mrz_shape", ""},
		{"a book", strings.Repeat("<", 10000), "", "mrz_shape", ""},
		{"a digit in the name", change(specimenUpper, 5, "3"), specimenLower, "mrz_characters", "Line 1, character 6"},
		{"a sign", specimenUpper, change(specimenLower, 0, "*"), "mrz_characters", "Line 2, character 1"},
		{"an identity card", change(specimenUpper, 0, "I"), specimenLower, "mrz_kind", ""},
		{"number", specimenUpper, change(specimenLower, 8, "4"), "mrz_check_digit", "passport number"},
		{"number, O for 0", specimenUpper, change(specimenLower, 4, "O"), "mrz_check_digit", "passport number"},
		{"birth", specimenUpper, change(specimenLower, 18, "3"), "mrz_check_digit", "birth date"},
		{"expiry", specimenUpper, change(specimenLower, 26, "6"), "mrz_check_digit", "expiry date"},
		{"personal number", specimenUpper, change(specimenLower, 28, "Y"), "mrz_check_digit", "personal number"},
		{"composite", specimenUpper, change(specimenLower, 43, "1"), "mrz_check_digit", "whole line"},
		{"filler for the check digit of a number", specimenUpper, change(specimenLower, 42, "<"), "mrz_check_digit", "personal number"},
		{"30 February", specimenUpper, "AB2134<<<5UTO7402304F1204159<<<<<<<<<<<<<<06", "mrz_date", "birth date"},
		{"month 13", specimenUpper, "AB2134<<<5UTO7408122F1213153<<<<<<<<<<<<<<06", "mrz_date", "expiry date"},
		{"a letter in the birth date", specimenUpper, secondLine("7A0812", "120415"), "mrz_date", "birth date"},
		{"a letter in the expiry date", specimenUpper, secondLine("740812", "12O415"), "mrz_date", "expiry date"},
	} {
		m, err := ParseMRZ(tt.upper+"\n"+tt.lower, today)
		if string(healthcode.CodeOf(err)) != tt.code || !strings.Contains(err.Error(), tt.says) || m != (MRZ{}) {
			t.Errorf("%s: %v, want %s saying %q", tt.name, err, tt.code, tt.says)
		}
	}
}

// secondLine makes a line whose check digits are all right.
func secondLine(birth, expiry string) string {
	with := func(s string) string { return s + string(checkDigit(s)) }
	number, birth, expiry, personal := with("AB2134<<<"), with(birth), with(expiry), with("<<<<<<<<<<<<<<")
	return number + "UTO" + birth + "F" + expiry + personal + string(checkDigit(number+birth+expiry+personal))
}

func TestCenturies(t *testing.T) {
	for _, tt := range []struct{ yymmdd, birth, expiry string }{
		{"220428", "2022-04-28", "2022-04-28"}, // today
		{"220429", "1922-04-29", "2022-04-29"}, // tomorrow
		{"000229", "2000-02-29", "2000-02-29"},
		{"320101", "1932-01-01", "2032-01-01"},
		{"720101", "1972-01-01", "2072-01-01"},
		{"730101", "1973-01-01", "1973-01-01"},
		{"990101", "1999-01-01", "1999-01-01"},
	} {
		birth, ok := birthMRZ(tt.yymmdd, today)
		expiry, ok2 := expiryMRZ(tt.yymmdd, today)
		if !ok || !ok2 || birth.String() != tt.birth || expiry.String() != tt.expiry {
			t.Errorf("%s: born %s, expires %s", tt.yymmdd, birth, expiry)
		}
	}
	if d, ok := expiryMRZ("050101", Date{1999, 6, 1}); !ok || d.Year != 2005 {
		t.Errorf("at the end of a century: %s", d)
	}
}

func TestDifferences(t *testing.T) {
	m, err := ParseMRZ(specimenUpper+specimenLower, today)
	if err != nil {
		t.Fatal(err)
	}
	german := m
	german.Issuer = "D"
	passport := func(number, country string) healthcode.Document {
		return healthcode.Document{Type: "PASSPORT", Number: number, Country: country}
	}
	for _, tt := range []struct {
		name   string
		m      MRZ
		d      healthcode.Document
		person string
		birth  Date
		want   string
	}{
		{"all agrees", german, passport("l898902c3", "DEU"), "Anna Maria Eriksson", Date{1974, 8, 12}, ""},
		{"birth not given", german, passport("L898902C3", "D"), "Anna Maria Eriksson", Date{}, ""},
		{"longer number", german, passport("L898902C3456", "D"), "Anna Maria Eriksson", Date{}, ""},
		{"Chinese name", german, passport("L898902C3", "D"), "安娜", Date{}, ""},
		{"all differs", german, passport("L898902C4", "USA"), "Anna Eriksson", Date{1974, 12, 8}, "document.number document.country name birth"},
		{"country unknown", german, passport("L898902C3", ""), "Anna Maria Eriksson", Date{}, "document.country"},
		{"another type has no country", m, healthcode.Document{Type: "CN-PASSPORT", Number: "L898902C3"}, "Anna Maria Eriksson", Date{}, ""},
	} {
		var fields []string
		for _, e := range tt.m.Differences(tt.d, tt.person, tt.birth) {
			fields = append(fields, e.Field)
		}
		if got := strings.Join(fields, " "); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func FuzzParseMRZ(f *testing.F) {
	f.Add(specimenUpper + "\n" + specimenLower)
	f.Add(specimenUpper + "C01X00T478D<<6408125F2702283<<<<<<<<<<<<<<<4")
	f.Fuzz(func(t *testing.T, text string) {
		m, err := ParseMRZ(text, today)
		if err != nil {
			return
		}
		if len(m.NameField) != nameField || len(m.Number) > 9 || today.Before(m.Birth) {
			t.Errorf("%q read as %+v", text, m)
		}
		SameName("Anna", m.NameField)
	})
}
