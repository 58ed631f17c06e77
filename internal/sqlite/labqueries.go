package sqlite

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"healthcode"
)

const labQueryColumns = "SELECT id, person, data FROM lab_query "

func (s *Store) scanLabQuery(scan scanner) (q healthcode.LabQuery, err error) {
	var id string
	var person int64
	var data []byte
	if err := scan(&id, &person, &data); err != nil {
		return q, err
	}
	if err := json.Unmarshal(data, &q); err != nil {
		return q, fmt.Errorf("question %s: %w", id, err)
	}
	q.ID, q.Person = id, s.ids.id(person)
	return q.UTC(), nil
}

func labQueryData(q healthcode.LabQuery) (string, error) {
	q.Person = healthcode.PersonID{}
	data, err := json.Marshal(q)
	return string(data), err
}

// PutLabQuery inserts one row.
func (s *Store) PutLabQuery(ctx context.Context, q healthcode.LabQuery) error {
	person, err := s.ids.must(q.Person)
	if err != nil {
		return err
	}
	data, err := labQueryData(q)
	if err != nil {
		return err
	}
	return s.write(ctx, "storing a question to a laboratory", func(t *tx) error {
		n, err := t.change("INSERT INTO lab_query VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
			q.ID, person, q.Lab, stamp(q.Asked), q.State, stamp(q.Wake), data)
		if err == nil && n == 0 {
			return healthcode.Errorf(healthcode.CodeConflict, "id", "编号已被使用", "this id is taken")
		}
		return noSuchPerson(err)
	})
}

// ChangeLabQuery is one write.
func (s *Store) ChangeLabQuery(ctx context.Context, id string, change func(*healthcode.LabQuery) error) error {
	return s.write(ctx, "changing a question to a laboratory", func(t *tx) error {
		var q healthcode.LabQuery
		found := false
		err := t.each(labQueryColumns+"WHERE id = ?", []any{id}, func(scan scanner) (err error) {
			found = true
			q, err = s.scanLabQuery(scan)
			return err
		})
		if err != nil {
			return err
		}
		if !found {
			return notFound("", "没有找到", "there is no such thing")
		}
		if err := change(&q); err != nil {
			return err
		}
		data, err := labQueryData(q)
		if err != nil {
			return err
		}
		_, err = t.exec("UPDATE lab_query SET state = ?, wake = ?, data = ? WHERE id = ?", q.State, stamp(q.Wake), data, id)
		return err
	})
}

// LabQueriesOf reads a range of an index.
func (s *Store) LabQueriesOf(ctx context.Context, person healthcode.PersonID) ([]healthcode.LabQuery, error) {
	return many(ctx, s, "listing questions to laboratories", s.scanLabQuery, labQueryColumns+"WHERE person = ? ORDER BY asked DESC, id", s.ids.orNone(person))
}

// LabQueries reads a range of an index.
func (s *Store) LabQueries(ctx context.Context, lab, state string, limit int) ([]healthcode.LabQuery, error) {
	return many(ctx, s, "listing questions to a laboratory", s.scanLabQuery,
		labQueryColumns+"WHERE lab = ? AND state = ? ORDER BY asked, id LIMIT ?", lab, state, limit)
}

// LabQueriesDue reads a range of an index.
func (s *Store) LabQueriesDue(ctx context.Context, now time.Time, limit int) ([]healthcode.LabQuery, error) {
	return many(ctx, s, "listing questions to laboratories", s.scanLabQuery,
		labQueryColumns+"WHERE state = 'open' AND wake > 0 AND wake <= ? ORDER BY wake, id LIMIT ?", stamp(now), limit)
}

// PurgeLabQueries works in several writes.
func (s *Store) PurgeLabQueries(ctx context.Context, before time.Time) (int, error) {
	return s.purge(ctx, "deleting questions to laboratories", func(t *tx) (int, error) {
		return t.change("DELETE FROM lab_query WHERE id IN (SELECT id FROM lab_query WHERE asked < ? LIMIT ?)", stamp(before), purgeRows)
	})
}
