package healthcode

import (
	"context"
	"time"
)

// OfflineCode is a code on paper, for a person without a smartphone. Of what is
// printed only a keyed hash is kept, so nobody can print it from the database.
type OfflineCode struct {
	Token        []byte // keyed hash of what is printed, 16 bytes
	Person       PersonID
	Jurisdiction string
	Relation     string // the relation by which somebody else printed it: it ends with it; "" where the person did
	Issued       time.Time
	Expires      time.Time
	Void         time.Time // lost, or replaced by a later one; zero while it stands
}

// Stands reports whether the code is neither void nor expired.
func (c *OfflineCode) Stands(now time.Time) bool { return c.Void.IsZero() && now.Before(c.Expires) }

// OfflineCodes keeps the codes on paper.
type OfflineCodes interface {
	// PutOfflineCode stores a code, and voids the person's earlier ones of its jurisdiction at its Issued, so
	// that one stands at a time.
	PutOfflineCode(ctx context.Context, c OfflineCode) error
	// OfflineCode finds one by its token. CodeNotFound.
	OfflineCode(ctx context.Context, token []byte) (OfflineCode, error)
	// OfflineCodesOf lists a person's codes of every jurisdiction, void ones too.
	OfflineCodesOf(ctx context.Context, person PersonID) ([]OfflineCode, error)
	// VoidOfflineCodes voids the person's codes of a jurisdiction, and returns how many were not void before.
	VoidOfflineCodes(ctx context.Context, person PersonID, jurisdiction string, at time.Time) (int, error)
	// PurgeOfflineCodes deletes those that expired at or before now, and returns how many.
	PurgeOfflineCodes(ctx context.Context, now time.Time) (int, error)
}
