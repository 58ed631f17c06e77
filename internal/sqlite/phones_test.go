package sqlite

import (
	"bytes"
	"database/sql"
	"os"
	"path/filepath"
	"testing"
	"time"

	"healthcode"
)

// TestDeletedNumberIsGone looks for every sealed form of a number in the file, its log, and a copy made after.
func TestDeletedNumberIsGone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "health.db")
	s := openAt(t, path, newVault(t))
	id, err := s.CreatePerson(ctx, healthcode.Person{Name: "Old", Phone: "+8613800000001", Documents: []healthcode.PersonDocument{{Document: samplePassport}}},
		healthcode.Registration{Jurisdiction: "beijing", At: sampleTime})
	if err != nil {
		t.Fatal(err)
	}
	sealed := func(query string, args ...any) (all [][]byte) {
		t.Helper()
		err := s.read(ctx, "looking", func(c *conn) error {
			return c.each(query, args, func(scan scanner) error {
				var b []byte
				err := scan(&b)
				all = append(all, b)
				return err
			})
		})
		if err != nil || len(all) == 0 {
			t.Fatalf("%s: %d rows, %v", query, len(all), err)
		}
		return all
	}
	p, err := s.Person(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	secrets := sealed("SELECT profile FROM person")
	for n := range 40 { // neighbours on the same pages
		q := healthcode.Phone{ID: string(rune('A'+n%26)) + string(rune('a'+n/26)), Person: id, Number: "+86139000" + string(rune('0'+n/10)) + string(rune('0'+n%10)), Bound: sampleTime}
		if err := s.PutPhone(ctx, q); err != nil {
			t.Fatal(err)
		}
	}
	old := healthcode.Phone{ID: "Bz", Person: id, Number: p.Phone, Bound: sampleTime}
	if err := s.PutPhone(ctx, old); err != nil {
		t.Fatal(err)
	}
	secrets = append(secrets, sealed("SELECT sealed FROM phone WHERE id = 'Bz'")...)
	old.Unbound, old.DeleteAfter = sampleTime, sampleTime.Add(time.Hour)
	if err := s.PutPhone(ctx, old); err != nil {
		t.Fatal(err)
	}
	secrets = append(secrets, sealed("SELECT sealed FROM phone WHERE id = 'Bz'")...)
	p.Phone = "+8613800000002"
	if err := s.UpdatePerson(ctx, p, "resident", sampleTime); err != nil {
		t.Fatal(err)
	}
	secrets = append(secrets, sealed("SELECT profile FROM person_past")...)
	message := healthcode.Message{ID: healthcode.PhoneMessages("Bz") + "1", Phone: old.Number, Body: "code", At: sampleTime}
	if err := s.PutMessage(ctx, message); err != nil {
		t.Fatal(err)
	}
	secrets = append(secrets, sealed("SELECT phone FROM message")...)

	if left := holding(t, path, secrets); left == 0 {
		t.Fatal("nothing is found before the deletion: this test doesn't see what is stored")
	}
	if n, err := s.PurgePhones(ctx, sampleTime.Add(time.Hour)); n != 1 || err != nil {
		t.Fatalf("purged %d, %v", n, err)
	}
	if left := holding(t, path, secrets); left != 0 {
		t.Errorf("%d sealed forms of the number are left in the file or its log", left)
	}
	backup := filepath.Join(t.TempDir(), "backup.db")
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("VACUUM INTO ?", backup); err != nil {
		t.Fatal(err)
	}
	if left := holding(t, backup, secrets); left != 0 {
		t.Errorf("%d sealed forms of the number are left in the backup", left)
	}
	if err := s.Check(ctx); err != nil {
		t.Error(err)
	}
}

// holding counts the secrets that are in a database's files.
func holding(t *testing.T, path string, secrets [][]byte) (n int) {
	t.Helper()
	for _, suffix := range []string{"", "-wal", "-shm"} {
		data, err := os.ReadFile(path + suffix)
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		for _, secret := range secrets {
			if bytes.Contains(data, secret) {
				n++
			}
		}
	}
	return n
}
