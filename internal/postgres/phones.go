package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"healthcode"
)

// PutPhone stores a phone, or the one of that id anew. Its person and number stay.
func (s *Store) PutPhone(ctx context.Context, p healthcode.Phone) error {
	defer s.changed(uuid(p.Person))
	return s.write(ctx, "storing a phone", func(tx pgx.Tx) error {
		person := uuid(p.Person)
		// One at a time, so that nobody binds a number twice.
		tag, err := tx.Exec(ctx, "SELECT 1 FROM person WHERE person_id = $1 FOR UPDATE", person)
		if err == nil && tag.RowsAffected() == 0 {
			err = noPerson()
		}
		if err != nil {
			return err
		}
		owner, _, err := claimOwner(ctx, tx, phoneOwner(p.ID), person)
		if err == nil && owner != person {
			err = healthcode.Errorf(healthcode.CodeConflict, "phone", "这个编号已被占用", "the id is taken")
		}
		if err != nil {
			return err
		}
		put := p
		err = eachRow(ctx, tx, selectPhones, []any{person}, func(scan scanner) error {
			have, err := s.scanPhone(scan)
			switch {
			case err != nil:
				return err
			case have.ID == p.ID:
				put.Number = have.Number
			case have.Number == p.Number:
				return healthcode.Errorf(healthcode.CodeConflict, "phone", "这个号码已经绑定", "the number is bound already")
			}
			return nil
		})
		if err != nil {
			return err
		}
		lostIn, lostAt := "", int64(0)
		if p.Loss.State == healthcode.PhoneLossAsked {
			lostIn, lostAt = p.Loss.Jurisdiction, stamp(p.Loss.Asked)
		}
		put.Person = healthcode.PersonID{}
		sealed, err := s.sealJSON(put, "phone:"+p.ID, person)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO phone (person_id, id, bound, delete_after, lost_in, lost_at, sealed)
			VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (person_id, id) DO UPDATE SET bound = excluded.bound,
			delete_after = excluded.delete_after, lost_in = excluded.lost_in, lost_at = excluded.lost_at, sealed = excluded.sealed`,
			person, p.ID, stamp(p.Bound), stamp(p.DeleteAfter), lostIn, lostAt, sealed)
		if err != nil {
			return err
		}
		return s.keyPhone(ctx, tx, person, put.Number)
	})
}

// phoneOwner is the name by which an id leads to its person.
func phoneOwner(id string) string { return "phone:" + id }

const (
	phoneColumns = "SELECT person_id, id, sealed FROM phone "
	selectPhones = phoneColumns + "WHERE person_id = $1 ORDER BY bound, id"
)

func (s *Store) scanPhone(scan scanner) (p healthcode.Phone, err error) {
	var person uuid
	var id string
	var sealed []byte
	if err := scan(&person, &id, &sealed); err != nil {
		return p, err
	}
	err = s.openJSON(&p, sealed, "phone:"+id, person)
	p.Person = healthcode.PersonID(person)
	return p, err
}

// Phone finds the person first, then reads one row by its key.
func (s *Store) Phone(ctx context.Context, id string) (healthcode.Phone, error) {
	const doing = "reading a phone"
	owner, err := one(ctx, s, doing, func(scan scanner) (owner uuid, err error) { err = scan(&owner); return owner, err },
		selectOwnerKey, phoneOwner(id))
	if err != nil {
		return healthcode.Phone{}, err
	}
	return one(ctx, s, doing, s.scanPhone, phoneColumns+"WHERE person_id = $1 AND id = $2", owner, id)
}

// PhonesOf reads a range of the primary key.
func (s *Store) PhonesOf(ctx context.Context, id healthcode.PersonID) ([]healthcode.Phone, error) {
	return many(ctx, s, "listing phones", s.scanPhone, selectPhones, uuid(id))
}

// PhonesLost reads a range of an index, on every shard.
func (s *Store) PhonesLost(ctx context.Context, jurisdiction string, limit int) ([]healthcode.Phone, error) {
	return many(ctx, s, "listing lost phones", s.scanPhone,
		phoneColumns+"WHERE lost_in = $1 AND lost_in <> '' ORDER BY lost_at, id LIMIT $2", jurisdiction, limit)
}

// PurgePhones works in several transactions. What a deleted row leaves in the files goes with the next VACUUM, which
// the server does by itself, and with the end of the archived log.
func (s *Store) PurgePhones(ctx context.Context, now time.Time) (int, error) {
	var changed []uuid
	defer func() { s.changed(changed...) }()
	return s.purge(ctx, "deleting phones", func(tx pgx.Tx) (int, error) {
		var gone []healthcode.Phone
		err := eachRow(ctx, tx, phoneColumns+"WHERE delete_after > 0 AND delete_after <= $1 ORDER BY person_id, id LIMIT $2",
			[]any{stamp(now), purgeRows}, func(scan scanner) error {
				p, err := s.scanPhone(scan)
				gone = append(gone, p)
				return err
			})
		if err != nil {
			return 0, err
		}
		for _, p := range gone {
			changed = append(changed, uuid(p.Person))
			if err := s.forgetPhone(ctx, tx, p); err != nil {
				return 0, err
			}
		}
		return len(gone), nil
	})
}

func (s *Store) forgetPhone(ctx context.Context, tx pgx.Tx, p healthcode.Phone) error {
	person := uuid(p.Person)
	past := map[int][]byte{}
	err := eachRow(ctx, tx, "SELECT n, profile FROM person_past WHERE person_id = $1", []any{person}, func(scan scanner) error {
		var n int
		var sealed []byte
		if err := scan(&n, &sealed); err != nil {
			return err
		}
		old, err := s.openProfile(person, sealed)
		if err != nil || old.Phone != p.Number {
			return err
		}
		old.Phone = ""
		past[n], err = s.sealProfile(person, old)
		return err
	})
	if err != nil {
		return err
	}
	for n, sealed := range past {
		if _, err := tx.Exec(ctx, "UPDATE person_past SET profile = $3 WHERE person_id = $1 AND n = $2", person, n, sealed); err != nil {
			return err
		}
	}
	if err := s.unkeyPhone(ctx, tx, person, p.Number); err != nil {
		return err
	}
	for _, d := range []struct {
		sql  string
		args []any
	}{
		{"DELETE FROM message WHERE starts_with(id, $1)", []any{healthcode.PhoneMessages(p.ID)}},
		{"DELETE FROM phone WHERE person_id = $1 AND id = $2", []any{person, p.ID}},
		{"DELETE FROM owner_key WHERE name = $1", []any{phoneOwner(p.ID)}},
	} {
		if _, err := tx.Exec(ctx, d.sql, d.args...); err != nil {
			return fmt.Errorf("phone %s: %w", p.ID, err)
		}
	}
	return nil
}

// PutTrip replaces the person's trip verification.
func (s *Store) PutTrip(ctx context.Context, trip healthcode.Trip) error {
	person := uuid(trip.Person)
	trip.Person = healthcode.PersonID{}
	state, err := json.Marshal(trip)
	if err != nil {
		return err
	}
	defer s.changed(person)
	return s.write(ctx, "storing a trip", func(tx pgx.Tx) error {
		if err := mustExist(ctx, tx, person); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO trip (person_id, expires, ready, state) VALUES ($1, $2, $3, $4)
			ON CONFLICT (person_id) DO UPDATE SET expires = excluded.expires, ready = excluded.ready, state = excluded.state`,
			person, stamp(trip.Expires), stamp(trip.Ready), string(state))
		return err
	})
}

const tripColumns = "SELECT person_id, state FROM trip "

func scanTrip(scan scanner) (trip healthcode.Trip, err error) {
	var person uuid
	var state []byte
	if err := scan(&person, &state); err != nil {
		return trip, err
	}
	err = json.Unmarshal(state, &trip)
	trip.Person = healthcode.PersonID(person)
	return trip, err
}

// Trip reads one row by its key.
func (s *Store) Trip(ctx context.Context, id healthcode.PersonID) (healthcode.Trip, error) {
	return one(ctx, s, "reading a trip", scanTrip, tripColumns+"WHERE person_id = $1", uuid(id))
}

// DeleteTrip does nothing where there is none.
func (s *Store) DeleteTrip(ctx context.Context, id healthcode.PersonID) error {
	defer s.changed(uuid(id))
	_, err := s.exec(ctx, "deleting a trip", "DELETE FROM trip WHERE person_id = $1", uuid(id))
	return err
}

// TripsReady reads a range of an index, on every shard.
func (s *Store) TripsReady(ctx context.Context, after healthcode.PersonID, limit int) ([]healthcode.Trip, error) {
	return many(ctx, s, "listing trips", scanTrip,
		tripColumns+"WHERE ready > 0 AND person_id > $1 ORDER BY person_id LIMIT $2", uuid(after), limit)
}

// PurgeTrips deletes them in one statement: there are few.
func (s *Store) PurgeTrips(ctx context.Context, now time.Time) (int, error) {
	return s.exec(ctx, "deleting trips", "DELETE FROM trip WHERE expires <= $1", stamp(now))
}
