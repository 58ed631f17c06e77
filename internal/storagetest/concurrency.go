package storagetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"healthcode"
)

var concurrencyTests = map[string]func(*testing.T, healthcode.Store){
	"writers":   manyWriters,
	"one fact":  manyWritersOfOneFact,
	"one doc":   manyMakersOfOnePerson,
	"neighbour": aFailureSparesItsNeighbours,
	"cancelled": aCancelledWrite,
}

// manyWriters also reads while it writes: each sees its own write at once.
func manyWriters(t *testing.T, s healthcode.Store) {
	const writers, each = 16, 25
	ids := persons(t, s, 4)
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			p := ids[w%len(ids)]
			for i := range each {
				f := test(fmt.Sprintf("lab:%d", w), fmt.Sprint(i))
				if _, err := s.Append(ctx, []healthcode.PersonFact{{Person: p, Fact: f}}); err != nil {
					t.Error(err)
					return
				}
				facts, err := s.Facts(ctx, p)
				if err != nil {
					t.Error(err)
					return
				}
				own := 0
				for _, g := range facts {
					if g.Source == f.Source {
						own++
					}
				}
				if own != i+1 {
					t.Errorf("writer %d sees %d own facts after %d", w, own, i+1)
				}
			}
		})
	}
	wg.Wait()
	_, facts, err := s.Counts(ctx)
	must(t, err)
	wantEqual(t, "facts", facts, writers*each)
}

func manyWritersOfOneFact(t *testing.T, s healthcode.Store) {
	p, q := person(t, s, 1), person(t, s, 2)
	var outcomes [3]atomic.Int32
	var wg sync.WaitGroup
	for w := range 20 {
		wg.Go(func() {
			id := p
			if w%2 == 1 {
				id = q
			}
			got, err := s.Append(ctx, []healthcode.PersonFact{{Person: id, Fact: test("lab:bj-0007", "1")}})
			if err != nil {
				t.Error(err)
				return
			}
			outcomes[got[0]].Add(1)
		})
	}
	wg.Wait()
	wantEqual(t, "stored", outcomes[healthcode.Stored].Load(), 1)
	wantEqual(t, "duplicates", outcomes[healthcode.Duplicate].Load(), 9)
	wantEqual(t, "conflicts", outcomes[healthcode.Conflict].Load(), 10)
}

func manyMakersOfOnePerson(t *testing.T, s healthcode.Store) {
	ids := make([]healthcode.PersonID, 20)
	var registered atomic.Int32
	var wg sync.WaitGroup
	for w := range ids {
		wg.Go(func() {
			if w%4 == 0 {
				_, err := s.CreatePerson(ctx, healthcode.Person{Documents: []healthcode.PersonDocument{{Document: document(1)}}}, registration("beijing"))
				if err == nil {
					registered.Add(1)
				} else if healthcode.CodeOf(err) != healthcode.CodeConflict {
					t.Error(err)
				}
			}
			got, err := s.EnsurePersons(ctx, []healthcode.Document{document(1)})
			if err != nil {
				t.Error(err)
				return
			}
			ids[w] = got[0]
		})
	}
	wg.Wait()
	for _, id := range ids {
		wantEqual(t, "person", id, ids[0])
	}
	wantEqual(t, "registrations that succeeded", registered.Load(), 1)
}

// aFailureSparesItsNeighbours sends writes of which every other fails, at
// once, so that an engine that commits in groups has both kinds in one group.
func aFailureSparesItsNeighbours(t *testing.T, s healthcode.Store) {
	taken := create(t, s, healthcode.Person{Documents: []healthcode.PersonDocument{{Document: document(0)}}})
	const n = 60
	var wg sync.WaitGroup
	for i := 1; i <= n; i++ {
		wg.Go(func() {
			documents := []healthcode.PersonDocument{{Document: document(i)}}
			if i%2 == 0 {
				documents = append(documents, healthcode.PersonDocument{Document: document(0)})
			}
			_, err := s.CreatePerson(ctx, healthcode.Person{Documents: documents}, registration("beijing"))
			if i%2 == 0 {
				wantCode(t, "a taken document", err, healthcode.CodeConflict)
			} else if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for i := 1; i <= n; i++ {
		_, err := s.FindPerson(ctx, document(i))
		if i%2 == 0 {
			wantCode(t, "a person who was refused", err, healthcode.CodeNotFound)
		} else {
			must(t, err)
		}
	}
	id, err := s.FindPerson(ctx, document(0))
	must(t, err)
	wantEqual(t, "owner", id, taken)
	count, _, err := s.Counts(ctx)
	must(t, err)
	wantEqual(t, "persons", count, 1+n/2)
}

func aCancelledWrite(t *testing.T, s healthcode.Store) {
	p := person(t, s, 1)
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	_, err := s.Append(cancelled, []healthcode.PersonFact{{Person: p, Fact: test("lab:bj-0007", "1")}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	wantFacts(t, s, p)
}
