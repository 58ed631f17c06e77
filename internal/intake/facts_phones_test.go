package intake

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"healthcode"
	"healthcode/internal/identity"
	"healthcode/internal/sqlite"
	"healthcode/internal/vault"
)

// TestCarriersNamePhones: no number is stored, a line again is a no-op, a retraction finds its fact, and a phone that
// somebody else uses says nothing more of the person.
func TestCarriersNamePhones(t *testing.T) {
	ctx := context.Background()
	keys, err := vault.Create(filepath.Join(t.TempDir(), "keys.json"), nil)
	if err != nil {
		t.Fatal(err)
	}
	store, err := sqlite.Open(ctx, filepath.Join(t.TempDir(), "a.db"), keys)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	book := identity.PhoneBook{Store: store, Sealer: keys}
	now := time.Date(2022, 4, 28, 9, 0, 0, 0, time.FixedZone("CST", 8*3600))
	send := func(lines ...string) (FactSummary, []error) {
		t.Helper()
		var errs []error
		summary, err := ImportFacts(ctx, strings.NewReader(strings.Join(lines, "\n")), store, FactOptions{Now: func() time.Time { return now },
			Phones: book, Errors: func(_ int, err error) { errs = append(errs, err) }})
		if err != nil {
			t.Fatal(err)
		}
		return summary, errs
	}
	const person = `"person":{"document":{"type":"CN-ID","number":"11010519491231002X"}}`
	stay := func(id string) string {
		return `{"id":"` + id + `","source":"telecom",` + person + `,"kind":"stay","area":"310115","evidence":"telecom","from":"2022-04-20T00:00:00+08:00"}`
	}
	const sim = "+8613900000001"
	if s, errs := send(stay(sim+":1"), stay(sim+":1"), stay("plain"), stay("+1:2"), stay(sim)); s.Stored != 2 || s.Duplicates != 1 || s.Refused != 2 {
		t.Fatalf("%+v %v", s, errs)
	}
	id, err := store.FindPerson(ctx, healthcode.Document{Type: healthcode.DocumentID, Number: "11010519491231002X"})
	if err != nil {
		t.Fatal(err)
	}
	retraction := `{"id":"r","source":"telecom",` + person + `,"kind":"retraction","retracts":{"source":"telecom","id":"` + sim + `:1"},"reason":"mis-keyed"}`
	if s, errs := send(retraction); s.Stored != 1 {
		t.Fatalf("%+v %v", s, errs)
	}
	facts, err := store.Facts(ctx, id)
	if err != nil || len(facts) != 3 {
		t.Fatalf("%d facts, %v", len(facts), err)
	}
	known := map[healthcode.FactRef]bool{}
	for _, f := range facts {
		known[f.Ref()] = true
		if strings.Contains(f.ID, "139") {
			t.Errorf("the number is stored: %s", f.ID)
		}
	}
	for _, f := range facts {
		if f.Retracts != nil && !known[*f.Retracts] {
			t.Errorf("the retraction names %v, which isn't there", *f.Retracts)
		}
	}
	if err := store.PutPhone(ctx, healthcode.Phone{ID: "p", Person: id, Number: sim, User: "张小明", Bound: now}); err != nil {
		t.Fatal(err)
	}
	if s, errs := send(stay(sim+":3"), stay("+8613900000002:1")); s.Stored != 1 || s.Refused != 1 || len(errs) != 1 || errs[0] != errNotTheirs {
		t.Errorf("%+v %v", s, errs)
	}
}
