//go:build !nopkcs11

package pkcs11

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

const (
	softHSM = "/usr/lib/softhsm/libsofthsm2.so"
	label   = "healthcode test"
	pin     = "123456"
)

// folder holds SoftHSM's tokens: the library reads its configuration once in a process.
var folder string

func TestMain(m *testing.M) {
	code := 1
	defer func() { os.Exit(code) }()
	var err error
	if folder, err = os.MkdirTemp("", "healthcode-softhsm-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return
	}
	defer os.RemoveAll(folder)
	conf := filepath.Join(folder, "softhsm2.conf")
	os.Mkdir(filepath.Join(folder, "tokens"), 0o700)
	os.WriteFile(conf, []byte("directories.tokendir = "+filepath.Join(folder, "tokens")+"\nobjectstore.backend = file\n"), 0o600)
	os.Setenv("SOFTHSM2_CONF", conf)
	for _, l := range []string{label, "another"} {
		if out, err := exec.Command("softhsm2-util", "--init-token", "--free", "--label", l, "--pin", pin, "--so-pin", "00000000").CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "making a SoftHSM token: %v: %s; scripts/tools.sh installs it\n", err, out)
			return
		}
	}
	code = m.Run()
}

func open(t *testing.T) *Token {
	t.Helper()
	token, err := Open(Config{Module: softHSM, Token: label, PIN: pin})
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestKeysOfTheTokenSign(t *testing.T) {
	token := open(t)
	digest := sha256.Sum256([]byte("a certificate"))
	pss := &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: crypto.SHA256}
	made, err := token.Generate("curve", false)
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		signature, err := made.Sign(rand.Reader, digest[:], crypto.SHA256)
		if err != nil || !ecdsa.VerifyASN1(made.Public().(*ecdsa.PublicKey), digest[:], signature) {
			t.Fatalf("ES256: %x, %v", signature, err)
		}
	}
	if made, err = token.Generate("rsa", true); err != nil {
		t.Fatal(err)
	}
	signature, err := made.Sign(rand.Reader, digest[:], pss)
	if err != nil || rsa.VerifyPSS(made.Public().(*rsa.PublicKey), crypto.SHA256, digest[:], signature, pss) != nil {
		t.Errorf("PS256: %x, %v", signature, err)
	}
	if _, err := made.Sign(rand.Reader, digest[:], crypto.SHA256); err == nil {
		t.Error("an RSA key signed without PSS")
	}
	if _, err := made.Sign(rand.Reader, digest[:5], pss); err == nil {
		t.Error("half a hash was signed")
	}

	// Another start finds the same key.
	again, err := open(t).Signer("curve")
	if err != nil {
		t.Fatal(err)
	}
	first, err := token.Signer("curve")
	if err != nil || !first.Public().(*ecdsa.PublicKey).Equal(again.Public()) {
		t.Errorf("found again: %v", err)
	}
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			for range 10 {
				if s, err := again.Sign(rand.Reader, digest[:], crypto.SHA256); err != nil || !ecdsa.VerifyASN1(again.Public().(*ecdsa.PublicKey), digest[:], s) {
					t.Errorf("at once: %v", err)
				}
			}
		})
	}
	wait.Wait()
}

func TestWhatIsWrongIsSaid(t *testing.T) {
	for what, c := range map[string]struct {
		config Config
		is     error
		says   string
	}{
		"no module":       {Config{Module: filepath.Join(folder, "nothing.so"), Token: label, PIN: pin}, nil, "nothing.so"},
		"no library":      {Config{Module: filepath.Join(folder, "softhsm2.conf"), Token: label, PIN: pin}, nil, "loading the module"},
		"no such token":   {Config{Module: softHSM, Token: "elsewhere", PIN: pin}, ErrGone, `"another"`},
		"not PKCS#11":     {Config{Module: "libc.so.6", Token: label, PIN: pin}, nil, "no PKCS#11 library"},
		"wrong PIN":       {Config{Module: softHSM, Token: "another", PIN: "000000"}, ErrPIN, "check the PIN"},
		"PIN far too big": {Config{Module: softHSM, Token: "another", PIN: strings.Repeat("1", 300)}, ErrPIN, "check the PIN"},
	} {
		_, err := Open(c.config)
		if err == nil || c.is != nil && !errors.Is(err, c.is) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := open(t).Signer("no such key"); !errors.Is(err, ErrNoKey) || !strings.Contains(err.Error(), "no such key") {
		t.Errorf("a key that isn't there: %v", err)
	}
}

// TestTokenThatGoesAway comes last in the file: the token is gone for good.
func TestTokenThatGoesAway(t *testing.T) {
	token := open(t)
	made, err := token.Generate("going", false)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(folder, "tokens")); err != nil {
		t.Fatal(err)
	}
	digest := sha256.Sum256(nil)
	if _, err := made.Sign(rand.Reader, digest[:], crypto.SHA256); !errors.Is(err, ErrGone) && !errors.Is(err, ErrNoKey) {
		t.Errorf("signing: %v", err)
	} else {
		t.Log(err)
	}
	if _, err := token.Generate("more", false); err == nil {
		t.Error("a key was made in a token that is gone")
	} else {
		t.Log(err)
	}
}
