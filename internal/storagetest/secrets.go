package storagetest

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"healthcode"
)

var secretTests = map[string]func(*testing.T, healthcode.Store){
	"kept":   secretsAreKept,
	"raced":  oneProcessChangesASecret,
	"hidden": secretsOfNoName,
}

func secretsAreKept(t *testing.T, s healthcode.Store) {
	must(t, s.PutSecret(ctx, "pass:beijing", []byte("one"), 0))
	must(t, s.PutSecret(ctx, "pass:tianjin", nil, 0))
	must(t, s.PutSecret(ctx, "pass:beijing", []byte("two"), 1))
	value, version, err := s.Secret(ctx, "pass:beijing")
	must(t, err)
	wantEqual(t, "value", string(value), "two")
	wantEqual(t, "version", version, int64(2))
	for _, stale := range []int64{0, 1, 3} {
		wantCode(t, fmt.Sprint("version ", stale), s.PutSecret(ctx, "pass:beijing", []byte("three"), stale), healthcode.CodeConflict)
	}
	value, _, err = s.Secret(ctx, "pass:beijing")
	must(t, err)
	wantEqual(t, "value afterwards", string(value), "two")
	wantCode(t, "a version of nothing", s.PutSecret(ctx, "pass:ningbo", []byte("x"), 1), healthcode.CodeConflict)
}

func oneProcessChangesASecret(t *testing.T, s healthcode.Store) {
	for version := range int64(5) {
		won := make(chan int, 8)
		var wg sync.WaitGroup
		for i := range cap(won) {
			wg.Go(func() {
				err := s.PutSecret(ctx, "k", fmt.Append(nil, i), version)
				if err == nil {
					won <- i
				} else if healthcode.CodeOf(err) != healthcode.CodeConflict {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		wantEqual(t, "how many succeeded", len(won), 1)
		value, now, err := s.Secret(ctx, "k")
		must(t, err)
		wantEqual(t, "whose it is", string(value), fmt.Sprint(<-won))
		wantEqual(t, "version", now, version+1)
	}
}

func secretsOfNoName(t *testing.T, s healthcode.Store) {
	_, _, err := s.Secret(ctx, "nothing")
	wantCode(t, "a secret that isn't there", err, healthcode.CodeNotFound)
}

var feedTests = map[string]func(*testing.T, healthcode.Store){
	"counted": feedsAreCounted,
	"raced":   feedsStopTogether,
}

func feedsAreCounted(t *testing.T, s healthcode.Store) {
	see := func(feed, member string, at time.Time, want int, fresh bool) {
		t.Helper()
		n, got, err := s.SeeFeed(ctx, feed, []byte(member), at, at.Add(-24*time.Hour), 3)
		must(t, err)
		wantEqual(t, member+": how many", n, want)
		wantEqual(t, member+": new", got, fresh)
	}
	see("lab", "a", start, 1, true)
	see("lab", "a", after(time.Hour), 1, false)
	see("lab", "b", after(time.Hour), 2, true)
	see("hotel", "a", after(time.Hour), 1, true)
	see("lab", "c", after(time.Hour), 3, true)
	see("lab", "d", after(2*time.Hour), 4, true) // one too many, and not recorded
	see("lab", "d", after(2*time.Hour), 4, true)
	see("lab", "b", after(2*time.Hour), 3, false)
	// The first was seen 24 hours ago, so that there is room for one.
	see("lab", "d", after(24*time.Hour+time.Minute), 3, true)
	see("lab", "a", after(24*time.Hour+time.Minute), 4, true)
	see("lab", "a", after(50*time.Hour), 1, true)
}

func feedsStopTogether(t *testing.T, s healthcode.Store) {
	const max = 10
	allowed := make(chan bool, 100)
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			for m := range 10 {
				n, fresh, err := s.SeeFeed(ctx, "lab", fmt.Append(nil, i, m), start, after(-24*time.Hour), max)
				if err != nil {
					t.Error(err)
				}
				if fresh && n <= max {
					allowed <- true
				}
			}
		})
	}
	wg.Wait()
	wantEqual(t, "how many were allowed", len(allowed), max)
}
