package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"filippo.io/age"

	"healthcode"
	"healthcode/internal/change"
	"healthcode/internal/pgtest"
)

// engines are the settings with which both are tried. The PostgreSQL database is empty.
func engines(t *testing.T) map[string]func(t *testing.T) settings {
	return map[string]func(*testing.T) settings{
		"sqlite": func(t *testing.T) settings { return settings{Data: filepath.Join(t.TempDir(), "data")} },
		"postgres": func(t *testing.T) settings {
			return settings{Data: filepath.Join(t.TempDir(), "data"), Database: pgtest.Database(t, "nothing", func(string) error { return nil })}
		},
	}
}

// serving runs the service over settings until the test ends, with a clock at which the built-in policies are in force.
func serving(t *testing.T, s settings) *app {
	t.Helper()
	s.Addr = "127.0.0.1:0"
	began := time.Now()
	clock := healthcode.ClockFunc(func() time.Time { return time.Date(2022, 4, 28, 1, 0, 0, 0, time.UTC).Add(time.Since(began)) })
	a, err := newApp(t.Context(), s, clock, slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelError})))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ready, ended := make(chan bool), make(chan error, 1)
	go func() { ended <- a.run(ctx, func(net.Addr) { close(ready) }) }()
	<-ready
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return a
}

// changed makes an applied change about the n-th person.
func changed(t *testing.T, a *app, n int) {
	t.Helper()
	ids, err := a.store.EnsurePersons(t.Context(), []healthcode.Document{{Type: healthcode.DocumentPassport, Number: fmt.Sprint("X", n), Country: "SWE"}})
	if err != nil {
		t.Fatal(err)
	}
	officer := func(name string) healthcode.Actor {
		return healthcode.Actor{Role: healthcode.RoleCaseworker, Staff: name, Jurisdiction: "beijing"}
	}
	c, err := a.changes.Propose(t.Context(), officer("wei"), change.Proposal{Person: ids[0], Jurisdiction: "beijing", Ground: change.GroundNoLink,
		Evidence: "通话记录", Fact: healthcode.Fact{Kind: healthcode.KindLift, Hold: "4"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.changes.Agree(t.Context(), officer("li"), c.ID); err != nil {
		t.Fatal(err)
	}
}

// command runs one of the binary's commands and returns its exit code and what it wrote.
func runCommand(t *testing.T, args ...string) (code int, out, errs string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code = run(t.Context(), args, stdio{strings.NewReader(""), &stdout, &stderr, time.Now})
	return code, stdout.String(), stderr.String()
}

func mustRun(t *testing.T, args ...string) string {
	t.Helper()
	code, out, errs := runCommand(t, args...)
	if code != exitOK {
		t.Fatalf("healthcode %s: exit %d\n%s%s", strings.Join(args, " "), code, out, errs)
	}
	return out
}

// checkedData runs check on data, and returns what it says.
func checkedData(t *testing.T, s settings) checked {
	t.Helper()
	var c checked
	if err := json.Unmarshal([]byte(mustRun(t, append([]string{"check", "--json"}, s.again()...)...)), &c); err != nil {
		t.Fatal(err)
	}
	return c
}

// TestBackupWhileServing backs up under load, restores into an empty place, and serves from there. A phone that was deleted is in
// none of the backups made later.
func TestBackupWhileServing(t *testing.T) {
	for name, empty := range engines(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			backupWhileServing(t, empty)
		})
	}
}

func backupWhileServing(t *testing.T, empty func(*testing.T) settings) {
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	key := filepath.Join(dir, "key")
	if err := os.WriteFile(key, []byte(identity.String()+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := empty(t)
	a := serving(t, s)
	ctx := t.Context()
	ids, err := a.store.EnsurePersons(ctx, []healthcode.Document{{Type: healthcode.DocumentID, Number: "11010519491231002X"}})
	if err != nil {
		t.Fatal(err)
	}
	fact := func(id string) healthcode.PersonFact {
		return healthcode.PersonFact{Person: ids[0], Fact: healthcode.Fact{ID: id, Source: "lab:bj-0007", Kind: healthcode.KindTest, Time: a.clock.Now(),
			Recorded: a.clock.Now(), Analyte: "nucleic-acid", Result: "negative"}}
	}
	if _, err := a.store.Append(ctx, []healthcode.PersonFact{fact("before")}); err != nil {
		t.Fatal(err)
	}
	phone := healthcode.Phone{ID: "p", Person: ids[0], Number: "+8613900000001", User: "张小明", Bound: a.clock.Now()}
	if err := a.store.PutPhone(ctx, phone); err != nil {
		t.Fatal(err)
	}
	changed(t, a, 1)
	for end := time.Now().Add(10 * time.Second); checkedData(t, s).LogEntries == 0; {
		if time.Now().After(end) {
			t.Fatal("the change isn't logged")
		}
	}
	stop := make(chan bool)
	var load sync.WaitGroup
	load.Go(func() {
		for n := 0; ; n++ {
			select {
			case <-stop:
				return
			default:
			}
			if _, err := a.store.Append(ctx, []healthcode.PersonFact{fact(fmt.Sprint("load-", n))}); err != nil {
				t.Errorf("writing during the backup: %v", err)
				return
			}
		}
	})
	backup := func(name string) string {
		t.Helper()
		out := filepath.Join(dir, name)
		mustRun(t, append([]string{"backup", "--out", out, "--recipient", identity.Recipient().String()}, s.again()...)...)
		return out
	}
	first := backup("first")
	changed(t, a, 2)
	phone.Unbound, phone.DeleteAfter = a.clock.Now(), a.clock.Now()
	if err := a.store.PutPhone(ctx, phone); err != nil {
		t.Fatal(err)
	}
	if n, err := a.store.PurgePhones(ctx, a.clock.Now()); n != 1 || err != nil {
		t.Fatalf("%d phones deleted (%v)", n, err)
	}
	second := backup("second")
	close(stop)
	load.Wait()
	left, err := filepath.Glob(filepath.Join(s.Data, ".backup-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("a backup leaves %v behind (%v)", left, err)
	}

	for file, phones := range map[string]int{first: 1, second: 0} {
		to := empty(t)
		args := append([]string{"restore", "--identity", key}, to.again()...)
		if out := mustRun(t, append(args, file)...); !strings.Contains(out, "sound: ") {
			t.Errorf("after the restore: %s", out)
		}
		if c := checkedData(t, to); c.LogEntries < 1 || c.Facts < 2 {
			t.Errorf("restored: %+v", c)
		}
		b := serving(t, to)
		facts, err := b.store.Facts(ctx, ids[0])
		if err != nil || len(facts) == 0 {
			t.Errorf("%d facts restored (%v)", len(facts), err)
		}
		list, err := b.store.PhonesOf(ctx, ids[0])
		if err != nil || len(list) != phones {
			t.Errorf("%s: %d phones, want %d (%v)", filepath.Base(file), len(list), phones, err)
		}
		changed(t, b, 3) // the log goes on
		for end := time.Now().Add(10 * time.Second); checkedData(t, to).LogWaiting > 0; {
			if time.Now().After(end) {
				t.Fatal("a change after the restore isn't logged")
			}
		}
		// There is something now, and nothing writes over it.
		if code, _, errs := runCommand(t, append(args, file)...); code != exitUsage || !strings.Contains(errs, "isn't empty") {
			t.Errorf("a restore over data: exit %d, %s", code, errs)
		}
	}
}

func TestBackupsThatCannotBe(t *testing.T) {
	dir := t.TempDir()
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"no recipient":  {[]string{"backup", "--data", dir, "--out", filepath.Join(dir, "x")}, "--recipient"},
		"no file":       {[]string{"backup", "--data", dir, "--recipient", "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"}, "--out"},
		"bad recipient": {[]string{"backup", "--recipient", "age1nonsense"}, "recipient"},
		"no data":       {[]string{"backup", "--data", filepath.Join(dir, "no"), "--out", "-", "--recipient", "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"}, "there is no keys.json"},
		"check nothing": {[]string{"check", "--data", filepath.Join(dir, "no")}, "there is no keys.json"},
		"no identity":   {[]string{"restore", "--data", filepath.Join(dir, "no"), "file"}, "--identity"},
		"distribute":    {[]string{"migrate", "--distribute", "--data", dir}, "--database"},
	} {
		code, out, errs := runCommand(t, c.args...)
		if code != exitUsage || !strings.Contains(errs, c.want) {
			t.Errorf("%s: exit %d, %q %q; want %q", name, code, out, errs, c.want)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "no")); err == nil {
		t.Error("a command that only looks has made a directory")
	}
}

func TestMigrateCommand(t *testing.T) {
	dsn := pgtest.Database(t, "nothing", func(string) error { return nil })
	for range 2 {
		if out := mustRun(t, "migrate", "--database", dsn); !strings.Contains(out, "up to date") {
			t.Error(out)
		}
	}
	if code, _, errs := runCommand(t, "migrate", "--distribute", "--database", dsn); code != exitFail || !strings.Contains(errs, "CREATE EXTENSION citus") {
		t.Errorf("without Citus: exit %d, %s", code, errs)
	}
}
