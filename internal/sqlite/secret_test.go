package sqlite

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"healthcode"
)

// TestNothingPersonalIsReadable looks into the raw bytes of the file and of its log.
func TestNothingPersonalIsReadable(t *testing.T) {
	path := filepath.Join(t.TempDir(), "health.db")
	s := openAt(t, path, newVault(t))
	sampleData(t, s)
	p := samplePerson()
	id, err := s.FindPerson(ctx, samplePassport)
	if err != nil {
		t.Fatal(err)
	}
	p.ID, p.Name, p.Phone = id, "Renamed Person", "+491701234567"
	if err := s.UpdatePerson(ctx, p, "w", sampleTime); err != nil { // the old name goes into the history
		t.Fatal(err)
	}
	// A fact may come with the document by which its feed names the person.
	f := sampleFacts()[0]
	f.ID, f.Person = "with-document", &healthcode.Document{Type: healthcode.DocumentID, Number: "440305199911111118"}
	if _, err := s.Append(ctx, []healthcode.PersonFact{{Person: id, Fact: f}}); err != nil {
		t.Fatal(err)
	}

	raw := func() []byte {
		var all []byte
		for _, suffix := range []string{"", "-wal", "-shm"} {
			data, err := os.ReadFile(path + suffix)
			if err != nil && !os.IsNotExist(err) {
				t.Fatal(err)
			}
			all = append(all, data...)
		}
		return all
	}
	look := func(when string) {
		data := raw()
		for _, text := range []string{"lab:bj-0007", "with-document", "beijing"} {
			if !bytes.Contains(data, []byte(text)) {
				t.Errorf("%s: %q isn't in the file; this test doesn't see what is stored", when, text)
			}
		}
		for _, secret := range []string{"Mustermann", "张三", "Renamed", "13800138000", "1701234567", "C01X00T47",
			"11010519900307123", "440305199911111118", "1990-03-07", "hello"} {
			if bytes.Contains(data, []byte(secret)) {
				t.Errorf("%s: %q can be read in the file", when, secret)
			}
		}
	}
	look("open")
	wantPrivate(t, path+"-wal")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	look("closed")
	wantPrivate(t, path)
}

func wantPrivate(t *testing.T, path string) {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("%s has mode %v, want 0600", filepath.Base(path), info.Mode())
	}
}
