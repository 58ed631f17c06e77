package postgres

import (
	"encoding/hex"
	"errors"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"healthcode"
)

// storedFact is what the first version stored of wholeFact. It must stay readable, and the same fact, sent
// again, must not look different.
const storedFact = "1f020000070733010b6c61623a626a2d3030303706303030313233056f7468657207616e746967656e086e656761746976650631313031303580b084cd18feaf84cd180584b084cd18020406010566657665720206333130313031024445047261696c013988b084cd18"

func TestBytesInTheTableStay(t *testing.T) {
	want := wholeFact()
	if now := hex.EncodeToString(appendFact(nil, &want)); now != storedFact {
		t.Errorf("stored as\n%s, before as\n%s", now, storedFact)
	}
	data, err := hex.DecodeString(storedFact)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := parseFact(data); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("read (%v):\n got %+v\nwant %+v", err, got, want)
	}
}

// wholeFact has a field of every sort, more than any kind has.
func wholeFact() healthcode.Fact {
	at := time.Unix(1651000832, 0).UTC()
	return healthcode.Fact{Source: "lab:bj-0007", ID: "000123", Kind: "other", Analyte: "antigen", Result: "negative", Area: "110105",
		Time: at, From: at.Add(-time.Second).Add(5), To: at.Add(time.Second), Dose: 1, Doses: 2, Phones: 3, Symptoms: []string{"fever"},
		Visited: []string{"310101", "DE"}, Completed: true, Verified: true, Retracts: &healthcode.FactRef{Source: "rail", ID: "9"},
		Recorded: at.Add(2 * time.Second)}
}

// TestEveryFieldIsStored sets each field of a fact by itself.
func TestEveryFieldIsStored(t *testing.T) {
	kind := reflect.TypeFor[healthcode.Fact]()
	for i := range kind.NumField() {
		name := kind.Field(i).Name
		if name == "Person" { // the table's key
			continue
		}
		f := healthcode.Fact{Recorded: testTime}
		switch v := reflect.ValueOf(&f).Elem().Field(i); p := v.Addr().Interface().(type) {
		case *time.Time:
			*p = testTime.Add(7)
		case *int:
			*p = -7
		case *bool:
			*p = true
		case *[]string:
			*p = []string{"", "a\x00"}
		case **healthcode.FactRef:
			*p = &healthcode.FactRef{Source: "a", ID: "b"}
		default:
			v.SetString("some text")
		}
		got, err := parseFact(appendFact(nil, &f))
		if err != nil || !reflect.DeepEqual(got, f) {
			t.Errorf("%s (%v):\n got %+v\nwant %+v", name, err, got, f)
		}
	}
}

func TestDamagedFactsAreRefused(t *testing.T) {
	f := wholeFact()
	data := appendFact(nil, &f)
	for n := range data {
		if _, err := parseFact(data[:n]); !errors.Is(err, errDamaged) {
			t.Errorf("cut after %d bytes: %v", n, err)
		}
	}
	if _, err := parseFact(append(data, 0)); !errors.Is(err, errDamaged) {
		t.Errorf("with a byte too many: %v", err)
	}
	unknown := append([]byte(nil), data...)
	unknown[7] |= 0x80
	if _, err := parseFact(unknown); !errors.Is(err, errDamaged) {
		t.Errorf("with a field that this program doesn't know: %v", err)
	}
	rapid.Check(t, func(t *rapid.T) { // whatever the bytes are, it returns
		_, _ = parseFact(rapid.SliceOfN(rapid.Byte(), 0, 200).Draw(t, "data"))
	})
}

// TestKeysOfFactsLieTogether: facts that a feed counts are neighbours, and no two names share a key.
func TestKeysOfFactsLieTogether(t *testing.T) {
	s := &Store{sealer: newVault(t)}
	key := func(source, id string) uuid {
		k, err := s.factKey(healthcode.FactRef{Source: source, ID: id})
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	a, b := key("lab:1", "x-000099999"), key("lab:1", "x-000100000")
	if [10]byte(a[:10]) != [10]byte(b[:10]) || compareUUID(a, b) >= 0 {
		t.Errorf("%x and %x aren't neighbours", a, b)
	}
	seen := map[uuid]string{}
	for _, name := range [][2]string{{"lab:1", "x-000099999"}, {"lab:2", "x-000099999"}, {"lab:1", "x-00099999"}, {"lab:1", "y-000099999"}, {"lab:1", "x-99999"},
		{"lab:1", "x-123"}, {"lab:1", "x-0123"}, {"lab:1", "x-00123"}, {"lab:1", "x"}, {"lab:1x", ""}, {"lab:1", "1234"}, {"lab:11", "234"}, {"lab:1", "01234"},
		{"lab:1", "99999999999999"}, {"lab:1", "199999999999999"}, {"lab:1", "299999999999999"}} {
		k := key(name[0], name[1])
		if other, ok := seen[k]; ok {
			t.Errorf("%q has the key of %s", name, other)
		}
		seen[k] = name[1]
	}
}
