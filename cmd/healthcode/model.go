package main

import (
	"time"

	"healthcode"
	"healthcode/internal/model"
)

// withModel puts the read model over a store, unless it is turned off.
func (s *settings) withModel(store healthcode.Store) healthcode.Store {
	if s.ReadModel < 0 {
		return store
	}
	bytes := int64(s.ReadModel) << 20
	if bytes == 0 {
		bytes = model.DefaultBytes
	}
	began := time.Now()
	return model.New(store, bytes, func() time.Duration { return time.Since(began) })
}
