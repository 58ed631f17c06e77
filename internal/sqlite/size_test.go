package sqlite

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"healthcode"
)

// maxBytesPerPerson is what a person with a document and five facts may take on
// disk, the indexes by which they are found included.
const maxBytesPerPerson = 400

// TestBytesPerPerson loads what a city would: each person is named by a resident ID and has a
// declared stay and four test results of two labs, which came on five days.
func TestBytesPerPerson(t *testing.T) {
	const people = 10_000
	path := filepath.Join(t.TempDir(), "health.db")
	s := openAt(t, path, newVault(t))
	loadPeople(t, s, people)
	if err := s.Close(); err != nil { // which moves the log into the file
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	each := float64(info.Size()) / people
	t.Logf("%.0f bytes a person with five facts (%d people)", each, people)
	if each > maxBytesPerPerson {
		t.Errorf("%.0f bytes a person, want at most %d", each, maxBytesPerPerson)
	}
}

// loadedDocument is the document of the i-th person, in an order that isn't that of the numbers.
func loadedDocument(i, people int) healthcode.Document {
	return healthcode.Document{Type: healthcode.DocumentID, Number: fmt.Sprintf("1101051990030%05d", i*7919%people)}
}

func loadPeople(t testing.TB, s *Store, people int) {
	t.Helper()
	day := time.Date(2022, 4, 20, 8, 0, 0, 0, time.UTC)
	for n := range 5 {
		for first := 0; first < people; first += 1000 {
			var documents []healthcode.Document
			for i := first; i < first+1000; i++ {
				documents = append(documents, loadedDocument(i, people))
			}
			ids, err := s.EnsurePersons(ctx, documents)
			if err != nil {
				t.Fatal(err)
			}
			batch := make([]healthcode.PersonFact, len(ids))
			for i, id := range ids {
				at := day.AddDate(0, 0, n).Add(time.Duration(first+i) * time.Second)
				f := healthcode.Fact{ID: fmt.Sprintf("%04d-%09d", n, first+i), Source: fmt.Sprintf("lab:bj-%04d", i%2), Kind: healthcode.KindTest,
					Time: at, Recorded: at.Add(7 * time.Hour), Analyte: "nucleic-acid", Result: "negative"}
				if n == 0 {
					f = healthcode.Fact{ID: f.ID, Source: "person", Kind: healthcode.KindStay, From: at, To: at.AddDate(0, 0, 3),
						Recorded: at.Add(time.Hour), Area: "110105", Evidence: "declared"}
				}
				batch[i] = healthcode.PersonFact{Person: id, Fact: f}
			}
			if _, err := s.Append(ctx, batch); err != nil {
				t.Fatal(err)
			}
		}
	}
}
