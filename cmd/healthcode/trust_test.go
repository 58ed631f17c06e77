package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"healthcode"
	"healthcode/internal/issuer"
)

func TestTrustLists(t *testing.T) {
	dir := t.TempDir()
	now := time.Date(2022, 4, 28, 9, 0, 0, 0, time.UTC)
	s := settings{Data: filepath.Join(dir, "other"), LogLevel: "error"}
	log, err := s.logger(t.Output())
	if err != nil {
		t.Fatal(err)
	}
	// Another country's keys.
	store, vault, err := openStore(t.Context(), s, log)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	keys := issuer.New(store, vault, healthcode.ClockFunc(func() time.Time { return now }), issuer.Options{Country: "FR"})
	if err := keys.EnsureDemo(t.Context()); err != nil {
		t.Fatal(err)
	}
	published, err := keys.Published(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	write := func(name, text string) string {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	method := func(id, x5c string) string {
		return fmt.Sprintf(`{"id":"did:web:example.org#%s","type":"JsonWebKey2020","publicKeyJwk":{"x5c":["%s"]}}`, id, x5c)
	}
	list := write("did.json", fmt.Sprintf(`{"id":"did:web:example.org","proof":{"type":"JsonWebSignature2020"},"verificationMethod":[%s,%s]}`,
		method("good", base64.StdEncoding.EncodeToString(published[1].DER)), method("bad", "AAAA")))
	call := func(want int, args ...string) string {
		t.Helper()
		var out, errs bytes.Buffer
		full := append([]string{"trust", args[0], "--data", filepath.Join(dir, "own")}, args[1:]...)
		if code := run(context.Background(), full, stdio{nil, &out, &errs, func() time.Time { return now }}); code != want {
			t.Fatalf("%v: exit %d, want %d: %s%s", args, code, want, out.String(), errs.String())
		}
		return out.String() + errs.String()
	}
	if out := call(exitOK, "import", "--name", "who", list); !strings.Contains(out, `"keys":1`) || !strings.Contains(out, "#bad") {
		t.Errorf("imported: %s", out)
	}
	now = now.AddDate(0, 0, 3)
	if out := call(exitOK, "list"); !strings.Contains(out, "3 days ago (fresh)") || !strings.Contains(out, "unchecked: JsonWebSignature2020") || !strings.Contains(out, "skipped did:web:example.org#bad") {
		t.Errorf("listed: %s", out)
	}
	now = now.AddDate(3, 0, 0)
	if out := call(exitOK, "list"); !strings.Contains(out, "STALE") || !strings.Contains(out, "1 of them expired") {
		t.Errorf("listed: %s", out)
	}
	// A broken download never takes the place of a good list.
	call(exitUsage, "import", "--name", "who", write("broken.json", `{"verificationMethod":[`+method("bad", "AAAA")+`]}`))
	call(exitUsage, "import", "--name", "who", write("empty.json", ""))
	if out := call(exitOK, "list"); !strings.Contains(out, "1 keys") {
		t.Errorf("after a broken one: %s", out)
	}
	call(exitUsage, "import", "--name", "who", "http://example.org/did.json")
	call(exitUsage, "import", "--name", "../who", list)
	call(exitOK, "import", "--revocations", "--name", "fr", write("revoked.json",
		`{"format":"healthcode-revocations/1","published":"2022-04-28T09:00:00Z","hashes":["AAAAAAAAAAAAAAAAAAAAAA=="]}`))
	if out := call(exitUsage, "import", "--revocations", "--name", "fr", write("short.json", `{"format":"healthcode-revocations/1","hashes":["AAAA"]}`)); !strings.Contains(out, "hashes[0]") {
		t.Errorf("a short hash: %s", out)
	}
	call(exitOK, "remove", "--name", "who")
	call(exitFail, "remove", "--name", "who")
}

// An address that leads on to plain http can't put a list in.
func TestListsAreFetchedByHTTPSAlone(t *testing.T) {
	plain := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("[]")) }))
	defer plain.Close()
	var to string
	secure := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/list" {
			w.Write([]byte("[]"))
			return
		}
		http.Redirect(w, r, to, http.StatusFound)
	}))
	defer secure.Close()
	before := listClient.Transport
	listClient.Transport = secure.Client().Transport
	defer func() { listClient.Transport = before }()
	to = plain.URL
	if data, err := fetchList(t.Context(), secure.URL); err == nil || !strings.Contains(err.Error(), "https alone") {
		t.Errorf("%q, %v", data, err)
	}
	to = "/list"
	if data, err := fetchList(t.Context(), secure.URL); err != nil || string(data) != "[]" {
		t.Errorf("%q, %v", data, err)
	}
}
