package sqlite

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"healthcode"
)

// PutAreas raises the version once, whatever the number of counties.
func (s *Store) PutAreas(ctx context.Context, history healthcode.AreaHistory, looked ...time.Time) error {
	if len(history.Areas) == 0 && len(looked) == 0 {
		return nil
	}
	return s.writeRows(ctx, "storing areas", len(history.Areas)+len(looked), func(t *tx) error {
		for _, county := range history.Areas {
			data, err := json.Marshal(county)
			if err != nil {
				return fmt.Errorf("county %s: %w", county.Code, err)
			}
			if _, err := t.exec("INSERT OR REPLACE INTO county VALUES (?, ?)", county.Code, data); err != nil {
				return err
			}
		}
		for _, at := range looked {
			if _, err := t.exec("INSERT OR IGNORE INTO area_look VALUES (?)", stamp(at)); err != nil {
				return err
			}
		}
		t.areas++
		return nil
	})
}

// AreaLooks returns the instants in UTC.
func (s *Store) AreaLooks(ctx context.Context) ([]time.Time, error) {
	return many(ctx, s, "reading when areas were looked at", func(scan scanner) (time.Time, error) {
		var at int64
		err := scan(&at)
		return unstamp(at), err
	}, "SELECT at FROM area_look ORDER BY at")
}

// Areas returns the counties in the order of their codes. Times keep their offset.
func (s *Store) Areas(ctx context.Context) (history healthcode.AreaHistory, version int64, err error) {
	err = s.read(ctx, "reading areas", func(c *conn) error {
		// One snapshot for both reads, so that the version is that of the history.
		if _, err := c.exec("BEGIN"); err != nil {
			return err
		}
		defer c.exec("ROLLBACK")
		if err := c.row([]any{&version}, total, "areas"); err != nil {
			return err
		}
		return c.each("SELECT code, data FROM county ORDER BY code", nil, func(scan scanner) error {
			var code string
			var data []byte
			if err := scan(&code, &data); err != nil {
				return err
			}
			var county healthcode.County
			if err := json.Unmarshal(data, &county); err != nil {
				return fmt.Errorf("county %s: %w", code, err)
			}
			history.Areas = append(history.Areas, county)
			return nil
		})
	})
	return history, version, err
}

// AreasVersion reads one row.
func (s *Store) AreasVersion(ctx context.Context) (version int64, err error) {
	err = s.read(ctx, "reading the areas' version", func(c *conn) error {
		return c.row([]any{&version}, total, "areas")
	})
	return version, err
}
