package sqlite

import (
	"context"
	"fmt"
	"time"

	"healthcode"
)

// PutVenue replaces the venue of that id.
func (s *Store) PutVenue(ctx context.Context, v healthcode.Venue) error {
	return s.write(ctx, "storing a venue", func(t *tx) error {
		t.staff = true
		_, err := t.exec("INSERT OR REPLACE INTO venue VALUES (?, ?, ?, ?, ?, ?)",
			v.ID, v.Jurisdiction, v.Kind, v.Name.ZH, v.Name.EN, v.Area)
		return err
	})
}

const venueColumns = "SELECT id, jurisdiction, kind, name_zh, name_en, area FROM venue "

func scanVenue(scan scanner) (v healthcode.Venue, err error) {
	err = scan(&v.ID, &v.Jurisdiction, &v.Kind, &v.Name.ZH, &v.Name.EN, &v.Area)
	return v, err
}

// Venue reads one row.
func (s *Store) Venue(ctx context.Context, id string) (healthcode.Venue, error) {
	return one(ctx, s, "reading a venue", scanVenue, venueColumns+"WHERE id = ?", id)
}

// Venues lists by id.
func (s *Store) Venues(ctx context.Context, jurisdiction string) ([]healthcode.Venue, error) {
	return many(ctx, s, "listing venues", scanVenue, venueColumns+"WHERE jurisdiction = ? ORDER BY id", jurisdiction)
}

// PutVisit records a visit. With a fact it is idempotent: a fact that is there already means that the visit
// is, too. CodeConflict: the fact's source and id are taken by another.
func (s *Store) PutVisit(ctx context.Context, v healthcode.Visit, fact *healthcode.PersonFact) error {
	person, row, err := s.visitRows(v, fact)
	if err != nil {
		return err
	}
	return s.write(ctx, "recording a visit", func(t *tx) error { return t.putVisit(v, person, row) })
}

// PutScan is one write.
func (s *Store) PutScan(ctx context.Context, l healthcode.Look, v healthcode.Visit, fact *healthcode.PersonFact) error {
	looked, err := s.ids.must(l.Person)
	if err != nil {
		return err
	}
	person, row, err := s.visitRows(v, fact)
	if err != nil {
		return err
	}
	return s.writeRows(ctx, "recording a scan", 3, func(t *tx) error {
		if err := t.putLook(l, looked); err != nil {
			return err
		}
		return t.putVisit(v, person, row)
	})
}

// visitRows encodes what can be before the writer's turn; row is nil without a fact.
func (s *Store) visitRows(v healthcode.Visit, fact *healthcode.PersonFact) (person any, row *factRow, err error) {
	if person, err = s.ids.optional(v.Person); err != nil || fact == nil {
		return person, nil, err
	}
	encoded, err := s.encodeOne(fact)
	if err != nil {
		return nil, nil, fmt.Errorf("recording a visit: %w", err)
	}
	return person, &encoded, nil
}

func (t *tx) putVisit(v healthcode.Visit, person any, row *factRow) error {
	if row != nil {
		if err := t.appendFacts([]*factRow{row}); err != nil {
			return err
		}
		switch row.outcome {
		case healthcode.Duplicate:
			return nil
		case healthcode.Conflict:
			return healthcode.Errorf(healthcode.CodeConflict, "id", "该来源的编号已被使用",
				"%s has another fact %s already", row.fact.Source, row.fact.ID)
		}
	}
	n, err := t.change("INSERT INTO visit VALUES (?, ?, 0, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
		v.Venue, stamp(v.At), person, v.Decision, v.State, stamp(v.DeleteAfter))
	if err == nil && n == 0 {
		_, err = t.exec(`INSERT INTO visit VALUES (?1, ?2,
			(SELECT coalesce(max(n), -1) + 1 FROM visit WHERE venue = ?1 AND at = ?2), ?3, ?4, ?5, ?6)`,
			v.Venue, stamp(v.At), person, v.Decision, v.State, stamp(v.DeleteAfter))
	}
	return noSuchPerson(err)
}

func (s *Store) scanVisit(scan scanner) (v healthcode.Visit, err error) {
	var person *int64
	var at, deleteAfter int64
	err = scan(&v.Venue, &at, &person, &v.Decision, &v.State, &deleteAfter)
	v.Person, v.At, v.DeleteAfter = s.ids.orZero(person), unstamp(at), unstamp(deleteAfter)
	return v, err
}

// VisitsAt reads a range of the primary key.
func (s *Store) VisitsAt(ctx context.Context, venue string, since time.Time, limit int) ([]healthcode.Visit, error) {
	return many(ctx, s, "listing visits", s.scanVisit, `SELECT venue, at, person, decision, state, delete_after FROM visit
		WHERE venue = ? AND at >= ? ORDER BY at DESC, n DESC LIMIT ?`, venue, stamp(since), limit)
}

// PurgeVisits deletes what ended at or before now, in several writes.
func (s *Store) PurgeVisits(ctx context.Context, now time.Time) (int, error) {
	return s.purge(ctx, "deleting visits", func(t *tx) (int, error) {
		return t.change(`DELETE FROM visit WHERE (venue, at, n) IN
			(SELECT venue, at, n FROM visit WHERE delete_after > 0 AND delete_after <= ? LIMIT ?)`, stamp(now), purgeRows)
	})
}
