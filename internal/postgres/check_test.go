package postgres

import (
	"strings"
	"testing"
	"time"

	"healthcode"
)

// TestCheckSeesDamage spoils one thing at a time.
func TestCheckSeesDamage(t *testing.T) {
	const other = "gen_random_uuid()"
	for name, c := range map[string]struct{ spoil, want string }{
		"nothing":                  {"SELECT 1", ""},
		"a fact's key is lost":     {"DELETE FROM fact_key WHERE key = (SELECT min(key::text)::uuid FROM fact_key)", "missing in its index"},
		"a key without a fact":     {"INSERT INTO fact_key (key, person_id) VALUES (" + other + ", " + other + ")", "keys of facts"},
		"a fact is lost":           {"DELETE FROM fact WHERE key = (SELECT min(key::text)::uuid FROM fact)", "keys of facts"},
		"a fact is cut":            {"UPDATE fact SET data = substr(data, 1, length(data) - 1)", "damaged"},
		"a fact of another name":   {"UPDATE fact SET data = (SELECT data FROM fact ORDER BY key LIMIT 1)", "the key of another"},
		"a fact of another person": {"UPDATE fact SET person_id = (SELECT person_id FROM person WHERE profile IS NULL)", "leads to person"},
		"a document's key is lost": {"DELETE FROM document_key WHERE key = (SELECT min(key::text)::uuid FROM document_key)", "missing in its index"},
		"a key without a document": {"INSERT INTO document_key (key, person_id) VALUES (" + other + ", " + other + ")", "keys of documents"},
		"documents of another":     {"UPDATE person SET documents = (SELECT documents FROM person WHERE profile IS NULL)", "decrypting the person.documents"},
		"a person is lost":         {"DELETE FROM person WHERE profile IS NOT NULL", "persons of facts"},
		"a session by its id":      {"DELETE FROM session_key", "sessions by their ids"},
		"a session by its owner":   {"DELETE FROM session_owner", "sessions by their owners"},
		"one side of a relation":   {"DELETE FROM person_relation WHERE person_id = (SELECT asker FROM relation)", "relations by their persons"},
		"a photo's id":             {"DELETE FROM owner_key WHERE name = 'photo:p'", "ids of photos"},
		"a picture alone":          {"UPDATE photo SET id = 'q'", "pictures without a photo"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStore(t)
			sampleData(t, s)
			checkSample(t, s)
			if _, err := s.pool.Exec(ctx, c.spoil); err != nil {
				t.Fatal(err)
			}
			err := s.Check(ctx)
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

// TestCheckReadsIndexes lets an index miss a row: only PostgreSQL's own check, an extension, can tell.
func TestCheckReadsIndexes(t *testing.T) {
	s := newStore(t)
	sampleData(t, s)
	for _, statement := range []string{"CREATE EXTENSION amcheck",
		"UPDATE pg_index SET indisready = false WHERE indexrelid = 'look_jurisdiction'::regclass"} {
		if _, err := s.pool.Exec(ctx, statement); err != nil {
			t.Fatal(err)
		}
	}
	id, err := s.FindPerson(ctx, samplePassport)
	must(t, err)
	must(t, s.Check(ctx))
	must(t, s.PutLook(ctx, healthcode.Look{Person: id, At: testTime, Jurisdiction: "beijing"}))
	if _, err := s.pool.Exec(ctx, "UPDATE pg_index SET indisready = true WHERE indexrelid = 'look_jurisdiction'::regclass"); err != nil {
		t.Fatal(err)
	}
	if err := s.Check(ctx); err == nil || !strings.Contains(err.Error(), "look_jurisdiction") {
		t.Errorf("error %v, want one that names the index", err)
	}
}

func TestUnreadableMessageSparesTheOthers(t *testing.T) {
	s := newStore(t)
	for _, id := range []string{"a", "b"} {
		must(t, s.PutMessage(ctx, healthcode.Message{ID: id, Phone: "+8613800138000", Body: "x", At: testTime}))
	}
	if _, err := s.pool.Exec(ctx, "UPDATE message SET body = '\\x00' WHERE id = 'a'"); err != nil {
		t.Fatal(err)
	}
	for i := range 2 {
		list, err := s.ClaimMessages(ctx, "h", testTime, testTime.Add(time.Minute), 1)
		must(t, err)
		if i == 0 && (len(list) != 1 || list[0].ID != "b") || i == 1 && len(list) != 0 {
			t.Errorf("claim %d: %+v", i, list)
		}
	}
	must(t, s.ChangeMessage(ctx, "a", func(m *healthcode.Message) error {
		if m.State != healthcode.MessageFailed || m.Reason != "unreadable" {
			t.Errorf("%s, %s", m.State, m.Reason)
		}
		return nil
	}))
}
