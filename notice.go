package healthcode

import (
	"context"
	"time"
)

// Watch is what was last announced to a person of their status in a jurisdiction, and when to look again.
type Watch struct {
	Person       PersonID  `json:"-"`
	Jurisdiction string    `json:"-"`
	Wake         time.Time `json:"-"` // zero: nothing is due by the clock alone
	Version      int       `json:"-"` // grows with each change; 0 = not stored yet

	State string    `json:"state"`
	Holds []string  `json:"holds,omitempty"`
	Since time.Time `json:"since"` // when this was announced
	Until time.Time `json:"until,omitzero"`
	// Ahead is the instant of the change that was announced last before it came, Next what it was said to bring, and
	// AheadAt when it was said last.
	Ahead   time.Time `json:"ahead,omitzero"`
	Next    string    `json:"next,omitempty"`
	AheadAt time.Time `json:"ahead_at,omitzero"`
	// Waiting is the id of the notice whose short message waits for the morning, until MessageAt.
	Waiting   string    `json:"waiting,omitempty"`
	MessageAt time.Time `json:"message_at,omitzero"`
	Keyed     bool      `json:"keyed,omitempty"` // the person's number can be found by [Notices.PhoneHolders]
}

// NoticeKind says why a person is told something.
type NoticeKind string

// The kinds of notices to a person.
const (
	NoticeChanged NoticeKind = "changed" // the status has changed
	NoticeAhead   NoticeKind = "ahead"   // it will, at a known time
	NoticeTrip    NoticeKind = "trip"    // what will be asked at the arrival of a declared journey
)

// Notice is something that a person was told. Title and Body are encrypted at rest.
type Notice struct {
	ID           string // the same for the same announcement: it is kept once
	Person       PersonID
	Jurisdiction string
	Kind         NoticeKind
	At           time.Time
	Effective    time.Time // when what it says begins
	Until        time.Time // when it ends; zero where not known
	State        string
	Holds        []string
	Worse        bool // than what was announced before
	Title, Body  Text
	Read         time.Time // when the person marked it as read; zero = not yet
	// Push is when the jurisdiction's webhook is called next; zero: not at all, or it has answered. Tries counts the calls.
	Push  time.Time
	Tries int
}

// NoticeSetting says how a person wants to be told. The page tells them in any case.
type NoticeSetting struct {
	Person       PersonID
	Jurisdiction string
	Messages     MessageWish
	Push         bool // also by the jurisdiction's webhook
}

// MessageWish says which notices a person wants as short messages; "" is all.
type MessageWish string

// The wishes.
const (
	MessagesAll   MessageWish = "all"
	MessagesWorse MessageWish = "worse" // only what makes things worse
	MessagesNone  MessageWish = "none"
)

// NoticeSweep is how far a pass through everybody in a jurisdiction has come. Mark names what made it necessary, such as
// a version of the areas; Done says that it is through.
type NoticeSweep struct {
	Jurisdiction string
	Mark         string
	After        PersonID
	Done         bool
}

// Notices keeps what persons are told.
type Notices interface {
	// WatchOf: CodeNotFound.
	WatchOf(ctx context.Context, person PersonID, jurisdiction string) (Watch, error)
	// PutWatch stores a watch. One of version 0 is new; any other must have the stored version, and is stored with the next.
	// CodeConflict: somebody has changed it meanwhile, or there is one already.
	PutWatch(ctx context.Context, w Watch) error
	// ClaimWatches hands watches whose Wake is at or before now to one caller, and to nobody else before until.
	ClaimWatches(ctx context.Context, now, until time.Time, limit int) ([]Watch, error)

	// PutNotice keeps a notice; false: there is one of its person and id already, and it stays as it is.
	PutNotice(ctx context.Context, n Notice) (bool, error)
	// Notice: CodeNotFound.
	Notice(ctx context.Context, person PersonID, id string) (Notice, error)
	// NoticesOf lists a person's notices in a jurisdiction, the newest first.
	NoticesOf(ctx context.Context, person PersonID, jurisdiction string, limit int) ([]Notice, error)
	// ReadNotices marks those of a person in a jurisdiction as read that were made at or before at, and returns how many weren't.
	ReadNotices(ctx context.Context, person PersonID, jurisdiction string, at time.Time) (int, error)
	// ClaimPushes hands notices whose Push is at or before now to one caller, and to nobody else before until.
	ClaimPushes(ctx context.Context, now, until time.Time, limit int) ([]Notice, error)
	// PutPush sets when a notice is pushed next, zero for never again, and how often it was tried. CodeNotFound.
	PutPush(ctx context.Context, person PersonID, id string, at time.Time, tries int) error
	// PurgeNotices deletes notices made before a time, and returns how many.
	PurgeNotices(ctx context.Context, before time.Time) (int, error)

	PutNoticeSetting(ctx context.Context, s NoticeSetting) error
	// NoticeSettingOf returns the person's wish; all by short message where there is none.
	NoticeSettingOf(ctx context.Context, person PersonID, jurisdiction string) (NoticeSetting, error)

	PutNoticeSweep(ctx context.Context, s NoticeSweep) error
	// NoticeSweepOf returns the zero sweep of a jurisdiction that never had one.
	NoticeSweepOf(ctx context.Context, jurisdiction string) (NoticeSweep, error)

	// KeyPhone lets [Notices.PhoneHolders] find a person by a number, as PutPhone and CreatePerson do by themselves.
	KeyPhone(ctx context.Context, person PersonID, number string) error
	// PhoneHolders lists the persons who have, or had, a number in E.164 form. Look at their phones before you rely on it.
	// The number itself is in no index: it is found by a keyed hash, which goes when the number is purged.
	PhoneHolders(ctx context.Context, number string) ([]PersonID, error)
}

// Bulletin is a public notice of a jurisdiction. A withdrawn one stays visible as such.
type Bulletin struct {
	ID           string    `json:"id"`
	Jurisdiction string    `json:"jurisdiction"`
	Title        Text      `json:"title"`
	Body         Text      `json:"body"`
	From         time.Time `json:"from"`
	Until        time.Time `json:"until,omitzero"` // zero: until it is withdrawn
	By           string    `json:"by"`             // staff name; never shown to the public
	At           time.Time `json:"at"`
	Withdrawn    time.Time `json:"withdrawn,omitzero"`
	WithdrawnBy  string    `json:"withdrawn_by,omitempty"`
	Why          Text      `json:"why,omitzero"` // why it was withdrawn
}

// TestSite is where people can be tested.
type TestSite struct {
	ID           string `json:"id"` // unique within the jurisdiction
	Jurisdiction string `json:"jurisdiction"`
	Area         string `json:"area"` // county code
	Name         Text   `json:"name"`
	Address      Text   `json:"address"`
	Hours        string `json:"hours"` // such as 08:00-20:00
	Phone        string `json:"phone,omitempty"`
}

// Board keeps what a jurisdiction tells the public.
type Board interface {
	// PutBulletin stores a bulletin, or the one of that id anew.
	PutBulletin(ctx context.Context, b Bulletin) error
	// Bulletin: CodeNotFound.
	Bulletin(ctx context.Context, id string) (Bulletin, error)
	// Bulletins lists those of a jurisdiction by From, the newest first, withdrawn and past ones too.
	Bulletins(ctx context.Context, jurisdiction string, limit int) ([]Bulletin, error)
	// ReplaceTestSites replaces every test site of a jurisdiction.
	ReplaceTestSites(ctx context.Context, jurisdiction string, sites []TestSite) error
	// TestSites lists them by area and id.
	TestSites(ctx context.Context, jurisdiction string) ([]TestSite, error)
}

// UTC returns the watch with its instants in UTC.
func (w Watch) UTC() Watch {
	inUTCAll(&w.Wake, &w.Since, &w.Until, &w.Ahead, &w.AheadAt, &w.MessageAt)
	return w
}

// UTC returns the notice with its instants in UTC.
func (n Notice) UTC() Notice {
	inUTCAll(&n.At, &n.Effective, &n.Until, &n.Read, &n.Push)
	return n
}

// UTC returns the bulletin with its instants in UTC.
func (b Bulletin) UTC() Bulletin {
	inUTCAll(&b.From, &b.Until, &b.At, &b.Withdrawn)
	return b
}

func inUTCAll(times ...*time.Time) {
	for _, t := range times {
		if !t.IsZero() {
			*t = t.UTC()
		}
	}
}
