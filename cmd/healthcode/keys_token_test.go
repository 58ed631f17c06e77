//go:build !nopkcs11

package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"healthcode"
	"healthcode/certificate"
	"healthcode/internal/issuer"
)

// A certificate is issued with keys that never leave a token; whoever has no PIN doesn't get them.
func TestKeysInAToken(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	if err := os.Mkdir(filepath.Join(dir, "tokens"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("SOFTHSM2_CONF", write("softhsm2.conf", "directories.tokendir = "+filepath.Join(dir, "tokens")+"\n"))
	if out, err := exec.Command("softhsm2-util", "--init-token", "--free", "--label", "issuing", "--pin", "4711", "--so-pin", "00000000").CombinedOutput(); err != nil {
		t.Fatalf("making a SoftHSM token: %v: %s; scripts/tools.sh installs it", err, out)
	}
	config := func(pin string) string {
		return write(pin+".yaml", fmt.Sprintf("data: %s\nissuer:\n  organisation: Test\n  pkcs11: {module: /usr/lib/softhsm/libsofthsm2.so, token: issuing, pin_file: %s}\n",
			filepath.Join(dir, "data"), write("pin-"+pin, pin+"\n")))
	}
	now := time.Date(2022, 4, 28, 9, 0, 0, 0, time.UTC)
	call := func(want int, args ...string) string {
		t.Helper()
		var out, errs bytes.Buffer
		if code := run(context.Background(), append([]string{"keys"}, args...), stdio{nil, &out, &errs, func() time.Time { return now }}); code != want {
			t.Fatalf("%v: exit %d, want %d: %s%s", args, code, want, out.String(), errs.String())
		}
		return out.String() + errs.String()
	}
	right := config("4711")
	if says := call(exitFail, "generate", "--use", "authority", "--token", "--config", config("0000")); !bytes.Contains([]byte(says), []byte("refuses the PIN")) {
		t.Errorf("a wrong PIN: %s", says)
	}
	call(exitOK, "generate", "--use", "authority", "--token", "--config", right)
	call(exitOK, "generate", "--use", "test", "--algorithm", "PS256", "--token", "--config", right)

	s := settings{LogLevel: "error"}
	if err := s.read(right); err != nil {
		t.Fatal(err)
	}
	log, err := s.logger(t.Output())
	if err != nil {
		t.Fatal(err)
	}
	store, vault, err := openStore(t.Context(), s, log)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	clock := healthcode.ClockFunc(func() time.Time { return now })
	keys, err := newKeys(s, store, vault, clock)
	if err != nil {
		t.Fatal(err)
	}
	all, err := keys.List(t.Context())
	if err != nil || len(all) != 2 || !all[1].Token {
		t.Fatalf("%+v, %v", all, err)
	}
	if _, err := keys.Request(t.Context(), all[1].Name); err != nil {
		t.Errorf("requesting a certificate: %v", err)
	}
	if _, err := keys.Certify(t.Context(), all[1].Name); err != nil {
		t.Fatal(err)
	}
	signer, err := keys.Issuer(t.Context(), issuer.Test)
	if err != nil {
		t.Fatal(err)
	}
	content := certificate.DCC{Name: certificate.DCCName{SurnameMachine: "ZHANG"}, BirthDate: "1950-01-01", Test: []certificate.DCCTest{{Disease: "840539006",
		Type: "LP6464-4", Collected: "2022-04-27T10:00:00Z", Result: "260415000", Centre: "Test", Country: "CN", Issuer: "Test", UVCI: "URN:UVCI:01:CN:2"}}}
	text, err := signer.Issue(content, now, now.Add(48*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	published, err := keys.Published(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	v := certificate.Verifier{Trust: certificate.NewTrustList(published...)}
	if r := v.Verify(text, now); !r.OK() || r.Document.Message.Algorithm != certificate.PS256 {
		t.Errorf("%+v", r.Report())
	}

	s.Issuer.PKCS11 = pkcs11Settings{}
	without, err := newKeys(s, store, vault, clock)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := without.Issuer(t.Context(), issuer.Test); err == nil {
		t.Error("a key of the token signs without it")
	}
}
