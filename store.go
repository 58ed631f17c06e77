package healthcode

import (
	"context"
	"time"
)

// Store is everything that an engine keeps. internal/storagetest holds the one
// suite that each engine must pass. Every method is safe for concurrent use. A
// method that changes something returns only after the change is durable: it
// survives kill -9. Errors are [Error] with CodeNotFound, CodeConflict or CodeInvalid where
// documented; any other error is the engine's own. Writing about a person whom the store doesn't
// know is CodeNotFound, and a list about one is empty. Lists come oldest first unless said
// otherwise. An instant comes back as the same instant, in UTC.
type Store interface {
	Ledger
	Trust
	AreaStore
	People
	Access
	Relations
	Reviews
	Doors
	Messages
	Phones
	Cases
	Changes
	OfflineCodes
	Devices
	Notices
	Board
	Labs
	Boarding
	Secrets
	Feeds
	Travel
	Watcher
	Monitored

	// Check verifies the integrity of the database and its indexes.
	Check(ctx context.Context) error
	Close() error
}

// PersonFact is a fact and the person it is about.
type PersonFact struct {
	Person PersonID
	Fact   Fact
	// DeleteAfter is when retention ends; zero = kept.
	DeleteAfter time.Time
}

// Outcome says what became of an appended fact.
type Outcome int

// The outcomes.
const (
	Stored    Outcome = iota
	Duplicate         // the same fact was there already: a no-op
	Conflict          // source and id are taken by a fact with other content: refused
)

// Ledger keeps facts: append-only, idempotent by (source, id), bitemporal.
type Ledger interface {
	// Append stores facts, whose Recorded must be set, and says for each, in
	// order, what became of it. A conflict refuses that fact alone; an incomplete fact (CodeInvalid) or
	// an unknown person refuses the whole call. If the engine fails, some may be stored: send all again.
	// "Same content" leaves Recorded and DeleteAfter out of the comparison.
	Append(ctx context.Context, facts []PersonFact) ([]Outcome, error)
	// Facts returns every fact of a person, by start, source and id, with Person nil.
	Facts(ctx context.Context, person PersonID) ([]Fact, error)
	// PurgeFacts deletes the facts whose retention ended at or before now, and returns how many.
	// Their ids are free again.
	PurgeFacts(ctx context.Context, now time.Time) (int, error)
	// Counts returns how many persons and facts there are.
	Counts(ctx context.Context) (persons, facts int, err error)
}

// AreaStore keeps the area history. It is small, and read as a whole.
type AreaStore interface {
	// PutAreas replaces the history of each county that it names, and adds the
	// instants at which a list of areas was looked at, in one transaction.
	PutAreas(ctx context.Context, history AreaHistory, looked ...time.Time) error
	// AreaLooks returns those instants in order.
	AreaLooks(ctx context.Context) ([]time.Time, error)
	// Areas returns the whole history and its version, which grows with each change.
	Areas(ctx context.Context) (history AreaHistory, version int64, err error)
	// AreasVersion returns the version alone: one primary-key read.
	AreasVersion(ctx context.Context) (int64, error)
}

// People keeps persons. Names, documents and phones are encrypted at rest and
// found by keyed hash.
type People interface {
	// CreatePerson stores a registered person with at least one document and
	// their registration. A person that a feed made for that document is
	// completed and keeps the id. The id and the registration's time and person are given here.
	// CodeConflict: the document is registered already. CodeInvalid: there is none.
	CreatePerson(ctx context.Context, p Person, r Registration) (PersonID, error)
	// EnsurePersons returns the person of each document, and makes one where there is none.
	// CodeInvalid: a document lacks its type or number.
	EnsurePersons(ctx context.Context, documents []Document) ([]PersonID, error)
	// FindPerson returns the person of a document. CodeNotFound.
	FindPerson(ctx context.Context, document Document) (PersonID, error)
	// Person returns a person, Birth as midnight UTC of the date. CodeNotFound.
	Person(ctx context.Context, id PersonID) (Person, error)
	// UpdatePerson replaces name, birth, language, phone and identity state, and keeps the old
	// value in a history that only an audit reads. CodeNotFound.
	UpdatePerson(ctx context.Context, p Person, by string, at time.Time) error
	// AddDocument links one more document. CodeConflict: it belongs to another person.
	AddDocument(ctx context.Context, id PersonID, d PersonDocument) error
	// Register enrols a person in one more jurisdiction, or records the acceptance of a newer declaration.
	// Of one declaration the first acceptance is kept.
	Register(ctx context.Context, r Registration) error
	Registrations(ctx context.Context, id PersonID) ([]Registration, error)
	// RegisteredPersons pages through the persons enrolled in a jurisdiction, each once, in an order of the
	// engine's own; after is the last one of the page before.
	RegisteredPersons(ctx context.Context, jurisdiction string, after PersonID, limit int) ([]PersonID, error)
}

// Access keeps staff, sessions, one-time codes, counters and the log of looks.
type Access interface {
	// PutStaff stores an account, or the one of that name anew. CodeConflict: the token is another's.
	PutStaff(ctx context.Context, s Staff) error
	// StaffByName: CodeNotFound.
	StaffByName(ctx context.Context, name string) (Staff, error)
	// StaffByToken finds staff by the SHA-256 of a bearer token. CodeNotFound.
	StaffByToken(ctx context.Context, hash []byte) (Staff, error)
	StaffOf(ctx context.Context, jurisdiction string) ([]Staff, error)

	// PutSession stores a session, or the one of that id anew. CodeConflict: the token is another's.
	// Sessions that had expired when this one was seen may be gone afterwards.
	PutSession(ctx context.Context, s Session) error
	// SessionByToken finds a session that hasn't expired at now. CodeNotFound.
	SessionByToken(ctx context.Context, hash []byte, now time.Time) (Session, error)
	// SessionsOf lists a resident's sessions, the newest first.
	SessionsOf(ctx context.Context, person PersonID) ([]Session, error)
	DeleteSession(ctx context.Context, id string) error
	// DeleteSessions signs a resident, or (person zero) a member of staff, out everywhere.
	DeleteSessions(ctx context.Context, person PersonID, staff string) error

	// PutCode replaces the one-time code of its key.
	PutCode(ctx context.Context, c OneTimeCode) error
	// TryCode counts one try and returns the code as it was before. CodeNotFound.
	TryCode(ctx context.Context, key string) (OneTimeCode, error)
	// DeleteCode deletes a one-time code. CodeNotFound: it is gone already, so of two callers who use one code up
	// at the same time, one learns it.
	DeleteCode(ctx context.Context, key string) error
	// Count adds 1 to the counter of key within the window that starts at start, and returns the new count.
	// A window may be 48 hours long; older counts may be gone.
	Count(ctx context.Context, key string, start time.Time) (int, error)

	PutLook(ctx context.Context, l Look) error
	// Looks lists the looks at a person, the newest first.
	Looks(ctx context.Context, person PersonID, limit int) ([]Look, error)
	// LooksBy lists the looks within a jurisdiction since a time, the newest first, for the auditor.
	LooksBy(ctx context.Context, jurisdiction string, since time.Time, limit int) ([]Look, error)
}

// Relations keeps who may ask for whom, and disputes.
type Relations interface {
	// PutRelation stores a relation, or the one of that id anew; its asker and subject stay.
	PutRelation(ctx context.Context, r Relation) error
	// Relation: CodeNotFound.
	Relation(ctx context.Context, id string) (Relation, error)
	// RelationsOf lists the relations in which the person asks or is asked for.
	RelationsOf(ctx context.Context, person PersonID) ([]Relation, error)

	// PutDispute stores a dispute, or the one of that id anew; its person stays.
	PutDispute(ctx context.Context, d Dispute) error
	DisputesOf(ctx context.Context, person PersonID) ([]Dispute, error)
	// Disputes lists those of a jurisdiction, oldest first.
	Disputes(ctx context.Context, jurisdiction string, limit int) ([]Dispute, error)
}

// Reviews keeps the photos that wait for a comparison.
type Reviews interface {
	// PutPhoto stores a photo that waits. CodeConflict: the id is taken.
	PutPhoto(ctx context.Context, p Photo) error
	// Photo returns one with its data. CodeNotFound.
	Photo(ctx context.Context, id string) (Photo, error)
	// PhotosOf lists a person's photos without data.
	PhotosOf(ctx context.Context, person PersonID) ([]Photo, error)
	// PhotosWaiting lists those of a jurisdiction that wait, oldest first, without data.
	PhotosWaiting(ctx context.Context, jurisdiction string, limit int) ([]Photo, error)
	// ReviewPhoto records the outcome once and sets the person's identity state with it.
	// CodeNotFound; CodeConflict: somebody else has decided already.
	ReviewPhoto(ctx context.Context, id, state string, identity IdentityState, by string, at time.Time) error
	// PurgePhotos deletes the data of photos past DeleteAfter, and returns how many.
	PurgePhotos(ctx context.Context, now time.Time) (int, error)
}

// Doors keeps venues and visits.
type Doors interface {
	PutVenue(ctx context.Context, v Venue) error
	// Venue: CodeNotFound.
	Venue(ctx context.Context, id string) (Venue, error)
	Venues(ctx context.Context, jurisdiction string) ([]Venue, error)
	// PutVisit records one decision; where the person is known, also the fact, in the same transaction.
	// A fact that is there already means that the visit is, too: nothing happens.
	// CodeConflict: its source and id are taken by a fact with other content.
	PutVisit(ctx context.Context, v Visit, fact *PersonFact) error
	// VisitsAt lists the visits of a venue since a time, the newest first.
	VisitsAt(ctx context.Context, venue string, since time.Time, limit int) ([]Visit, error)
	// PurgeVisits deletes visits past DeleteAfter, and returns how many.
	PurgeVisits(ctx context.Context, now time.Time) (int, error)
	// PutScan is PutLook and PutVisit in one transaction. Where the visit is there already, the look alone is recorded.
	PutScan(ctx context.Context, l Look, v Visit, fact *PersonFact) error
}

// Messages is the outbox of short messages. internal/sms sends them.
type Messages interface {
	// PutMessage queues a message, due at its At unless Due says otherwise. If its id is there already, nothing happens.
	PutMessage(ctx context.Context, m Message) error
	// Message: CodeNotFound.
	Message(ctx context.Context, id string) (Message, error)
	// Messages lists the newest first.
	Messages(ctx context.Context, limit int) ([]Message, error)
	// ClaimMessages hands queued messages that are due to holder, and sets their Due to until, so that
	// nobody else gets them before. Those that expire come first, then those due longest.
	ClaimMessages(ctx context.Context, holder string, now, until time.Time, limit int) ([]Message, error)
	// ChangeMessage lets change alter a message, and nobody else in between. Its Phone and Body
	// aren't read; they, ID, At and Expires stay as they are. change must be quick and use no store.
	// Its error undoes the change and is returned. CodeNotFound.
	ChangeMessage(ctx context.Context, id string, change func(*Message) error) error
	// PutReceipt applies [Message.Receive] to the message last given the receipt's Ref. One that
	// comes before any message has it is kept, and applied by the change that gives it, unless
	// the part was submitted after the receipt came: gateways use their names again.
	PutReceipt(ctx context.Context, r MessageReceipt) error
	// PurgeMessages deletes messages put before a time, in whatever state, and receipts kept since
	// before it, and returns how many messages.
	PurgeMessages(ctx context.Context, before time.Time) (int, error)
}

// Sealer encrypts values at rest and makes the keyed hashes by which they are found.
type Sealer interface {
	// Seal encrypts; context (such as "person.name" + id) must be the same when opening.
	Seal(plain, context []byte) ([]byte, error)
	Open(sealed, context []byte) ([]byte, error)
	// Lookup returns a 16-byte keyed hash.
	Lookup(purpose, value string) ([]byte, error)
}
