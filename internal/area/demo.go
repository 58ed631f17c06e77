package area

import (
	"fmt"
	"time"

	"healthcode"
)

// DemoHistory returns the real risk levels of 15 April to 15 July 2022, from
// 92 snapshots of the State Council's query, with the land border ports. It
// has no case counts: the query gives none.
func DemoHistory() (healthcode.AreaHistory, error) {
	history, err := healthcode.ParseAreaHistory(demoFile, time.FixedZone("CST", 8*60*60))
	if err != nil {
		return history, fmt.Errorf("reading the built-in risk areas of 2022: %w", err)
	}
	return history, nil
}
