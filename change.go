package healthcode

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"slices"
	"time"
)

// ChangeState says how far a change has come.
type ChangeState string

// The states of a change.
const (
	ChangeProposed ChangeState = "proposed" // waits for a second officer
	ChangeApplied  ChangeState = "applied"  // its fact is in the ledger
	ChangeRefused  ChangeState = "refused"
)

// SystemOfficer is the name under which the service itself makes changes in a
// person's favour. No account can have it.
const SystemOfficer = "_system"

// ManualSource begins the source of every fact that a change makes.
const ManualSource = "caseworker:"

// Change is one manual change of what a person's code says: a fact that an officer
// proposes and another agrees to. The fact's id is the change's, its source [ManualSource] and By.
type Change struct {
	ID           string
	Person       PersonID
	Jurisdiction string
	Office       string // which office makes it; the jurisdiction where none is named
	Venue        string // the place where all of it began, or ""
	Fact         Fact
	Ground       string // one of the list in internal/change
	Evidence     string // encrypted at rest
	CaseID       string
	By           string // the officer who proposes
	At           time.Time
	Salt         []byte // makes the entry say nothing of what it is the hash of

	State   ChangeState
	Agreed  string // the second officer; of the service's own changes, [SystemOfficer]
	Decided time.Time
	Why     string // refused: the second officer's reason

	// Index is the place of the change's entry in the transparency log; -1 while
	// it isn't there yet, or never will be.
	Index int64
}

// Entry returns the SHA-256 of everything that is fixed once a change is applied. Who has
// only the hash learns nothing: the salt is random.
func (c *Change) Entry() ([]byte, error) {
	fact := c.Fact
	fact.Person = nil
	fixed, err := json.Marshal(struct {
		ID, Person, Jurisdiction, Office, Venue, Ground, Evidence, Case, By, Agreed string
		Fact                                                                        Fact
		At, Decided                                                                 string
		Salt                                                                        []byte
	}{c.ID, c.Person.String(), c.Jurisdiction, c.Office, c.Venue, c.Ground, c.Evidence, c.CaseID, c.By, c.Agreed,
		inUTC(fact), stampText(c.At), stampText(c.Decided), c.Salt})
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(fixed)
	return sum[:], nil
}

func stampText(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

// inUTC gives a fact's instants the form in which they come back from a store.
func inUTC(f Fact) Fact {
	for _, t := range []*time.Time{&f.Time, &f.From, &f.To, &f.Recorded, &f.Covers} {
		if !t.IsZero() {
			*t = t.UTC()
		}
	}
	f.Symptoms, f.Visited = slices.Clone(f.Symptoms), slices.Clone(f.Visited)
	return f
}

// SameFact reports whether two facts say the same in every field, Person apart.
func SameFact(a, b Fact) bool {
	a.Person, b.Person = nil, nil
	x, err := json.Marshal(inUTC(a))
	if err != nil {
		return false
	}
	y, err := json.Marshal(inUTC(b))
	return err == nil && string(x) == string(y)
}

// ChangeCount is how many changes of one kind and ground an office has made in a month.
type ChangeCount struct {
	Jurisdiction string `json:"jurisdiction"`
	Office       string `json:"office"`
	Month        string `json:"month"` // such as 2022-04, in the jurisdiction's zone
	Kind         Kind   `json:"kind"`
	Ground       string `json:"ground"`
	Count        int    `json:"count"`
}

// Alarm says that somebody, or something, has changed the codes of many people in a
// short time, and was stopped. It names no person.
type Alarm struct {
	ID           string
	Jurisdiction string
	Kind         string // officer, ground, venue or feed
	Key          string // which one
	By           []string
	Limit        int // the number at which it was stopped
	At           time.Time
	// Released is when a third person allowed as many again, and ReleasedBy who.
	Released   time.Time
	ReleasedBy string
}

// Changes keeps manual changes and alarms.
type Changes interface {
	// PutChange stores a proposed change. CodeConflict: the id is taken.
	PutChange(ctx context.Context, c Change) error
	// Change: CodeNotFound.
	Change(ctx context.Context, id string) (Change, error)
	// ChangesIn lists the changes of a jurisdiction that are in a state: by when they were decided, from a time on
	// (the zero time: all), and those that wait by when they were proposed.
	ChangesIn(ctx context.Context, jurisdiction string, state ChangeState, since time.Time, limit int) ([]Change, error)
	// ChangesOf lists the changes about a person.
	ChangesOf(ctx context.Context, person PersonID) ([]Change, error)
	// DecideChange makes a proposed change applied or refused; State, Agreed, Decided, Why and the fact's
	// Recorded are taken from c. Applied, its fact is appended in the same transaction.
	// CodeNotFound; CodeConflict: it has been decided already, or the fact's source and id are taken.
	DecideChange(ctx context.Context, c Change) error
	// ChangesToLog lists applied changes whose index isn't known, in the order in which they were applied.
	ChangesToLog(ctx context.Context, limit int) ([]Change, error)
	// PutChangeIndex records where in the log the change's entry is. CodeNotFound.
	PutChangeIndex(ctx context.Context, id string, index int64) error
	// ChangesApplied pages through all applied changes by id; after is the last one of the page before.
	// What can't be read of a change that was altered by hand is left out of it.
	ChangesApplied(ctx context.Context, after string, limit int) ([]Change, error)
	// FactsFrom calls each for every fact whose source begins with prefix, in an order of the engine's own. It
	// reads the whole ledger.
	FactsFrom(ctx context.Context, prefix string, each func(PersonID, Fact) error) error

	// PutAlarm stores an alarm, or the one of that id anew.
	PutAlarm(ctx context.Context, a Alarm) error
	// Alarms lists those of a jurisdiction since a time, the newest first.
	Alarms(ctx context.Context, jurisdiction string, since time.Time, limit int) ([]Alarm, error)
}
