package healthcode

import (
	"context"
	"time"
)

// Feeds counts the people about whom a feed sends, for all processes together.
type Feeds interface {
	// SeeFeed records that a feed has sent about a member (a hash of a person) at now, unless it already has since a
	// time, and returns about how many it has since then, this one included, and whether this one is new. Where
	// there are max already a new one isn't recorded, and n is max + 1. What is older than since may be gone afterwards.
	SeeFeed(ctx context.Context, feed string, member []byte, now, since time.Time, max int) (n int, fresh bool, err error)
}
