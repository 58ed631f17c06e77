package healthcode

import (
	"context"
	"time"
)

// CaseState is how far a case has come.
type CaseState string

// The states, in order. Each but the last has a clock of the policy.
const (
	CaseReceived CaseState = "received"
	CaseAssigned CaseState = "assigned"
	CaseVerified CaseState = "verified"
	CaseDecided  CaseState = "decided"
)

// CaseStates lists every state in order.
var CaseStates = []CaseState{CaseReceived, CaseAssigned, CaseVerified, CaseDecided}

// How a case was opened.
const (
	OriginHold      = "hold"       // a hold or colour whose end only a person can give
	OriginDispute   = "dispute"    // the person says that a reason isn't right
	OriginHotline   = "hotline"    // the person called
	OriginWorkOrder = "work-order" // a lead that an office was given
	OriginReport    = "report"     // the person reported to the office, as a hold asks
	// OriginEssential is a person's application for an essential trip during a hold; it is the subject, too.
	OriginEssential = "essential-trip"
)

// What a decided case came to.
const (
	OutcomeLifted    = "lifted"    // a second officer agreed to a lift
	OutcomeRetracted = "retracted" // … to a retraction
	OutcomeUpheld    = "upheld"    // what is known stays, in writing
	OutcomeEnded     = "ended"     // the hold or colour ended by itself
	OutcomeSuspended = "suspended" // the last deadline passed, so the hold is lifted in the person's favour
	OutcomeClosed    = "closed"    // a work order was carried out
	OutcomeGranted   = "granted"   // an essential trip may be made
)

// Case is one episode of a person that needs somebody's work: a hold or a colour, and the facts on which it
// rests. Facts that were known at Covers never open another one.
type Case struct {
	ID           string
	Person       PersonID
	Jurisdiction string
	Subject      string // a hold, or the rule of a colour
	Episode      int    // 1, 2 … of this person and subject
	Origin       string
	Facts        []FactRef
	Covers       time.Time // facts known until then belong to this episode
	Area         string    // county code of a work order; "" = none
	Where, Stays string    // columns of the routing table
	Office       string    // a contact of the policy
	State        CaseState
	Officer      string // staff name; "" while nobody has it
	Opened       time.Time
	Since        time.Time // when State began
	Due          time.Time // until when State may last
	Last         time.Time // then the hold is suspended
	Wake         time.Time // when the worker looks at it next; zero once decided
	Escalated    time.Time // when the supervising office got it; zero = not
	Asked        bool      // the person has a question to answer
	Changes      []string  // ids of proposed changes that wait for a second officer
	Outcome      string    // of a decided case
	Version      int       // grows with each change; 0 = not stored yet
}

// CaseEntry is one line of a case's history. It is never changed.
type CaseEntry struct {
	ID   string // unique within the case: sent twice, it is kept once
	At   time.Time
	Role Role   // of who wrote it; "" = the system
	By   string // staff name; "" for the person and the system
	Kind string // opened, statement, question, answer, evidence, commitment, assigned, verified, proposed, extended, escalated, decided, note
	Text string // encrypted at rest
}

// CaseWrite is a case to store and the entries that go with it.
type CaseWrite struct {
	Case    Case
	Entries []CaseEntry
}

// CaseFilter chooses cases of a jurisdiction. Empty fields choose all.
type CaseFilter struct {
	Jurisdiction string
	State        CaseState // required
	Office       string
	Officer      string
	DueBefore    time.Time
	// AfterDue and AfterID are those of the last case of the page before.
	AfterDue time.Time
	AfterID  string
	Limit    int
}

// Cases keeps cases with their histories.
type Cases interface {
	// PutCases stores each case with its entries, each as a whole or not at all, and says for each, in order,
	// what became of it: Stored or Conflict. A case of version 0 is new; Conflict: there is one of its person,
	// jurisdiction, subject and episode, or of its id. Any other must have the stored version, and is stored
	// with the next; Conflict: somebody changed it meanwhile, or it has an entry of that id already.
	// ID, person, jurisdiction, subject, episode, origin and Opened stay as they are. CodeNotFound: an unknown person refuses all.
	PutCases(ctx context.Context, writes []CaseWrite) ([]Outcome, error)
	// Case returns a case with its entries, oldest first. CodeNotFound.
	Case(ctx context.Context, id string) (Case, []CaseEntry, error)
	// CasesOf lists a person's cases by opening and id.
	CasesOf(ctx context.Context, person PersonID) ([]Case, error)
	// Cases lists a page of those that a filter chooses, by Due and id.
	Cases(ctx context.Context, f CaseFilter) ([]Case, error)
	// CaseCounts says how many cases of a jurisdiction are in each state.
	CaseCounts(ctx context.Context, jurisdiction string) (map[CaseState]int, error)
	// ClaimCases hands cases whose Wake is at or before now to one caller, and to nobody else before until.
	ClaimCases(ctx context.Context, now, until time.Time, limit int) ([]Case, error)
	// ClaimTask hands a named task to holder until then, unless somebody else has it at now. The holder may claim it again.
	// until is at most [MaxTask] from now.
	ClaimTask(ctx context.Context, task, holder string, now, until time.Time) (bool, error)
}

// UTC returns the case with its instants in UTC.
func (c Case) UTC() Case {
	for _, t := range []*time.Time{&c.Covers, &c.Opened, &c.Since, &c.Due, &c.Last, &c.Wake, &c.Escalated} {
		if !t.IsZero() {
			*t = t.UTC()
		}
	}
	return c
}
