package identity

import (
	_ "embed"
	"encoding/csv"
	"strings"
	"sync"

	"healthcode"
)

// Country is a state or organisation that issues passports.
type Country struct {
	Code   string // as in the passport: ICAO 9303-3, section 5. Germany's is D
	Alpha2 string // ISO 3166-1 alpha-2; "" for an organisation
	Name   healthcode.Text
}

// countriesCSV lists ISO 3166-1 with the names of CLDR, by English name, then
// the organisations of ICAO 9303-3 section 5.
//
//go:embed countries.csv
var countriesCSV string

var countries = sync.OnceValue(func() []Country {
	rows, err := csv.NewReader(strings.NewReader(countriesCSV)).ReadAll()
	if err != nil {
		panic(err) // the file is part of the binary and tested
	}
	list := make([]Country, 0, len(rows))
	for _, row := range rows[1:] {
		list = append(list, Country{row[0], row[1], healthcode.Text{ZH: row[2], EN: row[3]}})
	}
	return list
})

// notForeign are the codes under which no foreign passport is issued, and the
// documents of people who may look for them in the list.
var notForeign = map[string]healthcode.DocumentType{
	"CHN": healthcode.DocumentChinesePassport,
	"HKG": healthcode.DocumentHomeReturnHK,
	"MAC": healthcode.DocumentHomeReturnMO,
	"TWN": healthcode.DocumentTaiwanPermit,
}

// PassportIssuers lists the countries that a form offers for a foreign passport.
func PassportIssuers() []Country {
	var list []Country
	for _, c := range countries() {
		if _, no := notForeign[c.Code]; !no {
			list = append(list, c)
		}
	}
	return list
}

// FindCountry finds a country by the code in a passport or its ISO 3166-1
// alpha-2 or alpha-3 code, in either case.
func FindCountry(code string) (Country, bool) {
	code = normaliseNumber(code)
	switch code {
	case "DEU":
		code = "D"
	case "XKX", "XKK":
		code = "RKS"
	}
	for _, c := range countries() {
		if code != "" && (c.Code == code || c.Alpha2 == code) {
			return c, true
		}
	}
	return Country{}, false
}

// issuer returns the code of a foreign passport's issuing country.
func issuer(typed string) (string, *healthcode.Error) {
	c, ok := FindCountry(typed)
	if !ok {
		return "", refuse(CodeDocumentCountry, fieldCountry)
	}
	if t, no := notForeign[c.Code]; no {
		label := DocumentLabel(t)
		return "", refuse(CodeDocumentNotForeign, fieldCountry, label.ZH, label.EN)
	}
	return c.Code, nil
}
