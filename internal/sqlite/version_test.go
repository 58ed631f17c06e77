package sqlite

import (
	"bytes"
	"compress/gzip"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"healthcode"
	"healthcode/internal/vault"
)

// released is the version that the last released program gives its database.
const released = 23

// testdata holds a database of each released version, written by the program of that version with
//
//	go test ./internal/sqlite -run TestOldVersions -write-version testdata/version-N.db.gz
var writeVersion = flag.String("write-version", "", "write a database of the present version to this file first")

// TestOldVersions opens a database of each released version and reads in it everything
// that sampleData wrote.
func TestOldVersions(t *testing.T) {
	if *writeVersion != "" {
		writeSample(t, *writeVersion)
	}
	files, err := filepath.Glob("testdata/version-*.db.gz")
	if err != nil || !slices.Contains(files, fmt.Sprintf("testdata/version-%d.db.gz", released)) {
		t.Fatalf("no database of version %d: write one with the program that was released (%v)", released, err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "health.db")
			unzip(t, file, path)
			s := openAt(t, path, sampleVault(t))
			checkSample(t, s)
			if err := s.Check(ctx); err != nil {
				t.Error(err)
			}
		})
	}
}

// sampleVault opens the keys under which the sample was encrypted. They protect nothing else.
func sampleVault(t *testing.T) *vault.Vault {
	t.Helper()
	data, err := os.ReadFile("testdata/keys.json")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "keys.json")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	v, err := vault.Open(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func unzip(t *testing.T, from, to string) {
	t.Helper()
	in, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	z, err := gzip.NewReader(in)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func writeSample(t *testing.T, file string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "health.db")
	s, err := Open(ctx, path, sampleVault(t))
	if err != nil {
		t.Fatal(err)
	}
	sampleData(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := z.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, out.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

var (
	sampleTime     = time.Date(2022, 4, 28, 1, 0, 0, 0, time.UTC)
	samplePassport = healthcode.Document{Type: healthcode.DocumentPassport, Number: "C01X00T47", Country: "DEU"}
	sampleFeed     = healthcode.Document{Type: healthcode.DocumentID, Number: "11010519900307123X"}
)

func samplePerson() healthcode.Person {
	return healthcode.Person{Name: "Erika Mustermann 张三", Birth: time.Date(1990, 3, 7, 0, 0, 0, 0, time.UTC), Language: healthcode.EN,
		Phone: "+8613800138000", Identity: healthcode.IdentityChecked,
		Documents: []healthcode.PersonDocument{{Document: samplePassport, Entry: true, Added: sampleTime}}}
}

func sampleFacts() []healthcode.Fact {
	at := sampleTime
	return []healthcode.Fact{
		{ID: "000000123", Source: "lab:bj-0007", Kind: healthcode.KindTest, Time: at, Recorded: at, Analyte: "nucleic-acid", Result: "negative", Lab: "7"},
		{ID: "f81d4fae-7dec-11d0-a765-00a0c91e6bf6", Source: "person", Kind: healthcode.KindStay, From: at.Add(1), To: at.Add(time.Hour),
			Recorded: at.Add(2 * time.Hour), Area: "110105", Evidence: "declared"},
		{ID: "l", Source: "caseworker:w", Kind: healthcode.KindLift, Time: at.Add(3 * time.Hour), Recorded: at.Add(3 * time.Hour), Hold: "3",
			Covers: at, Reason: "mis-keyed", By: "w"},
	}
}

func sampleCounty() healthcode.County {
	return healthcode.County{Code: "110105", Name: healthcode.Text{ZH: "朝阳区", EN: "Chaoyang"},
		Levels:     []healthcode.LevelChange{{From: sampleTime, Level: healthcode.LevelMedium}},
		LocalCases: []healthcode.CaseCount{{Date: sampleTime, Count: 5}}, HardestHit: []healthcode.Period{{From: sampleTime}}}
}

// sampleData uses only what every version can store.
func sampleData(t *testing.T, s *Store) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	id, err := s.CreatePerson(ctx, samplePerson(), healthcode.Registration{Jurisdiction: "beijing", Declaration: "1", Language: healthcode.EN,
		Channel: "web", At: sampleTime})
	must(err)
	fed, err := s.EnsurePersons(ctx, []healthcode.Document{sampleFeed})
	must(err)
	for _, f := range sampleFacts() {
		_, err := s.Append(ctx, []healthcode.PersonFact{{Person: id, Fact: f, DeleteAfter: sampleTime.AddDate(9, 0, 0)}})
		must(err)
	}
	must(s.PutAreas(ctx, healthcode.AreaHistory{Areas: []healthcode.County{sampleCounty()}}))
	must(s.PutStaff(ctx, healthcode.Staff{Name: "w", Role: healthcode.RoleCaseworker, Jurisdiction: "beijing", TokenHash: []byte("t")}))
	must(s.PutSession(ctx, healthcode.Session{ID: "s", TokenHash: []byte("t"), Person: id, Created: sampleTime, Expires: sampleTime.AddDate(9, 0, 0)}))
	must(s.PutLook(ctx, healthcode.Look{Person: id, At: sampleTime, Role: healthcode.RoleCaseworker, By: "w", Jurisdiction: "beijing", Saw: "green"}))
	must(s.PutRelation(ctx, healthcode.Relation{ID: "r", Asker: id, Subject: fed[0], Kind: healthcode.RelationChild, State: "asked", Asked: sampleTime}))
	must(s.PutDispute(ctx, healthcode.Dispute{ID: "d", Person: id, Jurisdiction: "beijing", Statement: "no", At: sampleTime, State: "received"}))
	must(s.PutPhoto(ctx, healthcode.Photo{ID: "p", Person: id, Jurisdiction: "beijing", Type: "image/png", Data: []byte("png"), Uploaded: sampleTime}))
	must(s.PutVenue(ctx, healthcode.Venue{ID: "v", Jurisdiction: "beijing", Kind: "mall"}))
	must(s.PutVisit(ctx, healthcode.Visit{Person: id, Venue: "v", At: sampleTime, Decision: "admit", State: "green"}, nil))
	must(s.PutMessage(ctx, healthcode.Message{ID: "m", Phone: "+8613800138000", Body: "hello", At: sampleTime}))
}

func checkSample(t *testing.T, s *Store) {
	t.Helper()
	id, err := s.FindPerson(ctx, samplePassport)
	if err != nil {
		t.Fatal(err)
	}
	fed, err := s.FindPerson(ctx, sampleFeed)
	if err != nil {
		t.Fatal(err)
	}
	want := samplePerson()
	want.ID, want.Registered = id, sampleTime
	equal(t, "person")(s.Person(ctx, id))(want)
	equal(t, "facts")(s.Facts(ctx, id))(sampleFacts())
	history, _, err := s.Areas(ctx)
	equal(t, "areas")(history.Areas, err)([]healthcode.County{sampleCounty()})
	length(t, "staff")(s.StaffOf(ctx, "beijing"))
	length(t, "sessions")(s.SessionsOf(ctx, id))
	length(t, "looks")(s.Looks(ctx, id, 10))
	length(t, "registrations")(s.Registrations(ctx, id))
	length(t, "relations")(s.RelationsOf(ctx, fed))
	disputes, err := s.DisputesOf(ctx, id)
	if length(t, "disputes")(disputes, err); len(disputes) == 1 && disputes[0].Statement != "no" {
		t.Errorf("dispute %+v", disputes[0])
	}
	photo, err := s.Photo(ctx, "p")
	equal(t, "photo")(photo.Data, err)([]byte("png"))
	length(t, "venues")(s.Venues(ctx, "beijing"))
	length(t, "visits")(s.VisitsAt(ctx, "v", sampleTime, 10))
	messages, err := s.Messages(ctx, 10)
	if length(t, "messages")(messages, err); len(messages) == 1 && messages[0].Body != "hello" {
		t.Errorf("message %+v", messages[0])
	}
}

// equal is used as equal(t, what)(f())(want), since f returns an error as well.
func equal(t *testing.T, what string) func(got any, err error) func(want any) {
	return func(got any, err error) func(any) {
		return func(want any) {
			t.Helper()
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("%s (%v):\n got %+v\nwant %+v", what, err, got, want)
			}
		}
	}
}

// length expects a list of one.
func length(t *testing.T, what string) func(list any, err error) {
	return func(list any, err error) {
		t.Helper()
		if n := reflect.ValueOf(list).Len(); err != nil || n != 1 {
			t.Errorf("%d %s, want one (%v)", n, what, err)
		}
	}
}

// TestLaterVersions: one that only adds is worked with; one that takes something away is refused.
func TestLaterVersions(t *testing.T) {
	path, keys := filepath.Join(t.TempDir(), "health.db"), newVault(t)
	later := func(statements ...string) {
		t.Helper()
		s := openAt(t, path, keys)
		for _, sql := range statements {
			if err := s.write(ctx, "pretending", func(t *tx) error {
				_, err := t.exec(sql)
				return err
			}); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	later("INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, 1)", "ALTER TABLE venue ADD COLUMN floors INTEGER")
	later("UPDATE schema_floor SET version = 999") // which opens it, too
	_, err := Open(ctx, path, keys)
	if err == nil || !strings.Contains(err.Error(), "run a newer program") {
		t.Errorf("error %v", err)
	}
}

func TestAnotherVaultIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "health.db")
	if err := openAt(t, path, newVault(t)).Close(); err != nil {
		t.Fatal(err)
	}
	_, err := Open(ctx, path, newVault(t))
	if err == nil || !strings.Contains(err.Error(), "another vault") {
		t.Errorf("error %v", err)
	}
}
