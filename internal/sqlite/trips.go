package sqlite

import (
	"context"
	"encoding/json"
	"time"

	"healthcode"
)

// PutTrip replaces the person's trip verification.
func (s *Store) PutTrip(ctx context.Context, trip healthcode.Trip) error {
	person, err := s.ids.must(trip.Person)
	if err != nil {
		return err
	}
	trip.Person = healthcode.PersonID{}
	state, err := json.Marshal(trip)
	if err != nil {
		return err
	}
	return s.write(ctx, "storing a trip", func(t *tx) error {
		t.touch(person)
		_, err := t.exec("INSERT OR REPLACE INTO trip VALUES (?, ?, ?, ?)", person, stamp(trip.Expires), stamp(trip.Ready), string(state))
		return noSuchPerson(err)
	})
}

const tripColumns = "SELECT person, state FROM trip "

func (s *Store) scanTrip(scan scanner) (trip healthcode.Trip, err error) {
	var person int64
	var state []byte
	if err := scan(&person, &state); err != nil {
		return trip, err
	}
	err = json.Unmarshal(state, &trip)
	trip.Person = s.ids.id(person)
	return trip, err
}

// Trip reads one row by its key.
func (s *Store) Trip(ctx context.Context, id healthcode.PersonID) (healthcode.Trip, error) {
	return one(ctx, s, "reading a trip", s.scanTrip, tripColumns+"WHERE person = ?", s.ids.orNone(id))
}

// DeleteTrip does nothing where there is none.
func (s *Store) DeleteTrip(ctx context.Context, id healthcode.PersonID) error {
	return s.write(ctx, "deleting a trip", func(t *tx) error {
		t.touch(s.ids.orNone(id))
		_, err := t.exec("DELETE FROM trip WHERE person = ?", s.ids.orNone(id))
		return err
	})
}

// TripsReady reads a range of an index.
func (s *Store) TripsReady(ctx context.Context, after healthcode.PersonID, limit int) ([]healthcode.Trip, error) {
	return many(ctx, s, "listing trips", s.scanTrip, tripColumns+"WHERE ready > 0 AND person > ? ORDER BY person LIMIT ?", s.ids.orNone(after), limit)
}

// PurgeTrips works in several writes.
func (s *Store) PurgeTrips(ctx context.Context, now time.Time) (int, error) {
	return s.purge(ctx, "deleting trips", func(t *tx) (int, error) {
		return t.change("DELETE FROM trip WHERE person IN (SELECT person FROM trip WHERE expires <= ? LIMIT ?)", stamp(now), purgeRows)
	})
}
