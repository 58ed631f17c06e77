package resident

import (
	"context"
	"fmt"
	"slices"
	"time"

	"healthcode"
	"healthcode/internal/access"
	"healthcode/policy"
)

// TripLife is how long the phones of a trip verification count as verified. TripAhead is how long before
// an arrival it can be sent, and TripWait how long after the planned arrival the arrival is waited for.
const (
	TripLife  = 24 * time.Hour
	TripAhead = 72 * time.Hour
	TripWait  = 72 * time.Hour
)

// CodeTripPhones is the error of a declaration before every phone has answered.
const CodeTripPhones healthcode.Code = "trip_phones"

// WantsTrip reports whether a policy wants trips verified: some rule on arrivals ends by a declaration.
func WantsTrip(p *policy.Policy) bool {
	return slices.ContainsFunc(p.Rules, EndsByTrip)
}

// EndsByTrip reports whether a rule on arrivals ends by a declaration.
func EndsByTrip(r policy.Rule) bool {
	return r.On == healthcode.KindArrival &&
		slices.ContainsFunc(r.Until, func(e policy.End) bool { return e.First == healthcode.KindDeclaration })
}

// TripPhone is one phone of a trip verification.
type TripPhone struct {
	MyPhone
	Verified bool // by code, or by an officer who has confirmed its loss
}

// Trip is how far a resident's trip verification has come.
type Trip struct {
	Wanted bool // by the policy of a jurisdiction in which the person is enrolled
	Phones []TripPhone
	Next   int // index of the phone whose turn it is; -1 when all have answered
	Ready  time.Time
}

// Verified counts the phones that have answered.
func (t *Trip) Verified() (n int) {
	for _, p := range t.Phones {
		if p.Verified {
			n++
		}
	}
	return n
}

// Trip returns the resident's trip verification, to start or to resume. All phones take part in the order of display: the unbound ones
// too, until they are deleted, and not those that somebody else uses.
func (s *Service) Trip(ctx context.Context, a healthcode.Actor, jurisdiction string) (Trip, error) {
	phones, err := s.Phones(ctx, a, jurisdiction)
	if err != nil {
		return Trip{}, err
	}
	trip := Trip{Next: -1}
	if trip.Wanted, err = s.tripWanted(ctx, a.Person); err != nil {
		return trip, err
	}
	stored, err := s.trip(ctx, a.Person)
	if err != nil {
		return trip, err
	}
	trip.Ready = stored.Ready
	for _, p := range phones {
		if p.Others() {
			continue
		}
		verified := stored.Has(p.ID) || p.Loss.State == healthcode.PhoneLossConfirmed
		if !verified && trip.Next < 0 {
			trip.Next = len(trip.Phones)
		}
		trip.Phones = append(trip.Phones, TripPhone{p, verified})
	}
	return trip, nil
}

// trip returns the stored verification, or an empty one where there is none that still counts.
func (s *Service) trip(ctx context.Context, person healthcode.PersonID) (healthcode.Trip, error) {
	t, err := s.store.Trip(ctx, person)
	if healthcode.CodeOf(err) == healthcode.CodeNotFound && err != nil {
		return healthcode.Trip{}, nil
	}
	if err != nil {
		return t, fmt.Errorf("reading the trip: %w", err)
	}
	if !s.clock.Now().Before(t.Expires) {
		return healthcode.Trip{}, nil
	}
	return t, nil
}

func (s *Service) tripWanted(ctx context.Context, person healthcode.PersonID) (bool, error) {
	registrations, err := s.store.Registrations(ctx, person)
	if err != nil {
		return false, fmt.Errorf("reading registrations: %w", err)
	}
	for _, r := range registrations {
		p, err := s.policies.Policy(r.Jurisdiction)
		if err == nil && WantsTrip(p) { // one without a policy in force wants nothing
			return true, nil
		}
	}
	return false, nil
}

// VerifyTripPhone takes the code that the phone whose turn it is received.
func (s *Service) VerifyTripPhone(ctx context.Context, a healthcode.Actor, jurisdiction, id, code string, from Caller) error {
	trip, err := s.Trip(ctx, a, jurisdiction)
	if err != nil {
		return err
	}
	if trip.Next < 0 || trip.Phones[trip.Next].ID != id {
		return healthcode.Errorf(healthcode.CodeConflict, "phone", "这个号码已经核验过，或还没有轮到。", "This phone has answered already, or it isn't its turn.")
	}
	if err := s.answered(ctx, a, id, code, from); err != nil {
		return err
	}
	stored, err := s.trip(ctx, a.Person)
	if err != nil {
		return err
	}
	now := s.clock.Now()
	if stored.Started.IsZero() {
		stored = healthcode.Trip{Person: a.Person, Started: now, Expires: now.Add(TripLife)}
	}
	stored.Verified = append(stored.Verified, id)
	return s.store.PutTrip(ctx, stored)
}

// declarable completes a trip declaration: how many phones were verified, and the places that carriers know of beside those
// that the person lists. It refuses one before every phone has answered.
func (s *Service) declarable(ctx context.Context, a healthcode.Actor, jurisdiction string, r *Report) error {
	trip, err := s.Trip(ctx, a, jurisdiction)
	if err != nil {
		return err
	}
	if !trip.Wanted {
		return nil
	}
	if trip.Next >= 0 {
		return healthcode.Errorf(CodeTripPhones, "", "还有号码没有核验，请先逐个核验。", "Not every phone has answered yet; verify them one after another first.")
	}
	r.phones = trip.Verified()
	card, err := s.TravelCard(ctx, a)
	if err != nil {
		return err
	}
	for _, city := range card {
		r.visited = append(r.visited, city.Counties...)
		listed := slices.ContainsFunc(r.Stays, func(stay Stay) bool { return cityOf(stay.Area) == city.Code })
		if city.Starred && !listed {
			return healthcode.Errorf(healthcode.CodeInvalid, "stays", "行程卡中有带星号的城市，请填写您在那里到过的县（市、区）。",
				"Your travel card has a city with a star; list the counties or districts of it in which you were.")
		}
	}
	return nil
}

// CardCity is a city, or abroad a country, of a resident's travel card.
type CardCity struct {
	Code     string // the first four digits of its counties; abroad the country's
	Counties []string
	// Starred says that the city holds a medium- or high-risk area now. It says nothing of whether the person was there.
	Starred bool
}

// TravelCard lists the cities in which the resident's phones were in the last 14 full days, as carriers report.
func (s *Service) TravelCard(ctx context.Context, a healthcode.Actor) ([]CardCity, error) {
	if err := access.Require(a, healthcode.RoleResident); err != nil {
		return nil, err
	}
	areas, err := s.policies.Areas(ctx)
	if err != nil {
		return nil, err
	}
	facts, err := s.store.Facts(ctx, a.Person)
	if err != nil {
		return nil, fmt.Errorf("reading the facts: %w", err)
	}
	now := s.clock.Now()
	var card []CardCity
	for _, f := range standing(facts) {
		if f.Kind != healthcode.KindStay || f.Evidence != "telecom" || f.From.After(now) ||
			!f.To.IsZero() && f.To.Before(now.AddDate(0, 0, -UnboundDays)) {
			continue
		}
		code := cityOf(f.Area)
		i := slices.IndexFunc(card, func(c CardCity) bool { return c.Code == code })
		if i < 0 {
			i = len(card)
			card = append(card, CardCity{Code: code, Starred: areas.CityLevel(f.Area, now) != healthcode.LevelLow})
		}
		if !slices.Contains(card[i].Counties, f.Area) {
			card[i].Counties = append(card[i].Counties, f.Area)
		}
	}
	return card, nil
}

// cityOf is the city of a county, or the country abroad.
func cityOf(area string) string { return area[:min(4, len(area))] }
