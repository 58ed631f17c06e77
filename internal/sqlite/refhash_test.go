package sqlite

import (
	"fmt"
	"testing"
	"time"

	"healthcode"
)

func TestNumbersLieSideBySide(t *testing.T) {
	h := newRefHash([]byte("key"))
	of := func(id string) uint64 { return h.of(healthcode.FactRef{Source: "lab:1", ID: id}) }
	first := of("a-000100")
	for n := range uint64(100) {
		if got := of(fmt.Sprintf("a-%06d", 100+n)); got != (first+n)&hashMask {
			t.Errorf("number %d hashes to %d, want %d", n, got, first+n)
		}
	}
	for _, other := range []string{"a-100", "b-000100", "a-000100x", "a-0000100"} {
		if of(other) == first {
			t.Errorf("%q has the hash of a-000100", other)
		}
	}
	if newRefHash([]byte("other")).of(healthcode.FactRef{Source: "lab:1", ID: "a-000100"}) == first {
		t.Error("the hash isn't keyed")
	}
}

func TestIndexKeys(t *testing.T) {
	for _, hash := range []uint64{0, 1, hashMask / 2, hashMask/2 + 1, hashMask} {
		low, high := indexRange(hash)
		for _, person := range []int64{1, 77, maxPerson} {
			key := indexKey(hash, person)
			if key < low || key > high || indexPerson(key) != person {
				t.Errorf("hash %d, person %d: key %d in [%d, %d], back %d", hash, person, key, low, high, indexPerson(key))
			}
		}
		if next, _ := indexRange((hash + 1) & hashMask); next >= low && next <= high {
			t.Errorf("hash %d reaches into the next", hash)
		}
	}
}

// collide finds two values of one hash among the first few hundred thousand.
func collide[T any](t *testing.T, value func(n int) T, hash func(T) uint64) (a, b T) {
	t.Helper()
	seen := map[uint64]int{}
	for n := range 2_000_000 {
		v := value(n)
		h := hash(v)
		if before, ok := seen[h]; ok {
			return value(before), v
		}
		seen[h] = n
	}
	t.Fatal("no two values share a hash")
	return a, b
}

// TestFactsOfOneHash stores two facts that share a place in the index, of one
// person and of two.
func TestFactsOfOneHash(t *testing.T) {
	for _, samePerson := range []bool{true, false} {
		s := newStore(t)
		x, y := collide(t, func(n int) healthcode.FactRef { return healthcode.FactRef{Source: "lab:1", ID: fmt.Sprintf("%dx", n)} }, s.refs.of)
		ids, err := s.EnsurePersons(ctx, []healthcode.Document{sampleFeed, samplePassport})
		if err != nil {
			t.Fatal(err)
		}
		other := ids[1]
		if samePerson {
			other = ids[0]
		}
		send := func(id healthcode.PersonID, ref healthcode.FactRef, end time.Time) healthcode.Outcome {
			t.Helper()
			f := sampleFacts()[0]
			f.Source, f.ID = ref.Source, ref.ID
			outcomes, err := s.Append(ctx, []healthcode.PersonFact{{Person: id, Fact: f, DeleteAfter: end}})
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Check(ctx); err != nil {
				t.Error(err)
			}
			return outcomes[0]
		}
		for i, step := range []struct {
			id   healthcode.PersonID
			ref  healthcode.FactRef
			want healthcode.Outcome
		}{
			{ids[0], x, healthcode.Stored}, {other, y, healthcode.Stored}, {ids[0], x, healthcode.Duplicate}, {other, y, healthcode.Duplicate},
		} {
			if got := send(step.id, step.ref, sampleTime); got != step.want {
				t.Errorf("same person %t, step %d: %d, want %d", samePerson, i, got, step.want)
			}
		}
		if n, err := s.PurgeFacts(ctx, sampleTime); err != nil || n != 2 {
			t.Errorf("%d facts ended (%v)", n, err)
		}
		if err := s.Check(ctx); err != nil {
			t.Error(err)
		}
		if got := send(other, x, time.Time{}); got != healthcode.Stored {
			t.Errorf("after both ended: %d", got)
		}
		send(other, y, sampleTime)
		if n, err := s.PurgeFacts(ctx, sampleTime); err != nil || n != 1 {
			t.Errorf("%d facts ended (%v)", n, err)
		}
		if got := send(other, x, time.Time{}); got != healthcode.Duplicate {
			t.Errorf("after the other of its hash ended: %d", got)
		}
	}
}

func TestDocumentsOfOneHash(t *testing.T) {
	s := newStore(t)
	x, y := collide(t, func(n int) healthcode.Document {
		return healthcode.Document{Type: healthcode.DocumentPassport, Number: fmt.Sprint(n)}
	},
		func(d healthcode.Document) uint64 {
			h, err := s.documentHash(d)
			if err != nil {
				t.Fatal(err)
			}
			return h
		})
	ids, err := s.EnsurePersons(ctx, []healthcode.Document{x, y, x, y})
	if err != nil || ids[0] == ids[1] || ids[0] != ids[2] || ids[1] != ids[3] {
		t.Fatalf("ids %v (%v)", ids, err)
	}
	for i, d := range []healthcode.Document{x, y} {
		if id, err := s.FindPerson(ctx, d); err != nil || id != ids[i] {
			t.Errorf("found %v (%v), want %v", id, err, ids[i])
		}
	}
	if err := s.Check(ctx); err != nil {
		t.Error(err)
	}
}

func TestPersonIDs(t *testing.T) {
	p, err := newPersonIDs(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[healthcode.PersonID]bool{}
	for _, n := range []int64{1, 2, 3, 1000, maxPerson} {
		id := p.id(n)
		if got, ok := p.number(id); !ok || got != n || seen[id] {
			t.Errorf("%d came back as %d, %t", n, got, ok)
		}
		seen[id] = true
		for i := range id {
			id[i] ^= 1
			if _, ok := p.number(id); ok {
				t.Errorf("an id that was changed in byte %d is accepted", i)
			}
			id[i] ^= 1
		}
	}
	if _, ok := p.number(healthcode.PersonID{}); ok {
		t.Error("the zero id is accepted")
	}
}
