package healthcode

import (
	"slices"
	"time"
)

// Kind says what a fact is about.
type Kind string

// The kinds of fact.
const (
	KindTest        Kind = "test"
	KindVaccination Kind = "vaccination"
	KindDiagnosis   Kind = "diagnosis"
	KindContact     Kind = "contact"
	KindSymptoms    Kind = "symptoms"
	KindStay        Kind = "stay"
	KindEntry       Kind = "entry"
	KindArrival     Kind = "arrival"
	KindQuarantine  Kind = "quarantine"
	KindPurchase    Kind = "purchase"
	KindClinic      Kind = "clinic"
	KindLift        Kind = "lift"
	KindDeclaration Kind = "declaration"
	KindRetraction  Kind = "retraction"
)

// FactRef names a fact: ID is unique within Source.
type FactRef struct {
	Source string `json:"source"`
	ID     string `json:"id"`
}

// Fact is one dated thing that a source says about a person. Facts are only
// ever appended; a wrong one is taken back by a retraction, which is itself a
// fact. A zero time means absent. Which fields a kind has is in [Kind.Fields].
type Fact struct {
	ID     string
	Source string
	// Person is the document by which a feed names the person; nil where the
	// person is known from the context.
	Person *Document
	Kind   Kind

	Time     time.Time // a moment; for a test the sampling time
	From, To time.Time // a span; To zero while it is still going on
	Recorded time.Time // when the system learned it

	Analyte   string // test: nucleic-acid, antigen, igg, igm
	Result    string // test: positive, negative, invalid
	Lab       string // test
	Product   string // vaccination
	Dose      int    // vaccination: which dose of the series this was
	Doses     int    // vaccination: doses in the series
	Lot       string // vaccination
	Class     string // diagnosis, contact
	Symptoms  []string
	Area      string // stay: 6-digit county code (GB/T 2260) or ISO 3166-1 alpha-2
	Evidence  string // stay: declared, telecom, ticket, payment, venue, officer
	Port      string // entry
	Origin    string // arrival
	Place     string // quarantine: designated, home
	Completed bool   // quarantine
	Verified  bool   // quarantine
	Category  string // purchase: fever, cough, antiviral, antibiotic
	Hold      string // lift: the hold, or the rule, that it ends
	Covers    time.Time
	Reason    string // lift, retraction
	By        string // lift: the officer
	Visited   []string
	Phones    int
	Retracts  *FactRef
}

// Ref returns the fact's name.
func (f *Fact) Ref() FactRef { return FactRef{Source: f.Source, ID: f.ID} }

// Start returns when the fact became true in the world: From, else Time, else
// (a lift or retraction without either) Recorded.
func (f *Fact) Start() time.Time {
	switch {
	case !f.From.IsZero():
		return f.From
	case !f.Time.IsZero():
		return f.Time
	}
	return f.Recorded
}

// Known returns when the system learned the fact: Recorded, or its start where
// the source didn't say.
func (f *Fact) Known() time.Time {
	if f.Recorded.IsZero() {
		return f.Start()
	}
	return f.Recorded
}

// Weak reports whether the evidence for a stay is too weak to raise a hold or
// a colour. A ticket may be refunded and a payment made from next door: such
// evidence asks the person and decides nothing.
func (f *Fact) Weak() bool {
	return f.Kind == KindStay && (f.Evidence == "payment" || f.Evidence == "ticket")
}

// Compare orders facts by start, then source, then id: the order in which they
// are evaluated, whatever the order in which they came.
func (f *Fact) Compare(g *Fact) int {
	if c := f.Start().Compare(g.Start()); c != 0 {
		return c
	}
	if f.Source != g.Source {
		if f.Source < g.Source {
			return -1
		}
		return 1
	}
	switch {
	case f.ID < g.ID:
		return -1
	case f.ID > g.ID:
		return 1
	}
	return 0
}

// Kinds lists every kind, in the order of the documentation.
var Kinds = []Kind{KindTest, KindVaccination, KindDiagnosis, KindContact, KindSymptoms, KindStay, KindEntry,
	KindArrival, KindQuarantine, KindPurchase, KindClinic, KindLift, KindDeclaration, KindRetraction}

// Field describes one own field of a kind.
type Field struct {
	Name     string
	Required bool
	Values   []string // the values it can have; nil = any
}

// Fields returns the own fields of a kind beside id, source, person, kind and
// the times; nil for a kind that doesn't exist.
func (k Kind) Fields() []Field { return fields[k] }

// Spans reports whether facts of this kind have from and to instead of a time.
func (k Kind) Spans() bool {
	return k == KindStay || k == KindDiagnosis || k == KindQuarantine
}

// Timed reports whether a fact of this kind must say when it was true. A
// retraction and a lift take effect when they are recorded unless they say otherwise.
func (k Kind) Timed() bool { return k != KindRetraction && k != KindLift }

// HasField reports whether facts of the kind have the named own field.
func (k Kind) HasField(name string) bool {
	return slices.ContainsFunc(fields[k], func(f Field) bool { return f.Name == name })
}

var fields = map[Kind][]Field{
	KindTest: {
		{"analyte", true, []string{"nucleic-acid", "antigen", "igg", "igm"}},
		{"result", true, []string{"positive", "negative", "invalid"}},
		{"lab", false, nil}},
	KindVaccination: {{"product", false, nil}, {"dose", false, nil}, {"doses", false, nil}, {"lot", false, nil}},
	KindDiagnosis:   {{"class", true, []string{"confirmed", "suspected", "asymptomatic"}}},
	KindContact:     {{"class", true, []string{"close", "symptomatic-contact", "same-building", "association"}}},
	KindSymptoms:    {{"symptoms", true, nil}},
	KindStay: {{"area", true, nil},
		{"evidence", true, []string{"declared", "telecom", "ticket", "payment", "venue", "officer"}}},
	KindEntry:   {{"port", false, nil}},
	KindArrival: {{"origin", false, nil}},
	KindQuarantine: {{"place", true, []string{"designated", "home"}},
		{"completed", false, nil}, {"verified", false, nil}},
	KindPurchase:    {{"category", true, []string{"fever", "cough", "antiviral", "antibiotic"}}},
	KindClinic:      {{"symptoms", true, nil}},
	KindLift:        {{"hold", true, nil}, {"covers", true, nil}, {"reason", false, nil}, {"by", false, nil}},
	KindDeclaration: {{"visited", false, nil}, {"phones", false, nil}},
	KindRetraction:  {{"retracts", true, nil}, {"reason", false, nil}},
}
