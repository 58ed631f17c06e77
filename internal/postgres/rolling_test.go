package postgres

import (
	"fmt"
	"io/fs"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"healthcode"
)

// TestRollingUpgrade: a program serves while a later one brings the tables up to date, starts again on them, and
// is refused only where a migration has taken away what it needs.
func TestRollingUpgrade(t *testing.T) {
	stores := processes(t, 2)
	dsn, keys := stores[0].pool.Config().ConnString(), stores[0].sealer
	ids, err := stores[0].EnsurePersons(ctx, []healthcode.Document{benchDocument(1), benchDocument(2)})
	if err != nil {
		t.Fatal(err)
	}
	var stop atomic.Bool
	var written atomic.Int64
	var load sync.WaitGroup
	for i, s := range stores {
		load.Go(func() {
			for n := 0; !stop.Load(); n++ {
				if _, err := s.Append(ctx, []healthcode.PersonFact{{Person: ids[i], Fact: benchFact(fmt.Sprint("load", i), n)}}); err != nil {
					t.Errorf("writing during the upgrade: %v", err)
					return
				}
				if err := s.PutVenue(ctx, healthcode.Venue{ID: fmt.Sprint(i), Jurisdiction: "beijing", Kind: "shop"}); err != nil {
					t.Errorf("writing to the table that is altered: %v", err)
					return
				}
				if facts, err := s.Facts(ctx, ids[i]); err != nil || len(facts) != n+1 {
					t.Errorf("%d facts during the upgrade, want %d (%v)", len(facts), n+1, err)
					return
				}
				written.Add(1)
			}
		})
	}
	await := func(n int64) {
		for end := time.Now().Add(20 * time.Second); written.Load() < n && time.Now().Before(end) && !t.Failed(); {
			time.Sleep(time.Millisecond)
		}
	}
	await(20)
	// What the later program does first: add, with a default for those who don't know of it.
	for _, sql := range []string{"CREATE TABLE later (person_id uuid PRIMARY KEY)", "ALTER TABLE venue ADD COLUMN floors int NOT NULL DEFAULT 1",
		"ALTER TABLE fact ADD COLUMN later bigint", "CREATE INDEX later_venue ON venue (floors)",
		"INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, true)"} {
		if _, err := stores[1].pool.Exec(ctx, sql); err != nil {
			t.Fatal(err)
		}
	}
	await(written.Load() + 20)
	restarted, err := Open(ctx, dsn, keys)
	if err != nil {
		t.Fatalf("the earlier program doesn't start beside the later one: %v", err)
	}
	if facts, err := restarted.Facts(ctx, ids[0]); err != nil || len(facts) == 0 {
		t.Errorf("%d facts after a start (%v)", len(facts), err)
	}
	restarted.Close()
	stop.Store(true)
	load.Wait()
	if err := stores[0].Check(ctx); err != nil {
		t.Error(err)
	}
	// When no earlier program runs any more, the later one may take something away, and says so.
	if _, err := stores[1].pool.Exec(ctx, "UPDATE schema_floor SET version = 99999"); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(ctx, dsn, keys); err == nil || !strings.Contains(err.Error(), "run a newer program") {
		t.Errorf("error %v", err)
	}
}

// narrowing is what the programs before would stumble over.
var narrowing = regexp.MustCompile(`(?is)\bDROP\s+(TABLE|COLUMN|VIEW)|\bRENAME\b|\bALTER\s+COLUMN\s+\S+\s+(SET\s+DATA\s+)?TYPE\b|\bSET\s+NOT\s+NULL\b|` +
	`\bADD\s+CONSTRAINT\b|\bADD\s+(COLUMN\s+)?\S+\s+[^,;]*\bNOT\s+NULL\b`)

// TestMigrationsOnlyAdd: since programs of two versions may run at once, a migration that takes something away raises the floor
// (docs/decisions/0196).
func TestMigrationsOnlyAdd(t *testing.T) {
	for text, want := range map[string]bool{"ALTER TABLE a DROP COLUMN b": true, "ALTER TABLE a RENAME COLUMN b TO c": true,
		"ALTER TABLE a ALTER COLUMN b TYPE text": true, "ALTER TABLE a ALTER COLUMN b SET NOT NULL": true, "ALTER TABLE a ADD COLUMN b int NOT NULL": true,
		"ALTER TABLE a ADD COLUMN b int NOT NULL DEFAULT 0": false, "ALTER TABLE a ADD COLUMN b int": false, "CREATE INDEX b ON a (c)": false} {
		if narrows(text) != want {
			t.Errorf("%s: narrows %v", text, !want)
		}
	}
	const since = "00023"
	files, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	for _, file := range files {
		data, err := fs.ReadFile(migrations, file)
		if err != nil {
			t.Fatal(err)
		}
		text := string(data)
		if strings.TrimPrefix(file, "migrations/") > since && narrows(text) && !strings.Contains(text, "UPDATE schema_floor") {
			t.Errorf("%s takes something away from the program before: do it one version later, and UPDATE schema_floor", file)
		}
	}
}

// narrows leaves out columns that are added with a default.
func narrows(text string) bool {
	for _, statement := range strings.Split(text, ";") {
		found := narrowing.FindString(statement)
		if found != "" && !strings.Contains(strings.ToUpper(statement), " DEFAULT ") {
			return true
		}
	}
	return false
}
