package sqlite

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"healthcode"
)

// PutPhone stores a phone, or the one of that id anew. Its person and number stay.
func (s *Store) PutPhone(ctx context.Context, p healthcode.Phone) error {
	person, err := s.ids.must(p.Person)
	if err != nil {
		return err
	}
	return s.write(ctx, "storing a phone", func(t *tx) error {
		t.touch(person)
		err := t.each(phonesOf, []any{person}, func(scan scanner) error {
			have, err := s.scanPhone(scan)
			switch {
			case err != nil:
				return err
			case have.ID == p.ID:
				p.Number = have.Number
			case have.Number == p.Number:
				return healthcode.Errorf(healthcode.CodeConflict, "phone", "这个号码已经绑定", "the number is bound already")
			}
			return nil
		})
		if err != nil {
			return err
		}
		sealed, err := s.sealPhone(p)
		if err != nil {
			return err
		}
		lostIn, lostAt := lost(p)
		_, err = t.exec(`INSERT INTO phone VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (person, id) DO UPDATE SET
			bound = ?3, delete_after = ?4, lost_in = ?5, lost_at = ?6, sealed = ?7`,
			person, p.ID, stamp(p.Bound), stamp(p.DeleteAfter), lostIn, lostAt, sealed)
		if err != nil {
			return noSuchPerson(err)
		}
		return s.keyPhone(t, person, p.Number)
	})
}

// lost says where and since when a loss waits for an officer.
func lost(p healthcode.Phone) (jurisdiction string, at int64) {
	if p.Loss.State != healthcode.PhoneLossAsked {
		return "", 0
	}
	return p.Loss.Jurisdiction, stamp(p.Loss.Asked)
}

func (s *Store) sealPhone(p healthcode.Phone) ([]byte, error) {
	p.Person = healthcode.PersonID{}
	plain, err := json.Marshal(p)
	if err != nil {
		return nil, err
	}
	return s.sealer.Seal(plain, []byte("phone:"+p.ID))
}

const (
	phoneColumns = "SELECT person, id, sealed FROM phone "
	phonesOf     = phoneColumns + "WHERE person = ? ORDER BY bound, id"
)

func (s *Store) scanPhone(scan scanner) (p healthcode.Phone, err error) {
	var person int64
	var id string
	var sealed []byte
	if err := scan(&person, &id, &sealed); err != nil {
		return p, err
	}
	plain, err := s.sealer.Open(sealed, []byte("phone:"+id))
	if err == nil {
		err = json.Unmarshal(plain, &p)
	}
	if err != nil {
		return p, fmt.Errorf("decrypting phone %s: %w", id, err)
	}
	p.Person = s.ids.id(person)
	return p, nil
}

// Phone reads one row through the unique index.
func (s *Store) Phone(ctx context.Context, id string) (healthcode.Phone, error) {
	return one(ctx, s, "reading a phone", s.scanPhone, phoneColumns+"WHERE id = ?", id)
}

// PhonesOf reads a range of the primary key.
func (s *Store) PhonesOf(ctx context.Context, id healthcode.PersonID) ([]healthcode.Phone, error) {
	return many(ctx, s, "listing phones", s.scanPhone, phonesOf, s.ids.orNone(id))
}

// PhonesLost reads a range of an index.
func (s *Store) PhonesLost(ctx context.Context, jurisdiction string, limit int) ([]healthcode.Phone, error) {
	return many(ctx, s, "listing lost phones", s.scanPhone,
		phoneColumns+"WHERE lost_in = ? AND lost_in <> '' ORDER BY lost_at, id LIMIT ?", jurisdiction, limit)
}

// PurgePhones overwrites what it deletes (the secure_delete of the connection), and then moves the log into the file and
// empties it, so that no page of it holds the old content either.
func (s *Store) PurgePhones(ctx context.Context, now time.Time) (int, error) {
	n, err := s.purge(ctx, "deleting phones", func(t *tx) (int, error) { return s.purgePhones(t, now) })
	if err != nil || n == 0 {
		return n, err
	}
	return n, s.emptyLog(ctx)
}

func (s *Store) purgePhones(t *tx, now time.Time) (int, error) {
	var gone []healthcode.Phone
	err := t.each(phoneColumns+"WHERE delete_after > 0 AND delete_after <= ? LIMIT ?", []any{stamp(now), purgeRows},
		func(scan scanner) error {
			p, err := s.scanPhone(scan)
			gone = append(gone, p)
			return err
		})
	if err != nil {
		return 0, err
	}
	for _, p := range gone {
		person, err := s.ids.must(p.Person)
		if err != nil {
			return 0, err
		}
		if err := s.forgetNumber(t, person, p.Number); err != nil {
			return 0, err
		}
		if err := s.unkeyPhone(t, person, p.Number); err != nil {
			return 0, err
		}
		messages := healthcode.PhoneMessages(p.ID)
		// '.' follows '-', so this is every id that begins so.
		if _, err := t.exec("DELETE FROM message WHERE id >= ? AND id < ?", messages, messages[:len(messages)-1]+"."); err != nil {
			return 0, err
		}
		t.touch(person)
		if _, err := t.exec("DELETE FROM phone WHERE person = ? AND id = ?", person, p.ID); err != nil {
			return 0, err
		}
	}
	return len(gone), nil
}

// forgetNumber takes a number out of the past versions of a person's record.
func (s *Store) forgetNumber(t *tx, person int64, number string) error {
	past := map[int64][]byte{}
	err := t.each("SELECT n, profile FROM person_past WHERE person = ?", []any{person}, func(scan scanner) error {
		var n int64
		var sealed []byte
		if err := scan(&n, &sealed); err != nil {
			return err
		}
		p, err := s.openProfile(person, sealed)
		if err != nil || p.Phone != number {
			return err
		}
		p.Phone = ""
		past[n], err = s.sealProfile(person, p)
		return err
	})
	if err != nil {
		return err
	}
	for n, sealed := range past {
		if _, err := t.exec("UPDATE person_past SET profile = ? WHERE person = ? AND n = ?", sealed, person, n); err != nil {
			return err
		}
	}
	return nil
}

// emptyLog moves the whole write-ahead log into the file, on a connection of its own: the
// writer is always within a transaction.
func (s *Store) emptyLog(ctx context.Context) error {
	db, err := open(ctx, s.path, 1, false)
	if err != nil {
		return fmt.Errorf("emptying the log: %w", err)
	}
	defer db.Close()
	var busy, pages, moved int
	if err := db.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &pages, &moved); err != nil {
		return fmt.Errorf("emptying the log: %w", err)
	}
	if busy != 0 {
		return fmt.Errorf("emptying the log: another process reads the database; the numbers are gone from it, and from the log at the next write-back")
	}
	return nil
}
