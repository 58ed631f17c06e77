package main

import (
	"os"
	"runtime/debug"

	"healthcode/internal/model"
)

// tuneMemory lets a server collect garbage seldom, which costs a tenth of its time otherwise, as long as it takes less than
// four times its read model. The variables GOGC and GOMEMLIMIT win.
func (s *settings) tuneMemory() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(4 * max(int64(s.ReadModel)<<20, model.DefaultBytes))
	}
}
