package storagetest

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"healthcode"
)

// Environment of [Kill]: how many rounds, and, in the child, where it writes.
const (
	killsEnv = "HEALTHCODE_KILLS"
	childEnv = "HEALTHCODE_KILL_CHILD"
)

// defaultKills is how many rounds an ordinary test run has, and the most on one set of data.
const defaultKills = 25

// Kill starts the test binary again as a process that writes and says what was
// acknowledged, kills it with SIGKILL at a random moment, and checks that
// every acknowledged write is there exactly once; then again, on the same data.
//
// The caller's test must do nothing but call Kill. Open opens the store whose
// data is in dir, and makes it where there is none.
func Kill(t *testing.T, open func(dir string) (healthcode.Store, error)) {
	if dir := os.Getenv(childEnv); dir != "" {
		writeUntilKilled(dir, open)
	}
	rounds := defaultKills
	if s := os.Getenv(killsEnv); s != "" {
		var err error
		rounds, err = strconv.Atoi(s)
		must(t, err)
	}
	var k killing
	total := 0
	for round := range rounds {
		if round%defaultKills == 0 { // the longer the data, the longer the check
			k = killing{dir: t.TempDir(), open: open, acknowledged: map[string]bool{}}
		}
		before := len(k.acknowledged)
		k.round(t, round)
		if t.Failed() {
			return
		}
		total += len(k.acknowledged) - before
	}
	t.Logf("%d kills, %d acknowledged writes", rounds, total)
	if total < rounds {
		t.Errorf("only %d writes in %d rounds: the test shows little", total, rounds)
	}
}

type killing struct {
	dir          string
	open         func(dir string) (healthcode.Store, error)
	acknowledged map[string]bool
}

func (k *killing) round(t *testing.T, round int) {
	cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), childEnv+"="+k.dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	// The clock starts with the first acknowledged write, so that each round kills a process that is writing.
	lines, acknowledged := bufio.NewReader(out), 0
	var timer *time.Timer
	for {
		line, err := lines.ReadString('\n')
		if err == io.EOF {
			break // a line that was cut off acknowledges nothing
		}
		must(t, err)
		k.acknowledged[strings.TrimSpace(line)] = true
		if acknowledged++; acknowledged == 1 {
			timer = time.AfterFunc(time.Duration(rand.IntN(150))*time.Millisecond, func() { _ = cmd.Process.Kill() })
		}
	}
	if timer == nil {
		t.Fatalf("round %d: the child ended by itself, without a write: %v", round, cmd.Wait())
	}
	timer.Stop()
	_ = cmd.Wait() // "signal: killed"
	if cmd.ProcessState.Exited() {
		t.Fatalf("round %d: the child ended by itself: %v", round, cmd.ProcessState)
	}
	k.verify(t, round)
}

func (k *killing) verify(t *testing.T, round int) {
	s, err := k.open(k.dir)
	must(t, err)
	defer s.Close()
	if err := s.Check(ctx); err != nil {
		t.Errorf("round %d: %v", round, err)
	}
	found := map[string]int{}
	for writer := range killWriters {
		facts, err := s.Facts(ctx, person(t, s, writer))
		must(t, err)
		for _, f := range facts {
			found["fact "+f.ID]++
		}
		visits, err := s.VisitsAt(ctx, killVenue(writer), time.Time{}, 1<<30)
		must(t, err)
		for _, v := range visits {
			found["visit "+v.State]++
			if found["fact "+v.State] != 1 {
				t.Errorf("round %d: visit %s has no fact", round, v.State)
			}
		}
	}
	for id, n := range found {
		if n != 1 {
			t.Errorf("round %d: %s is there %d times", round, id, n)
		}
	}
	for id := range k.acknowledged {
		if found[id] != 1 {
			t.Errorf("round %d: %s was acknowledged and is there %d times", round, id, found[id])
		}
	}
}

// killWriters write at the same time, so that groups have several writes.
const killWriters = 8

func killVenue(writer int) string { return fmt.Sprintf("venue-%d", writer) }

// writeUntilKilled never returns.
func writeUntilKilled(dir string, open func(dir string) (healthcode.Store, error)) {
	fail := func(err error) {
		if err != nil {
			fmt.Fprintln(os.Stderr, "child:", err)
			os.Exit(3)
		}
	}
	s, err := open(dir)
	fail(err)
	documents := make([]healthcode.Document, killWriters)
	for i := range documents {
		documents[i] = document(i)
	}
	ids, err := s.EnsurePersons(context.Background(), documents)
	fail(err)
	run := newID()
	var out sync.Mutex
	say := func(line string) {
		out.Lock()
		defer out.Unlock()
		// One write system call, so that a line comes whole or not at all.
		os.Stdout.WriteString(line + "\n")
	}
	for w, id := range ids {
		go func() {
			for i := 0; ; i++ {
				fail(killWrite(s, id, w, fmt.Sprintf("%s-%d-%d", run, w, i), say))
			}
		}()
	}
	select {}
}

// killWrite writes a fact, or a visit with its fact, or several facts at once, and says so afterwards.
func killWrite(s healthcode.Store, id healthcode.PersonID, writer int, name string, say func(string)) error {
	pf := func(name string) healthcode.PersonFact {
		return healthcode.PersonFact{Person: id, Fact: test("lab:kill", name)}
	}
	switch writer % 3 {
	case 0:
		if _, err := s.Append(ctx, []healthcode.PersonFact{pf(name)}); err != nil {
			return err
		}
	case 1:
		fact := pf(name)
		v := visit(id, time.Unix(0, rand.Int64N(1<<40)))
		v.Venue, v.State = killVenue(writer), name
		if err := s.PutVisit(ctx, v, &fact); err != nil {
			return err
		}
		say("visit " + name)
	case 2:
		names := []string{name, name + "b", name + "c"}
		if _, err := s.Append(ctx, []healthcode.PersonFact{pf(names[0]), pf(names[1]), pf(names[2])}); err != nil {
			return err
		}
		say("fact " + names[1])
		say("fact " + names[2])
	}
	say("fact " + name)
	return nil
}
