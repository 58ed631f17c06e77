package sqlite

import (
	"context"
	"encoding/json"
	"fmt"

	"healthcode"
)

// PutLab replaces the stored version alone.
func (s *Store) PutLab(ctx context.Context, l healthcode.Lab) error {
	data, err := json.Marshal(l)
	if err != nil {
		return err
	}
	return s.write(ctx, "storing a laboratory", func(t *tx) error {
		n := 0
		var err error
		if l.Version == 0 {
			n, err = t.change("INSERT INTO lab VALUES (?, ?, 1, ?) ON CONFLICT DO NOTHING", l.ID, l.Jurisdiction, string(data))
		} else {
			n, err = t.change("UPDATE lab SET version = version + 1, data = ? WHERE id = ? AND version = ?", string(data), l.ID, l.Version)
		}
		if err == nil && n == 0 {
			err = healthcode.Errorf(healthcode.CodeConflict, "id", "这个机构已存在，或刚被他人修改，请刷新后再试。", "this laboratory is there already, or somebody has just changed it; read it again")
		}
		return err
	})
}

func scanLab(scan scanner) (l healthcode.Lab, err error) {
	var id, jurisdiction string
	var version int
	var data []byte
	if err := scan(&id, &jurisdiction, &version, &data); err != nil {
		return l, err
	}
	if err := json.Unmarshal(data, &l); err != nil {
		return l, fmt.Errorf("laboratory %s: %w", id, err)
	}
	l.ID, l.Jurisdiction, l.Version = id, jurisdiction, version
	return l.UTC(), nil
}

const labColumns = "SELECT id, jurisdiction, version, data FROM lab "

// Lab reads one row by its key.
func (s *Store) Lab(ctx context.Context, id string) (healthcode.Lab, error) {
	return one(ctx, s, "reading a laboratory", scanLab, labColumns+"WHERE id = ?", id)
}

// LabsOf reads a range of an index.
func (s *Store) LabsOf(ctx context.Context, jurisdiction string) ([]healthcode.Lab, error) {
	return many(ctx, s, "listing laboratories", scanLab, labColumns+"WHERE jurisdiction = ? ORDER BY id", jurisdiction)
}
