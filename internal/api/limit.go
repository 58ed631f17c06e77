package api

import (
	"sync"
	"time"

	"golang.org/x/time/rate"

	"healthcode"
	"healthcode/internal/identity"
)

// An addressLimit bounds how often one address may call public routes. It is
// kept in memory alone: an address is never stored or logged. It is meant
// against floods and leaves room for the many people behind one address; what must not
// be done often by one person is counted by the services.
type addressLimit struct {
	perSecond rate.Limit
	burst     int

	mu      sync.Mutex
	buckets map[string]*rate.Limiter
}

// maxBuckets bounds the memory that many addresses could take: about 10 MB.
const maxBuckets = 50_000

func newAddressLimit(perSecond rate.Limit, burst int) *addressLimit {
	return &addressLimit{perSecond: perSecond, burst: burst, buckets: make(map[string]*rate.Limiter)}
}

// allow counts a call. A nil limit allows everything.
func (l *addressLimit) allow(c *call) error {
	if l == nil {
		return nil
	}
	if l.bucket(identity.AddressKey(c.address()), c.now()).AllowN(c.now(), 1) {
		return nil
	}
	c.header.Set("Retry-After", "10")
	return healthcode.Errorf(healthcode.CodeTooMany, "", "操作过于频繁，请稍后再试。", "There were too many requests from this address; try again in a few seconds.")
}

func (l *addressLimit) bucket(key string, now time.Time) *rate.Limiter {
	l.mu.Lock()
	defer l.mu.Unlock()
	if b := l.buckets[key]; b != nil {
		return b
	}
	if len(l.buckets) >= maxBuckets {
		l.forget(now)
	}
	b := rate.NewLimiter(l.perSecond, l.burst)
	l.buckets[key] = b
	return b
}

// forget drops the addresses that could call as often as new ones; if every
// address is busy, all of them.
func (l *addressLimit) forget(now time.Time) {
	for key, b := range l.buckets {
		if b.TokensAt(now) >= float64(l.burst) {
			delete(l.buckets, key)
		}
	}
	if len(l.buckets) >= maxBuckets {
		clear(l.buckets)
	}
}
