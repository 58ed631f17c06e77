package healthcode

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// factWire is the JSON form of a fact (contract: docs/facts.md).
type factWire struct {
	ID        string      `json:"id"`
	Source    string      `json:"source"`
	Person    *personWire `json:"person,omitempty"`
	Kind      Kind        `json:"kind"`
	Time      *time.Time  `json:"time,omitempty"`
	From      *time.Time  `json:"from,omitempty"`
	To        *time.Time  `json:"to,omitempty"`
	Recorded  *time.Time  `json:"recorded,omitempty"`
	Analyte   *string     `json:"analyte,omitempty"`
	Result    *string     `json:"result,omitempty"`
	Lab       *string     `json:"lab,omitempty"`
	Product   *string     `json:"product,omitempty"`
	Dose      *int        `json:"dose,omitempty"`
	Doses     *int        `json:"doses,omitempty"`
	Lot       *string     `json:"lot,omitempty"`
	Class     *string     `json:"class,omitempty"`
	Symptoms  *[]string   `json:"symptoms,omitempty"`
	Area      *string     `json:"area,omitempty"`
	Evidence  *string     `json:"evidence,omitempty"`
	Port      *string     `json:"port,omitempty"`
	Origin    *string     `json:"origin,omitempty"`
	Place     *string     `json:"place,omitempty"`
	Completed *bool       `json:"completed,omitempty"`
	Verified  *bool       `json:"verified,omitempty"`
	Category  *string     `json:"category,omitempty"`
	Hold      *string     `json:"hold,omitempty"`
	Covers    *time.Time  `json:"covers,omitempty"`
	Reason    *string     `json:"reason,omitempty"`
	By        *string     `json:"by,omitempty"`
	Visited   *[]string   `json:"visited,omitempty"`
	Phones    *int        `json:"phones,omitempty"`
	Retracts  *FactRef    `json:"retracts,omitempty"`
}

type personWire struct {
	Document Document `json:"document"`
}

// given returns the own fields that the JSON object named.
func (w *factWire) given() []string {
	var names []string
	add := func(name string, set bool) {
		if set {
			names = append(names, name)
		}
	}
	add("analyte", w.Analyte != nil)
	add("result", w.Result != nil)
	add("lab", w.Lab != nil)
	add("product", w.Product != nil)
	add("dose", w.Dose != nil)
	add("doses", w.Doses != nil)
	add("lot", w.Lot != nil)
	add("class", w.Class != nil)
	add("symptoms", w.Symptoms != nil)
	add("area", w.Area != nil)
	add("evidence", w.Evidence != nil)
	add("port", w.Port != nil)
	add("origin", w.Origin != nil)
	add("place", w.Place != nil)
	add("completed", w.Completed != nil)
	add("verified", w.Verified != nil)
	add("category", w.Category != nil)
	add("hold", w.Hold != nil)
	add("covers", w.Covers != nil)
	add("reason", w.Reason != nil)
	add("by", w.By != nil)
	add("visited", w.Visited != nil)
	add("phones", w.Phones != nil)
	add("retracts", w.Retracts != nil)
	return names
}

// UnmarshalJSON reads the contract form and refuses unknown fields, fields of
// another kind and values outside a closed list. It doesn't refuse what is
// missing: [Fact.Validate] does.
func (f *Fact) UnmarshalJSON(data []byte) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	var w factWire
	if err := dec.Decode(&w); err != nil {
		return fieldHint(err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return fmt.Errorf("more than one JSON object")
	}
	if fields[w.Kind] == nil {
		return fmt.Errorf("kind: %q is not a kind of fact; use one of %v", w.Kind, Kinds)
	}
	given := w.given()
	for _, name := range given {
		if !w.Kind.HasField(name) {
			return fmt.Errorf("%s: a %s has no such field", name, w.Kind)
		}
	}
	*f = Fact{ID: w.ID, Source: w.Source, Kind: w.Kind,
		Time: at(w.Time), From: at(w.From), To: at(w.To), Recorded: at(w.Recorded),
		Analyte: or(w.Analyte), Result: or(w.Result), Lab: or(w.Lab), Product: or(w.Product),
		Dose: or(w.Dose), Doses: or(w.Doses), Lot: or(w.Lot), Class: or(w.Class), Symptoms: or(w.Symptoms),
		Area: or(w.Area), Evidence: or(w.Evidence), Port: or(w.Port), Origin: or(w.Origin), Place: or(w.Place),
		Completed: or(w.Completed), Verified: or(w.Verified), Category: or(w.Category), Hold: or(w.Hold),
		Covers: at(w.Covers), Reason: or(w.Reason), By: or(w.By), Visited: or(w.Visited), Phones: or(w.Phones),
		Retracts: w.Retracts}
	if w.Person != nil {
		f.Person = &w.Person.Document
	}
	return f.validate(given)
}

// MarshalJSON writes the contract form. Fields of other kinds are left out.
func (f Fact) MarshalJSON() ([]byte, error) {
	has := f.Kind.HasField
	w := factWire{ID: f.ID, Source: f.Source, Kind: f.Kind,
		Time: ptrTime(f.Time), From: ptrTime(f.From), To: ptrTime(f.To), Recorded: ptrTime(f.Recorded),
		Covers: ptrTime(f.Covers), Retracts: f.Retracts}
	if f.Person != nil {
		w.Person = &personWire{*f.Person}
	}
	str := func(name string, dst **string, v string) {
		if v != "" && has(name) {
			*dst = &v
		}
	}
	str("analyte", &w.Analyte, f.Analyte)
	str("result", &w.Result, f.Result)
	str("lab", &w.Lab, f.Lab)
	str("product", &w.Product, f.Product)
	str("lot", &w.Lot, f.Lot)
	str("class", &w.Class, f.Class)
	str("area", &w.Area, f.Area)
	str("evidence", &w.Evidence, f.Evidence)
	str("port", &w.Port, f.Port)
	str("origin", &w.Origin, f.Origin)
	str("place", &w.Place, f.Place)
	str("category", &w.Category, f.Category)
	str("hold", &w.Hold, f.Hold)
	str("reason", &w.Reason, f.Reason)
	str("by", &w.By, f.By)
	if has("dose") && f.Dose != 0 {
		w.Dose = &f.Dose
	}
	if has("doses") && f.Doses != 0 {
		w.Doses = &f.Doses
	}
	if has("symptoms") {
		list := f.Symptoms
		if list == nil {
			list = []string{}
		}
		w.Symptoms = &list
	}
	if has("completed") {
		w.Completed, w.Verified = &f.Completed, &f.Verified
	}
	if has("visited") {
		list := f.Visited
		if list == nil {
			list = []string{}
		}
		w.Visited, w.Phones = &list, &f.Phones
	}
	return json.Marshal(w)
}

// Validate reports the first thing that is wrong with a fact that was built in
// Go rather than read from JSON, the field's name in front.
func (f *Fact) Validate() error {
	data, err := json.Marshal(f)
	if err != nil {
		return err
	}
	var g Fact
	return g.UnmarshalJSON(data)
}

func (f *Fact) validate(given []string) error {
	switch {
	case f.ID == "":
		return fmt.Errorf("id: missing; give each fact an id that is unique within its source")
	case f.Source == "":
		return fmt.Errorf("source: missing; say who says so, such as lab:bj-0007")
	case f.Person != nil && (f.Person.Type == "" || f.Person.Number == ""):
		return fmt.Errorf("person.document: type and number are both needed")
	}
	for _, field := range f.Kind.Fields() {
		if field.Required && !slices.Contains(given, field.Name) {
			return fmt.Errorf("%s: missing; a %s needs it", field.Name, f.Kind)
		}
		if v := f.value(field.Name); field.Values != nil && !slices.Contains(field.Values, v) {
			return fmt.Errorf("%s: %q is none of %s", field.Name, v, strings.Join(field.Values, ", "))
		}
	}
	switch {
	case f.Kind.Spans() && f.From.IsZero():
		return fmt.Errorf("from: missing; a %s has from and, once it is over, to", f.Kind)
	case f.Kind.Spans() && !f.Time.IsZero():
		return fmt.Errorf("time: a %s has from and to instead", f.Kind)
	case !f.Kind.Spans() && (!f.From.IsZero() || !f.To.IsZero()):
		return fmt.Errorf("from, to: a %s has time instead", f.Kind)
	case !f.Kind.Spans() && f.Kind.Timed() && f.Time.IsZero():
		return fmt.Errorf("time: missing; say when it was, in RFC 3339 with an offset")
	case !f.To.IsZero() && f.To.Before(f.From):
		return fmt.Errorf("to: is before from")
	case f.Kind == KindStay && !ValidAreaCode(f.Area):
		return fmt.Errorf("area: %q is neither a 6-digit county code nor an ISO 3166-1 alpha-2 country", f.Area)
	case f.Dose < 0 || f.Doses < 0 || f.Phones < 0:
		return fmt.Errorf("dose, doses, phones: can't be negative")
	case f.Retracts != nil && (f.Retracts.ID == "" || f.Retracts.Source == ""):
		return fmt.Errorf("retracts: both source and id are needed")
	}
	for _, code := range f.Visited {
		if !ValidAreaCode(code) {
			return fmt.Errorf("visited: %q is neither a 6-digit county code nor an ISO 3166-1 alpha-2 country", code)
		}
	}
	return nil
}

// value returns an own field that has a closed list of values.
func (f *Fact) value(name string) string {
	switch name {
	case "analyte":
		return f.Analyte
	case "result":
		return f.Result
	case "class":
		return f.Class
	case "evidence":
		return f.Evidence
	case "place":
		return f.Place
	case "category":
		return f.Category
	}
	return ""
}

// fieldHint adds what to do to encoding/json's own messages.
func fieldHint(err error) error {
	msg := err.Error()
	for _, name := range []string{"plate", "licence_plate", "license_plate", "household", "household_registration", "hukou"} {
		if strings.Contains(msg, `unknown field "`+name+`"`) {
			return fmt.Errorf("%s: plate and household registration are not inputs; leave it out", name)
		}
	}
	if strings.Contains(msg, "parsing time") {
		return fmt.Errorf("%s; write times as RFC 3339 with an offset, such as 2022-04-25T09:00:00+08:00", msg)
	}
	return fmt.Errorf("%s", strings.TrimPrefix(msg, "json: "))
}

func at(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}

func ptrTime(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func or[T any](p *T) T {
	var zero T
	if p == nil {
		return zero
	}
	return *p
}
