package main

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"healthcode"
)

// TestKillWhileAnnouncing: everybody in a building becomes red; the server is killed with SIGKILL while it tells them, again and again. Each
// person is told once, on the page and by short message.
func TestKillWhileAnnouncing(t *testing.T) {
	const people = 400
	s := settings{Data: filepath.Join(t.TempDir(), "data"), Policies: ongoing(t)}
	open := func() healthcode.Store {
		t.Helper()
		store, _, err := openStore(t.Context(), s, discard)
		if err != nil {
			t.Fatal(err)
		}
		return store
	}
	shut := func(store healthcode.Store) {
		t.Helper()
		if err := store.Close(); err != nil {
			t.Fatal(err)
		}
	}
	store := open()
	at := time.Now().Add(-time.Hour).Truncate(time.Second)
	var ids []healthcode.PersonID
	var facts []healthcode.PersonFact
	for i := range people {
		p := healthcode.Person{Name: "张三", Language: healthcode.ZH, Phone: fmt.Sprintf("+861380000%04d", i), Registered: at,
			Documents: []healthcode.PersonDocument{{Document: healthcode.Document{Type: healthcode.DocumentPassport, Country: "GBR", Number: fmt.Sprintf("L%07d", i)}}}}
		id, err := store.CreatePerson(t.Context(), p, healthcode.Registration{Jurisdiction: "beijing", At: at})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
		facts = append(facts, healthcode.PersonFact{Person: id, Fact: healthcode.Fact{ID: fmt.Sprint(i), Source: "clinic:1", Kind: healthcode.KindContact,
			Class: "close", Time: at, Recorded: at.Add(time.Minute)}})
	}
	if _, err := store.Append(t.Context(), facts); err != nil {
		t.Fatal(err)
	}
	shut(store)
	// told returns how many notices and messages there are, and fails where somebody has more than one.
	told := func() (notices, messages int) {
		t.Helper()
		store := open()
		defer shut(store)
		for _, id := range ids {
			list, err := store.NoticesOf(t.Context(), id, "beijing", 10)
			if err != nil {
				t.Fatal(err)
			}
			if len(list) > 1 {
				t.Fatalf("somebody was told %d times", len(list))
			}
			notices += len(list)
		}
		sent, err := store.Messages(t.Context(), 10*people)
		if err != nil {
			t.Fatal(err)
		}
		phones := map[string]bool{}
		for _, m := range sent {
			if !strings.HasPrefix(m.ID, "notice:") {
				continue
			}
			if phones[m.Phone] {
				t.Fatal("somebody got two messages")
			}
			phones[m.Phone] = true
		}
		return notices, len(phones)
	}
	var seen []int
	for round := 0; round < 200; round++ {
		p := startServer(t, s, "")
		time.Sleep(time.Duration(rand.IntN(150)) * time.Millisecond)
		if len(seen) > 3 && seen[len(seen)-1] == seen[len(seen)-3] {
			time.Sleep(time.Second) // it does nothing before it is killed: let it
		}
		p.kill()
		notices, messages := told()
		seen = append(seen, notices)
		if messages < notices {
			t.Fatalf("%d notices and %d messages: the message comes first", notices, messages)
		}
		if notices == people {
			if messages != people {
				t.Errorf("%d messages to %d people", messages, people)
			}
			t.Logf("told after each kill: %v", seen)
			return
		}
	}
	t.Fatalf("not everybody was told: %v", seen)
}
