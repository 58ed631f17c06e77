package sqlite

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"healthcode"
)

const watchColumns = "SELECT person, jurisdiction, wake, version, data FROM notice_watch "

func (s *Store) scanWatch(scan scanner) (w healthcode.Watch, err error) {
	var person, wake int64
	var version int
	var jurisdiction string
	var data []byte
	if err := scan(&person, &jurisdiction, &wake, &version, &data); err != nil {
		return w, err
	}
	if err := json.Unmarshal(data, &w); err != nil {
		return w, fmt.Errorf("reading a watch: %w", err)
	}
	w.Person, w.Jurisdiction, w.Wake, w.Version = s.ids.id(person), jurisdiction, unstamp(wake), version
	return w.UTC(), nil
}

// WatchOf reads one row by its key.
func (s *Store) WatchOf(ctx context.Context, person healthcode.PersonID, jurisdiction string) (healthcode.Watch, error) {
	return one(ctx, s, "reading a watch", s.scanWatch, watchColumns+"WHERE person = ? AND jurisdiction = ?", s.ids.orNone(person), jurisdiction)
}

// PutWatch inserts or replaces one row, if nobody else has.
func (s *Store) PutWatch(ctx context.Context, w healthcode.Watch) error {
	person, err := s.ids.must(w.Person)
	if err != nil {
		return err
	}
	data, err := json.Marshal(w)
	if err != nil {
		return err
	}
	return s.write(ctx, "storing a watch", func(t *tx) error {
		n := 0
		var err error
		if w.Version == 0 {
			n, err = t.change("INSERT INTO notice_watch VALUES (?, ?, ?, 1, ?) ON CONFLICT DO NOTHING", person, w.Jurisdiction, stamp(w.Wake), string(data))
		} else {
			n, err = t.change("UPDATE notice_watch SET wake = ?, version = version + 1, data = ? WHERE person = ? AND jurisdiction = ? AND version = ?",
				stamp(w.Wake), string(data), person, w.Jurisdiction, w.Version)
		}
		if err == nil && n == 0 {
			err = healthcode.Errorf(healthcode.CodeConflict, "version", "已被他人更改", "somebody has changed it meanwhile")
		}
		return noSuchPerson(err)
	})
}

// ClaimWatches is a write, so that no two callers get the same watch.
func (s *Store) ClaimWatches(ctx context.Context, now, until time.Time, limit int) (list []healthcode.Watch, err error) {
	err = s.writeRows(ctx, "claiming watches", limit, func(t *tx) error {
		list = nil
		return t.each(`UPDATE notice_watch SET wake = ?1 WHERE (person, jurisdiction) IN
			(SELECT person, jurisdiction FROM notice_watch WHERE wake > 0 AND wake <= ?2 ORDER BY wake LIMIT ?3)
			RETURNING person, jurisdiction, wake, version, data`, []any{stamp(until), stamp(now), limit}, func(scan scanner) error {
			w, err := s.scanWatch(scan)
			list = append(list, w)
			return err
		})
	})
	return list, err
}

// PutNotice inserts one row.
func (s *Store) PutNotice(ctx context.Context, n healthcode.Notice) (kept bool, err error) {
	person, err := s.ids.must(n.Person)
	if err != nil {
		return false, err
	}
	sealed, err := s.sealNotice(n)
	if err != nil {
		return false, err
	}
	err = s.write(ctx, "storing a notice", func(t *tx) error {
		rows, err := t.change("INSERT INTO notice VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
			person, n.ID, n.Jurisdiction, stamp(n.At), sealed, stamp(n.Read), stamp(n.Push), n.Tries)
		kept = rows > 0
		return noSuchPerson(err)
	})
	return kept, err
}

func (s *Store) sealNotice(n healthcode.Notice) ([]byte, error) {
	n.Person, n.Read, n.Push, n.Tries = healthcode.PersonID{}, time.Time{}, time.Time{}, 0
	plain, err := json.Marshal(n)
	if err != nil {
		return nil, err
	}
	return s.sealer.Seal(plain, []byte("notice:"+n.ID))
}

const (
	noticeFields  = "person, id, sealed, read, push, tries"
	noticeColumns = "SELECT " + noticeFields + " FROM notice "
)

func (s *Store) scanNotice(scan scanner) (n healthcode.Notice, err error) {
	var person, read, push int64
	var tries int
	var id string
	var sealed []byte
	if err := scan(&person, &id, &sealed, &read, &push, &tries); err != nil {
		return n, err
	}
	plain, err := s.sealer.Open(sealed, []byte("notice:"+id))
	if err == nil {
		err = json.Unmarshal(plain, &n)
	}
	if err != nil {
		return n, fmt.Errorf("decrypting notice %s: %w", id, err)
	}
	n.Person, n.Read, n.Push, n.Tries = s.ids.id(person), unstamp(read), unstamp(push), tries
	return n.UTC(), nil
}

// Notice reads one row by its key.
func (s *Store) Notice(ctx context.Context, person healthcode.PersonID, id string) (healthcode.Notice, error) {
	return one(ctx, s, "reading a notice", s.scanNotice, noticeColumns+"WHERE person = ? AND id = ?", s.ids.orNone(person), id)
}

// NoticesOf reads a range of the primary key: a person has few.
func (s *Store) NoticesOf(ctx context.Context, person healthcode.PersonID, jurisdiction string, limit int) ([]healthcode.Notice, error) {
	return many(ctx, s, "listing notices", s.scanNotice, noticeColumns+"WHERE person = ? AND jurisdiction = ? ORDER BY at DESC, id LIMIT ?",
		s.ids.orNone(person), jurisdiction, limit)
}

// ReadNotices changes a range of the primary key.
func (s *Store) ReadNotices(ctx context.Context, person healthcode.PersonID, jurisdiction string, at time.Time) (n int, err error) {
	err = s.write(ctx, "marking notices as read", func(t *tx) (err error) {
		n, err = t.change("UPDATE notice SET read = ?1 WHERE person = ?2 AND jurisdiction = ?3 AND at <= ?1 AND read = 0",
			stamp(at), s.ids.orNone(person), jurisdiction)
		return err
	})
	return n, err
}

// ClaimPushes is a write, so that no two callers get the same notice.
func (s *Store) ClaimPushes(ctx context.Context, now, until time.Time, limit int) (list []healthcode.Notice, err error) {
	err = s.writeRows(ctx, "claiming notices to push", limit, func(t *tx) error {
		list = nil
		return t.each(`UPDATE notice SET push = ?1 WHERE (person, id) IN
			(SELECT person, id FROM notice WHERE push > 0 AND push <= ?2 ORDER BY push LIMIT ?3)
			RETURNING `+noticeFields, []any{stamp(until), stamp(now), limit}, func(scan scanner) error {
			n, err := s.scanNotice(scan)
			list = append(list, n)
			return err
		})
	})
	return list, err
}

// PutPush changes one row by its key.
func (s *Store) PutPush(ctx context.Context, person healthcode.PersonID, id string, at time.Time, tries int) error {
	return s.write(ctx, "recording a push", func(t *tx) error {
		n, err := t.change("UPDATE notice SET push = ?, tries = ? WHERE person = ? AND id = ?", stamp(at), tries, s.ids.orNone(person), id)
		if err == nil && n == 0 {
			err = notFound("id", "没有这条通知", "there is no such notice")
		}
		return err
	})
}

// PurgeNotices works in several writes.
func (s *Store) PurgeNotices(ctx context.Context, before time.Time) (int, error) {
	return s.purge(ctx, "deleting notices", func(t *tx) (int, error) {
		return t.change("DELETE FROM notice WHERE (person, id) IN (SELECT person, id FROM notice WHERE at < ? LIMIT ?)", stamp(before), purgeRows)
	})
}
