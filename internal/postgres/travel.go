package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

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

// Contexts of what is sealed; by them a name also leads to its person.
func certificateContext(id string) string { return "travel.certificate:" + id }
func linkContext(id string) string        { return "travel.link:" + id }

// PutTravelCertificate ends the one that it replaces, which lies beside it, in the same transaction.
func (s *Store) PutTravelCertificate(ctx context.Context, c healthcode.TravelCertificate) error {
	data, err := s.sealTravel(c, certificateContext(c.ID))
	if err != nil {
		return err
	}
	person := uuid(c.Person)
	return s.write(ctx, "storing a travel certificate", func(tx pgx.Tx) error {
		if err := mustExist(ctx, tx, person); err != nil {
			return err
		}
		if c.Replaces != "" {
			err := s.changeTravelCertificate(ctx, tx, person, c.Replaces, func(old *healthcode.TravelCertificate) error { return old.Supersede(&c) })
			if err != nil {
				return err
			}
		}
		_, fresh, err := claimOwner(ctx, tx, certificateContext(c.ID), person)
		if err != nil {
			return err
		}
		if !fresh {
			return healthcode.Errorf(healthcode.CodeConflict, "id", "这个证书编号已存在", "there is a certificate of that id already")
		}
		_, err = tx.Exec(ctx, `INSERT INTO travel_certificate (person_id, id, jurisdiction, issued, expires, ended, waiting, data)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, person, c.ID, c.Jurisdiction, stamp(c.Issued), stamp(c.Expires), stamp(c.Ended), c.Proposal != nil, data)
		return err
	})
}

const certificateColumns = "SELECT person_id, id, data FROM travel_certificate "

func (s *Store) scanCertificate(scan scanner) (c healthcode.TravelCertificate, err error) {
	var person uuid
	var id string
	var data []byte
	if err := scan(&person, &id, &data); err != nil {
		return c, err
	}
	err = s.openTravel(data, certificateContext(id), &c)
	c.Person = healthcode.PersonID(person)
	return c, err
}

// TravelCertificate reads one row on the shard that its id leads to.
func (s *Store) TravelCertificate(ctx context.Context, id string) (healthcode.TravelCertificate, error) {
	const doing = "reading a travel certificate"
	person, err := one(ctx, s, doing, scanOwner, selectOwnerKey, certificateContext(id))
	if err != nil {
		return healthcode.TravelCertificate{}, err
	}
	return one(ctx, s, doing, s.scanCertificate, certificateColumns+"WHERE person_id = $1 AND id = $2", person, id)
}

// TravelCertificatesOf reads a range of the primary key.
func (s *Store) TravelCertificatesOf(ctx context.Context, id healthcode.PersonID) ([]healthcode.TravelCertificate, error) {
	return many(ctx, s, "listing travel certificates", s.scanCertificate, certificateColumns+"WHERE person_id = $1 ORDER BY issued, id", uuid(id))
}

// ChangeTravelCertificate holds the certificate's row while change runs.
func (s *Store) ChangeTravelCertificate(ctx context.Context, id string, change func(*healthcode.TravelCertificate) error) error {
	const doing = "changing a travel certificate"
	person, err := one(ctx, s, doing, scanOwner, selectOwnerKey, certificateContext(id))
	if err != nil {
		return err
	}
	return s.write(ctx, doing, func(tx pgx.Tx) error { return s.changeTravelCertificate(ctx, tx, person, id, change) })
}

func (s *Store) changeTravelCertificate(ctx context.Context, tx pgx.Tx, person uuid, id string, change func(*healthcode.TravelCertificate) error) error {
	c, err := s.scanCertificate(tx.QueryRow(ctx, certificateColumns+"WHERE person_id = $1 AND id = $2 FOR UPDATE", person, id).Scan)
	if err != nil {
		return found(err, "id", "没有这张证书", "there is no such certificate")
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
	_, err = tx.Exec(ctx, "UPDATE travel_certificate SET ended = $3, waiting = $4, data = $5 WHERE person_id = $1 AND id = $2",
		person, id, stamp(c.Ended), c.Proposal != nil, data)
	return err
}

// TravelCertificatesWaiting reads a range of a partial index, on every shard.
func (s *Store) TravelCertificatesWaiting(ctx context.Context, jurisdiction string, limit int) ([]healthcode.TravelCertificate, error) {
	return many(ctx, s, "listing travel certificates", s.scanCertificate,
		certificateColumns+"WHERE jurisdiction = $1 AND waiting ORDER BY issued, id LIMIT $2", jurisdiction, limit)
}

// TravelCertificatesEnded reads a range of a partial index, on every shard.
func (s *Store) TravelCertificatesEnded(ctx context.Context, now time.Time) ([]healthcode.TravelCertificate, error) {
	return many(ctx, s, "listing travel certificates", s.scanCertificate,
		certificateColumns+"WHERE ended > 0 AND expires > $1 ORDER BY ended, id", stamp(now))
}

// TravelCertificatesStanding reads a range of a partial index, on every shard.
func (s *Store) TravelCertificatesStanding(ctx context.Context, now time.Time, after string, limit int) ([]healthcode.TravelCertificate, error) {
	return many(ctx, s, "listing travel certificates", s.scanCertificate,
		certificateColumns+"WHERE id > $1 AND ended = 0 AND expires > $2 ORDER BY id LIMIT $3", after, stamp(now), limit)
}

// PurgeTravel deletes the rows, and then the names that led to them: a name without a row leads nowhere.
func (s *Store) PurgeTravel(ctx context.Context, before time.Time) (int, error) {
	const doing = "deleting travel certificates"
	total := 0
	for table, context := range map[string]func(string) string{"travel_certificate": certificateContext, "travel_link": linkContext} {
		ids, err := many(ctx, s, doing, scanText, "DELETE FROM "+table+" WHERE expires <= $1 RETURNING id", stamp(before))
		total += len(ids)
		for _, id := range ids {
			if err == nil {
				_, err = s.exec(ctx, doing, "DELETE FROM owner_key WHERE name = $1", context(id))
			}
		}
		if err != nil {
			return total, err
		}
	}
	return total, nil
}
