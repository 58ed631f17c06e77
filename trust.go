package healthcode

import (
	"context"
	"time"
)

// TrustRecord is one thing that travel certificates are issued and verified with and that all processes
// share: an issuer key, a trust list, a revocation list of another country. Its body is its owner's affair;
// what is secret in it is sealed.
type TrustRecord struct {
	Kind, Name string
	Body       []byte
	Updated    time.Time
	// Version counts the times it was put. 0 in a record that is to be made.
	Version int64
}

// Revocation says that a certificate no longer counts.
type Revocation struct {
	Hash    []byte // 16 bytes, as package certificate makes them
	Revoked time.Time
	// Until is when the certificate would have ended; the revocation may be forgotten then.
	Until time.Time
}

// Trust keeps what travel certificates are issued and verified with.
type Trust interface {
	// PutTrustRecord makes or replaces a record. CodeConflict: its version isn't the stored one's, so somebody
	// else changed it meanwhile; read it again.
	PutTrustRecord(ctx context.Context, r TrustRecord) error
	// TrustRecords lists the records of a kind by name.
	TrustRecords(ctx context.Context, kind string) ([]TrustRecord, error)
	// DeleteTrustRecord deletes a record. CodeNotFound.
	DeleteTrustRecord(ctx context.Context, kind, name string) error

	// Revoke stores revocations, all or none. One that is stored already stays as it is.
	Revoke(ctx context.Context, revocations []Revocation) error
	// Revocations lists all, by hash.
	Revocations(ctx context.Context) ([]Revocation, error)
	// PurgeRevocations deletes those whose certificate ended at or before now, and returns how many.
	PurgeRevocations(ctx context.Context, now time.Time) (int, error)
}
