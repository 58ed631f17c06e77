package pgtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
)

// shared is the cluster of this test binary.
var shared struct {
	main      bool // Main runs
	once      sync.Once
	server    *Server
	err       error
	mu        sync.Mutex
	templates map[string]error // made, or why it couldn't be
	databases int
}

// Main runs the tests, then ends the shared cluster. A package's TestMain does nothing else.
func Main(m *testing.M) { os.Exit(Run(m)) }

// Run runs the tests and stops the server that they shared, for packages whose TestMain does more.
func Run(m interface{ Run() int }) int {
	shared.main = true
	code := m.Run()
	if shared.server != nil {
		if err := shared.server.Stop(); err != nil {
			fmt.Fprintln(os.Stderr, "pgtest:", err)
		}
	}
	return code
}

// Database returns the DSN of a fresh database in the shared cluster, which is dropped when the
// test ends. It is a copy of a template, which migrate filled once.
func Database(t testing.TB, template string, migrate func(dsn string) error) string {
	t.Helper()
	if !shared.main {
		t.Fatal("pgtest: call pgtest.Main from this package's TestMain")
	}
	shared.once.Do(func() { shared.server, shared.err = newServer(fast) })
	available(t, shared.err)
	name, err := fromTemplate(template, migrate)
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	t.Cleanup(func() {
		if err := execute("DROP DATABASE " + quote(name) + " WITH (FORCE)"); err != nil {
			t.Errorf("pgtest: %v", err)
		}
	})
	return shared.server.DSN(name)
}

// New starts a cluster for this test alone, with PostgreSQL's own durability, so that
// the test may kill it.
func New(t testing.TB) *Server {
	t.Helper()
	s, err := newServer(nil)
	available(t, err)
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Errorf("pgtest: %v", err)
		}
	})
	return s
}

// available ends the test where there is no server: it fails, and only -short may leave it out.
func available(t testing.TB, err error) {
	t.Helper()
	switch {
	case err == nil:
	case errors.Is(err, errMissing) && testing.Short():
		t.Skipf("NOT TESTED on PostgreSQL (-short): %v", err)
	default:
		t.Fatalf("pgtest: %v", err)
	}
}

func fromTemplate(template string, migrate func(dsn string) error) (string, error) {
	shared.mu.Lock()
	defer shared.mu.Unlock()
	if shared.templates == nil {
		shared.templates = map[string]error{}
	}
	err, made := shared.templates[template]
	if !made {
		if err = execute("CREATE DATABASE " + quote(template)); err == nil {
			err = migrate(shared.server.DSN(template))
		}
		shared.templates[template] = err
	}
	if err != nil {
		return "", fmt.Errorf("making the template %s: %w", template, err)
	}
	shared.databases++
	name := fmt.Sprintf("%s_%d", template, shared.databases)
	return name, execute("CREATE DATABASE " + quote(name) + " WITH TEMPLATE " + quote(template))
}

func quote(name string) string { return pgx.Identifier{name}.Sanitize() }

// execute runs a statement in the cluster's own database.
func execute(statement string) error {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, shared.server.DSN("postgres"))
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, statement)
	return err
}
