package travel_test

import (
	"fmt"
	"strings"
	"testing"

	"healthcode"
	"healthcode/internal/servicetest"
	"healthcode/internal/travel"
)

// house is a house with the travel service.
type house struct {
	*servicetest.House
	Travel  *travel.Service
	signers servicetest.Signers
}

func newHouse(t testing.TB) *house {
	h := servicetest.New(t)
	service, signers := h.NewTravel()
	return &house{h, service, signers}
}

// wang registers 王小明, whose identity was checked, with a test, an antibody test and a vaccination.
func (h *house) wang() healthcode.Actor {
	h.Helper()
	a := h.Register("beijing", servicetest.Wang)
	h.checked(a.Person)
	h.Learn(a.Person,
		`{"id":"n","source":"lab:bj-1","kind":"test","time":"2022-04-27T10:00:00+08:00","analyte":"nucleic-acid","result":"negative","lab":"Beijing 7"}`,
		`{"id":"g","source":"lab:bj-1","kind":"test","time":"2022-04-20T10:00:00+08:00","analyte":"igg","result":"positive","lab":"Beijing 7"}`,
		`{"id":"v","source":"clinic:1","kind":"vaccination","time":"2021-06-01T10:00:00+08:00","product":"BBIBP-CorV","dose":2,"doses":2,"lot":"L7"}`)
	return a
}

func (h *house) checked(id healthcode.PersonID) {
	h.Helper()
	p, err := h.Store.Person(h.Context(), id)
	h.Must(err)
	p.Identity = healthcode.IdentityChecked
	h.Must(h.Store.UpdatePerson(h.Context(), p, "test", h.Clock.Now()))
}

var (
	nucleic = healthcode.FactRef{Source: "lab:bj-1", ID: "n"}
	igg     = healthcode.FactRef{Source: "lab:bj-1", ID: "g"}
	vaccine = healthcode.FactRef{Source: "clinic:1", ID: "v"}
)

// mrz makes the two lines of a passport, with their check digits (ICAO 9303-4).
func mrz(code, surname, given, number, birth, sex, expiry string) string {
	pad := func(s string, n int) string { return s + strings.Repeat("<", n-len(s)) }
	digit := func(s string) string {
		sum := 0
		for i, c := range s {
			v := 0
			switch {
			case c >= '0' && c <= '9':
				v = int(c - '0')
			case c >= 'A':
				v = int(c-'A') + 10
			}
			sum += v * []int{7, 3, 1}[i%3]
		}
		return fmt.Sprint(sum % 10)
	}
	n := pad(number, 9) + digit(pad(number, 9))
	b, e, o := birth+digit(birth), expiry+digit(expiry), strings.Repeat("<", 14)+"0"
	return pad(code, 2) + "CHN" + pad(surname+"<<"+given, 39) + "\n" + n + "CHN" + b + sex + e + o + digit(n+b+e+o)
}

// passport is Wang's ordinary one.
var passport = travel.Document{Kind: "ordinary", MRZ: mrz("PO", "WANG", "XIAOMING", "E12345678", "900202", "M", "300101")}

func request(facts ...healthcode.FactRef) travel.Request {
	return travel.Request{Jurisdiction: "beijing", Direction: healthcode.TravelLeaving, Document: passport, Facts: facts}
}

// fields are those that an error names, with their codes.
func fields(err error) string {
	var all []string
	list := []error{err}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		list = joined.Unwrap()
	}
	for _, e := range list {
		if known, ok := e.(*healthcode.Error); ok {
			all = append(all, known.Field+" "+string(known.Code))
		} else if e != nil {
			all = append(all, e.Error())
		}
	}
	return strings.Join(all, ", ")
}
