package healthcode

import (
	"context"
	"time"
)

// TravelContent says what a travel certificate certifies.
type TravelContent string

// The contents.
const (
	TravelNucleicAcid TravelContent = "nucleic-acid"
	TravelIgG         TravelContent = "igg"
	TravelVaccination TravelContent = "vaccination"
)

// TravelContents lists every content, in the order in which a form offers them.
var TravelContents = []TravelContent{TravelNucleicAcid, TravelIgG, TravelVaccination}

// TravelDirection says which way somebody crosses the border.
type TravelDirection string

// The directions.
const (
	TravelEntering TravelDirection = "entering"
	TravelLeaving  TravelDirection = "leaving"
)

// TravelDirections lists every direction.
var TravelDirections = []TravelDirection{TravelEntering, TravelLeaving}

// TravelDocument is the document that a traveller shows, as its machine-readable zone says it.
type TravelDocument struct {
	Kind    string // ordinary, diplomatic, service, official-ordinary or travel-document
	Number  string
	Surname string    // as the zone has it: A-Z and <
	Given   string    // as the zone has it; may be empty
	Sex     string    // M, F, or "" where the zone names none
	Expires time.Time // midnight UTC of the date
}

// How a travel certificate can end before its time. An officer's ground is one of the list in the travel policy.
const (
	TravelEndedHolder     = "holder"
	TravelEndedSuperseded = "superseded"
	TravelEndedRetracted  = "fact-retracted"
)

// TravelCertificate is one certificate as it was issued: a signed text about one fact.
type TravelCertificate struct {
	ID           string // the end of its public identifier; random
	Person       PersonID
	Jurisdiction string // where its holder asked for it
	Content      TravelContent
	Direction    TravelDirection
	Document     TravelDocument // encrypted at rest, as all that follows
	Fact         FactRef
	Identifier   string   // UVCI, without its check character
	Text         string   // HC1
	KeyID        []byte   // of the key that signed it
	Hashes       [][]byte // under which it stands on a revocation list once it has ended: 16 bytes each
	Issued       time.Time
	Expires      time.Time
	Replaces     string // the id of the certificate that it renewed

	Ended      time.Time // zero while it stands
	Why        string    // one of TravelEnded… or an officer's ground
	EndedBy    string    // the second officer; "" where it was no officer
	ReplacedBy string    // superseded: the id of the next one

	// Proposal is an officer's wish to revoke it, which waits for a second one; nil where there is none.
	Proposal *TravelProposal
}

// TravelProposal is what an officer wishes to revoke a certificate for.
type TravelProposal struct {
	Ground   string
	Evidence string
	By       string
	At       time.Time
}

// Stands reports whether the certificate has neither ended nor expired.
func (c *TravelCertificate) Stands(now time.Time) bool {
	return c.Ended.IsZero() && now.Before(c.Expires)
}

// Supersede ends a certificate because next takes its place. CodeNotFound: it is another person's. CodeConflict: it has
// ended already.
func (c *TravelCertificate) Supersede(next *TravelCertificate) error {
	switch {
	case c.Person != next.Person:
		return Errorf(CodeNotFound, "id", "没有这张证书。", "There is no such certificate.")
	case !c.Ended.IsZero():
		return Errorf(CodeConflict, "id", "这张证书已经失效，请重新申请。", "This certificate has ended already; ask for a new one.")
	}
	c.Ended, c.Why, c.ReplacedBy, c.Proposal = next.Issued, TravelEndedSuperseded, next.ID, nil
	return nil
}

// TravelLink is an encrypted file behind an address, for whoever has its key and passcode.
type TravelLink struct {
	ID           string // 32 random bytes; the end of its address
	Person       PersonID
	Certificates []string // the ids of those that are in the file
	Label        string   // what the holder calls it
	Address      string   // of the manifest
	Key          []byte   // 32 bytes; encrypted at rest, as all that follows
	File         string   // JWE compact serialization
	Text         string   // HC1 that carries the link
	Passcode     []byte   // keyed hash
	Created      time.Time
	Expires      time.Time
	Limit        int // openings allowed
	WrongLimit   int // wrong passcodes after which it is locked
	Opened       int
	Wrong        int
	Ended        time.Time // zero unless the holder ended it
	Openings     []TravelOpening
}

// TravelOpening is one try to open a link.
type TravelOpening struct {
	At        time.Time
	Recipient string // who they said they were
	Outcome   string // opened, wrong-passcode, locked, used-up, expired or ended
}

// State says whether a link can be opened: open, locked, used-up, expired or ended.
func (l *TravelLink) State(now time.Time) string {
	switch {
	case !l.Ended.IsZero():
		return "ended"
	case !now.Before(l.Expires):
		return "expired"
	case l.Wrong >= l.WrongLimit:
		return "locked"
	case l.Opened >= l.Limit:
		return "used-up"
	}
	return "open"
}

// Travel keeps travel certificates and links to them.
type Travel interface {
	// PutTravelCertificate stores a new certificate. Where it Replaces another of the same person, that one ends at its Issued,
	// superseded, in the same transaction. CodeConflict: the id is taken, or the other has ended already.
	PutTravelCertificate(ctx context.Context, c TravelCertificate) error
	// TravelCertificate: CodeNotFound.
	TravelCertificate(ctx context.Context, id string) (TravelCertificate, error)
	TravelCertificatesOf(ctx context.Context, person PersonID) ([]TravelCertificate, error)
	// ChangeTravelCertificate lets change alter a certificate, and nobody else in between. ID, Person, Jurisdiction,
	// Issued and Expires stay as they are. change must be quick and use no store; its error undoes it and is returned. CodeNotFound.
	ChangeTravelCertificate(ctx context.Context, id string, change func(*TravelCertificate) error) error
	// TravelCertificatesWaiting lists those of a jurisdiction that somebody proposed to revoke.
	TravelCertificatesWaiting(ctx context.Context, jurisdiction string, limit int) ([]TravelCertificate, error)
	// TravelCertificatesEnded lists those that ended and would otherwise still count at now, by when they ended.
	TravelCertificatesEnded(ctx context.Context, now time.Time) ([]TravelCertificate, error)
	// TravelCertificatesStanding pages through those that stand at now, by id.
	TravelCertificatesStanding(ctx context.Context, now time.Time, after string, limit int) ([]TravelCertificate, error)

	// PutTravelLink stores a new link. CodeConflict: the id is taken.
	PutTravelLink(ctx context.Context, l TravelLink) error
	// TravelLink: CodeNotFound.
	TravelLink(ctx context.Context, id string) (TravelLink, error)
	TravelLinksOf(ctx context.Context, person PersonID) ([]TravelLink, error)
	// ChangeTravelLink lets change alter a link, and nobody else in between. ID, Person, Created and Expires stay. CodeNotFound.
	ChangeTravelLink(ctx context.Context, id string, change func(*TravelLink) error) error

	// PurgeTravel deletes certificates and links that expired at or before a time, and returns how many.
	PurgeTravel(ctx context.Context, before time.Time) (int, error)
}
