package resident

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"healthcode"
)

// planned checks the planned arrival of a declaration that is sent before the journey.
func (s *Service) planned(arriving time.Time) error {
	now := s.clock.Now()
	if !arriving.After(now) || arriving.Sub(now) > TripAhead {
		return healthcode.Errorf(healthcode.CodeInvalid, "arriving", "提前申报请在到达前 72 小时内进行；已经到达的请选择“已到达”。",
			"A trip can be declared at most 72 hours before you arrive; if you are here already, say so.")
	}
	return nil
}

// keepReady keeps a declaration until the arrival is known.
func (s *Service) keepReady(ctx context.Context, person healthcode.PersonID, declaration healthcode.Fact, arriving time.Time) error {
	t, err := s.trip(ctx, person)
	if err != nil {
		return err
	}
	t.Person, t.Ready, t.Expires = person, declaration.Recorded, arriving.Add(TripWait)
	if t.Started.IsZero() {
		t.Started = declaration.Recorded
	}
	t.Visited, t.Phones = declaration.Visited, declaration.Phones
	return s.store.PutTrip(ctx, t)
}

// SettleTrip makes the declaration that a person sent before the journey, for each arrival that has become known since: at the
// moment of the arrival, with what carriers have reported meanwhile. Nobody declares twice.
func (s *Service) SettleTrip(ctx context.Context, person healthcode.PersonID) error {
	t, err := s.trip(ctx, person)
	if err != nil || t.Ready.IsZero() {
		return err
	}
	facts, err := s.store.Facts(ctx, person)
	if err != nil {
		return fmt.Errorf("reading the facts: %w", err)
	}
	now := s.clock.Now()
	for _, f := range standing(facts) {
		if f.Kind != healthcode.KindArrival || f.Time.Before(t.Ready) || f.Time.After(now) {
			continue
		}
		id := "trip-" + strconv.FormatInt(t.Ready.Unix(), 36) + "-" + strconv.FormatInt(f.Time.UnixMilli(), 36)
		if slices.ContainsFunc(facts, func(g healthcode.Fact) bool { return g.Source == SourcePerson && g.ID == id }) {
			continue
		}
		card, err := s.TravelCard(ctx, healthcode.Actor{Role: healthcode.RoleResident, Person: person})
		if err != nil {
			return err
		}
		visited := slices.Clone(t.Visited)
		for _, city := range card {
			visited = append(visited, city.Counties...)
		}
		declaration := healthcode.Fact{ID: id, Source: SourcePerson, Kind: healthcode.KindDeclaration, Time: f.Time, Recorded: now,
			Visited: distinct(visited), Phones: t.Phones}
		if _, err := s.store.Append(ctx, []healthcode.PersonFact{{Person: person, Fact: declaration}}); err != nil {
			return fmt.Errorf("declaring a trip: %w", err)
		}
	}
	return nil
}

// SettleTrips does so for everybody, and deletes the trips that are over. It returns how many it deleted.
func (s *Service) SettleTrips(ctx context.Context, now time.Time) (int, error) {
	const page = 500
	var after healthcode.PersonID
	for {
		trips, err := s.store.TripsReady(ctx, after, page)
		if err != nil {
			return 0, fmt.Errorf("reading trips: %w", err)
		}
		for _, t := range trips {
			if err := s.SettleTrip(ctx, t.Person); err != nil {
				return 0, err
			}
			after = t.Person
		}
		if len(trips) < page {
			return s.store.PurgeTrips(ctx, now)
		}
	}
}

// distinct leaves out what is there already.
func distinct(list []string) (out []string) {
	for _, v := range list {
		if !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}
