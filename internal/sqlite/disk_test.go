package sqlite

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"

	"healthcode"
)

// TestFullDisk fills the database up to a limit, then lifts it: what was
// acknowledged is there, what was refused isn't, and it goes on afterwards.
func TestFullDisk(t *testing.T) {
	for name, c := range map[string]struct {
		limit func(t *testing.T, s *Store, path string) (lift func())
		want  error
	}{
		"pages": {limitPages, ErrDiskFull},
		"files": {limitFiles, ErrDisk},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "health.db")
			s := openAt(t, path, newVault(t))
			ids, err := s.EnsurePersons(ctx, []healthcode.Document{sampleFeed})
			if err != nil {
				t.Fatal(err)
			}
			lift := c.limit(t, s, path)
			acknowledged, refused := writeUntilRefused(t, s, ids[0], c.want)
			wantIDs(t, s, ids[0], acknowledged)
			lift()
			outcomes, err := s.Append(ctx, refused)
			if err != nil || outcomes[0] != healthcode.Stored {
				t.Fatalf("after the limit was lifted: %v, %v", outcomes, err)
			}
			for _, f := range refused {
				acknowledged = append(acknowledged, f.Fact.ID)
			}
			wantIDs(t, s, ids[0], acknowledged)
			if err := s.Check(ctx); err != nil {
				t.Error(err)
			}
		})
	}
}

// limitPages lets SQLite believe that the disk ends soon.
func limitPages(t *testing.T, s *Store, _ string) func() {
	set := func(pages int) {
		if err := s.write(ctx, "limiting pages", func(t *tx) error {
			return t.each(fmt.Sprintf("PRAGMA max_page_count = %d", pages), nil, func(scanner) error { return nil })
		}); err != nil {
			t.Fatal(err)
		}
	}
	set(100)
	return func() { set(1 << 30) }
}

// limitFiles makes the kernel refuse to let files grow.
func limitFiles(t *testing.T, _ *Store, path string) func() {
	info, err := os.Stat(path + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
		t.Fatal(err)
	}
	signal.Ignore(syscall.SIGXFSZ)
	limited := before
	limited.Cur = uint64(info.Size()) + 300_000
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limited); err != nil {
		t.Fatal(err)
	}
	lifted := false
	lift := func() {
		if !lifted {
			lifted = true
			if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
				t.Fatal(err)
			}
			signal.Reset(syscall.SIGXFSZ)
		}
	}
	t.Cleanup(lift)
	return lift
}

func writeUntilRefused(t *testing.T, s *Store, id healthcode.PersonID, want error) (acknowledged []string, refused []healthcode.PersonFact) {
	t.Helper()
	for n := range 2000 {
		batch := make([]healthcode.PersonFact, 100)
		for i := range batch {
			f := sampleFacts()[0]
			f.ID = fmt.Sprintf("%d-%d", n, i)
			batch[i] = healthcode.PersonFact{Person: id, Fact: f}
		}
		if _, err := s.Append(ctx, batch); err != nil {
			if !errors.Is(err, want) {
				t.Fatalf("error %v, want %v", err, want)
			}
			return acknowledged, batch
		}
		for _, f := range batch {
			acknowledged = append(acknowledged, f.Fact.ID)
		}
	}
	t.Fatal("no write was refused")
	return nil, nil
}

func wantIDs(t *testing.T, s *Store, id healthcode.PersonID, want []string) {
	t.Helper()
	facts, err := s.Facts(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	have := map[string]bool{}
	for _, f := range facts {
		have[f.ID] = true
	}
	if len(facts) != len(want) || len(have) != len(want) {
		t.Errorf("%d facts of %d names, want %d", len(facts), len(have), len(want))
	}
	for _, id := range want {
		if !have[id] {
			t.Errorf("fact %s was acknowledged and isn't there", id)
		}
	}
}

// TestReadOnly lets SQLite refuse every write, as it does on a read-only disk.
func TestReadOnly(t *testing.T) {
	s := newStore(t)
	sampleData(t, s)
	set := func(to int) {
		if _, err := s.writer.conn.exec(fmt.Sprintf("PRAGMA query_only = %d", to)); err != nil {
			t.Fatal(err)
		}
	}
	set(1)
	if err := s.PutVenue(ctx, healthcode.Venue{ID: "w"}); !errors.Is(err, ErrReadOnly) {
		t.Errorf("error %v, want %v", err, ErrReadOnly)
	}
	checkSample(t, s)
	set(0)
	if err := s.PutVenue(ctx, healthcode.Venue{ID: "w"}); err != nil {
		t.Error(err)
	}
	if err := s.Check(ctx); err != nil {
		t.Error(err)
	}
}

func TestOpenWhereNothingCanBeWritten(t *testing.T) {
	_, err := Open(ctx, filepath.Join(t.TempDir(), "missing", "health.db"), newVault(t))
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing folder: %v", err)
	}
	path := filepath.Join(t.TempDir(), "health.db")
	if err := os.WriteFile(path, []byte("this is a letter, and not a database; it is long enough to look like one"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(ctx, path, newVault(t)); err == nil {
		t.Error("a file that is no database was opened")
	}
	odd := filepath.Join(t.TempDir(), "a?b%41#c d.db")
	s := openAt(t, odd, newVault(t))
	sampleData(t, s)
	if _, err := os.Stat(odd); err != nil {
		t.Errorf("a name that needs escaping: %v", err)
	}
}
