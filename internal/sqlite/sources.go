package sqlite

import "sync"

const sourceName = "SELECT name FROM source WHERE code = ?"

// maxCachedSources bounds the memory that a feed with ever new sources could take.
const maxCachedSources = 100_000

// sourceNames caches the committed names of sources for readers. A code never
// changes its name.
type sourceNames struct {
	mu    sync.RWMutex
	names map[int64]string
}

func newSourceNames() *sourceNames { return &sourceNames{names: map[int64]string{}} }

func (s *sourceNames) get(c *conn, code int64) (string, error) {
	s.mu.RLock()
	name, ok := s.names[code]
	s.mu.RUnlock()
	if ok {
		return name, nil
	}
	if err := c.row([]any{&name}, sourceName, code); err != nil {
		return "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.names) >= maxCachedSources {
		clear(s.names)
	}
	s.names[code] = name
	return name, nil
}
