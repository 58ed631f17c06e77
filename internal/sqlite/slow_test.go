package sqlite

import (
	"path/filepath"
	"sync"
	"testing"
	"time"

	"healthcode"
)

// TestSlowDisk keeps the writer waiting, as a disk does that takes seconds for a commit: readers don't notice, and each
// write is acknowledged after it is done.
func TestSlowDisk(t *testing.T) {
	path := filepath.Join(t.TempDir(), "health.db")
	s := openAt(t, path, newVault(t))
	ids, err := s.EnsurePersons(ctx, []healthcode.Document{sampleFeed})
	if err != nil {
		t.Fatal(err)
	}
	db, err := open(ctx, path, 1, false)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	const slow = 1500 * time.Millisecond
	if _, err := db.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	var writers sync.WaitGroup
	for n := range 20 {
		writers.Go(func() {
			f := sampleFacts()[0]
			f.ID = string(rune('a' + n))
			outcomes, err := s.Append(ctx, []healthcode.PersonFact{{Person: ids[0], Fact: f}})
			if err != nil || outcomes[0] != healthcode.Stored {
				t.Errorf("%v, %v", outcomes, err)
			}
			if took := time.Since(began); took < slow {
				t.Errorf("acknowledged after %v, before anything could be on disk", took)
			}
		})
	}
	reads, longest := 0, time.Duration(0)
	for time.Since(began) < slow {
		start := time.Now()
		if facts, err := s.Facts(ctx, ids[0]); err != nil || len(facts) != 0 {
			t.Fatalf("%d facts (%v)", len(facts), err)
		}
		reads++
		longest = max(longest, time.Since(start))
	}
	if longest > slow/2 {
		t.Errorf("a read took %v while the writer waited", longest)
	}
	if _, err := db.ExecContext(ctx, "ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	writers.Wait()
	if facts, err := s.Facts(ctx, ids[0]); err != nil || len(facts) != 20 {
		t.Errorf("%d facts afterwards (%v)", len(facts), err)
	}
	if err := s.Check(ctx); err != nil {
		t.Error(err)
	}
	t.Logf("%d reads meanwhile, the longest %v", reads, longest)
}
