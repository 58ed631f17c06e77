package sqlite

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"healthcode"
)

// sealTravel encrypts a certificate or a link, under a context that names it.
func (s *Store) sealTravel(v any, context string) ([]byte, error) {
	plain, err := json.Marshal(v)
	if err == nil {
		plain, err = s.sealer.Seal(plain, []byte(context))
	}
	if err != nil {
		return nil, fmt.Errorf("encrypting %s: %w", context, err)
	}
	return plain, nil
}

func (s *Store) openTravel(sealed []byte, context string, v any) error {
	plain, err := s.sealer.Open(sealed, []byte(context))
	if err == nil {
		err = json.Unmarshal(plain, v)
	}
	if err != nil {
		return fmt.Errorf("decrypting %s: %w", context, err)
	}
	return nil
}

func certificateContext(id string) string { return "travel.certificate:" + id }
func linkContext(id string) string        { return "travel.link:" + id }

// PutTravelCertificate ends the one that it replaces in the same write.
func (s *Store) PutTravelCertificate(ctx context.Context, c healthcode.TravelCertificate) error {
	person, err := s.ids.must(c.Person)
	if err != nil {
		return err
	}
	data, err := s.sealTravel(c, certificateContext(c.ID))
	if err != nil {
		return err
	}
	return s.write(ctx, "storing a travel certificate", func(t *tx) error {
		if c.Replaces != "" {
			if err := s.changeTravelCertificate(t, c.Replaces, func(old *healthcode.TravelCertificate) error { return old.Supersede(&c) }); err != nil {
				return err
			}
		}
		_, err := t.exec("INSERT INTO travel_certificate VALUES (?, ?, ?, ?, ?, ?, ?, ?)", c.ID, person, c.Jurisdiction,
			stamp(c.Issued), stamp(c.Expires), stamp(c.Ended), c.Proposal != nil, data)
		if taken(err) {
			return healthcode.Errorf(healthcode.CodeConflict, "id", "这个证书编号已存在", "there is a certificate of that id already")
		}
		return noSuchPerson(err)
	})
}

const certificateColumns = "SELECT id, person, data FROM travel_certificate "

func (s *Store) scanCertificate(scan scanner) (c healthcode.TravelCertificate, err error) {
	var id string
	var person int64
	var data []byte
	if err := scan(&id, &person, &data); err != nil {
		return c, err
	}
	err = s.openTravel(data, certificateContext(id), &c)
	c.Person = s.ids.id(person)
	return c, err
}

// TravelCertificate reads one row by its key.
func (s *Store) TravelCertificate(ctx context.Context, id string) (healthcode.TravelCertificate, error) {
	return one(ctx, s, "reading a travel certificate", s.scanCertificate, certificateColumns+"WHERE id = ?", id)
}

// TravelCertificatesOf reads a range of an index.
func (s *Store) TravelCertificatesOf(ctx context.Context, id healthcode.PersonID) ([]healthcode.TravelCertificate, error) {
	return many(ctx, s, "listing travel certificates", s.scanCertificate, certificateColumns+"WHERE person = ? ORDER BY issued, id", s.ids.orNone(id))
}

// ChangeTravelCertificate runs change in the writer.
func (s *Store) ChangeTravelCertificate(ctx context.Context, id string, change func(*healthcode.TravelCertificate) error) error {
	return s.write(ctx, "changing a travel certificate", func(t *tx) error { return s.changeTravelCertificate(t, id, change) })
}

func (s *Store) changeTravelCertificate(t *tx, id string, change func(*healthcode.TravelCertificate) error) error {
	var c healthcode.TravelCertificate
	found := false
	err := t.each(certificateColumns+"WHERE id = ?", []any{id}, func(scan scanner) (err error) {
		found = true
		c, err = s.scanCertificate(scan)
		return err
	})
	if err != nil {
		return err
	}
	if !found {
		return notFound("id", "没有这张证书", "there is no such certificate")
	}
	before := c
	if err := change(&c); err != nil {
		return err
	}
	c.ID, c.Person, c.Jurisdiction, c.Issued, c.Expires = before.ID, before.Person, before.Jurisdiction, before.Issued, before.Expires
	data, err := s.sealTravel(c, certificateContext(id))
	if err != nil {
		return err
	}
	_, err = t.exec("UPDATE travel_certificate SET ended = ?, waiting = ?, data = ? WHERE id = ?", stamp(c.Ended), c.Proposal != nil, data, id)
	return err
}

// TravelCertificatesWaiting reads a range of a partial index.
func (s *Store) TravelCertificatesWaiting(ctx context.Context, jurisdiction string, limit int) ([]healthcode.TravelCertificate, error) {
	return many(ctx, s, "listing travel certificates", s.scanCertificate,
		certificateColumns+"WHERE jurisdiction = ? AND waiting = 1 ORDER BY issued, id LIMIT ?", jurisdiction, limit)
}

// TravelCertificatesEnded reads a range of a partial index.
func (s *Store) TravelCertificatesEnded(ctx context.Context, now time.Time) ([]healthcode.TravelCertificate, error) {
	return many(ctx, s, "listing travel certificates", s.scanCertificate,
		certificateColumns+"WHERE ended > 0 AND expires > ? ORDER BY ended, id", stamp(now))
}

// TravelCertificatesStanding reads a range of the primary key.
func (s *Store) TravelCertificatesStanding(ctx context.Context, now time.Time, after string, limit int) ([]healthcode.TravelCertificate, error) {
	return many(ctx, s, "listing travel certificates", s.scanCertificate,
		certificateColumns+"WHERE id > ? AND ended = 0 AND expires > ? ORDER BY id LIMIT ?", after, stamp(now), limit)
}

// PurgeTravel works in several writes.
func (s *Store) PurgeTravel(ctx context.Context, before time.Time) (int, error) {
	total := 0
	for _, table := range []string{"travel_certificate", "travel_link"} {
		n, err := s.purge(ctx, "deleting travel certificates", func(t *tx) (int, error) {
			return t.change("DELETE FROM "+table+" WHERE id IN (SELECT id FROM "+table+" WHERE expires <= ? LIMIT ?)", stamp(before), purgeRows)
		})
		total += n
		if err != nil {
			return total, err
		}
	}
	return total, nil
}
