package pgtest

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

func TestMain(m *testing.M) { Main(m) }

func connect(t *testing.T, dsn string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(context.Background(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

func execOn(t *testing.T, conn *pgx.Conn, statement string) {
	t.Helper()
	if _, err := conn.Exec(context.Background(), statement); err != nil {
		t.Fatal(err)
	}
}

func countOf(t *testing.T, conn *pgx.Conn, table string) (n int) {
	t.Helper()
	if err := conn.QueryRow(context.Background(), "SELECT count(*) FROM "+table).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestDatabasesAreApartAndMigratedOnce(t *testing.T) {
	migrations := 0
	migrate := func(dsn string) error {
		migrations++
		conn, err := pgx.Connect(context.Background(), dsn)
		if err != nil {
			return err
		}
		defer conn.Close(context.Background())
		_, err = conn.Exec(context.Background(), "CREATE TABLE thing (n int); INSERT INTO thing VALUES (1)")
		return err
	}
	a := connect(t, Database(t, "things", migrate))
	b := connect(t, Database(t, "things", migrate))
	execOn(t, a, "INSERT INTO thing VALUES (2)")
	if countOf(t, a, "thing") != 2 || countOf(t, b, "thing") != 1 || migrations != 1 {
		t.Errorf("%d and %d rows after %d migrations, want 2 and 1 after 1", countOf(t, a, "thing"), countOf(t, b, "thing"), migrations)
	}
}

// TestKill ends a server in both ways; what it had committed is there afterwards.
func TestKill(t *testing.T) {
	s := New(t)
	conn := connect(t, s.DSN("postgres"))
	execOn(t, conn, "CREATE TABLE thing (n int)")
	execOn(t, conn, "INSERT INTO thing VALUES (1)")
	if err := s.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	conn = connect(t, s.DSN("postgres"))
	execOn(t, conn, "INSERT INTO thing VALUES (2)")
	if err := s.KillBackend(); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(startTimeout); ; {
		conn, err := pgx.Connect(context.Background(), s.DSN("postgres"))
		if err == nil {
			var n int
			if err = conn.QueryRow(context.Background(), "SELECT count(*) FROM thing").Scan(&n); err == nil && n != 2 {
				t.Errorf("%d rows, want 2", n)
			}
			conn.Close(context.Background())
		}
		if err == nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Millisecond)
	}
	dir := s.dir
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("the folder is still there (%v)", err)
	}
}

// TestMissingBinaries: a machine without PostgreSQL is told what to do, and only -short leaves the tests out.
func TestMissingBinaries(t *testing.T) {
	before := binFolders
	defer func() { binFolders = before }()
	binFolders = []string{t.TempDir() + "/*/bin"}
	_, err := newServer(nil)
	if !errors.Is(err, errMissing) {
		t.Fatalf("error %v, want %v", err, errMissing)
	}
	r := &recorder{TB: t}
	available(r, err)
	if want := "failed"; !testing.Short() && r.outcome != want || testing.Short() && r.outcome != "skipped" {
		t.Errorf("the test %s, and should have %s (-short: skipped)", r.outcome, want)
	}
}

// recorder is a test that says how it would have ended.
type recorder struct {
	testing.TB
	outcome string
}

func (r *recorder) Helper()               {}
func (r *recorder) Skipf(string, ...any)  { r.outcome = "skipped" }
func (r *recorder) Fatalf(string, ...any) { r.outcome = "failed" }
