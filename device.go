package healthcode

import (
	"context"
	"time"
)

// Device is the browser of one session, known by a public key whose private half it can use and nobody can take out.
// Passes are bound to it, and end with its session.
type Device struct {
	ID       [8]byte // within the person
	Person   PersonID
	Session  string // its public id
	Key      []byte // a point of P-256, compressed, 33 bytes
	Enrolled time.Time
	Expires  time.Time // with the session
}

// Devices keeps the devices of residents. A session has one at most, and never another.
type Devices interface {
	// PutDevice stores the device of a session. The same once more is a no-op. CodeConflict: the session has
	// another key, or the id is another session's. CodeNotFound: there is no such person.
	PutDevice(ctx context.Context, d Device) error
	// StandingDevice returns a device whose session has neither ended nor expired. CodeNotFound.
	StandingDevice(ctx context.Context, person PersonID, id [8]byte, now time.Time) (Device, error)
	// DevicesOf lists a person's devices, those of ended sessions too.
	DevicesOf(ctx context.Context, person PersonID) ([]Device, error)
	// PurgeDevices deletes those that expired at or before now, and returns how many.
	PurgeDevices(ctx context.Context, now time.Time) (int, error)
}
