package boarding

import (
	"time"

	"healthcode"
	"healthcode/internal/identity"
)

// A Mission is an embassy or consulate.
type Mission struct {
	ID       string          `yaml:"mission"`
	Kind     string          `yaml:"kind"` // embassy, consulate-general, consulate
	Name     healthcode.Text `yaml:"name"`
	City     healthcode.Text `yaml:"city"`
	Country  string          `yaml:"country"` // ISO 3166-1 alpha-2, as every country here
	Serves   []Served        `yaml:"serves"`
	TimeZone string          `yaml:"time_zone"`
	Hours    Hours           `yaml:"hours"`
	// TargetHours is within how many working hours an application is answered.
	TargetHours int     `yaml:"target_hours"`
	Contact     Contact `yaml:"contact"`

	Zone *time.Location `yaml:"-"`
}

// Served is a country, or some of its regions, that a mission serves.
type Served struct {
	Country string   `yaml:"country"`
	Regions []string `yaml:"regions,omitempty"` // by name; none = all
}

// Hours are a mission's working hours, local.
type Hours struct {
	Days  []string `yaml:"days"` // monday …
	From  string   `yaml:"from"` // 15:04
	Until string   `yaml:"until"`

	days        [7]bool
	from, until time.Duration // since midnight
}

// Contact is how a mission is reached.
type Contact struct {
	Phone   string `yaml:"phone"`
	Email   string `yaml:"email"`
	Address string `yaml:"address"`
	Website string `yaml:"website"`
}

// An Airport is where a flight leaves or lands.
type Airport struct {
	Code     string          `yaml:"airport"` // IATA
	City     healthcode.Text `yaml:"city"`
	Country  string          `yaml:"country"`
	TimeZone string          `yaml:"time_zone"`

	Zone *time.Location `yaml:"-"`
}

// A Class is a kind of traveller.
type Class struct {
	ID       string          `yaml:"class"`
	Name     healthcode.Text `yaml:"name"`
	AgeUnder int             `yaml:"age_under,omitempty"` // years on the day of departure; 0 = any age
}

// LabList names laboratories whose tests count.
type LabList struct {
	ID    string `yaml:"labs"`
	Names []Lab  `yaml:"names"`
}

// Lab is one laboratory and the other names under which it certifies.
type Lab struct {
	Name  string   `yaml:"name"`
	Other []string `yaml:"other,omitempty"`
}

// Codes say what the codes in certificates mean.
type Codes struct {
	Analytes map[string]string `yaml:"analytes"`
	Results  map[string]string `yaml:"results"`
	Targets  map[string]string `yaml:"targets"`
	Products map[string]string `yaml:"products"`
	Courses  map[string]int    `yaml:"courses"` // doses by product, where a certificate doesn't say
}

// Places is the file places.yaml.
type Places struct {
	Missions []Mission `yaml:"missions"`
	Airports []Airport `yaml:"airports"`
	Classes  []Class   `yaml:"classes"`
	Labs     []LabList `yaml:"labs"`
	Codes    Codes     `yaml:"codes"`
}

// A Notice is what a mission published: in force for flights that depart from From until the day before Until,
// by the date at the airport of origin.
type Notice struct {
	ID            string          `yaml:"notice"`
	Mission       string          `yaml:"mission"`
	From          Day             `yaml:"from"`
	Until         Day             `yaml:"until,omitempty"` // exclusive; absent = until further notice
	Example       bool            `yaml:"example,omitempty"`
	Title         healthcode.Text `yaml:"title"`
	Text          healthcode.Text `yaml:"text"`
	RetentionDays int             `yaml:"retention_days"` // after departure; absent = 30
	Sets          []Set           `yaml:"sets"`

	File string `yaml:"-"`
}

// Day is a date in YAML.
type Day struct{ identity.Date }

// A Set says what a traveller of some classes needs from some origins.
type Set struct {
	ID        string   `yaml:"set"`
	Origins   []string `yaml:"origins"` // countries of departure; "*" = any
	Transit   Transit  `yaml:"transit"`
	Classes   []string `yaml:"classes"`
	Statement Validity `yaml:"statement"`
	Exempt    bool     `yaml:"exempt,omitempty"` // nothing is needed
	Items     []Item   `yaml:"items"`
}

// Transit says which journeys a set is for: "none", "any", or those by way of the countries listed, and no other.
type Transit struct {
	Any, None bool
	Countries []string
}

// Validity says how long a statement holds: until so long after departure, so that a delay doesn't void it, but never
// longer than the papers that it rests on.
type Validity struct {
	Hours int `yaml:"hours_after_departure"`
}

// An Item is one thing that is needed; one of the options is enough.
type Item struct {
	ID    string          `yaml:"item"`
	Title healthcode.Text `yaml:"title"`
	Any   []Option        `yaml:"any"`
}

// The kinds of option and evidence.
const (
	KindTest        = "test"
	KindVaccination = "vaccination"
	KindRecovery    = "recovery"
	KindPaper       = "paper"
)

// An Option is one way to satisfy an item. Absent conditions ask nothing.
type Option struct {
	Kind    string `yaml:"kind"`
	Target  string `yaml:"target,omitempty"`  // what was tested or vaccinated for
	Analyte string `yaml:"analyte,omitempty"` // test: nucleic-acid, antigen, igg, igm
	Result  string `yaml:"result,omitempty"`  // test
	Labs    string `yaml:"labs,omitempty"`    // test: by a laboratory of this list
	// WithinHours counts from sampling to departure, the bound included; WithinDays counts calendar days at the origin.
	WithinHours int `yaml:"within_hours,omitempty"`
	WithinDays  int `yaml:"within_days,omitempty"`
	// OtherLabThan names an item before: another test, by another laboratory, sampled HoursAfter or more after it.
	OtherLabThan string   `yaml:"other_lab_than,omitempty"`
	HoursAfter   int      `yaml:"hours_after,omitempty"`
	Complete     bool     `yaml:"complete,omitempty"` // vaccination: the last dose of the course
	Products     []string `yaml:"products,omitempty"`
	FullDays     int      `yaml:"full_days,omitempty"` // vaccination, recovery: so many full days before departure
	MaxDays      int      `yaml:"max_days,omitempty"`  // at most so many days before the day of departure
	Paper        string   `yaml:"paper,omitempty"`     // paper: what it is, such as doctor-statement
}
