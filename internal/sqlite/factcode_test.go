package sqlite

import (
	"bufio"
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"healthcode"
)

var writeGolden = flag.Bool("write-golden", false, "write testdata/facts.txt anew; only right where the bytes on disk may change")

// TestBytesOnDiskStay compares with what earlier programs wrote, for each kind with all its fields.
func TestBytesOnDiskStay(t *testing.T) {
	facts := wholeFacts()
	if *writeGolden {
		var out strings.Builder
		for _, f := range facts {
			b, err := appendFact(nil, &f, true)
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&out, "%s %x\n", f.Kind, b)
		}
		if err := os.WriteFile("testdata/facts.txt", []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	file, err := os.Open("testdata/facts.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	for _, want := range facts {
		if !lines.Scan() {
			t.Fatalf("no line for %s", want.Kind)
		}
		kind, digits, _ := strings.Cut(lines.Text(), " ")
		data, err := hex.DecodeString(digits)
		if err != nil || kind != string(want.Kind) {
			t.Fatalf("line %q for %s: %v", lines.Text(), want.Kind, err)
		}
		got, err := parseFact(append([]byte{1}, data...))
		if err != nil || !reflect.DeepEqual(got.Fact, want) || !got.end {
			t.Errorf("%s (%v):\n got %+v\nwant %+v", kind, err, got.Fact, want)
		}
		now, err := appendFact(nil, &want, true)
		if err != nil || string(now) != string(data) {
			t.Errorf("%s: now %x, before %x (%v): the same fact, sent again, must not look different", kind, now, data, err)
		}
	}
}

// wholeFacts returns one fact of each kind, with every field that it has.
func wholeFacts() []healthcode.Fact {
	at := sampleTime
	var facts []healthcode.Fact
	for i, kind := range healthcode.Kinds {
		f := healthcode.Fact{ID: fmt.Sprintf("id-%05d", i), Kind: kind, Time: at, From: at.Add(time.Hour), To: at.Add(2 * time.Hour),
			Recorded: at.Add(3*time.Hour + 5)}
		v := reflect.ValueOf(&f).Elem()
		for _, field := range kind.Fields() {
			dst := v.FieldByNameFunc(func(name string) bool { return strings.EqualFold(name, field.Name) })
			switch dst.Interface().(type) {
			case string:
				dst.SetString(field.Name + " text")
				if field.Values != nil {
					dst.SetString(field.Values[len(field.Values)-1])
				}
			case int:
				dst.SetInt(3)
			case bool:
				dst.SetBool(true)
			case []string:
				dst.Set(reflect.ValueOf([]string{"fever", "110105", "DE"}))
			case time.Time:
				dst.Set(reflect.ValueOf(at.Add(7)))
			case *healthcode.FactRef:
				dst.Set(reflect.ValueOf(&healthcode.FactRef{Source: "rail", ID: "00123"}))
			}
		}
		facts = append(facts, f)
	}
	return facts
}

func TestPackedStrings(t *testing.T) {
	for s, size := range map[string]int{
		"": 1, "a": 2, "r-000123456": 7, "11010519900307123X": 19, "110105199003071233": 11, "000000000000000000": 3,
		"f81d4fae-7dec-11d0-a765-00a0c91e6bf6": 17, "F81D4FAE-7DEC-11D0-A765-00A0C91E6BF6": 38,
	} {
		b := appendPacked(nil, s)
		r := reader{b: b}
		if got := r.packed(); got != s || r.err != nil || len(r.b) > 0 {
			t.Errorf("%q came back as %q, %v", s, got, r.err)
		}
		if len(b) > size {
			t.Errorf("%q takes %d bytes, want at most %d", s, len(b), size)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(rapid.String(), rapid.StringMatching(`.{0,40}[0-9]{0,40}`)).Draw(t, "s")
		r := reader{b: append(appendPacked(nil, s), 7)}
		if got := r.packed(); got != s || r.err != nil || len(r.b) != 1 {
			t.Fatalf("%q came back as %q, %v, %d bytes left", s, got, r.err, len(r.b))
		}
	})
}

func TestDocumentsOnDisk(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := healthcode.PersonDocument{
			Document: healthcode.Document{
				Type:    rapid.SampledFrom(append([]healthcode.DocumentType{"NEW"}, healthcode.DocumentTypes...)).Draw(t, "type"),
				Number:  rapid.String().Draw(t, "number"),
				Country: rapid.SampledFrom([]string{"", "DEU"}).Draw(t, "country"),
			},
			Entry: rapid.Bool().Draw(t, "entry"),
		}
		if rapid.Bool().Draw(t, "added") {
			want.Added = time.Unix(0, rapid.Int64().Draw(t, "time")).UTC()
		}
		r := reader{b: appendDocument(nil, want)}
		if got := r.document(); got != want || r.err != nil || len(r.b) > 0 {
			t.Fatalf("%+v came back as %+v, %v", want, got, r.err)
		}
	})
	for _, kind := range healthcode.DocumentTypes {
		if b := appendDocument(nil, healthcode.PersonDocument{Document: healthcode.Document{Type: kind, Number: "1234"}}); b[0] == 0 {
			t.Errorf("%s has no code on disk; append it to documentTypes", kind)
		}
	}
}

// FuzzParseFact: whatever is on disk, reading it ends, with a fact or an error.
func FuzzParseFact(f *testing.F) {
	for _, fact := range wholeFacts() {
		b, err := appendFact([]byte{1}, &fact, false)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := parseFact(data)
		if err != nil {
			return
		}
		again, err := appendFact([]byte{1}, &got.Fact, got.end)
		if err != nil {
			t.Fatal(err)
		}
		same, err := parseFact(again)
		if err != nil || !sameFact(got.Fact, same.Fact) {
			t.Errorf("%+v came back as %+v, %v", got.Fact, same.Fact, err)
		}
	})
}
