package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"healthcode"
	"healthcode/internal/api"
	"healthcode/internal/pgtest"
	"healthcode/internal/servicetest"
)

// killsEnv says how many rounds TestKillServer has for each engine.
const killsEnv = "HEALTHCODE_KILLS"

// defaultServerKills is how many an ordinary test run has.
const defaultServerKills = 3

// killClients are how many clients write at the same time.
const killClients = 6

// TestKillServer kills a real server with SIGKILL while clients write, again and again on the same data. What was
// acknowledged is there once, what wasn't is there once after it was sent again, and check finds nothing.
func TestKillServer(t *testing.T) {
	rounds := defaultServerKills
	if text := os.Getenv(killsEnv); text != "" {
		var err error
		if rounds, err = strconv.Atoi(text); err != nil {
			t.Fatalf("%s: %v", killsEnv, err)
		}
	}
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		k := newKilling(t, settings{Data: filepath.Join(t.TempDir(), "data")})
		k.run(t, rounds, func() {})
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		// A cluster of its own, which keeps what it acknowledges, and which is killed in every second round, too.
		cluster := pgtest.New(t)
		k := newKilling(t, settings{Data: filepath.Join(t.TempDir(), "data"), Database: cluster.DSN("postgres")})
		round := 0
		k.run(t, rounds, func() {
			if round++; round%2 == 0 {
				return
			}
			if err := cluster.Kill(); err != nil {
				t.Fatal(err)
			}
			if err := cluster.Start(); err != nil {
				t.Fatal(err)
			}
		})
	})
}

type killing struct {
	settings settings
	config   string
	tokens   map[healthcode.Role]string
	person   healthcode.PersonID

	mu sync.Mutex
	// sent are the facts by whether they were acknowledged.
	sent map[string]bool
	// agreed are the changes that were acknowledged, and asked those of which nobody knows.
	agreed, asked int
	n             int
}

func newKilling(t *testing.T, s settings) *killing {
	s.Policies = ongoing(t)
	k := &killing{settings: s, config: newGateway(t).config(t), sent: map[string]bool{}}
	store, _, err := openStore(context.Background(), s, discard)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	k.tokens = accounts(t, store, "beijing", healthcode.RoleCaseworker, healthcode.RoleAuthority)
	ids, err := store.EnsurePersons(t.Context(), []healthcode.Document{servicetest.Zhang.Document})
	if err != nil {
		t.Fatal(err)
	}
	k.person = ids[0]
	return k
}

func (k *killing) run(t *testing.T, rounds int, kill func()) {
	for round := range rounds {
		k.round(t, round, kill)
		if t.Failed() {
			return
		}
	}
	t.Logf("%d kills, %d acknowledged facts, %d acknowledged changes", rounds, len(k.sent), k.agreed)
	if len(k.sent) < rounds {
		t.Errorf("only %d writes in %d rounds: the test shows little", len(k.sent), rounds)
	}
}

func (k *killing) round(t *testing.T, round int, kill func()) {
	p := startServer(t, k.settings, k.config)
	k.again(t, p)
	stop := make(chan bool)
	first := make(chan bool, 1)
	var clients sync.WaitGroup
	for client := range killClients {
		clients.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				if client == 0 {
					k.change(p)
					continue
				}
				if k.send(p, fmt.Sprintf("%d-%d-%d", round, client, n)) != nil {
					return
				}
				select {
				case first <- true:
				default:
				}
			}
		})
	}
	select {
	case <-first:
	case <-time.After(20 * time.Second):
		t.Errorf("round %d: nothing was written\n%s", round, p.logged())
	}
	time.Sleep(rand.N(200 * time.Millisecond))
	p.kill()
	kill()
	close(stop)
	clients.Wait()
	k.verify(t, round)
}

// send sends one fact, and notes whether it was acknowledged.
func (k *killing) send(p *process, id string) error {
	k.mu.Lock()
	if _, again := k.sent[id]; !again {
		k.sent[id] = false // not acknowledged yet
	}
	k.mu.Unlock()
	line := fmt.Sprintf(`{"id":%q,"source":"pharmacy:test","person":{"document":{"type":"CN-ID","number":%q}},"kind":"purchase","category":"fever","time":"2022-04-27T10:00:00+08:00"}`,
		id, servicetest.Zhang.Document.Number)
	var answer api.FactsSent
	if _, err := p.call("POST", "/v1/jurisdictions/beijing/facts", k.tokens[healthcode.RoleAuthority], line, &answer); err != nil {
		return err
	}
	if answer.Stored+answer.Duplicates != 1 {
		return fmt.Errorf("%+v", answer)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.sent[id] = true
	return nil
}

// again sends what was not acknowledged, as a client does that has had no answer.
func (k *killing) again(t *testing.T, p *process) {
	t.Helper()
	for id, acknowledged := range k.sent {
		if acknowledged {
			continue
		}
		if err := k.send(p, id); err != nil {
			t.Errorf("sending %s again: %v", id, err)
		}
	}
}

// change makes a change of two officers, which the log takes up.
func (k *killing) change(p *process) {
	document := healthcode.Document{Type: healthcode.DocumentPassport, Number: fmt.Sprintf("K%07d", k.n), Country: "SWE"}
	k.n++
	line := fmt.Sprintf(`{"id":"p-%s","source":"pharmacy:test","person":{"document":{"type":"PASSPORT","number":%q,"country":"SWE"}},"kind":"purchase","category":"fever","time":"2022-04-27T10:00:00+08:00"}`,
		document.Number, document.Number)
	if _, err := p.call("POST", "/v1/jurisdictions/beijing/facts", k.tokens[healthcode.RoleAuthority], line, nil); err != nil {
		return
	}
	var proposed api.ChangeBody
	if _, err := p.call("POST", "/v1/jurisdictions/beijing/changes", k.tokens[healthcode.RoleCaseworker], map[string]any{"document": document,
		"ground": "no-link", "evidence": "phoned", "fact": map[string]any{"kind": "lift", "hold": "4"}}, &proposed); err != nil {
		time.Sleep(5 * time.Millisecond)
		return
	}
	k.asked++
	if _, err := p.call("POST", "/v1/jurisdictions/beijing/changes/"+proposed.ID+"/agree", k.tokens[healthcode.RoleAuthority], nil, nil); err == nil {
		k.agreed++
	}
}

// verify reads the data beside no server.
func (k *killing) verify(t *testing.T, round int) {
	t.Helper()
	c := checkedData(t, k.settings)
	if !c.Sound {
		t.Errorf("round %d: %+v", round, c)
	}
	if n := int(c.LogEntries) + c.LogWaiting; n < k.agreed || n > k.asked {
		t.Errorf("round %d: %d changes in the log and before it, of %d acknowledged and %d asked for", round, n, k.agreed, k.asked)
	}
	store, _, err := openStore(context.Background(), k.settings, discard)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	facts, err := store.Facts(t.Context(), k.person)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]int{}
	for _, f := range facts {
		found[f.ID]++
		if found[f.ID] > 1 {
			t.Errorf("round %d: fact %s is there %d times", round, f.ID, found[f.ID])
		}
	}
	for id, acknowledged := range k.sent {
		if acknowledged && found[id] != 1 {
			t.Errorf("round %d: fact %s was acknowledged and is there %d times", round, id, found[id])
		}
	}
}
