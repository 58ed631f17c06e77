package sqlite

import (
	"bytes"
	"context"
	"time"

	"healthcode"
)

const (
	deviceColumns  = "SELECT d.id, d.person, d.session, d.key, d.enrolled, d.expires FROM device d "
	standingDevice = deviceColumns + "JOIN session s ON s.id = d.session WHERE d.person = ? AND d.id = ? AND s.expires > ?"
)

// PutDevice compares with what is there in the same write.
func (s *Store) PutDevice(ctx context.Context, d healthcode.Device) error {
	person, err := s.ids.must(d.Person)
	if err != nil {
		return err
	}
	return s.write(ctx, "storing a device", func(t *tx) error {
		n, err := t.change("INSERT INTO device VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
			person, d.ID[:], d.Session, d.Key, stamp(d.Enrolled), stamp(d.Expires))
		if err != nil || n > 0 {
			return noSuchPerson(err)
		}
		same := false
		err = t.each("SELECT id, key FROM device WHERE person = ? AND session = ?", []any{person, d.Session}, func(scan scanner) error {
			var id, key []byte
			err := scan(&id, &key)
			same = bytes.Equal(id, d.ID[:]) && bytes.Equal(key, d.Key)
			return err
		})
		if err == nil && !same {
			err = healthcode.Errorf(healthcode.CodeConflict, "device", "这次登录已绑定另一台设备。", "This session is bound to another device.")
		}
		return err
	})
}

func (s *Store) scanDevice(scan scanner) (d healthcode.Device, err error) {
	var id []byte
	var person, enrolled, expires int64
	if err := scan(&id, &person, &d.Session, &d.Key, &enrolled, &expires); err != nil {
		return d, err
	}
	copy(d.ID[:], id)
	d.Person, d.Enrolled, d.Expires = s.ids.id(person), unstamp(enrolled), unstamp(expires)
	return d, nil
}

// StandingDevice reads two rows by their keys.
func (s *Store) StandingDevice(ctx context.Context, person healthcode.PersonID, id [8]byte, now time.Time) (healthcode.Device, error) {
	return one(ctx, s, "reading a device", s.scanDevice, standingDevice, s.ids.orNone(person), id[:], stamp(now))
}

// DevicesOf reads a range of the primary key.
func (s *Store) DevicesOf(ctx context.Context, person healthcode.PersonID) ([]healthcode.Device, error) {
	return many(ctx, s, "listing devices", s.scanDevice, deviceColumns+"WHERE d.person = ? ORDER BY d.enrolled, d.id", s.ids.orNone(person))
}

// PurgeDevices works in several writes.
func (s *Store) PurgeDevices(ctx context.Context, now time.Time) (int, error) {
	return s.purge(ctx, "deleting devices", func(t *tx) (int, error) {
		return t.change("DELETE FROM device WHERE (person, id) IN (SELECT person, id FROM device WHERE expires <= ? LIMIT ?)", stamp(now), purgeRows)
	})
}
