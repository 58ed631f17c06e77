package postgres

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
	n := 0
	if l.Version == 0 {
		n, err = s.exec(ctx, "storing a laboratory", "INSERT INTO lab (id, jurisdiction, version, data) VALUES ($1, $2, 1, $3) ON CONFLICT DO NOTHING",
			l.ID, l.Jurisdiction, string(data))
	} else {
		n, err = s.exec(ctx, "storing a laboratory", "UPDATE lab SET version = version + 1, data = $1 WHERE id = $2 AND version = $3", string(data), l.ID, l.Version)
	}
	if err == nil && n == 0 {
		err = healthcode.Errorf(healthcode.CodeConflict, "id", "这个机构已存在，或刚被他人修改，请刷新后再试。", "this laboratory is there already, or somebody has just changed it; read it again")
	}
	return err
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
	return one(ctx, s, "reading a laboratory", scanLab, labColumns+"WHERE id = $1", id)
}

// LabsOf reads a range of an index.
func (s *Store) LabsOf(ctx context.Context, jurisdiction string) ([]healthcode.Lab, error) {
	return many(ctx, s, "listing laboratories", scanLab, labColumns+"WHERE jurisdiction = $1 ORDER BY id", jurisdiction)
}
