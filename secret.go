package healthcode

import "context"

// Secrets keeps named secrets that every process on one database needs, such as the keys that sign passes.
// They are encrypted at rest, under the names as well.
type Secrets interface {
	// Secret returns a secret and its version, which is 1 at first and grows by 1 with each change. CodeNotFound.
	Secret(ctx context.Context, name string) (value []byte, version int64, err error)
	// PutSecret stores a secret in place of the one of that version; version 0: there is none yet.
	// CodeConflict: somebody was faster. Read it again.
	PutSecret(ctx context.Context, name string, value []byte, version int64) error
}
