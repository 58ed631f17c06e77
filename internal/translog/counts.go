package translog

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"

	"healthcode"
)

// Counts counts the log's entries: the figures that are published are those that anybody
// can recount. It is safe for concurrent use.
type Counts struct {
	log *Public

	mu   sync.Mutex
	size uint64
	by   map[healthcode.ChangeCount]int // with Count 0
}

// NewCounts returns the counts of a log.
func NewCounts(log *Public) *Counts {
	return &Counts{log: log, by: map[healthcode.ChangeCount]int{}}
}

// Monthly returns how many changes there were, the latest month first, and of how many entries the
// checkpoint is that was counted. It reads only what came since the last call.
func (c *Counts) Monthly(ctx context.Context) ([]healthcode.ChangeCount, uint64, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	raw, there, err := c.log.checkpoint(ctx)
	if err != nil {
		return nil, 0, fmt.Errorf("counting changes: %w", err)
	}
	if !there {
		return nil, 0, nil
	}
	cp, err := parseCheckpoint(raw, c.log.public.Log)
	if err != nil {
		return nil, 0, fmt.Errorf("counting changes: %w", err)
	}
	err = c.log.source.entries(ctx, c.size, cp.Size, func(index uint64, data []byte) error {
		e, err := parseEntry(data)
		if err != nil {
			return fmt.Errorf("entry %d: %w", index, err)
		}
		c.by[healthcode.ChangeCount{Jurisdiction: e.Jurisdiction, Office: e.Office, Month: e.Month, Kind: e.Kind, Ground: e.Ground}]++
		c.size = index + 1
		return nil
	})
	if err != nil {
		return nil, 0, fmt.Errorf("counting changes: %w", err)
	}
	list := make([]healthcode.ChangeCount, 0, len(c.by))
	for key, n := range c.by {
		key.Count = n
		list = append(list, key)
	}
	slices.SortFunc(list, func(a, b healthcode.ChangeCount) int {
		return cmp.Or(cmp.Compare(b.Month, a.Month), cmp.Compare(a.Jurisdiction, b.Jurisdiction), cmp.Compare(a.Office, b.Office),
			cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Ground, b.Ground))
	})
	return list, c.size, nil
}
