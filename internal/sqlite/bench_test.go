package sqlite

import (
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"healthcode"
)

const benchPeople = 10_000

// loaded returns a store of benchPeople with five facts each.
func loaded(b *testing.B) (*Store, []healthcode.PersonID) {
	b.Helper()
	s := newStore(b)
	loadPeople(b, s, benchPeople)
	documents := make([]healthcode.Document, benchPeople)
	for i := range documents {
		documents[i] = loadedDocument(i, benchPeople)
	}
	ids, err := s.EnsurePersons(ctx, documents)
	if err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	return s, ids
}

// BenchmarkFacts is what every code and every scan reads.
func BenchmarkFacts(b *testing.B) {
	s, ids := loaded(b)
	for i := 0; b.Loop(); i++ {
		facts, err := s.Facts(ctx, ids[i*7919%len(ids)])
		if err != nil || len(facts) != 5 {
			b.Fatalf("%d facts, %v", len(facts), err)
		}
	}
}

func BenchmarkFindPerson(b *testing.B) {
	s, ids := loaded(b)
	for i := 0; b.Loop(); i++ {
		n := i * 7919 % len(ids)
		if id, err := s.FindPerson(ctx, loadedDocument(n, benchPeople)); err != nil || id != ids[n] {
			b.Fatal(id, err)
		}
	}
}

// BenchmarkVisit is a door's write, durable; alone, and from many doors at once.
func BenchmarkVisit(b *testing.B) {
	var n atomic.Int64
	put := func(s *Store, ids []healthcode.PersonID) error {
		i := n.Add(1)
		id := ids[int(i)*7919%len(ids)]
		f := sampleFacts()[1]
		f.Source, f.ID = "venue:1", fmt.Sprintf("%09d", i)
		return s.PutVisit(ctx, healthcode.Visit{Person: id, Venue: "1", At: f.From, Decision: "admit", State: "green", DeleteAfter: f.To},
			&healthcode.PersonFact{Person: id, Fact: f, DeleteAfter: f.To})
	}
	b.Run("alone", func(b *testing.B) {
		s, ids := loaded(b)
		var took []time.Duration
		for b.Loop() {
			start := time.Now()
			if err := put(s, ids); err != nil {
				b.Fatal(err)
			}
			took = append(took, time.Since(start))
		}
		slices.Sort(took)
		b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
		b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
	})
	b.Run("200 doors", func(b *testing.B) {
		s, ids := loaded(b)
		b.SetParallelism(100)
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				if err := put(s, ids); err != nil {
					b.Error(err)
					return
				}
			}
		})
	})
}

// BenchmarkAppend stores batches as an import does: facts of people who are there.
func BenchmarkAppend(b *testing.B) {
	s, ids := loaded(b)
	n := 0
	for b.Loop() {
		batch := make([]healthcode.PersonFact, 2000)
		for i := range batch {
			f := sampleFacts()[0]
			f.ID = fmt.Sprintf("%09d", n)
			batch[i] = healthcode.PersonFact{Person: ids[n*7919%len(ids)], Fact: f}
			n++
		}
		if _, err := s.Append(ctx, batch); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "facts/s")
}
