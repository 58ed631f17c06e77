package postgres

import (
	"context"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"healthcode"
	"healthcode/internal/pgtest"
	"healthcode/internal/storagetest"
	"healthcode/internal/vault"
)

// serverEnv tells the processes that TestKill starts which server they write to.
const serverEnv = "HEALTHCODE_KILL_SERVER"

// TestKill kills processes that write. Each folder of the suite's has a database of its own.
func TestKill(t *testing.T) {
	if os.Getenv(serverEnv) == "" {
		t.Setenv(serverEnv, pgtest.New(t).DSN("postgres"))
	}
	storagetest.Kill(t, func(dir string) (healthcode.Store, error) {
		v, err := vault.OpenOrCreate(filepath.Join(dir, "keys.json"), nil)
		if err != nil {
			return nil, err
		}
		dsn, err := databaseOf(dir)
		if err != nil {
			return nil, err
		}
		return Open(ctx, dsn, v)
	})
}

// databaseOf makes the database of a folder, where there is none, and waits until what a killed process
// had sent is done: the server finishes it after the process is gone.
func databaseOf(dir string) (string, error) {
	sum := fnv.New64a()
	sum.Write([]byte(dir))
	name := fmt.Sprintf("kill_%x", sum.Sum64())
	conn, err := pgx.Connect(ctx, os.Getenv(serverEnv))
	if err != nil {
		return "", err
	}
	defer conn.Close(ctx)
	const duplicateDatabase = "42P04"
	if _, err := conn.Exec(ctx, "CREATE DATABASE "+name); err != nil && codeOf(err) != duplicateDatabase {
		return "", err
	}
	for busy := 1; busy > 0; {
		if err := conn.QueryRow(ctx, "SELECT count(*) FROM pg_stat_activity WHERE datname = $1", name).Scan(&busy); err != nil {
			return "", err
		}
	}
	return strings.Replace(os.Getenv(serverEnv), ":///postgres?", ":///"+name+"?", 1), nil
}

// TestServerKill kills PostgreSQL itself under load, one process of it and all of them in turn. The store goes
// on by itself, and nothing that was acknowledged is lost, or there twice.
func TestServerKill(t *testing.T) {
	rounds := 4
	if s := os.Getenv("HEALTHCODE_KILLS"); s != "" {
		var err error
		if rounds, err = strconv.Atoi(s); err != nil {
			t.Fatal(err)
		}
	}
	server := pgtest.New(t)
	s := openAt(t, server.DSN("postgres"), newVault(t))
	l := newLoad(t, s)
	for round := range rounds {
		l.run(t, func() {
			time.Sleep(time.Duration(50+round*37%150) * time.Millisecond)
			if round%2 == 0 {
				killBackend(t, server)
				return
			}
			if err := server.Kill(); err != nil {
				t.Fatal(err)
			}
			if err := server.Start(); err != nil {
				t.Fatal(err)
			}
		})
		l.verify(t, round)
	}
	t.Logf("%d kills, %d acknowledged writes, %d writes that failed", rounds, len(l.acknowledged), l.failed.Load())
	if l.failed.Load() == 0 || len(l.acknowledged) < 10*rounds {
		t.Error("the test shows little: no write was cut off, or too few were made")
	}
}

// killBackend kills one process of the server, and returns when the server has noticed, ended the others, and recovered.
func killBackend(t *testing.T, server *pgtest.Server) {
	t.Helper()
	conn, err := pgx.Connect(ctx, server.DSN("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	if err := server.KillBackend(); err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(time.Minute)
	for conn.Ping(ctx) == nil && time.Now().Before(deadline) {
		time.Sleep(5 * time.Millisecond)
	}
	for time.Now().Before(deadline) {
		if again, err := pgx.Connect(ctx, server.DSN("postgres")); err == nil {
			again.Close(ctx)
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatal("the server doesn't come back")
}

// load writes from several goroutines and remembers what was acknowledged.
type load struct {
	store *Store
	ids   []healthcode.PersonID
	n     atomic.Int64

	mu           sync.Mutex
	acknowledged map[string]bool
	failed       atomic.Int64
}

func newLoad(t *testing.T, s *Store) *load {
	documents := make([]healthcode.Document, 8)
	for i := range documents {
		documents[i] = benchDocument(i)
	}
	ids, err := s.EnsurePersons(ctx, documents)
	if err != nil {
		t.Fatal(err)
	}
	return &load{store: s, ids: ids, acknowledged: map[string]bool{}}
}

// run writes until harm is done and, after that, each writer has succeeded once more.
func (l *load) run(t *testing.T, harm func()) {
	t.Helper()
	var harmed atomic.Bool
	deadline := time.Now().Add(time.Minute)
	var writers sync.WaitGroup
	for w := range l.ids {
		writers.Go(func() {
			for {
				after := harmed.Load()
				err := l.write(w)
				if err != nil {
					l.failed.Add(1)
					time.Sleep(5 * time.Millisecond)
				}
				if err == nil && after {
					return
				}
				if time.Now().After(deadline) {
					t.Errorf("writer %d doesn't succeed any more: %v", w, err)
					return
				}
			}
		})
	}
	harm()
	harmed.Store(true)
	writers.Wait()
}

// write stores one fact, or a visit with its fact, or facts in bulk.
func (l *load) write(w int) error {
	size := []int{1, 1, 3, 40}[w%4]
	first := int(l.n.Add(int64(size))) - size
	batch := make([]healthcode.PersonFact, size)
	for i := range batch {
		batch[i] = healthcode.PersonFact{Person: l.ids[w], Fact: benchFact("kill", first+i)}
	}
	if w%4 == 1 {
		f := batch[0].Fact
		v := healthcode.Visit{Person: l.ids[w], Venue: "v", At: time.Unix(0, int64(first)), Decision: "admit", State: f.ID}
		if err := l.store.PutVisit(ctx, v, &batch[0]); err != nil {
			return err
		}
	} else if _, err := l.store.Append(ctx, batch); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, f := range batch {
		l.acknowledged[f.Fact.ID] = true
	}
	return nil
}

func (l *load) verify(t *testing.T, round int) {
	t.Helper()
	if err := l.store.Check(ctx); err != nil {
		t.Errorf("round %d: %v", round, err)
	}
	found := map[string]int{}
	for _, id := range l.ids {
		facts, err := l.store.Facts(ctx, id)
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		for _, f := range facts {
			found[f.ID]++
		}
	}
	visits, err := l.store.VisitsAt(ctx, "v", time.Time{}, 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	visited := map[string]int{}
	for _, v := range visits {
		if visited[v.State]++; visited[v.State] > 1 || found[v.State] != 1 {
			t.Errorf("round %d: visit %s is there %d times, its fact %d times", round, v.State, visited[v.State], found[v.State])
		}
	}
	for id := range l.acknowledged {
		if found[id] != 1 {
			t.Errorf("round %d: %s was acknowledged and is there %d times", round, id, found[id])
		}
	}
	for id, n := range found {
		if n != 1 {
			t.Errorf("round %d: %s is there %d times", round, id, n)
		}
	}
}

// TestReadsOutliveTheirConnections cuts every connection: the next reads must not notice.
func TestReadsOutliveTheirConnections(t *testing.T) {
	s := newStore(t)
	ids, err := s.EnsurePersons(ctx, []healthcode.Document{benchDocument(1)})
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		if _, err := s.pool.Exec(context.Background(), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
			WHERE datname = current_database() AND pid <> pg_backend_pid()`); err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				if _, err := s.Person(ctx, ids[0]); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	}
}
