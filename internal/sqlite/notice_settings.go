package sqlite

import (
	"context"
	"encoding/json"
	"fmt"

	"healthcode"
)

// PutNoticeSetting replaces one row.
func (s *Store) PutNoticeSetting(ctx context.Context, n healthcode.NoticeSetting) error {
	person, err := s.ids.must(n.Person)
	if err != nil {
		return err
	}
	return s.write(ctx, "storing how to be told", func(t *tx) error {
		_, err := t.exec("INSERT OR REPLACE INTO notice_setting VALUES (?, ?, ?, ?)", person, n.Jurisdiction, string(n.Messages), n.Push)
		return noSuchPerson(err)
	})
}

// NoticeSettingOf reads one row by its key.
func (s *Store) NoticeSettingOf(ctx context.Context, person healthcode.PersonID, jurisdiction string) (healthcode.NoticeSetting, error) {
	set := healthcode.NoticeSetting{Person: person, Jurisdiction: jurisdiction, Messages: healthcode.MessagesAll}
	err := s.read(ctx, "reading how to be told", func(c *conn) error {
		return c.each("SELECT messages, push FROM notice_setting WHERE person = ? AND jurisdiction = ?", []any{s.ids.orNone(person), jurisdiction},
			func(scan scanner) error { return scan((*string)(&set.Messages), &set.Push) })
	})
	return set, err
}

// PutNoticeSweep replaces one row.
func (s *Store) PutNoticeSweep(ctx context.Context, n healthcode.NoticeSweep) error {
	return s.write(ctx, "storing a sweep", func(t *tx) error {
		_, err := t.exec("INSERT OR REPLACE INTO notice_sweep VALUES (?, ?, ?, ?)", n.Jurisdiction, n.Mark, s.ids.orNone(n.After), n.Done)
		return err
	})
}

// NoticeSweepOf reads one row by its key.
func (s *Store) NoticeSweepOf(ctx context.Context, jurisdiction string) (healthcode.NoticeSweep, error) {
	sweep := healthcode.NoticeSweep{Jurisdiction: jurisdiction}
	err := s.read(ctx, "reading a sweep", func(c *conn) error {
		return c.each("SELECT mark, after, done FROM notice_sweep WHERE jurisdiction = ?", []any{jurisdiction}, func(scan scanner) error {
			var after int64
			err := scan(&sweep.Mark, &after, &sweep.Done)
			if after > 0 {
				sweep.After = s.ids.id(after)
			}
			return err
		})
	})
	return sweep, err
}

// KeyPhone inserts one row.
func (s *Store) KeyPhone(ctx context.Context, id healthcode.PersonID, number string) error {
	person, err := s.ids.must(id)
	if err != nil {
		return err
	}
	return s.write(ctx, "indexing a phone", func(t *tx) error { return s.keyPhone(t, person, number) })
}

// phoneHash is what the holders of a number are found by.
func (s *Store) phoneHash(number string) ([]byte, error) {
	hash, err := s.sealer.Lookup("phone.person", number)
	if err != nil {
		return nil, fmt.Errorf("hashing a phone: %w", err)
	}
	return hash, nil
}

func (s *Store) keyPhone(t *tx, person int64, number string) error {
	if number == "" {
		return nil
	}
	hash, err := s.phoneHash(number)
	if err != nil {
		return err
	}
	_, err = t.exec("INSERT INTO phone_key VALUES (?, ?) ON CONFLICT DO NOTHING", hash, person)
	return noSuchPerson(err)
}

func (s *Store) unkeyPhone(t *tx, person int64, number string) error {
	hash, err := s.phoneHash(number)
	if err != nil {
		return err
	}
	_, err = t.exec("DELETE FROM phone_key WHERE hash = ? AND person = ?", hash, person)
	return err
}

// PhoneHolders reads a range of the primary key.
func (s *Store) PhoneHolders(ctx context.Context, number string) ([]healthcode.PersonID, error) {
	hash, err := s.phoneHash(number)
	if err != nil {
		return nil, err
	}
	return many(ctx, s, "finding the holders of a phone", func(scan scanner) (id healthcode.PersonID, err error) {
		var person int64
		err = scan(&person)
		return s.ids.id(person), err
	}, "SELECT person FROM phone_key WHERE hash = ? ORDER BY person", hash)
}

// PutBulletin replaces one row.
func (s *Store) PutBulletin(ctx context.Context, b healthcode.Bulletin) error {
	data, err := json.Marshal(b)
	if err != nil {
		return err
	}
	return s.write(ctx, "storing a bulletin", func(t *tx) error {
		_, err := t.exec("INSERT OR REPLACE INTO bulletin VALUES (?, ?, ?, ?)", b.ID, b.Jurisdiction, stamp(b.From), string(data))
		return err
	})
}

func scanBulletin(scan scanner) (b healthcode.Bulletin, err error) {
	var data []byte
	if err := scan(&data); err != nil {
		return b, err
	}
	err = json.Unmarshal(data, &b)
	return b.UTC(), err
}

// Bulletin reads one row by its key.
func (s *Store) Bulletin(ctx context.Context, id string) (healthcode.Bulletin, error) {
	return one(ctx, s, "reading a bulletin", scanBulletin, "SELECT data FROM bulletin WHERE id = ?", id)
}

// Bulletins reads a range of an index.
func (s *Store) Bulletins(ctx context.Context, jurisdiction string, limit int) ([]healthcode.Bulletin, error) {
	return many(ctx, s, "listing bulletins", scanBulletin, "SELECT data FROM bulletin WHERE jurisdiction = ? ORDER BY starts DESC, id LIMIT ?", jurisdiction, limit)
}

// ReplaceTestSites is one write.
func (s *Store) ReplaceTestSites(ctx context.Context, jurisdiction string, sites []healthcode.TestSite) error {
	return s.writeRows(ctx, "storing test sites", len(sites)+1, func(t *tx) error {
		if _, err := t.exec("DELETE FROM test_site WHERE jurisdiction = ?", jurisdiction); err != nil {
			return err
		}
		for _, site := range sites {
			site.Jurisdiction = jurisdiction
			data, err := json.Marshal(site)
			if err != nil {
				return err
			}
			if _, err := t.exec("INSERT INTO test_site VALUES (?, ?, ?, ?)", jurisdiction, site.Area, site.ID, string(data)); err != nil {
				return err
			}
		}
		return nil
	})
}

func scanTestSite(scan scanner) (site healthcode.TestSite, err error) {
	var data []byte
	if err := scan(&data); err != nil {
		return site, err
	}
	return site, json.Unmarshal(data, &site)
}

// TestSites reads a range of the primary key.
func (s *Store) TestSites(ctx context.Context, jurisdiction string) ([]healthcode.TestSite, error) {
	return many(ctx, s, "listing test sites", scanTestSite, "SELECT data FROM test_site WHERE jurisdiction = ? ORDER BY area, id", jurisdiction)
}
