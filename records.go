package healthcode

import "time"

// RelationKind says who the other is to the asker.
type RelationKind string

// The relation kinds.
const (
	RelationSpouse RelationKind = "spouse"
	RelationParent RelationKind = "parent"
	RelationChild  RelationKind = "child"
	RelationOther  RelationKind = "other"

	// The asker is the other's guardian, cares for them, or works at the institution where they live.
	RelationWard        RelationKind = "ward"
	RelationCared       RelationKind = "cared-for"
	RelationInstitution RelationKind = "institution"
)

// RelationKinds lists every relation kind.
var RelationKinds = []RelationKind{RelationSpouse, RelationParent, RelationChild, RelationWard, RelationCared, RelationInstitution, RelationOther}

// Relation lets Asker see and show the code of Subject. State and its changes are in internal/identity.
type Relation struct {
	ID           string
	Jurisdiction string
	Asker        PersonID
	Subject      PersonID
	Kind         RelationKind
	State        string // asked, consented, declined, expired, removed
	Asked        time.Time
	Changed      time.Time
}

// Look is one look at a person's status or record. It is written before the
// answer is given, and the person can read it.
type Look struct {
	Person       PersonID
	At           time.Time
	Role         Role
	By           string // staff name; for a relation, the asker's masked name
	Jurisdiction string
	Venue        string
	Purpose      string // scan, proxy, review, dispute …
	Saw          string // what was shown: state, record …
}

// Dispute is a person's "this isn't right" about one reason.
type Dispute struct {
	ID           string
	Person       PersonID
	Jurisdiction string
	Rule         string
	Facts        []FactRef
	Statement    string // encrypted at rest
	At           time.Time
	State        string // received
}

// Photo is the picture of a document's key page, waiting to be compared by a
// person with what was typed.
type Photo struct {
	ID           string
	Person       PersonID
	Jurisdiction string
	Type         string // image/jpeg or image/png
	Data         []byte // encrypted at rest; nil once deleted, and in lists
	Uploaded     time.Time
	DeleteAfter  time.Time
	State        string // waiting, matched, mismatched
	ReviewedBy   string
	Reviewed     time.Time
}

// OneTimeCode is a code that works for a short time; the code itself is never stored.
type OneTimeCode struct {
	Key     string // keyed hash of what it is for
	Hash    []byte // keyed hash of the code; or, of a number for a door, what it stands for, sealed
	Sent    time.Time
	Expires time.Time
	Tries   int
}

// Visit is one decision at a door. It is deleted after its retention.
type Visit struct {
	Person      PersonID // zero where no code was shown
	Venue       string
	At          time.Time
	Decision    string
	State       string
	DeleteAfter time.Time
}
