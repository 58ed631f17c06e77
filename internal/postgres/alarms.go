package postgres

import (
	"context"
	"encoding/json"
	"time"

	"healthcode"
)

// PutAlarm replaces the alarm of that id.
func (s *Store) PutAlarm(ctx context.Context, a healthcode.Alarm) error {
	by, err := json.Marshal(a.By)
	if err != nil {
		return err
	}
	_, err = s.exec(ctx, "storing an alarm", `INSERT INTO alarm (id, jurisdiction, kind, key, by, n, at, released, released_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (id) DO UPDATE SET jurisdiction = excluded.jurisdiction, kind = excluded.kind,
		key = excluded.key, by = excluded.by, n = excluded.n, at = excluded.at, released = excluded.released, released_by = excluded.released_by`,
		a.ID, a.Jurisdiction, a.Kind, a.Key, string(by), a.Limit, stamp(a.At), stamp(a.Released), a.ReleasedBy)
	return err
}

// Alarms reads a range of an index, on every shard.
func (s *Store) Alarms(ctx context.Context, jurisdiction string, since time.Time, limit int) ([]healthcode.Alarm, error) {
	return many(ctx, s, "listing alarms", func(scan scanner) (a healthcode.Alarm, err error) {
		var by []byte
		var at, released int64
		if err := scan(&a.ID, &a.Jurisdiction, &a.Kind, &a.Key, &by, &a.Limit, &at, &released, &a.ReleasedBy); err != nil {
			return a, err
		}
		a.At, a.Released = unstamp(at), unstamp(released)
		return a, json.Unmarshal(by, &a.By)
	}, `SELECT id, jurisdiction, kind, key, by, n, at, released, released_by FROM alarm
		WHERE jurisdiction = $1 AND at >= $2 ORDER BY at DESC, id DESC LIMIT $3`, jurisdiction, stamp(since), limit)
}
