package postgres

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"healthcode"
	"healthcode/internal/storagetest"
)

// citusEnv names a database of a Citus cluster, by the URL of its coordinator. The test works in a schema of its own.
const citusEnv = "HEALTHCODE_TEST_CITUS"

func TestDistributeNeedsCitus(t *testing.T) {
	if err := newStore(t).Distribute(ctx, nil); !errors.Is(err, ErrNoCitus) {
		t.Errorf("error %v, want %v", err, ErrNoCitus)
	}
}

// TestCitus distributes the tables of a real cluster, reads the plans of what is asked
// most often, and runs the whole suite there.
func TestCitus(t *testing.T) {
	dsn := os.Getenv(citusEnv)
	if dsn == "" {
		t.Skipf("NOT TESTED on Citus: set %s to the URL of a database on a cluster's coordinator", citusEnv)
	}
	dsn = inSchema(t, dsn, "healthcode_test")
	keys := newVault(t)
	s := openAt(t, dsn, keys)
	ids, err := s.EnsurePersons(ctx, []healthcode.Document{benchDocument(1)}) // which must come along
	if err != nil {
		t.Fatal(err)
	}
	for round := range 2 { // the second time changes nothing
		moved := 0
		err := s.Distribute(ctx, func(p Placement) {
			if p.Moved {
				moved++
			}
		})
		if want := len(spreads) * (1 - round); err != nil || moved != want {
			t.Fatalf("round %d: %d tables moved, want %d (%v)", round, moved, want, err)
		}
	}
	if _, err := s.Person(ctx, ids[0]); err != nil {
		t.Errorf("a person from before: %v", err)
	}
	t.Run("one shard", func(t *testing.T) {
		inTx(t, s, func(tx pgx.Tx) {
			for _, q := range hot {
				if q.by != "" {
					wantOneShard(t, q.name, planOf(t, tx, q.sql, q.args...))
				}
			}
		})
	})
	t.Run("bulk", func(t *testing.T) { bulkOnCitus(t, s) })
	t.Run("suite", func(t *testing.T) {
		storagetest.Run(t, func(t *testing.T) healthcode.Store {
			empty(t, s)
			return openAt(t, dsn, keys)
		})
	})
}

// inSchema returns the DSN of an empty schema in a database, which is dropped at the end.
func inSchema(t *testing.T, dsn, schema string) string {
	t.Helper()
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		t.Fatal(err)
	}
	drop := func() error {
		_, err := conn.Exec(ctx, "DROP SCHEMA IF EXISTS "+schema+" CASCADE")
		return err
	}
	if err := drop(); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(ctx, "CREATE SCHEMA "+schema); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := drop(); err != nil {
			t.Error(err)
		}
		conn.Close(ctx)
	})
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	query := u.Query()
	query.Set("search_path", schema+",public")
	u.RawQuery = query.Encode()
	return u.String()
}

// empty deletes every row of every table, and so makes a database as it is when new.
func empty(t *testing.T, s *Store) {
	t.Helper()
	var tables []string
	for _, sp := range spreads {
		if sp.table != "setting" && sp.table != "area_version" && sp.table != "schema_floor" {
			tables = append(tables, sp.table)
		}
	}
	if _, err := s.pool.Exec(ctx, "TRUNCATE "+strings.Join(tables, ", ")); err != nil {
		t.Fatal(err)
	}
}

// bulkOnCitus stores a large batch twice. The keys go from beside their table into it, on every node at once.
func bulkOnCitus(t *testing.T, s *Store) {
	const people, each = 2000, 5
	documents := make([]healthcode.Document, people)
	for i := range documents {
		documents[i] = benchDocument(i)
	}
	ids, err := s.EnsurePersons(ctx, documents)
	if err != nil {
		t.Fatal(err)
	}
	var batch []healthcode.PersonFact
	for n := range people * each {
		batch = append(batch, healthcode.PersonFact{Person: ids[n%people], Fact: benchFact("citus", n)})
	}
	for _, want := range []healthcode.Outcome{healthcode.Stored, healthcode.Duplicate} {
		outcomes, err := s.Append(ctx, batch)
		if err != nil {
			t.Fatal(err)
		}
		for i, got := range outcomes {
			if got != want {
				t.Fatalf("fact %d: outcome %d, want %d", i, got, want)
			}
		}
	}
	if err := s.Check(ctx); err != nil {
		t.Error(err)
	}
	inTx(t, s, func(tx pgx.Tx) {
		plan := planOf(t, tx, fmt.Sprintf(takeKeysSQL, "fact_key"), uuid{1})
		if strings.Contains(plan, "pull to coordinator") {
			t.Errorf("keys go through the coordinator:\n%s", plan)
		}
	})
}
