package sqlite

import (
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestCheckSeesDamage spoils one thing at a time.
func TestCheckSeesDamage(t *testing.T) {
	for name, c := range map[string]struct{ spoil, want string }{
		"nothing":                  {"SELECT 1", ""},
		"a fact's key is lost":     {"DELETE FROM fact_key WHERE key = (SELECT min(key) FROM fact_key)", "missing in its index"},
		"a key without a fact":     {"INSERT INTO fact_key VALUES (12345)", "facts in the index"},
		"a fact is lost":           {"DELETE FROM fact WHERE n = 0", "facts in the index"},
		"a fact is cut":            {"UPDATE fact SET data = substr(data, 1, length(data) - 1) WHERE n = 0", "fact 0 of person 1"},
		"a fact has too much":      {"UPDATE fact SET data = CAST(data || x'00' AS BLOB) WHERE n = 0", "left over"},
		"a fact moved":             {"UPDATE fact SET person = 2 WHERE n = 0", "missing in its index"},
		"a source is lost":         {"DELETE FROM source WHERE code = 1", "source 1"},
		"an end is lost":           {"DELETE FROM fact_end WHERE n = 0", "facts that end"},
		"an end without a fact":    {"UPDATE fact_end SET n = 77 WHERE n = 0", "ends without a fact"},
		"the total is wrong":       {"UPDATE total SET n = n + 1 WHERE name = 'facts'", "facts in the total"},
		"a document's key is lost": {"DELETE FROM document_key WHERE key = (SELECT min(key) FROM document_key)", "leads to person 0"},
		"a key without a document": {"INSERT INTO document_key VALUES (12345)", "documents in the index"},
		"documents of another":     {"UPDATE person SET documents = (SELECT documents FROM person WHERE person = 1) WHERE person = 2", "decrypting the documents"},
		"a profile of another":     {"UPDATE person SET profile = (SELECT profile FROM person WHERE person = 1) WHERE person = 2", "decrypting person 2"},
		"persons in the total":     {"UPDATE total SET n = n + 1 WHERE name = 'persons'", "persons in the total"},
		"a person is lost":         {"PRAGMA foreign_keys = 0; DELETE FROM person WHERE person = 2", "that isn't there"},
	} {
		t.Run(name, func(t *testing.T) {
			path, keys := filepath.Join(t.TempDir(), "health.db"), newVault(t)
			s := openAt(t, path, keys)
			sampleData(t, s)
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			spoil(t, path, c.spoil)
			err := openAt(t, path, keys).Check(ctx)
			if c.want == "" {
				if err != nil {
					t.Error(err)
				}
			} else if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
}

func spoil(t *testing.T, path, statements string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.Exec(statements); err != nil {
		t.Fatal(err)
	}
}

// TestCheckSeesADamagedPage overwrites pages of the file with noise.
func TestCheckSeesADamagedPage(t *testing.T) {
	path, keys := filepath.Join(t.TempDir(), "health.db"), newVault(t)
	s := openAt(t, path, keys)
	sampleData(t, s)
	var page int64
	err := s.read(ctx, "looking for a page", func(c *conn) error {
		return c.row([]any{&page}, "SELECT rootpage FROM sqlite_schema WHERE name = 'visit'")
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt([]byte(strings.Repeat("noise", 100)), (page-1)*4096); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if err := openAt(t, path, keys).Check(ctx); err == nil {
		t.Error("a damaged page went unseen")
	}
}
