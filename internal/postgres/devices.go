package postgres

import (
	"bytes"
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"healthcode"
)

const (
	deviceColumns = "SELECT d.id, d.person_id, d.session, d.key, d.enrolled, d.expires FROM device d "
	// A person's sessions lie beside the person.
	selectDevice = deviceColumns + `JOIN session_owner o ON o.owner = d.person_id AND o.id = d.session
		WHERE d.person_id = $1 AND d.id = $2 AND o.expires > $3`
)

// PutDevice compares with what is there in the same transaction.
func (s *Store) PutDevice(ctx context.Context, d healthcode.Device) error {
	return s.write(ctx, "storing a device", func(tx pgx.Tx) error {
		person := uuid(d.Person)
		if err := mustExist(ctx, tx, person); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `INSERT INTO device (person_id, id, session, key, enrolled, expires)
			VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`, person, d.ID[:], d.Session, d.Key, stamp(d.Enrolled), stamp(d.Expires))
		if err != nil || tag.RowsAffected() > 0 {
			return err
		}
		var id, key []byte
		err = tx.QueryRow(ctx, "SELECT id, key FROM device WHERE person_id = $1 AND session = $2", person, d.Session).Scan(&id, &key)
		if errors.Is(err, pgx.ErrNoRows) || err == nil && !(bytes.Equal(id, d.ID[:]) && bytes.Equal(key, d.Key)) {
			err = healthcode.Errorf(healthcode.CodeConflict, "device", "这次登录已绑定另一台设备。", "This session is bound to another device.")
		}
		return err
	})
}

func scanDevice(scan scanner) (d healthcode.Device, err error) {
	var id []byte
	var person uuid
	var enrolled, expires int64
	if err := scan(&id, &person, &d.Session, &d.Key, &enrolled, &expires); err != nil {
		return d, err
	}
	copy(d.ID[:], id)
	d.Person, d.Enrolled, d.Expires = healthcode.PersonID(person), unstamp(enrolled), unstamp(expires)
	return d, nil
}

// StandingDevice reads two rows of one shard by their keys.
func (s *Store) StandingDevice(ctx context.Context, person healthcode.PersonID, id [8]byte, now time.Time) (healthcode.Device, error) {
	return one(ctx, s, "reading a device", scanDevice, selectDevice, uuid(person), id[:], stamp(now))
}

// DevicesOf reads a range of the primary key.
func (s *Store) DevicesOf(ctx context.Context, person healthcode.PersonID) ([]healthcode.Device, error) {
	return many(ctx, s, "listing devices", scanDevice, deviceColumns+"WHERE d.person_id = $1 ORDER BY d.enrolled, d.id", uuid(person))
}

// PurgeDevices is one statement.
func (s *Store) PurgeDevices(ctx context.Context, now time.Time) (int, error) {
	return s.exec(ctx, "deleting devices", "DELETE FROM device WHERE expires <= $1", stamp(now))
}
