package healthcode

import (
	"encoding/hex"
	"fmt"
	"time"
)

// PersonID names a person inside the system. It is random, says nothing of the
// person, and never leaves the issuer except sealed in a pass.
type PersonID [16]byte

// String returns the id as 32 hexadecimal digits.
func (id PersonID) String() string { return hex.EncodeToString(id[:]) }

// ParsePersonID reads what [PersonID.String] wrote.
func ParsePersonID(s string) (id PersonID, err error) {
	if len(s) != 2*len(id) {
		return id, fmt.Errorf("person id: want %d hexadecimal digits", 2*len(id))
	}
	_, err = hex.Decode(id[:], []byte(s))
	return id, err
}

// Person is one person, whatever the number of documents, channels and
// jurisdictions. A person whom only a feed has named so far has a document and
// nothing else.
type Person struct {
	ID        PersonID
	Name      string    // as in the document, never cut; encrypted at rest
	Birth     time.Time // date; zero where unknown
	Language  Language
	Phone     string // verified, E.164; encrypted at rest
	Documents []PersonDocument
	Identity  IdentityState
	// Registered is zero for a person known from a feed alone.
	Registered time.Time
}

// Document returns the person's current document.
func (p *Person) Document() Document {
	if len(p.Documents) == 0 {
		return Document{}
	}
	return p.Documents[len(p.Documents)-1].Document
}

// PersonDocument is a document linked to a person. A renewed passport is linked
// to the old one and makes no second person.
type PersonDocument struct {
	Document
	Entry bool // the one used to enter the country
	Added time.Time
}

// IdentityState says whether somebody compared the document's photo page with
// what was typed.
type IdentityState string

// The identity states.
const (
	IdentityUnchecked IdentityState = "unchecked"
	IdentityChecked   IdentityState = "checked"
	IdentityRefused   IdentityState = "refused"
)

// Registration is a person's enrolment in one jurisdiction's code.
type Registration struct {
	Person       PersonID
	Jurisdiction string
	Declaration  string // version of the text that was accepted
	Language     Language
	Channel      string // web, app …; never an input of a rule
	At           time.Time
}

// Role is what a signed-in caller may be.
type Role string

// The roles. Each but resident belongs to one jurisdiction.
const (
	RoleResident      Role = "resident"
	RoleCheckpoint    Role = "checkpoint"
	RoleCaseworker    Role = "caseworker"
	RoleLab           Role = "lab"
	RoleAuthority     Role = "authority"
	RoleAuditor       Role = "auditor"
	RoleAdministrator Role = "administrator"
	RoleHotline       Role = "hotline"  // opens cases for those who call, and sees no record
	RoleConsular      Role = "consular" // officer of an embassy or consulate, which is its jurisdiction
)

// Roles lists every role.
var Roles = []Role{RoleResident, RoleCheckpoint, RoleCaseworker, RoleLab, RoleAuthority, RoleAuditor, RoleAdministrator, RoleHotline, RoleConsular}

// Actor is who is calling. The zero Actor is nobody.
type Actor struct {
	Role         Role
	Person       PersonID // resident
	Staff        string   // user name of any other role
	Jurisdiction string   // of any other role
	Venue        string   // checkpoint: the one venue it works at
	Source       string   // lab: the fact source it may send as
	Session      string   // the session's public id
}

// Staff is an account of anybody but a resident. PasswordHash is argon2id in
// PHC form; TokenHash is the SHA-256 of a bearer token, for machines.
type Staff struct {
	Name         string
	Role         Role
	Jurisdiction string
	Venue        string
	Source       string
	PasswordHash string
	TokenHash    []byte
	Disabled     bool
}

// Session is one signed-in browser. The token itself is never stored: TokenHash is its SHA-256.
type Session struct {
	ID        string // public, for the list and for signing out
	TokenHash []byte
	Person    PersonID // resident; zero for staff
	Staff     string
	Device    string // such as "Chrome on Android", for the list
	Created   time.Time
	Seen      time.Time
	Expires   time.Time
}

// Venue is a place with a door.
type Venue struct {
	ID           string
	Jurisdiction string
	Kind         string // a venue kind of the policy, such as mall
	Name         Text
	Area         string // county code
}
