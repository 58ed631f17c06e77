package backup

import (
	"bytes"
	"io"
	"math/rand/v2"
	"testing"
	"time"

	"filippo.io/age"
)

func TestArchive(t *testing.T) {
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	long := make([]byte, 2*chunk+12345)
	source := rand.NewChaCha8([32]byte{1})
	source.Read(long)
	exact := long[:chunk]
	want := map[string][]byte{"keys.json": []byte("{}"), "a/fact": long, "a/exact": exact, "a/empty": nil, "log/tile/000": []byte("x")}
	created := time.Date(2022, 4, 28, 9, 0, 0, 0, time.UTC)
	var file bytes.Buffer
	w, err := Create(&file, Manifest{Engine: "sqlite", Created: created, LogSize: 7}, identity.Recipient())
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(err)
	must(w.Bytes("keys.json", want["keys.json"]))
	must(w.Stream("a/fact", bytes.NewReader(long)))
	must(w.Stream("a/exact", bytes.NewReader(exact)))
	must(w.Stream("a/empty", bytes.NewReader(nil))) // leaves nothing
	must(w.Bytes("log/tile/000", want["log/tile/000"]))
	must(w.Close())
	if bytes.Contains(file.Bytes(), []byte("keys.json")) {
		t.Error("it isn't encrypted")
	}

	read := func(data []byte) (map[string][]byte, error) {
		got := map[string][]byte{}
		r, err := Open(bytes.NewReader(data), identity)
		if err != nil {
			return got, err
		}
		if m := r.Manifest; m.Engine != "sqlite" || m.LogSize != 7 || !m.Created.Equal(created) {
			t.Errorf("manifest %+v", m)
		}
		for {
			name, entry, err := r.Next()
			if err == io.EOF {
				return got, nil
			}
			if err != nil {
				return got, err
			}
			if got[name], err = io.ReadAll(entry); err != nil {
				return got, err
			}
		}
	}
	got, err := read(file.Bytes())
	must(err)
	delete(want, "a/empty")
	if len(got) != len(want) {
		t.Errorf("%d files, want %d", len(got), len(want))
	}
	for name, data := range want {
		if !bytes.Equal(got[name], data) {
			t.Errorf("%s: %d bytes, want %d", name, len(got[name]), len(data))
		}
	}
	for _, n := range []int{0, 100, file.Len() / 2, file.Len() - 1} {
		if _, err := read(file.Bytes()[:n]); err == nil {
			t.Errorf("%d of %d bytes were read as a backup", n, file.Len())
		}
	}
	other, err := age.GenerateX25519Identity()
	must(err)
	if _, err := Open(bytes.NewReader(file.Bytes()), other); err == nil {
		t.Error("somebody else has read it")
	}
	if _, err := Create(io.Discard, Manifest{}); err == nil {
		t.Error("a backup for nobody")
	}
}
