package postgres

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"healthcode"
)

// PutNoticeSetting replaces one row.
func (s *Store) PutNoticeSetting(ctx context.Context, n healthcode.NoticeSetting) error {
	person := uuid(n.Person)
	return s.write(ctx, "storing how to be told", func(tx pgx.Tx) error {
		if err := mustExist(ctx, tx, person); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO notice_setting (person_id, jurisdiction, messages, push) VALUES ($1, $2, $3, $4)
			ON CONFLICT (person_id, jurisdiction) DO UPDATE SET messages = excluded.messages, push = excluded.push`,
			person, n.Jurisdiction, string(n.Messages), n.Push)
		return err
	})
}

// NoticeSettingOf reads one row by its key.
func (s *Store) NoticeSettingOf(ctx context.Context, person healthcode.PersonID, jurisdiction string) (healthcode.NoticeSetting, error) {
	set := healthcode.NoticeSetting{Person: person, Jurisdiction: jurisdiction, Messages: healthcode.MessagesAll}
	err := s.list(ctx, "reading how to be told", "SELECT messages, push FROM notice_setting WHERE person_id = $1 AND jurisdiction = $2",
		[]any{uuid(person), jurisdiction}, func(scan scanner) error { return scan((*string)(&set.Messages), &set.Push) })
	return set, err
}

// PutNoticeSweep replaces one row.
func (s *Store) PutNoticeSweep(ctx context.Context, n healthcode.NoticeSweep) error {
	_, err := s.exec(ctx, "storing a sweep", `INSERT INTO notice_sweep (jurisdiction, mark, after, done) VALUES ($1, $2, $3, $4)
		ON CONFLICT (jurisdiction) DO UPDATE SET mark = excluded.mark, after = excluded.after, done = excluded.done`,
		n.Jurisdiction, n.Mark, uuid(n.After), n.Done)
	return err
}

// NoticeSweepOf reads one row by its key.
func (s *Store) NoticeSweepOf(ctx context.Context, jurisdiction string) (healthcode.NoticeSweep, error) {
	sweep := healthcode.NoticeSweep{Jurisdiction: jurisdiction}
	err := s.list(ctx, "reading a sweep", "SELECT mark, after, done FROM notice_sweep WHERE jurisdiction = $1", []any{jurisdiction},
		func(scan scanner) error { return scan(&sweep.Mark, (*uuid)(&sweep.After), &sweep.Done) })
	return sweep, err
}

// KeyPhone inserts one row.
func (s *Store) KeyPhone(ctx context.Context, id healthcode.PersonID, number string) error {
	return s.write(ctx, "indexing a phone", func(tx pgx.Tx) error {
		if err := mustExist(ctx, tx, uuid(id)); err != nil {
			return err
		}
		return s.keyPhone(ctx, tx, uuid(id), number)
	})
}

// phoneHash is what the holders of a number are found by.
func (s *Store) phoneHash(number string) (uuid, error) {
	hash, err := s.sealer.Lookup("phone.person", number)
	if err != nil {
		return uuid{}, fmt.Errorf("hashing a phone: %w", err)
	}
	return uuid(hash), nil
}

func (s *Store) keyPhone(ctx context.Context, tx pgx.Tx, person uuid, number string) error {
	if number == "" {
		return nil
	}
	hash, err := s.phoneHash(number)
	if err == nil {
		_, err = tx.Exec(ctx, "INSERT INTO phone_key (hash, person_id) VALUES ($1, $2) ON CONFLICT DO NOTHING", hash, person)
	}
	return err
}

func (s *Store) unkeyPhone(ctx context.Context, tx pgx.Tx, person uuid, number string) error {
	hash, err := s.phoneHash(number)
	if err == nil {
		_, err = tx.Exec(ctx, "DELETE FROM phone_key WHERE hash = $1 AND person_id = $2", hash, person)
	}
	return err
}

// PhoneHolders reads a range of the primary key, on one shard.
func (s *Store) PhoneHolders(ctx context.Context, number string) ([]healthcode.PersonID, error) {
	hash, err := s.phoneHash(number)
	if err != nil {
		return nil, err
	}
	return many(ctx, s, "finding the holders of a phone", func(scan scanner) (id healthcode.PersonID, err error) {
		err = scan((*uuid)(&id))
		return id, err
	}, "SELECT person_id FROM phone_key WHERE hash = $1 ORDER BY person_id", hash)
}

// PutBulletin replaces one row.
func (s *Store) PutBulletin(ctx context.Context, b healthcode.Bulletin) error {
	data, err := json.Marshal(b)
	if err != nil {
		return err
	}
	_, err = s.exec(ctx, "storing a bulletin", `INSERT INTO bulletin (id, jurisdiction, starts, data) VALUES ($1, $2, $3, $4)
		ON CONFLICT (id) DO UPDATE SET jurisdiction = excluded.jurisdiction, starts = excluded.starts, data = excluded.data`,
		b.ID, b.Jurisdiction, stamp(b.From), string(data))
	return err
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
	return one(ctx, s, "reading a bulletin", scanBulletin, "SELECT data FROM bulletin WHERE id = $1", id)
}

// Bulletins reads a range of an index.
func (s *Store) Bulletins(ctx context.Context, jurisdiction string, limit int) ([]healthcode.Bulletin, error) {
	return many(ctx, s, "listing bulletins", scanBulletin, "SELECT data FROM bulletin WHERE jurisdiction = $1 ORDER BY starts DESC, id LIMIT $2", jurisdiction, limit)
}

// ReplaceTestSites is one transaction.
func (s *Store) ReplaceTestSites(ctx context.Context, jurisdiction string, sites []healthcode.TestSite) error {
	return s.write(ctx, "storing test sites", func(tx pgx.Tx) error {
		var batch pgx.Batch
		batch.Queue("DELETE FROM test_site WHERE jurisdiction = $1", jurisdiction)
		for _, site := range sites {
			site.Jurisdiction = jurisdiction
			data, err := json.Marshal(site)
			if err != nil {
				return err
			}
			batch.Queue("INSERT INTO test_site (jurisdiction, area, id, data) VALUES ($1, $2, $3, $4)", jurisdiction, site.Area, site.ID, string(data))
		}
		return tx.SendBatch(ctx, &batch).Close()
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
	return many(ctx, s, "listing test sites", scanTestSite, "SELECT data FROM test_site WHERE jurisdiction = $1 ORDER BY area, id", jurisdiction)
}
