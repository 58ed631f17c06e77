package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"healthcode"
)

// rfc6979 is the sample key of RFC 6979 A.2.5, which everybody has, as PEM.
func rfc6979(t *testing.T) []byte {
	t.Helper()
	secret, err := hex.DecodeString("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721")
	if err != nil {
		t.Fatal(err)
	}
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), secret)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der})
}

func TestKeysFromTheCommandLine(t *testing.T) {
	data := t.TempDir()
	now := time.Date(2022, 4, 28, 9, 0, 0, 0, time.UTC)
	call := func(want int, args ...string) string {
		t.Helper()
		var out, errs bytes.Buffer
		full := append([]string{"keys", args[0], "--data", data}, args[1:]...)
		if code := run(context.Background(), full, stdio{nil, &out, &errs, func() time.Time { return now }}); code != want {
			t.Fatalf("%v: exit %d, want %d: %s%s", args, code, want, out.String(), errs.String())
		}
		return out.String() + errs.String()
	}
	made := func(out string) (k keyLine) {
		t.Helper()
		if err := json.Unmarshal([]byte(out), &k); err != nil {
			t.Fatalf("%v in %s", err, out)
		}
		return k
	}
	if k := made(call(0, "generate", "--use", "authority")); k.State != "signing" {
		t.Errorf("authority: %+v", k)
	}
	key := made(call(0, "generate", "--use", "vaccination"))
	if key.State != "waiting" {
		t.Errorf("made: %+v", key)
	}
	request := call(0, "certificate-request", "--name", key.Name)
	if !strings.HasPrefix(request, "-----BEGIN CERTIFICATE REQUEST-----") {
		t.Errorf("request: %s", request)
	}
	if k := made(call(0, "certify", "--name", key.Name)); k.State != "signing" || k.KeyID == "" {
		t.Errorf("certified: %+v", k)
	}
	if k := made(call(0, "rotate", "--use", "vaccination")); k.State != "ahead" || !k.SignFrom.Equal(now.Add(aheadTime)) {
		t.Errorf("next: %+v", k)
	}
	if list := call(0, "list"); strings.Count(list, "\n") != 4 || !strings.Contains(list, "ahead") || !strings.Contains(list, key.Name) {
		t.Errorf("list: %s", list)
	}
	if k := made(call(0, "retire", "--name", key.Name, "--compromised")); k.State != "withdrawn" {
		t.Errorf("retired: %+v", k)
	}

	sample := filepath.Join(t.TempDir(), "key.pem")
	if err := os.WriteFile(sample, rfc6979(t), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, wrong := range []struct {
		code int
		says string
		args []string
	}{
		{exitFail, "RFC 6979", []string{"generate", "--use", "test", "--key", sample}},
		{exitUsage, "no use of a key", []string{"generate", "--use", "cake"}},
		{exitUsage, "no PKCS#11 token", []string{"generate", "--use", "test", "--token"}},
		{exitFail, "keys list", []string{"retire", "--name", "nobody"}},
		{exitUsage, "RFC 3339", []string{"rotate", "--use", "test", "--from", "tomorrow"}},
		{exitUsage, "Usage", []string{"sell"}},
	} {
		if out := call(wrong.code, wrong.args...); !strings.Contains(out, wrong.says) {
			t.Errorf("%v: %s", wrong.args, out)
		}
	}
}

// A service whose database holds a demo's keys doesn't start.
func TestServeRefusesKeysOfADemo(t *testing.T) {
	s := settings{Addr: "127.0.0.1:0", Data: t.TempDir(), LogLevel: "error", Demo: true}
	log, err := s.logger(t.Output())
	if err != nil {
		t.Fatal(err)
	}
	a, err := newApp(t.Context(), s, healthcode.ClockFunc(time.Now), log)
	if err != nil {
		t.Fatal(err)
	}
	err = errors.Join(a.issuer.EnsureDemo(t.Context()), a.close())
	if err != nil {
		t.Fatal(err)
	}
	var errs bytes.Buffer
	code := run(t.Context(), []string{"serve", "--addr", "127.0.0.1:0", "--data", s.Data}, stdio{nil, t.Output(), &errs, time.Now})
	if code == exitOK || !strings.Contains(errs.String(), "made for a demo") {
		t.Errorf("exit %d: %s", code, errs.String())
	}
}
