// Package storagetest is the one suite that every storage engine must pass.
package storagetest

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"testing"
	"time"

	"healthcode"
)

// Open returns a new, empty store of the engine. It closes it when the test ends.
type Open func(t *testing.T) healthcode.Store

// Run runs the suite. Each test gets a store of its own.
func Run(t *testing.T, open Open) {
	for _, group := range []struct {
		name  string
		tests map[string]func(*testing.T, healthcode.Store)
	}{
		{"Ledger", ledgerTests},
		{"Trust", trustTests},
		{"Areas", areaTests},
		{"People", peopleTests},
		{"Staff", staffTests},
		{"Sessions", sessionTests},
		{"Codes", codeTests},
		{"Looks", lookTests},
		{"Relations", relationTests},
		{"Reviews", reviewTests},
		{"Doors", doorTests},
		{"Messages", messageTests},
		{"Changes", changeTests},
		{"Phones", phoneTests},
		{"Cases", caseTests},
		{"Offline", offlineTests},
		{"Devices", deviceTests},
		{"Notices", noticeTests},
		{"Labs", labTests},
		{"Boarding", boardingTests},
		{"Secrets", secretTests},
		{"Feeds", feedTests},
		{"Travel", travelTests},
		{"Concurrency", concurrencyTests},
		{"Watch", watchTests},
		{"Backlog", backlogTests},
	} {
		t.Run(group.name, func(t *testing.T) {
			for name, test := range group.tests {
				t.Run(name, func(t *testing.T) {
					store := open(t)
					test(t, store)
					if err := store.Check(context.Background()); err != nil {
						t.Errorf("check afterwards: %v", err)
					}
				})
			}
		})
	}
}

var shanghai = time.FixedZone("CST", 8*60*60)

// start is when the tests take place: with a fraction of a second, and in a zone, since both get lost easily.
var start = time.Date(2022, 4, 28, 9, 0, 0, 123456000, shanghai)

func after(d time.Duration) time.Time { return start.Add(d) }

// tb is what *testing.T and *rapid.T have in common.
type tb interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
	Fatal(args ...any)
}

func must(t tb, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantCode(t tb, doing string, err error, code healthcode.Code) {
	t.Helper()
	if err == nil {
		t.Errorf("%s: no error, want %s", doing, code)
	} else if got := healthcode.CodeOf(err); got != code {
		t.Errorf("%s: %s (%v), want %s", doing, got, err, code)
	}
}

func wantEqual[T comparable](t tb, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s = %v, want %v", what, got, want)
	}
}

func wantTime(t tb, what string, got, want time.Time) {
	t.Helper()
	if !got.Equal(want) {
		t.Errorf("%s = %v, want %v", what, got, want)
	}
}

func newID() string {
	b := make([]byte, 16)
	rand.Read(b)
	return hex.EncodeToString(b)
}

func document(n int) healthcode.Document {
	return healthcode.Document{Type: healthcode.DocumentID, Number: fmt.Sprintf("11010519900307%04d", n)}
}

// person makes a person whom a feed has named.
func person(t tb, s healthcode.Store, n int) healthcode.PersonID {
	t.Helper()
	ids, err := s.EnsurePersons(context.Background(), []healthcode.Document{document(n)})
	must(t, err)
	return ids[0]
}

func persons(t tb, s healthcode.Store, n int) []healthcode.PersonID {
	t.Helper()
	documents := make([]healthcode.Document, n)
	for i := range documents {
		documents[i] = document(i)
	}
	ids, err := s.EnsurePersons(context.Background(), documents)
	must(t, err)
	return ids
}
