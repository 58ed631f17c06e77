package postgres

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"healthcode"
	"healthcode/internal/pgtest"
)

func TestALaterVersionIsRefused(t *testing.T) {
	dsn, keys := newDatabase(t), newVault(t)
	s := openAt(t, dsn, keys)
	for _, sql := range []string{"INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, true)", "UPDATE schema_floor SET version = 99999"} {
		if _, err := s.pool.Exec(ctx, sql); err != nil {
			t.Fatal(err)
		}
	}
	_, err := Open(ctx, dsn, keys)
	if err == nil || !strings.Contains(err.Error(), "run a newer program") {
		t.Errorf("error %v", err)
	}
}

func TestAnotherVaultIsRefused(t *testing.T) {
	dsn := newDatabase(t)
	openAt(t, dsn, newVault(t))
	_, err := Open(ctx, dsn, newVault(t))
	if err == nil || !strings.Contains(err.Error(), "another vault") {
		t.Errorf("error %v", err)
	}
}

// TestManyServersStartAtOnce on a database that has no tables yet: one makes them.
func TestManyServersStartAtOnce(t *testing.T) {
	dsn, keys := pgtest.Database(t, "nothing", func(string) error { return nil }), newVault(t)
	answers := make(chan error, 5)
	for range cap(answers) {
		go func() {
			s, err := Open(ctx, dsn, keys)
			if err == nil {
				err = s.Close()
			}
			answers <- err
		}()
	}
	for range cap(answers) {
		if err := <-answers; err != nil {
			t.Error(err)
		}
	}
}

func TestTheDSNIsObeyed(t *testing.T) {
	config, err := configure("postgres:///x?pool_max_conns=3&application_name=mine")
	if err != nil {
		t.Fatal(err)
	}
	if config.MaxConns != 3 || config.ConnConfig.RuntimeParams["application_name"] != "mine" {
		t.Errorf("%d connections, %v", config.MaxConns, config.ConnConfig.RuntimeParams)
	}
	if config, err = configure("postgres:///x"); err != nil || config.MaxConns < 10 {
		t.Errorf("%d connections (%v)", config.MaxConns, err)
	}
	if _, err := Open(ctx, "postgres://u:secret@:bad/x", newVault(t)); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("error %v", err)
	}
}

// TestCommitsAreDurable on a server whose own default is not.
func TestCommitsAreDurable(t *testing.T) {
	s := newStore(t) // pgtest turns synchronous_commit off
	if got := text(t, s, "SHOW synchronous_commit"); got != "on" {
		t.Errorf("synchronous_commit is %s", got)
	}
}

// TestAReadOnlyDatabase is what a server meets whose primary became a standby. It goes on by itself afterwards.
func TestAReadOnlyDatabase(t *testing.T) {
	s := newStore(t)
	sampleData(t, s)
	set := func(to string) {
		_, err := s.pool.Exec(ctx, "BEGIN READ WRITE; DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = "+
			to+"', current_database()); END $$; COMMIT", pgx.QueryExecModeSimpleProtocol)
		must(t, err)
		s.pool.Reset()
	}
	set("on")
	if err := s.PutVenue(ctx, healthcode.Venue{ID: "w"}); !errors.Is(err, ErrReadOnly) {
		t.Errorf("error %v, want %v", err, ErrReadOnly)
	}
	checkSample(t, s)
	set("off")
	must(t, s.PutVenue(ctx, healthcode.Venue{ID: "w"}))
}

// TestNothingPersonalIsReadable looks through every column of every table.
func TestNothingPersonalIsReadable(t *testing.T) {
	s := newStore(t)
	sampleData(t, s)
	var all strings.Builder
	for _, sp := range spreads {
		rows, err := s.pool.Query(ctx, "SELECT * FROM "+sp.table)
		must(t, err)
		for rows.Next() {
			values, err := rows.Values()
			must(t, err)
			for _, v := range values {
				if b, ok := v.([]byte); ok {
					v = string(b)
				}
				fmt.Fprintln(&all, v)
			}
		}
		must(t, rows.Err())
	}
	data := all.String()
	for _, public := range []string{"lab:bj-0001", "sample-000000001", "beijing"} {
		if !strings.Contains(data, public) {
			t.Errorf("%q isn't there; this test doesn't see what is stored", public)
		}
	}
	for _, secret := range []string{"Mustermann", "张三", "13800138000", "C01X00T47", "11010519900307123", "1990-03-07", "hello", "at home", "picture"} {
		if strings.Contains(data, secret) {
			t.Errorf("%q can be read", secret)
		}
	}
}
