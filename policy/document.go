package policy

import (
	"time"

	"healthcode"
)

// Document is a policy file as it is written (docs/policy.md). One file is one
// version of one jurisdiction's policy, whole: once published it is never
// edited, and its SHA-256 stands beside every status that it gave.
type Document struct {
	Jurisdiction string            `yaml:"jurisdiction"` // short id, such as beijing
	Version      string            `yaml:"version"`      // such as 2022-04
	Name         healthcode.Text   `yaml:"name"`
	Issued       Issued            `yaml:"issued"`
	TimeZone     string            `yaml:"timezone"` // IANA name
	InForce      InForce           `yaml:"in_force"`
	Areas        []string          `yaml:"areas"` // code prefixes of its own counties, such as "11"
	Colours      []Colour          `yaml:"colours"`
	Held         State             `yaml:"held"`
	Contacts     []Contact         `yaml:"contacts"`
	Activities   []Activity        `yaml:"activities"`
	Holds        []HoldKind        `yaml:"holds"`
	Rules        []Rule            `yaml:"rules"`
	Question     healthcode.Text   `yaml:"question"` // asked of weak evidence
	Doors        []Door            `yaml:"doors"`
	Venues       []VenueKind       `yaml:"venues"`
	FeverAt      float64           `yaml:"fever_at"` // °C, inclusive
	People       People            `yaml:"people"`
	Declaration  Declaration       `yaml:"declaration"`
	Retention    Retention         `yaml:"retention"`
	Pass         PassSettings      `yaml:"pass"`
	Casework     Casework          `yaml:"casework"`
	Routing      []Route           `yaml:"routing"`
	Notes        []healthcode.Text `yaml:"notes"` // standing advice, shown with every status
}

// Issued says who published the policy, and in which document.
type Issued struct {
	By       healthcode.Text `yaml:"by"`
	Document healthcode.Text `yaml:"document"`
}

// InForce is [From, Until), local dates. A policy must have an end.
type InForce struct {
	From  string `yaml:"from"`
	Until string `yaml:"until"`
}

// State is how a state is shown: in words, by shape and by paint, never by
// paint alone.
type State struct {
	Name   healthcode.Text `yaml:"name"`
	Means  healthcode.Text `yaml:"means"`
	Advice healthcode.Text `yaml:"advice"`
	Shape  string          `yaml:"shape"` // octagon, triangle, circle, square, diamond, pentagon, star
	Paint  string          `yaml:"paint"` // #rrggbb
}

// Colour is a colour of the code. The worst stands first; the last one means
// that nothing is known against the person.
type Colour struct {
	Colour string `yaml:"colour"`
	Yields bool   `yaml:"yields"` // a hold outranks it, as one always outranks the last
	State  `yaml:",inline"`
}

// Contact is an office that owes the person something.
type Contact struct {
	Contact string          `yaml:"contact"`
	Name    healthcode.Text `yaml:"name"`
	Phone   string          `yaml:"phone"`
	Hours   healthcode.Text `yaml:"hours"`
}

// Activity is something that a hold can forbid and an exit can need, beside
// the ones that every policy knows. Doing it needs everything in Needs.
type Activity struct {
	Activity string   `yaml:"activity"`
	Needs    []string `yaml:"needs"`
}

// HoldKind is a numbered duty.
type HoldKind struct {
	Hold    string          `yaml:"hold"`
	Name    healthcode.Text `yaml:"name"`
	Owner   string          `yaml:"owner"` // a contact
	Advice  healthcode.Text `yaml:"advice"`
	Forbids []string        `yaml:"forbids"` // activities

	// AdviceElsewhere is the advice for somebody who is outside the jurisdiction, where it differs.
	AdviceElsewhere healthcode.Text `yaml:"advice_elsewhere"`
	// Duties say what the person has to do meanwhile and what follows otherwise, and Basis on what law that rests.
	Duties []healthcode.Text `yaml:"duties"`
	Basis  healthcode.Text   `yaml:"basis"`
	// Essential lets a person apply for an essential trip while the hold is open.
	Essential bool `yaml:"essential_trips"`
}

// Rule says when something holds: each fact of kind On that it matches gives a
// span from a start to the earliest of its ends.
type Rule struct {
	Rule   string          `yaml:"rule"`
	Colour string          `yaml:"colour"` // either a colour …
	Hold   string          `yaml:"hold"`   // … or a hold
	On     healthcode.Kind `yaml:"on"`
	Where  string          `yaml:"where"` // CEL over fact
	Given  []Other         `yaml:"given"` // other facts that must be there
	Unless []Other         `yaml:"unless"`
	Area   *AreaCondition  `yaml:"area"`
	From   *Moment         `yaml:"from"`
	Until  []End           `yaml:"until"`
	Text   healthcode.Text `yaml:"text"`
}

// Other asks for other facts of the same person.
type Other struct {
	Any     healthcode.Kind `yaml:"any"`
	Where   string          `yaml:"where"` // CEL over it, and fact
	Several `yaml:",inline"`
}

// Several asks for more than one fact.
type Several struct {
	AtLeast int `yaml:"at_least"` // 1 where absent
	Apart   int `yaml:"apart"`    // hours from each to the next, at the least
}

// AreaCondition limits a rule to the spans in which the fact's county is in a
// state; each such span that the fact overlaps is a match of its own. Exactly one of Level,
// Cases, LandPort and HardestHit is given.
type AreaCondition struct {
	Of         string             `yaml:"of"`   // area (stay) or origin (arrival)
	Unit       string             `yaml:"unit"` // county, or city: all counties whose codes begin with the same four digits
	Level      []healthcode.Level `yaml:"level"`
	Cases      int                `yaml:"cases"`     // at least so many local cases …
	Within     int                `yaml:"within"`    // … counted for so many full days
	LandPort   bool               `yaml:"land_port"` // always so, for a county with one
	HardestHit bool               `yaml:"hardest_hit"`
	// Reach keeps a fact in touch with the county for so many full days after its end.
	Reach int `yaml:"reach"`
}

// Moment is a point in time reckoned from the fact. Exactly one of At, FullDays and Hours is given.
type Moment struct {
	At       string `yaml:"at"`        // time, from, to, start, recorded
	FullDays *int   `yaml:"full_days"` // 00:00 after so many full days, the day of After being day 0
	Hours    *int   `yaml:"hours"`     // elapsed
	After    string `yaml:"after"`     // time, from, to or start (where absent)
}

// End is one way in which a span ends; the earliest of a rule's ends counts. Exactly one
// of First, Area, Lift and, of the fact itself, a Moment is given. With First the Moment is
// reckoned from the fact that was found.
type End struct {
	Moment `yaml:",inline"`
	Where  string `yaml:"where"` // a condition on fact (At, FullDays, Hours), or on it and fact (First)

	First   healthcode.Kind  `yaml:"first"`  // the first other fact of this kind, at or after the fact …
	Before  int              `yaml:"before"` // … or up to so many hours before it
	Several `yaml:",inline"` // … or the last of so many
	Area    string           `yaml:"area"` // "ends": the county's span ends; or a level that it changes to
	Lift    bool             `yaml:"lift"` // an officer's lift

	Ends  string          `yaml:"ends"`  // what the end depends on, such as test-result; "automatic"
	Waits string          `yaml:"waits"` // what it waits for while that has not happened, where not Ends
	Needs []string        `yaml:"needs"` // activities without which this end can't be reached
	Exit  healthcode.Text `yaml:"exit"`  // what the person reads
}

// Door is a way in which venues use the code: a table whose first fitting row decides.
type Door struct {
	Door string          `yaml:"door"`
	Name healthcode.Text `yaml:"name"`
	Rows []DoorRow       `yaml:"rows"`
}

// DoorRow is one row of a door's table.
type DoorRow struct {
	State       []string        `yaml:"state"`       // colours, held, none (no code); absent = any
	Temperature []string        `yaml:"temperature"` // normal, fever, unmeasured; absent = any
	Decision    Verdict         `yaml:"decision"`
	Grounds     []string        `yaml:"grounds"` // state, temperature, no-code
	Text        healthcode.Text `yaml:"text"`
}

// VenueKind is a kind of venue and the door that it uses.
type VenueKind struct {
	Venue string          `yaml:"venue"`
	Name  healthcode.Text `yaml:"name"`
	Door  string          `yaml:"door"`
}

// People holds what a person may do for others.
type People struct {
	Max       int                       `yaml:"max"` // persons that one can ask for
	Relations []healthcode.RelationKind `yaml:"relations"`
	Label     healthcode.Text           `yaml:"label"` // "family members", "others"
}

// Declaration is what a person accepts before registering.
type Declaration struct {
	Version string          `yaml:"version"`
	Text    healthcode.Text `yaml:"text"`
}

// Retention is in days.
type Retention struct {
	Visits int `yaml:"visits"`
	Photos int `yaml:"photos"`
}

// PassSettings is in seconds.
type PassSettings struct {
	Valid int `yaml:"valid"`
	// Bound is how long the credential of a device lives, which signs its pass itself: 300 to 43200, two hours where
	// absent. A door without a connection doesn't learn of a change before it ends.
	Bound int `yaml:"bound"`
}

// BoundFor returns how long the credential of a device lives.
func (s PassSettings) BoundFor() time.Duration {
	if s.Bound == 0 {
		return 2 * time.Hour
	}
	return time.Duration(s.Bound) * time.Second
}
