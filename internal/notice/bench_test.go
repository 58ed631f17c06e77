package notice_test

import (
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"healthcode"
	"healthcode/internal/servicetest"
)

// BenchmarkSweep measures how fast everybody is told when everybody's state has changed, and how long it takes to look at all of
// them again without anything to tell. HEALTHCODE_PEOPLE says how many there are; 2,000 otherwise.
func BenchmarkSweep(b *testing.B) {
	people := 2000
	if text := os.Getenv("HEALTHCODE_PEOPLE"); text != "" {
		var err error
		if people, err = strconv.Atoi(text); err != nil {
			b.Fatalf("HEALTHCODE_PEOPLE: %v", err)
		}
	}
	var told, looked time.Duration
	for b.Loop() {
		b.StopTimer()
		h := servicetest.New(b)
		s, _, _ := h.NewNotices()
		documents := make([]healthcode.Document, people)
		for i := range documents {
			documents[i] = healthcode.Document{Type: healthcode.DocumentPassport, Country: "GBR", Number: fmt.Sprintf("L%07d", i)}
		}
		ids, err := h.Store.EnsurePersons(b.Context(), documents)
		h.Must(err)
		facts := make([]healthcode.PersonFact, people)
		at := h.Clock.Now()
		for i, id := range ids {
			h.Must(h.Store.Register(b.Context(), healthcode.Registration{Person: id, Jurisdiction: "beijing", At: at}))
			facts[i] = healthcode.PersonFact{Person: id, Fact: healthcode.Fact{ID: fmt.Sprint(i), Source: "clinic:1", Kind: healthcode.KindContact, Class: "close",
				Time: at, Recorded: at.Add(time.Minute)}}
		}
		_, err = h.Store.Append(b.Context(), facts)
		h.Must(err)
		h.Clock.Advance(time.Hour)
		work := func() time.Duration {
			began := time.Now()
			n, err := s.Work(b.Context())
			h.Must(err)
			if n < people {
				b.Fatalf("looked at %d of %d", n, people)
			}
			return time.Since(began)
		}
		b.StartTimer()
		told += work()
		s.Changed(healthcode.Event{All: true})
		looked += work()
	}
	b.ReportMetric(float64(people*b.N)/told.Seconds(), "told/s")
	b.ReportMetric(float64(people*b.N)/looked.Seconds(), "looked-at/s")
}
