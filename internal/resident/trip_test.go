package resident_test

import (
	"testing"
	"time"

	"healthcode"
	"healthcode/internal/identity"
	"healthcode/internal/resident"
	"healthcode/internal/servicetest"
)

func tripOf(h *servicetest.House, a healthcode.Actor) resident.Trip {
	h.Helper()
	trip, err := h.Residents.Trip(h.Context(), a, "beijing")
	h.Must(err)
	return trip
}

// verifyNext has the phone whose turn it is answer.
func verifyNext(h *servicetest.House, a healthcode.Actor) {
	h.Helper()
	h.Clock.Advance(time.Minute)
	trip := tripOf(h, a)
	p := trip.Phones[trip.Next]
	h.Must(h.Residents.AskPhone(h.Context(), a, "beijing", p.ID, healthcode.ZH, servicetest.From))
	h.Must(h.Residents.VerifyTripPhone(h.Context(), a, "beijing", p.ID, h.Code(p.Number), servicetest.From))
}

func add(h *servicetest.House, a healthcode.Actor, f healthcode.Fact) {
	h.Helper()
	f.ID, f.Recorded = h.Clock.Now().Format(time.RFC3339Nano), h.Clock.Now()
	_, err := h.Store.Append(h.Context(), []healthcode.PersonFact{{Person: a.Person, Fact: f}})
	h.Must(err)
}

func arrive(h *servicetest.House, a healthcode.Actor) {
	h.Helper()
	add(h, a, healthcode.Fact{Source: "rail", Kind: healthcode.KindArrival, Time: h.Clock.Now()})
}

// TestTripOfThreePhones is interrupted and resumed, and ends with the state at once.
func TestTripOfThreePhones(t *testing.T) {
	h := servicetest.New(t)
	a := h.Register("beijing", servicetest.Zhang)
	h.Clock.Advance(time.Minute)
	bind(h, a, "+8613900000001")
	bind(h, a, "+8613900000002")
	arrive(h, a)
	h.Clock.Advance(time.Minute)
	if got := state(h, a, "beijing"); got != "held" {
		t.Fatalf("after arriving: %s", got)
	}
	trip := tripOf(h, a)
	if !trip.Wanted || len(trip.Phones) != 3 || trip.Next != 0 || trip.Phones[0].Number != servicetest.Zhang.Phone {
		t.Fatalf("at first: %+v", trip)
	}
	err := h.Residents.VerifyTripPhone(t.Context(), a, "beijing", trip.Phones[2].ID, "123456", servicetest.From)
	h.WantCode(err, healthcode.CodeConflict) // out of turn
	verifyNext(h, a)
	_, _, err = h.Residents.Review(t.Context(), a, "beijing", resident.Report{Trip: true})
	h.WantCode(err, resident.CodeTripPhones)

	a, _ = fresh(h, servicetest.Zhang) // another device goes on
	if trip = tripOf(h, a); trip.Next != 1 || trip.Verified() != 1 {
		t.Fatalf("resumed: %+v", trip)
	}
	verifyNext(h, a)
	verifyNext(h, a)
	if trip = tripOf(h, a); trip.Next != -1 {
		t.Fatalf("all have answered: %+v", trip)
	}
	h.Clock.Advance(time.Minute)
	send(h, a, resident.Report{Trip: true})
	if got := state(h, a, "beijing"); got != "green" {
		t.Errorf("after declaring: %s", got)
	}
	reports, err := h.Residents.Reports(t.Context(), a)
	h.Must(err)
	if d := reports[0]; d.Kind != healthcode.KindDeclaration || d.Phones != 3 {
		t.Errorf("the declaration is %+v", d)
	}
	if trip = tripOf(h, a); trip.Next != 0 {
		t.Errorf("the next trip goes on from the last: %+v", trip)
	}
}

// TestVerificationGoesStale: a phone that answered yesterday answers again.
func TestVerificationGoesStale(t *testing.T) {
	h := servicetest.New(t)
	a := h.Register("beijing", servicetest.Zhang)
	verifyNext(h, a)
	h.Clock.Advance(resident.TripLife)
	if trip := tripOf(h, a); trip.Next != 0 {
		t.Errorf("a day later: %+v", trip)
	}
}

// TestUnboundAndLostPhonesOfTrip: an unbound phone takes part, one that an officer confirmed as lost needs no code,
// and one that somebody else uses has no part.
func TestUnboundAndLostPhonesOfTrip(t *testing.T) {
	h := servicetest.New(t)
	a := h.Register("beijing", servicetest.Zhang)
	h.Clock.Advance(time.Minute)
	for _, number := range []string{"+8613900000001", "+8613900000002", "+8613900000003"} {
		bind(h, a, number)
	}
	list := phones(h, a)
	a, session := fresh(h, servicetest.Zhang)
	h.Must(h.Residents.UnbindPhone(t.Context(), a, session, "beijing", list[1].ID, servicetest.From))
	h.Must(h.Residents.LosePhone(t.Context(), a, "beijing", list[2].ID, "lost", servicetest.From))
	h.Must(h.Residents.DecideLoss(t.Context(), servicetest.Officer(healthcode.RoleCaseworker, "beijing"), list[2].ID, true, "seen-by-video"))
	h.Must(h.Residents.AskPhone(t.Context(), a, "beijing", list[3].ID, healthcode.ZH, servicetest.From))
	_, err := h.Residents.NotMyPhone(t.Context(), a, "beijing", list[3].ID, resident.PhoneUser{Name: "李四", Kind: healthcode.RelationSpouse}, h.Code("+8613900000003"), servicetest.From)
	h.Must(err)
	trip := tripOf(h, a)
	if len(trip.Phones) != 3 || !trip.Phones[2].Verified || trip.Phones[1].DaysLeft != 14 {
		t.Fatalf("%+v", trip)
	}
	verifyNext(h, a)
	verifyNext(h, a)
	send(h, a, resident.Report{Trip: true})
	h.Clock.Set(servicetest.At(time.May, 13, 0, 0))
	if trip = tripOf(h, a); len(trip.Phones) != 2 {
		t.Errorf("after the deletion: %+v", trip)
	}
}

// TestStarredCity: the star is the city's, and the person says in which county of it they were.
func TestStarredCity(t *testing.T) {
	h := servicetest.New(t)
	high(h, "310115") // Pudong
	a := h.Register("beijing", servicetest.Zhang)
	h.Clock.Advance(time.Minute)
	from, to := servicetest.At(time.April, 20, 0, 0), servicetest.At(time.April, 25, 0, 0)
	telecom(h, a, servicetest.Zhang.Phone, "1", "310101", from, to) // Huangpu
	telecom(h, a, servicetest.Zhang.Phone, "2", "330203", from, to)
	telecom(h, a, servicetest.Zhang.Phone, "old", "120101", servicetest.At(time.April, 1, 0, 0), servicetest.At(time.April, 2, 0, 0))
	card, err := h.Residents.TravelCard(t.Context(), a)
	h.Must(err)
	if len(card) != 2 || card[0].Code != "3101" || !card[0].Starred || card[1].Code != "3302" || card[1].Starred {
		t.Fatalf("the card: %+v", card)
	}
	if got := state(h, a, "beijing"); got != "green" {
		t.Errorf("a star alone makes the code %s", got)
	}
	arrive(h, a)
	verifyNext(h, a)
	_, _, err = h.Residents.Review(t.Context(), a, "beijing", resident.Report{Trip: true})
	h.WantCode(err, healthcode.CodeInvalid)
	send(h, a, resident.Report{Trip: true, Stays: []resident.Stay{{Area: "310101", From: from, To: to}}})
	if got := state(h, a, "beijing"); got != "held" {
		t.Errorf("without a test, from a starred city: %s", got)
	}
	// The late result ends it; nobody declares twice.
	h.Clock.Advance(time.Hour)
	add(h, a, healthcode.Fact{Source: "lab:bj-1", Kind: healthcode.KindTest, Analyte: "nucleic-acid", Result: "negative", Time: servicetest.At(time.April, 27, 9, 0)})
	if got := state(h, a, "beijing"); got != "green" {
		t.Errorf("after the late result: %s", got)
	}
}

// TestDeclaredBeforeTravelling: the declaration waits for each arrival, and makes itself.
func TestDeclaredBeforeTravelling(t *testing.T) {
	h := servicetest.New(t)
	a := h.Register("beijing", servicetest.Zhang)
	verifyNext(h, a)
	_, _, err := h.Residents.Review(t.Context(), a, "beijing", resident.Report{Trip: true, Arriving: h.Clock.Now().Add(resident.TripAhead + time.Minute)})
	h.WantCode(err, healthcode.CodeInvalid)
	send(h, a, resident.Report{Trip: true, Arriving: servicetest.At(time.April, 30, 23, 59),
		Stays: []resident.Stay{{Area: "330203", From: servicetest.At(time.April, 20, 0, 0)}}})
	if trip := tripOf(h, a); trip.Ready.IsZero() {
		t.Fatal("nothing is ready")
	}
	h.Must(h.Residents.SettleTrip(t.Context(), a.Person))
	reports, err := h.Residents.Reports(t.Context(), a)
	h.Must(err)
	if len(reports) != 1 || reports[0].Kind != healthcode.KindStay {
		t.Fatalf("before the arrival: %+v", reports)
	}
	h.Clock.Set(servicetest.At(time.April, 30, 10, 0))
	arrive(h, a)
	h.Clock.Advance(time.Minute)
	for range 2 {
		_, err := h.Residents.SettleTrips(t.Context(), h.Clock.Now())
		h.Must(err)
	}
	if got := state(h, a, "beijing"); got != "green" {
		t.Errorf("after arriving: %s", got)
	}
	h.Clock.Advance(2 * time.Hour)
	arrive(h, a) // another feed names another moment of the same journey
	h.Clock.Advance(time.Minute)
	_, err = h.Residents.SettleTrips(t.Context(), h.Clock.Now())
	h.Must(err)
	if got := state(h, a, "beijing"); got != "green" {
		t.Errorf("after the second arrival: %s", got)
	}
	reports, err = h.Residents.Reports(t.Context(), a)
	h.Must(err)
	if len(reports) != 3 {
		t.Errorf("%d reports, want the stay and two declarations", len(reports))
	}
	h.Clock.Set(servicetest.At(time.May, 5, 0, 0))
	n, err := h.Residents.SettleTrips(t.Context(), h.Clock.Now())
	h.Must(err)
	if n != 1 {
		t.Errorf("%d trips are over, want 1", n)
	}
}

// TestTripPhoneCode: a wrong code, and no phone of somebody else's.
func TestTripPhoneCode(t *testing.T) {
	h := servicetest.New(t)
	li := h.Register("beijing", servicetest.Li)
	a := h.Register("beijing", servicetest.Zhang)
	h.Clock.Advance(time.Minute)
	trip := tripOf(h, a)
	h.WantCode(h.Residents.AskPhone(t.Context(), li, "beijing", trip.Phones[0].ID, healthcode.ZH, servicetest.From), healthcode.CodeNotFound)
	h.Must(h.Residents.AskPhone(t.Context(), a, "beijing", trip.Phones[0].ID, healthcode.ZH, servicetest.From))
	wrong := servicetest.WrongCode(h.Code(servicetest.Zhang.Phone))
	h.WantCode(h.Residents.VerifyTripPhone(t.Context(), a, "beijing", trip.Phones[0].ID, wrong, servicetest.From), identity.CodeOneTimeWrong)
}
