package healthcode

import (
	"context"
	"slices"
	"time"
)

// Phone is a number that a person has bound. All of it is encrypted at rest, and the number
// stands in no index: only the person's own list leads to it.
type Phone struct {
	ID     string
	Person PersonID
	Number string    // E.164
	Bound  time.Time // phones are shown in this order
	// Unbound is zero while it is bound; from then until DeleteAfter it still has to be declared.
	Unbound     time.Time
	DeleteAfter time.Time

	// User names who uses the number, where that is somebody else: it then says nothing of where the
	// person was. UserKind is who that is to the person, and UserSince when the person said so.
	User      string
	UserKind  RelationKind
	UserSince time.Time

	Loss PhoneLoss
}

// Others reports whether somebody else uses the number.
func (p *Phone) Others() bool { return p.User != "" }

// PhoneLoss is a person's statement that no code can reach a number any more,
// and what an officer found.
type PhoneLoss struct {
	State        PhoneLossState
	Jurisdiction string // whose officers look at it
	Why          string // lost, stolen, given-up, no-signal
	Asked        time.Time
	Ground       string // what the officer has seen
	By           string // the officer
	Decided      time.Time
}

// PhoneLossState says how far a statement of loss has come; "" is none.
type PhoneLossState string

// The states of a statement of loss.
const (
	PhoneLossAsked     PhoneLossState = "asked"
	PhoneLossConfirmed PhoneLossState = "confirmed" // the number needs no code
	PhoneLossRefused   PhoneLossState = "refused"
)

// Trip is a trip verification on its way: which phones have answered, so that it
// can be interrupted and resumed anywhere; and, once it is sent before the journey,
// what will be declared by itself as soon as the arrival is known.
type Trip struct {
	Person   PersonID
	Started  time.Time
	Expires  time.Time // then it starts anew
	Verified []string  // ids of phones, in the order in which they answered
	// Ready is when it was sent before the journey; zero until then. Visited and Phones are the declaration's.
	Ready   time.Time
	Visited []string
	Phones  int
}

// Has reports whether a phone has answered.
func (t *Trip) Has(phone string) bool { return slices.Contains(t.Verified, phone) }

// Phones keeps the numbers of persons, and trip verifications.
type Phones interface {
	// PutPhone stores a phone, or the one of that id anew; its person and number stay.
	// CodeConflict: the person has the number under another id.
	PutPhone(ctx context.Context, p Phone) error
	// Phone: CodeNotFound.
	Phone(ctx context.Context, id string) (Phone, error)
	// PhonesOf lists a person's phones in the order of display: by Bound, then id.
	PhonesOf(ctx context.Context, person PersonID) ([]Phone, error)
	// PhonesLost lists those whose loss waits for an officer of a jurisdiction, the oldest statement first.
	PhonesLost(ctx context.Context, jurisdiction string, limit int) ([]Phone, error)
	// PurgePhones deletes the phones whose DeleteAfter is at or before now for good: the number is gone from the
	// phones, from past versions of the person's record, and from the messages whose id begins with
	// [PhoneMessages] of it. It returns how many. Where the engine has one file, nothing of them is left in it.
	PurgePhones(ctx context.Context, now time.Time) (int, error)

	// PutTrip replaces the person's trip verification.
	PutTrip(ctx context.Context, t Trip) error
	// Trip: CodeNotFound.
	Trip(ctx context.Context, person PersonID) (Trip, error)
	DeleteTrip(ctx context.Context, person PersonID) error
	// TripsReady pages through the trips that were sent before the journey, in an order of the engine's own;
	// after is the person of the last one of the page before.
	TripsReady(ctx context.Context, after PersonID, limit int) ([]Trip, error)
	// PurgeTrips deletes those that expired at or before now, and returns how many.
	PurgeTrips(ctx context.Context, now time.Time) (int, error)
}

// PhoneMessages is how the ids of the messages about a phone begin.
func PhoneMessages(phone string) string { return "phone-" + phone + "-" }
