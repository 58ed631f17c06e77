package vault

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"healthcode"
)

func newPath(t *testing.T) string { return filepath.Join(t.TempDir(), "keys.json") }

func create(t *testing.T, path string, master []byte) *Vault {
	t.Helper()
	v, err := Create(path, master)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func open(t *testing.T, path string, master []byte) *Vault {
	t.Helper()
	v, err := Open(path, master)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func seal(t *testing.T, v *Vault, plain, context string) []byte {
	t.Helper()
	sealed, err := v.Seal([]byte(plain), []byte(context))
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

func mustOpen(t *testing.T, v *Vault, sealed []byte, context, want string) {
	t.Helper()
	got, err := v.Open(sealed, []byte(context))
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("opened %q, want %q", got, want)
	}
}

var master = bytes.Repeat([]byte("m"), 32)

func TestSealSurvivesReopening(t *testing.T) {
	for name, master := range map[string][]byte{"plain": nil, "master": master} {
		t.Run(name, func(t *testing.T) {
			path := newPath(t)
			v := create(t, path, master)
			sealed := seal(t, v, "张三", "person.name:1")
			if bytes.Contains(sealed, []byte("张三")) {
				t.Error("the sealed value holds the plain one")
			}
			again := open(t, path, master)
			mustOpen(t, again, sealed, "person.name:1", "张三")
			if _, err := again.Open(sealed, []byte("person.name:2")); err == nil {
				t.Error("opened under another context")
			}
			sealed[len(sealed)-1] ^= 1
			if _, err := again.Open(sealed, []byte("person.name:1")); err == nil {
				t.Error("opened after a bit was changed")
			}
			if w := again.Warning(); (w == "") != (master != nil) {
				t.Errorf("warning = %q", w)
			}
		})
	}
}

func TestLookup(t *testing.T) {
	path := newPath(t)
	v := create(t, path, master)
	hash := func(v *Vault, purpose, value string) string {
		h, err := v.Lookup(purpose, value)
		if err != nil || len(h) != 16 {
			t.Fatalf("lookup: %d bytes, %v", len(h), err)
		}
		return string(h)
	}
	want := hash(v, "document", "a")
	if hash(open(t, path, master), "document", "a") != want {
		t.Error("another hash after reopening")
	}
	for _, other := range [][2]string{{"document", "b"}, {"documen", "ta"}, {"phone", "a"}} {
		if hash(v, other[0], other[1]) == want {
			t.Errorf("%v has the hash of document, a", other)
		}
	}
	if hash(create(t, newPath(t), nil), "document", "a") == want {
		t.Error("another vault makes the same hash: it isn't keyed")
	}
	if err := v.Rotate(); err != nil {
		t.Fatal(err)
	}
	if hash(v, "document", "a") != want {
		t.Error("another hash after a rotation")
	}
}

func TestRotateKeepsOldValuesReadable(t *testing.T) {
	path := newPath(t)
	v := create(t, path, master)
	var sealed [][]byte
	for range 3 {
		sealed = append(sealed, seal(t, v, "value", "c"))
		if err := v.Rotate(); err != nil {
			t.Fatal(err)
		}
	}
	sealed = append(sealed, seal(t, v, "value", "c"))
	again := open(t, path, master)
	seen := map[string]bool{}
	for _, s := range sealed {
		mustOpen(t, v, s, "c", "value")
		mustOpen(t, again, s, "c", "value")
		seen[string(s[:5])] = true // tink's key id
	}
	if len(seen) != len(sealed) {
		t.Errorf("%d keys encrypted %d values; a rotation didn't change the key", len(seen), len(sealed))
	}
}

func TestRotateWhileInUse(t *testing.T) {
	v := create(t, newPath(t), nil)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 200 {
				sealed, err := v.Seal([]byte("value"), nil)
				if err != nil {
					t.Error(err)
					return
				}
				if got, err := v.Open(sealed, nil); err != nil || string(got) != "value" {
					t.Errorf("%q, %v", got, err)
				}
				if _, err := v.Lookup("p", "v"); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for range 5 {
		if err := v.Rotate(); err != nil {
			t.Error(err)
		}
	}
	wg.Wait()
}

func TestMasterKeyIsNeeded(t *testing.T) {
	path := newPath(t)
	create(t, path, master)
	for _, wrong := range [][]byte{nil, []byte("short"), bytes.Repeat([]byte("x"), 32)} {
		if _, err := Open(path, wrong); !errors.Is(err, ErrMaster) {
			t.Errorf("master %q: %v", wrong, err)
		}
	}
	if _, err := Create(newPath(t), []byte("a password")); err == nil {
		t.Error("a short master key was taken")
	}
}

func TestProtect(t *testing.T) {
	path := newPath(t)
	v := create(t, path, nil)
	sealed := seal(t, v, "value", "c")
	if w := open(t, path, master).Warning(); w == "" {
		t.Error("no warning: a master key given at opening protects nothing yet")
	}
	if err := v.Protect(master); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path, nil); !errors.Is(err, ErrMaster) {
		t.Errorf("opened without the master key: %v", err)
	}
	mustOpen(t, open(t, path, master), sealed, "c", "value")
}

func TestFile(t *testing.T) {
	path := newPath(t)
	if _, err := Open(path, nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	v, err := OpenOrCreate(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	sealed := seal(t, v, "value", "c")
	if v, err = OpenOrCreate(path, nil); err != nil {
		t.Fatal(err)
	}
	mustOpen(t, v, sealed, "c", "value")
	if _, err := Create(path, nil); err == nil {
		t.Error("Create replaced the keys")
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	os.Chmod(path, 0o640)
	if _, err := Open(path, nil); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("a file that others read: %v", err)
	}
	if left, _ := filepath.Glob(path + ".*"); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestSecrets(t *testing.T) {
	path := newPath(t)
	v := create(t, path, nil)
	if _, err := v.Secret("pass"); healthcode.CodeOf(err) != healthcode.CodeNotFound {
		t.Errorf("an unknown secret: %v", err)
	}
	for _, value := range []string{"first", "second"} {
		if err := v.PutSecret("pass", []byte(value)); err != nil {
			t.Fatal(err)
		}
		if err := v.Rotate(); err != nil {
			t.Fatal(err)
		}
		got, err := open(t, path, nil).Secret("pass")
		if err != nil || string(got) != value {
			t.Errorf("secret = %q, %v; want %q", got, err, value)
		}
	}
	data, err := os.ReadFile(path)
	if err != nil || bytes.Contains(data, []byte("c2Vjb25k")) { // base64 of "second"
		t.Errorf("the secret stands in the file unsealed (%v)", err)
	}
}

func TestFailedSaveChangesNothing(t *testing.T) {
	path := newPath(t)
	v := create(t, path, nil)
	if err := v.PutSecret("a", []byte("1")); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Dir(path)); err != nil {
		t.Fatal(err)
	}
	if v.Rotate() == nil || v.PutSecret("a", []byte("2")) == nil || v.PutSecret("b", nil) == nil || v.Protect(master) == nil {
		t.Fatal("saving without a directory succeeded")
	}
	if got, err := v.Secret("a"); err != nil || string(got) != "1" {
		t.Errorf("a = %q, %v", got, err)
	}
	if _, err := v.Secret("b"); err == nil {
		t.Error("b is there, though it could not be stored")
	}
	if v.Warning() == "" {
		t.Error("no warning after a failed Protect")
	}
	mustOpen(t, v, seal(t, v, "value", "c"), "c", "value")
}

func BenchmarkSeal(b *testing.B) {
	v, err := Create(filepath.Join(b.TempDir(), "keys.json"), nil)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := v.Seal([]byte("CN-ID 110105190001011234"), []byte("person.documents:1")); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLookup(b *testing.B) {
	v, err := Create(filepath.Join(b.TempDir(), "keys.json"), nil)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := v.Lookup("document", "CN-ID 110105190001011234"); err != nil {
			b.Fatal(err)
		}
	}
}
