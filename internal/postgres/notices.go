package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"healthcode"
)

const (
	watchFields  = "person_id, jurisdiction, wake, version, data"
	watchColumns = "SELECT " + watchFields + " FROM notice_watch "
)

func scanWatch(scan scanner) (w healthcode.Watch, err error) {
	var person uuid
	var wake int64
	var version int
	var jurisdiction string
	var data []byte
	if err := scan(&person, &jurisdiction, &wake, &version, &data); err != nil {
		return w, err
	}
	if err := json.Unmarshal(data, &w); err != nil {
		return w, fmt.Errorf("reading a watch: %w", err)
	}
	w.Person, w.Jurisdiction, w.Wake, w.Version = healthcode.PersonID(person), jurisdiction, unstamp(wake), version
	return w.UTC(), nil
}

// WatchOf reads one row by its key.
func (s *Store) WatchOf(ctx context.Context, person healthcode.PersonID, jurisdiction string) (healthcode.Watch, error) {
	return one(ctx, s, "reading a watch", scanWatch, watchColumns+"WHERE person_id = $1 AND jurisdiction = $2", uuid(person), jurisdiction)
}

// PutWatch inserts or replaces one row, if nobody else has.
func (s *Store) PutWatch(ctx context.Context, w healthcode.Watch) error {
	person := uuid(w.Person)
	data, err := json.Marshal(w)
	if err != nil {
		return err
	}
	return s.write(ctx, "storing a watch", func(tx pgx.Tx) error {
		query := `INSERT INTO notice_watch (person_id, jurisdiction, wake, version, data) VALUES ($1, $2, $3, $4::bigint + 1, $5) ON CONFLICT DO NOTHING`
		if w.Version == 0 {
			if err := mustExist(ctx, tx, person); err != nil {
				return err
			}
		} else {
			query = "UPDATE notice_watch SET wake = $3, version = version + 1, data = $5 WHERE person_id = $1 AND jurisdiction = $2 AND version = $4"
		}
		tag, err := tx.Exec(ctx, query, person, w.Jurisdiction, stamp(w.Wake), w.Version, string(data))
		if err == nil && tag.RowsAffected() == 0 {
			err = healthcode.Errorf(healthcode.CodeConflict, "version", "已被他人更改", "somebody has changed it meanwhile")
		}
		return err
	})
}

// ClaimWatches looks for candidates on every shard, and then takes their rows one by one: whoever comes second finds none.
func (s *Store) ClaimWatches(ctx context.Context, now, until time.Time, limit int) (list []healthcode.Watch, err error) {
	const doing = "claiming watches"
	due, err := many(ctx, s, doing, scanWatch, watchColumns+"WHERE wake > 0 AND wake <= $1 ORDER BY wake LIMIT $2", stamp(now), limit)
	if err != nil {
		return nil, err
	}
	for _, w := range due {
		n, err := s.exec(ctx, doing, "UPDATE notice_watch SET wake = $4 WHERE person_id = $1 AND jurisdiction = $2 AND wake = $3",
			uuid(w.Person), w.Jurisdiction, stamp(w.Wake), stamp(until))
		if err != nil {
			return list, err
		}
		if n > 0 {
			w.Wake = until.UTC()
			list = append(list, w)
		}
	}
	return list, nil
}

// PutNotice inserts one row.
func (s *Store) PutNotice(ctx context.Context, n healthcode.Notice) (kept bool, err error) {
	person := uuid(n.Person)
	sealed, err := s.sealNotice(n)
	if err != nil {
		return false, err
	}
	err = s.write(ctx, "storing a notice", func(tx pgx.Tx) error {
		if err := mustExist(ctx, tx, person); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `INSERT INTO notice (person_id, id, jurisdiction, at, sealed, read, push, tries)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`,
			person, n.ID, n.Jurisdiction, stamp(n.At), sealed, stamp(n.Read), stamp(n.Push), n.Tries)
		kept = tag.RowsAffected() > 0
		return err
	})
	return kept, err
}

func (s *Store) sealNotice(n healthcode.Notice) ([]byte, error) {
	person := uuid(n.Person)
	n.Person, n.Read, n.Push, n.Tries = healthcode.PersonID{}, time.Time{}, time.Time{}, 0
	return s.sealJSON(n, "notice:"+n.ID, person)
}

const noticeColumns = "SELECT person_id, id, sealed, read, push, tries FROM notice "

func (s *Store) scanNotice(scan scanner) (n healthcode.Notice, err error) {
	var person uuid
	var read, push int64
	var tries int
	var id string
	var sealed []byte
	if err := scan(&person, &id, &sealed, &read, &push, &tries); err != nil {
		return n, err
	}
	err = s.openJSON(&n, sealed, "notice:"+id, person)
	n.Person, n.Read, n.Push, n.Tries = healthcode.PersonID(person), unstamp(read), unstamp(push), tries
	return n.UTC(), err
}

// Notice reads one row by its key.
func (s *Store) Notice(ctx context.Context, person healthcode.PersonID, id string) (healthcode.Notice, error) {
	return one(ctx, s, "reading a notice", s.scanNotice, noticeColumns+"WHERE person_id = $1 AND id = $2", uuid(person), id)
}

// NoticesOf reads a range of the primary key: a person has few.
func (s *Store) NoticesOf(ctx context.Context, person healthcode.PersonID, jurisdiction string, limit int) ([]healthcode.Notice, error) {
	return many(ctx, s, "listing notices", s.scanNotice, noticeColumns+"WHERE person_id = $1 AND jurisdiction = $2 ORDER BY at DESC, id LIMIT $3",
		uuid(person), jurisdiction, limit)
}

// ReadNotices changes a range of the primary key.
func (s *Store) ReadNotices(ctx context.Context, person healthcode.PersonID, jurisdiction string, at time.Time) (int, error) {
	return s.exec(ctx, "marking notices as read", "UPDATE notice SET read = $1 WHERE person_id = $2 AND jurisdiction = $3 AND at <= $1 AND read = 0",
		stamp(at), uuid(person), jurisdiction)
}

// ClaimPushes looks for candidates on every shard, and then takes their rows one by one: whoever comes second finds none.
func (s *Store) ClaimPushes(ctx context.Context, now, until time.Time, limit int) (list []healthcode.Notice, err error) {
	const doing = "claiming notices to push"
	due, err := many(ctx, s, doing, s.scanNotice, noticeColumns+"WHERE push > 0 AND push <= $1 ORDER BY push LIMIT $2", stamp(now), limit)
	if err != nil {
		return nil, err
	}
	for _, n := range due {
		taken, err := s.exec(ctx, doing, "UPDATE notice SET push = $4 WHERE person_id = $1 AND id = $2 AND push = $3",
			uuid(n.Person), n.ID, stamp(n.Push), stamp(until))
		if err != nil {
			return list, err
		}
		if taken > 0 {
			n.Push = until.UTC()
			list = append(list, n)
		}
	}
	return list, nil
}

// PutPush changes one row by its key.
func (s *Store) PutPush(ctx context.Context, person healthcode.PersonID, id string, at time.Time, tries int) error {
	const doing = "recording a push"
	n, err := s.exec(ctx, doing, "UPDATE notice SET push = $1, tries = $2 WHERE person_id = $3 AND id = $4", stamp(at), tries, uuid(person), id)
	if err == nil && n == 0 {
		err = fmt.Errorf("%s: %w", doing, notFound("id", "没有这条通知", "there is no such notice"))
	}
	return err
}

// PurgeNotices is one statement.
func (s *Store) PurgeNotices(ctx context.Context, before time.Time) (int, error) {
	return s.exec(ctx, "deleting notices", "DELETE FROM notice WHERE at < $1", stamp(before))
}
