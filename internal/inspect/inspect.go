// Package inspect answers what an airline or a border officer asks: is this certificate good on the day of the
// flight, and is it this traveller's? It is pure, and runs on the officer's own device (wasm/).
package inspect

import (
	"strings"
	"time"

	"healthcode/certificate"
	"healthcode/internal/identity"
)

// Question is what the officer has in hand. Empty fields aren't compared.
type Question struct {
	Text    string `json:"text"`    // of the code
	MRZ     string `json:"mrz"`     // both lines of the passport's machine readable zone; it wins over the next four
	Number  string `json:"number"`  // of the passport
	Country string `json:"country"` // that issued it, as in the passport
	Name    string `json:"name"`
	Birth   string `json:"birth"`  // YYYY-MM-DD
	Flight  string `json:"flight"` // airline code and number
	// Departure is when the flight leaves: 2022-04-30T10:30 in Zone.
	Departure string         `json:"departure"`
	Now       time.Time      `json:"now"`
	Zone      *time.Location `json:"-"`
}

// State is what became of one check.
type State string

// The states.
const (
	Good    State = "good"
	Bad     State = "bad"
	Unclear State = "unclear" // a person must look
	Skipped State = "skipped" // nothing to compare with
)

// Check is one line of the answer. Code names it for the page, which has the words.
type Check struct {
	Check string `json:"check"` // certificate, name, birth, number, flight, departure, revocation
	State State  `json:"state"`
	Code  string `json:"code"`   // of why: a stage of package certificate, or one of this package
	Shown string `json:"shown"`  // what the certificate says of it
	Why   string `json:"detail"` // in English, for a bad certificate
}

// Answer is yes only where the certificate and every comparison are good.
type Answer struct {
	Verdict State              `json:"verdict"`
	Checks  []Check            `json:"checks"`
	Report  certificate.Report `json:"report"`
	At      time.Time          `json:"at"`
	// ClockBehind says that the certificate was issued in this device's future: its clock is likely wrong.
	ClockBehind bool `json:"clock_behind"`
}

// departureForm is what a datetime-local field gives.
const departureForm = "2006-01-02T15:04"

// Ask answers a question with the keys and revocations of a verifier.
func Ask(v *certificate.Verifier, q Question) Answer {
	a := Answer{At: q.Now.In(q.Zone)}
	var departure Check
	if q.Departure != "" {
		at, err := time.ParseInLocation(departureForm, q.Departure, q.Zone)
		switch {
		case err != nil:
			departure = Check{Check: "departure", State: Bad, Code: "departure-form"}
		case at.Before(q.Now.Add(-24 * time.Hour)):
			departure = Check{Check: "departure", State: Bad, Code: "departure-past"}
		default:
			departure = Check{Check: "departure", State: Good, Code: "valid-then"}
			a.At = at
		}
	}
	result := v.Verify(strings.TrimSpace(q.Text), a.At)
	if result.Document != nil && result.Document.IssuedAt.After(q.Now.Add(v.ClockError)) {
		a.ClockBehind = true
	}
	a.Report = result.Report()
	a.add(certificateCheck(result))
	a.add(departure)
	if result.Document != nil {
		for _, c := range compare(result.Document, q) {
			a.add(c)
		}
	}
	a.Verdict = Good
	for _, c := range a.Checks {
		if c.State == Bad {
			a.Verdict = Bad
		} else if c.State == Unclear && a.Verdict == Good {
			a.Verdict = Unclear
		}
	}
	if a.ClockBehind {
		a.Verdict = Bad
	}
	return a
}

func (a *Answer) add(c Check) {
	if c.Check != "" {
		a.Checks = append(a.Checks, c)
	}
}

func certificateCheck(r *certificate.Result) Check {
	if !r.OK() {
		return Check{Check: "certificate", State: Bad, Code: string(r.Stage()), Why: r.Failures[0].Reason}
	}
	// A link proves nothing by itself: what it leads to must be opened and looked at.
	if r.Document.Format == certificate.FormatHealthLink {
		return Check{Check: "certificate", State: Unclear, Code: "link"}
	}
	return Check{Check: "certificate", State: Good, Code: "genuine"}
}

// traveller is what a certificate says of its holder.
type traveller struct {
	name, zone, birth, number string
	statement                 *certificate.Statement
}

// compare checks the certificate's holder and flight against the passport and the flight at hand.
func compare(d *certificate.Document, q Question) []Check {
	t := travellerOf(d)
	var checks []Check
	if q.MRZ != "" {
		mrz, err := identity.ParseMRZ(q.MRZ, identity.DateOf(q.Now.In(q.Zone)))
		if err != nil {
			return []Check{{Check: "name", State: Bad, Code: "mrz", Why: err.Error()}}
		}
		q.Number, q.Country, q.Name, q.Birth = mrz.Number, mrz.Issuer, mrz.NameField, ""
		if mrz.Birth != (identity.Date{}) {
			q.Birth = mrz.Birth.String()
		}
	}
	if q.Name != "" {
		checks = append(checks, Check{"name", sameName(t, q), "name", t.name, ""})
	}
	if q.Birth != "" {
		checks = append(checks, Check{"birth", sameBirth(t.birth, q.Birth), "birth", t.birth, ""})
	}
	if q.Number != "" {
		checks = append(checks, numberCheck(t, q))
	}
	if len(checks) == 0 {
		checks = append(checks, Check{"name", Unclear, "look", strings.TrimSpace(t.name + " " + t.birth), ""})
	}
	return append(checks, flightChecks(t.statement, q)...)
}

func numberCheck(t traveller, q Question) Check {
	c := Check{Check: "number", Code: "number", State: Bad, Shown: t.number}
	switch {
	case t.statement != nil:
		c.Shown = "…" + t.statement.DocumentTail
		if t.statement.MatchesDocument(q.Country, q.Number) {
			c.State = Good
		}
	case t.number == "":
		c.State, c.Code = Skipped, "no-number"
	case plain(t.number) == plain(q.Number):
		c.State = Good
	}
	return c
}

func flightChecks(s *certificate.Statement, q Question) (checks []Check) {
	if s == nil {
		return nil
	}
	flight := Check{"flight", Unclear, "flight", s.Flight + " " + s.From + "–" + s.To, ""}
	if q.Flight != "" {
		flight.State = Bad
		if plain(q.Flight) == plain(s.Flight) {
			flight.State = Good
		}
	}
	day := Check{"day", Unclear, "day", s.Date, ""}
	if date, _, ok := strings.Cut(q.Departure, "T"); ok {
		day.State = Bad
		if date == s.Date {
			day.State = Good
		}
	}
	return append(checks, flight, day)
}

// plain leaves capital letters and digits.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, strings.ToUpper(s))
}

// sameBirth compares as much of a date as the certificate has: some have a year alone.
func sameBirth(certificate, passport string) State {
	switch {
	case certificate == "" || certificate == passport[:min(len(passport), 4)]:
		return Unclear
	case len(certificate) >= len(passport) && certificate[:len(passport)] == passport:
		return Good
	case len(certificate) < len(passport) && passport[:len(certificate)] == certificate:
		return Unclear
	}
	return Bad
}

func sameName(t traveller, q Question) State {
	field := q.Name
	if q.MRZ == "" {
		return typedName(t, q.Name)
	}
	if t.zone != "" {
		return sameZone(t.zone, field)
	}
	if t.name == "" {
		return Unclear
	}
	switch identity.SameName(t.name, field) {
	case identity.NameSame, identity.NameShortened:
		return Good
	case identity.NameUnclear:
		return Unclear
	}
	return Bad
}

// sameZone compares two names of machine readable zones; either may be cut short.
func sameZone(a, b string) State {
	a, b = strings.Trim(a, "<"), strings.Trim(b, "<")
	short, long := a, b
	if len(short) > len(long) {
		short, long = long, short
	}
	switch {
	case short == "":
		return Unclear
	case short == long, len(short) >= 38 && strings.HasPrefix(long, short):
		return Good
	case strings.ReplaceAll(short, "<", "") == strings.ReplaceAll(long, "<", ""):
		return Good
	}
	return Bad
}

// typedName compares a name that the officer typed with each form that the certificate has.
func typedName(t traveller, typed string) State {
	if t.zone != "" {
		switch identity.SameName(typed, t.zone) {
		case identity.NameSame, identity.NameShortened:
			return Good
		case identity.NameDiffers:
			return Bad
		}
	}
	if t.name == "" || plain(typed) == "" {
		return Unclear
	}
	if sameWords(typed, t.name) {
		return Good
	}
	return Unclear
}

// sameWords reports whether two names have the same words, in any order.
func sameWords(a, b string) bool {
	words := strings.Fields(strings.ToUpper(b))
	for _, w := range strings.Fields(strings.ToUpper(a)) {
		at := -1
		for i, other := range words {
			if w == other {
				at = i
			}
		}
		if at < 0 {
			return false
		}
		words = append(words[:at], words[at+1:]...)
	}
	return len(words) == 0
}
