package postgres

import (
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"healthcode"
	"healthcode/internal/pgtest"
	"healthcode/internal/sqlite"
)

// The benchmarks run on a durable PostgreSQL and, for the ratios, on SQLite. Beside the time they
// report the processor time of this process and of the database's.

type engine struct {
	name string
	open func(b *testing.B) (store healthcode.Store, cpu func() time.Duration)
}

var engines = []engine{
	{"postgres", func(b *testing.B) (healthcode.Store, func() time.Duration) {
		server := pgtest.New(b)
		return openAt(b, server.DSN("postgres"), newVault(b)), server.CPU
	}},
	{"sqlite", func(b *testing.B) (healthcode.Store, func() time.Duration) {
		s, err := sqlite.Open(ctx, filepath.Join(b.TempDir(), "health.db"), newVault(b))
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { s.Close() })
		return s, func() time.Duration { return 0 }
	}},
}

func ownCPU(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

const benchPeople = 10_000

func benchDocument(i int) healthcode.Document {
	return healthcode.Document{Type: healthcode.DocumentID, Number: fmt.Sprintf("1101051990030%05d", i)}
}

func benchFact(name string, n int) healthcode.Fact {
	at := time.Date(2022, 4, 20, 8, 0, n%86400, 0, time.UTC)
	return healthcode.Fact{ID: fmt.Sprintf("%s-%09d", name, n), Source: fmt.Sprintf("lab:bj-%04d", n%2), Kind: healthcode.KindTest,
		Time: at, Recorded: at.Add(7 * time.Hour), Analyte: "nucleic-acid", Result: "negative"}
}

// measured runs work with the database's and this process's processor time around it. Work returns how many operations it did.
func measured(b *testing.B, dbCPU func() time.Duration, unit string, work func() int) {
	own, db := ownCPU(b), dbCPU()
	b.ResetTimer()
	n := float64(work())
	b.StopTimer()
	b.ReportMetric(n/b.Elapsed().Seconds(), unit+"s/s")
	b.ReportMetric(float64((ownCPU(b)-own).Nanoseconds())/n/1000, "µs-own-CPU/"+unit)
	b.ReportMetric(float64((dbCPU()-db).Nanoseconds())/n/1000, "µs-db-CPU/"+unit)
	b.ReportMetric(0, "ns/op")
}

// loaded fills a store with people who have five facts and a session each.
func loaded(b *testing.B, s healthcode.Store) []healthcode.PersonID {
	b.Helper()
	documents := make([]healthcode.Document, benchPeople)
	for i := range documents {
		documents[i] = benchDocument(i)
	}
	ids, err := s.EnsurePersons(ctx, documents)
	if err != nil {
		b.Fatal(err)
	}
	for n := range 5 {
		batch := make([]healthcode.PersonFact, len(ids))
		for i, id := range ids {
			batch[i] = healthcode.PersonFact{Person: id, Fact: benchFact("load", n*benchPeople+i)}
		}
		if _, err := s.Append(ctx, batch); err != nil {
			b.Fatal(err)
		}
	}
	return ids
}

// parallel runs f in many goroutines until the benchmark ends.
func parallel(b *testing.B, goroutines int, f func(n int64) error) int {
	var n atomic.Int64
	b.SetParallelism(goroutines / 2)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := f(n.Add(1)); err != nil {
				b.Error(err)
				return
			}
		}
	})
	return int(n.Load())
}

// BenchmarkFacts is what every code and every scan reads.
func BenchmarkFacts(b *testing.B) {
	for _, e := range engines {
		for _, callers := range []int{2, 64} {
			b.Run(fmt.Sprintf("%s/%d", e.name, callers), func(b *testing.B) {
				s, cpu := e.open(b)
				ids := loaded(b, s)
				measured(b, cpu, "read", func() int {
					return parallel(b, callers, func(n int64) error {
						facts, err := s.Facts(ctx, ids[int(n)*7919%len(ids)])
						if err == nil && len(facts) != 5 {
							err = fmt.Errorf("%d facts", len(facts))
						}
						return err
					})
				})
			})
		}
	}
}

// BenchmarkCode reads what the page "my code" does: session, person, registrations, the areas' version twice, facts.
func BenchmarkCode(b *testing.B) {
	for _, e := range engines {
		b.Run(e.name, func(b *testing.B) {
			s, cpu := e.open(b)
			ids := loaded(b, s)[:1000]
			at := time.Date(2022, 4, 28, 9, 0, 0, 0, time.UTC)
			for i, id := range ids {
				token := fmt.Appendf(nil, "%032d", i)
				err := s.PutSession(ctx, healthcode.Session{ID: fmt.Sprint(i), TokenHash: token, Person: id, Created: at, Seen: at, Expires: at.AddDate(1, 0, 0)})
				if err == nil {
					err = s.Register(ctx, healthcode.Registration{Person: id, Jurisdiction: "beijing", Declaration: "1", Language: "zh", Channel: "web", At: at})
				}
				if err != nil {
					b.Fatal(err)
				}
			}
			measured(b, cpu, "code", func() int {
				return parallel(b, 64, func(n int64) error {
					session, err := s.SessionByToken(ctx, fmt.Appendf(nil, "%032d", n%1000), at)
					if err != nil {
						return err
					}
					if _, err = s.Person(ctx, session.Person); err != nil {
						return err
					}
					if _, err = s.Registrations(ctx, session.Person); err != nil {
						return err
					}
					for range 2 {
						if _, err = s.AreasVersion(ctx); err != nil {
							return err
						}
					}
					_, err = s.Facts(ctx, session.Person)
					return err
				})
			})
		})
	}
}

// BenchmarkVisit is a door's durable write, from many doors at once.
func BenchmarkVisit(b *testing.B) {
	for _, e := range engines {
		b.Run(e.name, func(b *testing.B) {
			s, cpu := e.open(b)
			ids := loaded(b, s)
			measured(b, cpu, "visit", func() int {
				return parallel(b, 64, func(n int64) error {
					id := ids[int(n)*7919%len(ids)]
					f := benchFact("visit", int(n))
					return s.PutVisit(ctx, healthcode.Visit{Person: id, Venue: fmt.Sprint(n % 50), At: f.Time, Decision: "admit", State: "green"},
						&healthcode.PersonFact{Person: id, Fact: f})
				})
			})
		})
	}
}

// BenchmarkAppend stores batches of facts of people who are there, from several importers at once.
func BenchmarkAppend(b *testing.B) {
	for _, e := range engines {
		for _, size := range []int{2000, 20_000} {
			for _, importers := range []int{1, 2} {
				b.Run(fmt.Sprintf("%s/%d/%d", e.name, size, importers), func(b *testing.B) {
					s, cpu := e.open(b)
					ids := loaded(b, s)
					var total atomic.Int64
					measured(b, cpu, "fact", func() int {
						var batches atomic.Int64
						var wg sync.WaitGroup
						for range importers {
							wg.Go(func() {
								for {
									n := int(batches.Add(1)) - 1
									if n >= b.N {
										return
									}
									batch := make([]healthcode.PersonFact, size)
									for i := range batch {
										batch[i] = healthcode.PersonFact{Person: ids[(n*size+i)*7919%len(ids)], Fact: benchFact("bulk", n*size+i)}
									}
									if _, err := s.Append(ctx, batch); err != nil {
										b.Error(err)
										return
									}
									total.Add(int64(size))
								}
							})
						}
						wg.Wait()
						return int(total.Load())
					})
				})
			}
		}
	}
}

// BenchmarkAgain sends a batch that is there already, as an import does that was interrupted.
func BenchmarkAgain(b *testing.B) {
	for _, e := range engines {
		b.Run(e.name, func(b *testing.B) {
			s, cpu := e.open(b)
			ids := loaded(b, s)
			batch := make([]healthcode.PersonFact, 2000)
			for i := range batch {
				batch[i] = healthcode.PersonFact{Person: ids[i], Fact: benchFact("load", i)}
			}
			measured(b, cpu, "fact", func() int {
				for range b.N {
					outcomes, err := s.Append(ctx, batch)
					if err != nil || outcomes[0] != healthcode.Duplicate {
						b.Fatal(outcomes, err)
					}
				}
				return b.N * len(batch)
			})
		})
	}
}
