package api

import (
	"context"
	"errors"

	"healthcode"
)

// brokenStore is a store whose disk has gone.
type brokenStore struct{ healthcode.Store }

var errDisk = errors.New("disk I/O error")

func (brokenStore) AreasVersion(context.Context) (int64, error) { return 0, errDisk }
