package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"healthcode"
)

// PutVenue replaces the venue of that id.
func (s *Store) PutVenue(ctx context.Context, v healthcode.Venue) error {
	defer s.changedOwner(healthcode.PersonID{})
	_, err := s.exec(ctx, "storing a venue", `INSERT INTO venue (id, jurisdiction, kind, name_zh, name_en, area) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (id) DO UPDATE SET jurisdiction = excluded.jurisdiction, kind = excluded.kind, name_zh = excluded.name_zh,
		name_en = excluded.name_en, area = excluded.area`, v.ID, v.Jurisdiction, v.Kind, v.Name.ZH, v.Name.EN, v.Area)
	return err
}

const venueColumns = "SELECT id, jurisdiction, kind, name_zh, name_en, area FROM venue "

const selectVenue = venueColumns + "WHERE id = $1"

func scanVenue(scan scanner) (v healthcode.Venue, err error) {
	err = scan(&v.ID, &v.Jurisdiction, &v.Kind, &v.Name.ZH, &v.Name.EN, &v.Area)
	return v, err
}

// Venue reads one row.
func (s *Store) Venue(ctx context.Context, id string) (healthcode.Venue, error) {
	return one(ctx, s, "reading a venue", scanVenue, selectVenue, id)
}

// Venues lists by id.
func (s *Store) Venues(ctx context.Context, jurisdiction string) ([]healthcode.Venue, error) {
	return many(ctx, s, "listing venues", scanVenue, venueColumns+`WHERE jurisdiction = $1 ORDER BY id`, jurisdiction)
}

const insertVisit = "INSERT INTO visit (venue, at, n, person_id, decision, state, delete_after) VALUES ($1, $2, $3, $4, $5, $6, $7)"

// PutVisit sends visit and fact in one message, which is one transaction.
func (s *Store) PutVisit(ctx context.Context, v healthcode.Visit, fact *healthcode.PersonFact) error {
	return s.putVisit(ctx, "recording a visit", v, fact, nil)
}

// PutScan sends the look with them.
func (s *Store) PutScan(ctx context.Context, l healthcode.Look, v healthcode.Visit, fact *healthcode.PersonFact) error {
	return s.putVisit(ctx, "recording a scan", v, fact, &l)
}

const insertOneLook = "INSERT INTO look (person_id, at, n, role, by, jurisdiction, venue, purpose, saw) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"

func (s *Store) putVisit(ctx context.Context, doing string, v healthcode.Visit, fact *healthcode.PersonFact, l *healthcode.Look) error {
	var rows []*factRow
	var named []uuid
	var person *uuid
	if v.Person != (healthcode.PersonID{}) {
		person = (*uuid)(&v.Person)
		named = append(named, *person)
	}
	if fact != nil {
		row, err := s.encode(fact)
		if err != nil {
			return fmt.Errorf("%s: %w", doing, err)
		}
		rows, named = append(rows, &row), append(named, row.person)
	}
	if l != nil {
		named = append(named, uuid(l.Person))
	}
	for _, id := range slices.Compact(named) {
		if err := s.exists(ctx, id); err != nil {
			return fmt.Errorf("%s: %w", doing, err)
		}
	}
	// n tells apart the visits of one instant, and the looks at one person.
	for n := 0; ; n++ {
		keyTaken, err := s.insertNew(ctx, doing, rows, func(batch *pgx.Batch) {
			batch.Queue(insertVisit, v.Venue, stamp(v.At), n, person, v.Decision, v.State, stamp(v.DeleteAfter))
			if l != nil {
				batch.Queue(insertOneLook, uuid(l.Person), stamp(l.At), n, string(l.Role), l.By, l.Jurisdiction, l.Venue, l.Purpose, l.Saw)
			}
		})
		switch {
		case keyTaken:
			if err := s.sameVisit(ctx, rows[0]); err == nil && l != nil {
				return s.PutLook(ctx, *l)
			} else if err == nil {
				return nil
			} else if !errors.Is(err, errAgain) {
				return s.failed(ctx, doing, err)
			}
		case !taken(err, "visit_pkey") && !taken(err, "look_pkey"):
			return err
		}
	}
}

// sameVisit returns nil where the fact that has the row's key says the same: then its visit is there, too.
func (s *Store) sameVisit(ctx context.Context, row *factRow) error {
	winners := map[uuid]winner{}
	if err := stored(ctx, s.pool, []*factRow{row}, winners); err != nil {
		return err
	}
	if w := winners[row.key]; w.person != row.person || !sameFact(w.fact, row.fact) {
		return healthcode.Errorf(healthcode.CodeConflict, "id", "该来源的编号已被使用",
			"%s has another fact %s already", row.fact.Source, row.fact.ID)
	}
	return nil
}

func scanVisit(scan scanner) (v healthcode.Visit, err error) {
	var person *uuid
	var at, deleteAfter int64
	err = scan(&v.Venue, &at, &person, &v.Decision, &v.State, &deleteAfter)
	if person != nil {
		v.Person = healthcode.PersonID(*person)
	}
	v.At, v.DeleteAfter = unstamp(at), unstamp(deleteAfter)
	return v, err
}

const selectVisits = `SELECT venue, at, person_id, decision, state, delete_after FROM visit
	WHERE venue = $1 AND at >= $2 ORDER BY at DESC, n DESC LIMIT $3`

// VisitsAt reads a range of the primary key.
func (s *Store) VisitsAt(ctx context.Context, venue string, since time.Time, limit int) ([]healthcode.Visit, error) {
	return many(ctx, s, "listing visits", scanVisit, selectVisits, venue, stamp(since), limit)
}

// PurgeVisits deletes what ended at or before now.
func (s *Store) PurgeVisits(ctx context.Context, now time.Time) (int, error) {
	return s.exec(ctx, "deleting visits", "DELETE FROM visit WHERE delete_after > 0 AND delete_after <= $1", stamp(now))
}
