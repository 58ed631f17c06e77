package postgres

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"healthcode"
)

var testTime = time.Date(2022, 4, 28, 9, 0, 0, 0, time.UTC)

// processes returns several stores on one database, as several servers have.
func processes(t *testing.T, n int) []*Store {
	dsn, keys := newDatabase(t), newVault(t)
	stores := make([]*Store, n)
	var opening sync.WaitGroup
	for i := range stores {
		opening.Go(func() {
			var err error
			if stores[i], err = Open(ctx, dsn, keys); err != nil {
				t.Error(err)
			}
		})
	}
	opening.Wait()
	if t.Failed() {
		t.FailNow()
	}
	t.Cleanup(func() {
		for _, s := range stores {
			s.Close()
		}
	})
	return stores
}

// TestNothingIsTrueInOneProcessAlone writes through one store and reads through another at once.
func TestNothingIsTrueInOneProcessAlone(t *testing.T) {
	s := processes(t, 2)
	ids, err := s[0].EnsurePersons(ctx, []healthcode.Document{benchDocument(1)})
	if err != nil {
		t.Fatal(err)
	}
	id := ids[0]
	for i := range 20 {
		a, b := s[i%2], s[(i+1)%2]
		if err := a.PutAreas(ctx, healthcode.AreaHistory{Areas: []healthcode.County{{Code: fmt.Sprint(110100 + i)}}}); err != nil {
			t.Fatal(err)
		}
		if version, err := b.AreasVersion(ctx); err != nil || version != int64(i+1) {
			t.Errorf("the other process sees version %d (%v), want %d", version, err, i+1)
		}
		if history, version, err := b.Areas(ctx); err != nil || version != int64(i+1) || len(history.Areas) != i+1 {
			t.Errorf("the other process reads %d areas of version %d (%v), want %d", len(history.Areas), version, err, i+1)
		}
		if _, err := a.Append(ctx, []healthcode.PersonFact{{Person: id, Fact: benchFact("two", i)}}); err != nil {
			t.Fatal(err)
		}
		if facts, err := b.Facts(ctx, id); err != nil || len(facts) != i+1 {
			t.Errorf("the other process sees %d facts (%v), want %d", len(facts), err, i+1)
		}
		session := healthcode.Session{ID: "s", TokenHash: fmt.Appendf(nil, "token %d", i), Person: id, Created: testTime, Seen: testTime, Expires: testTime.AddDate(1, 0, 0)}
		if err := a.PutSession(ctx, session); err != nil {
			t.Fatal(err)
		}
		if got, err := b.SessionByToken(ctx, session.TokenHash, testTime); err != nil || got.ID != "s" {
			t.Errorf("the other process sees session %+v (%v)", got, err)
		}
		if err := b.DeleteSessions(ctx, id, ""); err != nil {
			t.Fatal(err)
		}
		if _, err := a.SessionByToken(ctx, session.TokenHash, testTime); healthcode.CodeOf(err) != healthcode.CodeNotFound {
			t.Errorf("signed out in another process: %v", err)
		}
	}
}

// TestProcessesShareTheWork lets three servers count, claim and purge at the same time.
func TestProcessesShareTheWork(t *testing.T) {
	stores := processes(t, 3)
	ids, err := stores[0].EnsurePersons(ctx, []healthcode.Document{benchDocument(1), benchDocument(2)})
	if err != nil {
		t.Fatal(err)
	}
	const each = 60
	var batch []healthcode.PersonFact
	for n := range 2500 {
		batch = append(batch, healthcode.PersonFact{Person: ids[n%2], Fact: benchFact("ends", n), DeleteAfter: testTime})
	}
	if _, err := stores[0].Append(ctx, batch); err != nil {
		t.Fatal(err)
	}
	for i := range each {
		if err := stores[0].PutMessage(ctx, healthcode.Message{ID: fmt.Sprint(i), Phone: "+1", Body: "x", At: testTime}); err != nil {
			t.Fatal(err)
		}
	}
	var highest, claimed, purged atomic.Int64
	var mu sync.Mutex
	seen := map[int]bool{}
	var wg sync.WaitGroup
	for i, s := range stores {
		wg.Go(func() {
			for range each {
				n, err := s.Count(ctx, "k", testTime)
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				if seen[n] {
					t.Errorf("two counts of %d", n)
				}
				seen[n] = true
				mu.Unlock()
				highest.Store(max(highest.Load(), int64(n)))
			}
		})
		wg.Go(func() {
			for range each {
				list, err := s.ClaimMessages(ctx, fmt.Sprint(i), testTime, testTime.Add(time.Minute), 2)
				if err != nil {
					t.Error(err)
				}
				claimed.Add(int64(len(list)))
			}
		})
		wg.Go(func() {
			n, err := s.PurgeFacts(ctx, testTime)
			if err != nil {
				t.Error(err)
			}
			purged.Add(int64(n))
		})
	}
	wg.Wait()
	if len(seen) != 3*each || claimed.Load() != each || purged.Load() != 2500 {
		t.Errorf("%d counts, %d messages claimed, %d facts purged, want %d, %d, 2500", len(seen), claimed.Load(), purged.Load(), 3*each, each)
	}
	if err := stores[1].Check(ctx); err != nil {
		t.Error(err)
	}
}

// TestImportersMeet lets two processes import the same facts at the same time, in different orders.
func TestImportersMeet(t *testing.T) {
	stores := processes(t, 2)
	const people, facts = 200, 3000
	outcomes := make([][]healthcode.Outcome, 2)
	var wg sync.WaitGroup
	for i, s := range stores {
		wg.Go(func() {
			for round := range 3 {
				var documents []healthcode.Document
				for n := range people {
					documents = append(documents, benchDocument((n*(7+4*i)+round*50)%people+round*50))
				}
				ids, err := s.EnsurePersons(ctx, documents)
				if err != nil {
					t.Error(err)
					return
				}
				byDocument := map[healthcode.Document]healthcode.PersonID{}
				for n, d := range documents {
					byDocument[d] = ids[n]
				}
				var batch []healthcode.PersonFact
				for n := range facts {
					if i == 1 {
						n = facts - 1 - n
					}
					batch = append(batch, healthcode.PersonFact{Person: byDocument[benchDocument(round*50+n%people)], Fact: benchFact(fmt.Sprint(round), n)})
				}
				got, err := s.Append(ctx, batch)
				if err != nil {
					t.Error(err)
					return
				}
				outcomes[i] = append(outcomes[i], got...)
			}
		})
	}
	wg.Wait()
	stored := 0
	for _, list := range outcomes {
		for _, o := range list {
			if o == healthcode.Stored {
				stored++
			} else if o != healthcode.Duplicate {
				t.Fatalf("outcome %d", o)
			}
		}
	}
	persons, n, err := stores[0].Counts(ctx)
	if err != nil || stored != 3*facts || n != 3*facts || persons != people+100 {
		t.Errorf("%d stored, %d there, %d persons (%v), want %d, %d, %d", stored, n, persons, err, 3*facts, 3*facts, people+100)
	}
	if err := stores[1].Check(ctx); err != nil {
		t.Error(err)
	}
}

func TestClose(t *testing.T) {
	s := newStore(t)
	for range 2 {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	_, read := s.Venue(ctx, "v")
	_, list := s.Venues(ctx, "v")
	_, shared := s.AreasVersion(ctx)
	_, _, areas := s.Areas(ctx)
	for what, err := range map[string]error{"read": read, "list": list, "shared read": shared, "areas": areas, "check": s.Check(ctx),
		"write": s.PutVenue(ctx, healthcode.Venue{ID: "v"})} {
		if !errors.Is(err, ErrClosed) {
			t.Errorf("%s after Close: %v", what, err)
		}
	}
}
