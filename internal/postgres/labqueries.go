package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"healthcode"
)

const labQueryColumns = "SELECT id, person_id, data FROM lab_query "

func scanLabQuery(scan scanner) (q healthcode.LabQuery, err error) {
	var id string
	var person uuid
	var data []byte
	if err := scan(&id, &person, &data); err != nil {
		return q, err
	}
	if err := json.Unmarshal(data, &q); err != nil {
		return q, fmt.Errorf("question %s: %w", id, err)
	}
	q.ID, q.Person = id, healthcode.PersonID(person)
	return q.UTC(), nil
}

func labQueryData(q healthcode.LabQuery) (string, error) {
	q.Person = healthcode.PersonID{}
	data, err := json.Marshal(q)
	return string(data), err
}

// PutLabQuery inserts one row.
func (s *Store) PutLabQuery(ctx context.Context, q healthcode.LabQuery) error {
	data, err := labQueryData(q)
	if err != nil {
		return err
	}
	return s.write(ctx, "storing a question to a laboratory", func(tx pgx.Tx) error {
		if err := mustExist(ctx, tx, uuid(q.Person)); err != nil {
			return err
		}
		owner, fresh, err := claimOwner(ctx, tx, "labquery:"+q.ID, uuid(q.Person))
		if err == nil && (!fresh || owner != uuid(q.Person)) {
			err = healthcode.Errorf(healthcode.CodeConflict, "id", "编号已被使用", "this id is taken")
		}
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "INSERT INTO lab_query (person_id, id, lab, asked, state, wake, data) VALUES ($1, $2, $3, $4, $5, $6, $7)",
			uuid(q.Person), q.ID, q.Lab, stamp(q.Asked), q.State, stamp(q.Wake), data)
		return err
	})
}

// ChangeLabQuery finds the person first, and then locks the row on one shard.
func (s *Store) ChangeLabQuery(ctx context.Context, id string, change func(*healthcode.LabQuery) error) error {
	const doing = "changing a question to a laboratory"
	person, err := one(ctx, s, doing, scanOwner, selectOwnerKey, "labquery:"+id)
	if err != nil {
		return err
	}
	return s.write(ctx, doing, func(tx pgx.Tx) error {
		var q healthcode.LabQuery
		found := false
		err := eachRow(ctx, tx, labQueryColumns+"WHERE person_id = $1 AND id = $2 FOR UPDATE", []any{person, id}, func(scan scanner) (err error) {
			found = true
			q, err = scanLabQuery(scan)
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
		_, err = tx.Exec(ctx, "UPDATE lab_query SET state = $1, wake = $2, data = $3 WHERE person_id = $4 AND id = $5", q.State, stamp(q.Wake), data, person, id)
		return err
	})
}

// LabQueriesOf reads a range of an index.
func (s *Store) LabQueriesOf(ctx context.Context, person healthcode.PersonID) ([]healthcode.LabQuery, error) {
	return many(ctx, s, "listing questions to laboratories", scanLabQuery, labQueryColumns+"WHERE person_id = $1 ORDER BY asked DESC, id", uuid(person))
}

// LabQueries reads a range of an index.
func (s *Store) LabQueries(ctx context.Context, lab, state string, limit int) ([]healthcode.LabQuery, error) {
	return many(ctx, s, "listing questions to a laboratory", scanLabQuery,
		labQueryColumns+"WHERE lab = $1 AND state = $2 ORDER BY asked, id LIMIT $3", lab, state, limit)
}

// LabQueriesDue reads a range of an index.
func (s *Store) LabQueriesDue(ctx context.Context, now time.Time, limit int) ([]healthcode.LabQuery, error) {
	return many(ctx, s, "listing questions to laboratories", scanLabQuery,
		labQueryColumns+"WHERE state = 'open' AND wake > 0 AND wake <= $1 ORDER BY wake, id LIMIT $2", stamp(now), limit)
}

// PurgeLabQueries deletes the owners' names with the rows.
func (s *Store) PurgeLabQueries(ctx context.Context, before time.Time) (int, error) {
	const doing = "deleting questions to laboratories"
	old, err := many(ctx, s, doing, scanLabQuery, labQueryColumns+"WHERE asked < $1", stamp(before))
	for i, q := range old {
		err := s.write(ctx, doing, func(tx pgx.Tx) error {
			_, err := tx.Exec(ctx, "DELETE FROM lab_query WHERE person_id = $1 AND id = $2", uuid(q.Person), q.ID)
			if err == nil {
				_, err = tx.Exec(ctx, "DELETE FROM owner_key WHERE name = $1", "labquery:"+q.ID)
			}
			return err
		})
		if err != nil {
			return i, err
		}
	}
	return len(old), err
}
