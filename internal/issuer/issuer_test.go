package issuer

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"healthcode"
	"healthcode/certificate"
	"healthcode/internal/sqlite"
	"healthcode/internal/vault"
)

// desk is an issuer over a real store and vault, with a clock that the test moves.
type desk struct {
	*Keys
	t     *testing.T
	now   time.Time
	store *sqlite.Store
	vault *vault.Vault
}

func newDesk(t *testing.T, token Token) *desk {
	t.Helper()
	v, err := vault.Create(filepath.Join(t.TempDir(), "vault.json"), nil)
	must(t, err)
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "issuer.db"), v)
	must(t, err)
	t.Cleanup(func() { store.Close() })
	d := &desk{t: t, now: time.Date(2022, 4, 28, 9, 0, 0, 0, time.UTC), store: store, vault: v}
	d.Keys = d.process(token)
	return d
}

// process gives the keys as another process on the same store sees them.
func (d *desk) process(token Token) *Keys {
	return New(d.store, d.vault, healthcode.ClockFunc(func() time.Time { return d.now }), Options{Country: "CN", Organisation: "Test authority", Token: token})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// make makes a key with a certificate of our own authority.
func (d *desk) make(o Order) Key {
	d.t.Helper()
	if all, err := d.List(context.Background()); err == nil && signing(all, Authority, d.now) == nil {
		_, err := d.Generate(d.t.Context(), Order{Use: Authority})
		must(d.t, err)
	}
	key, err := d.Generate(d.t.Context(), o)
	must(d.t, err)
	key, err = d.Certify(d.t.Context(), key.Name)
	must(d.t, err)
	return key
}

func (d *desk) vaccination() certificate.DCC {
	return certificate.DCC{Name: certificate.DCCName{Surname: "Zhang", SurnameMachine: "ZHANG"}, BirthDate: "1950-01-01",
		Vaccination: []certificate.DCCVaccination{{Disease: "840539006", Vaccine: "1119349007", Product: "EU/1/20/1528", Maker: "ORG-100030215",
			Dose: 1, Doses: 2, Date: "2022-02-18", Country: "CN", Issuer: "Test authority", UVCI: "URN:UVCI:01:CN:1"}}}
}

func (d *desk) issue(keys *Keys, validity time.Duration) (string, *certificate.Issuer) {
	d.t.Helper()
	signer, err := keys.Issuer(d.t.Context(), Vaccination)
	must(d.t, err)
	text, err := signer.Issue(d.vaccination(), d.now, d.now.Add(validity))
	must(d.t, err)
	return text, signer
}

// verify checks a certificate with what is published now.
func (d *desk) verify(text string) certificate.Stage {
	d.t.Helper()
	published, err := d.Published(d.t.Context())
	must(d.t, err)
	v := certificate.Verifier{Trust: certificate.NewTrustList(published...)}
	return v.Verify(text, d.now).Stage()
}

func TestEveryAlgorithmIssuesForEveryProcess(t *testing.T) {
	for _, a := range []Algorithm{ES256, PS256} {
		d := newDesk(t, nil)
		key := d.make(Order{Use: Vaccination, Algorithm: a})
		text, signer := d.issue(d.process(nil), 365*24*time.Hour)
		if stage := d.verify(text); stage != "" {
			t.Errorf("%s: stage %q", a, stage)
		}
		if signer.Key.IDText() != key.ID() || signer.Country != "CN" {
			t.Errorf("%s: issued with %s of %s", a, signer.Key.IDText(), signer.Country)
		}
		// The certificate allows this use and no other.
		if key.Parsed().Usage != certificate.UsageVaccination {
			t.Errorf("usage %v", key.Parsed().Usage)
		}
		if _, err := d.Issuer(t.Context(), Test); healthcode.CodeOf(err) != healthcode.CodeNotFound {
			t.Errorf("a use without a key: %v", err)
		}
	}
}

func TestSecretPartIsSealed(t *testing.T) {
	d := newDesk(t, nil)
	key := d.make(Order{Use: Test})
	records, err := d.store.TrustRecords(t.Context(), recordKind)
	must(t, err)
	for _, r := range records {
		if strings.Contains(string(r.Body), "PRIVATE") {
			t.Error("a secret key is readable")
		}
		k, err := readKey(r)
		must(t, err)
		if _, err := x509.ParsePKCS8PrivateKey(k.sealed); err == nil {
			t.Error("a secret key is readable")
		}
		if _, err := d.vault.Open(k.sealed, sealContext("another")); err == nil {
			t.Error("a secret key opens under another name")
		}
	}
	other, err := vault.Create(filepath.Join(t.TempDir(), "other.json"), nil)
	must(t, err)
	stolen := New(d.store, other, d.clock, d.Options)
	if _, err := stolen.Issuer(t.Context(), Test); err == nil || !strings.Contains(err.Error(), key.Name) {
		t.Errorf("with another vault: %v", err)
	}
}

func TestRotationOverlaps(t *testing.T) {
	d := newDesk(t, nil)
	first := d.make(Order{Use: Vaccination})
	old, _ := d.issue(d.Keys, 365*24*time.Hour)
	d.now = d.now.AddDate(0, 5, 0)
	begin := d.now.Add(7 * 24 * time.Hour)
	second, err := d.Rotate(t.Context(), Vaccination, begin)
	must(t, err)
	if s := second.State(d.now); s != Ahead {
		t.Errorf("the next key is %s", s)
	}
	if published, err := d.Published(t.Context()); err != nil || len(published) != 3 {
		t.Errorf("%d keys are published ahead: %v", len(published), err)
	}
	if _, signer := d.issue(d.Keys, 24*time.Hour); signer.Key.IDText() != first.ID() {
		t.Error("the next key signs before its time")
	}
	d.now = begin
	fresh, signer := d.issue(d.Keys, 365*24*time.Hour)
	if signer.Key.IDText() != second.ID() {
		t.Error("the old key still signs")
	}
	// Ten months after the first certificate its key signs no more, and the certificate still counts.
	d.now = d.now.AddDate(0, 5, 0)
	all, err := d.List(t.Context())
	must(t, err)
	for _, k := range all {
		if k.Name == first.Name && k.State(d.now) != Verifying {
			t.Errorf("the first key is %s", k.State(d.now))
		}
	}
	for _, text := range []string{old, fresh} {
		if stage := d.verify(text); stage != "" {
			t.Errorf("stage %q", stage)
		}
	}
	if _, err := d.Rotate(t.Context(), Vaccination, d.now.Add(-time.Hour)); err == nil {
		t.Error("rotated into the past")
	}
}

func TestCompromisedKeyCountsNoMore(t *testing.T) {
	d := newDesk(t, nil)
	key := d.make(Order{Use: Vaccination})
	text, _ := d.issue(d.Keys, time.Hour)
	_, err := d.Retire(t.Context(), key.Name, false)
	must(t, err)
	if stage := d.verify(text); stage != "" {
		t.Errorf("retired: %q", stage)
	}
	if _, err := d.Issuer(t.Context(), Vaccination); err == nil {
		t.Error("a retired key signs")
	}
	_, err = d.Retire(t.Context(), key.Name, true)
	must(t, err)
	if stage := d.verify(text); stage != certificate.UnknownKey {
		t.Errorf("compromised: %q", stage)
	}
	if _, err := d.Retire(t.Context(), "nothing", false); healthcode.CodeOf(err) != healthcode.CodeNotFound {
		t.Errorf("an unknown key: %v", err)
	}
}

// The authority of a country is elsewhere: a request goes there and a certificate comes back.
func TestCertificateOfAnAuthorityElsewhere(t *testing.T) {
	d := newDesk(t, nil)
	key, err := d.Generate(t.Context(), Order{Use: Vaccination})
	must(t, err)
	if s := key.State(d.now); s != Waiting {
		t.Errorf("without a certificate: %s", s)
	}
	if _, err := d.Certify(t.Context(), key.Name); healthcode.CodeOf(err) != healthcode.CodeNotFound {
		t.Errorf("certified without an authority: %v", err)
	}
	data, err := d.Request(t.Context(), key.Name)
	must(t, err)
	block, _ := pem.Decode(data)
	request, err := x509.ParseCertificateRequest(block.Bytes)
	must(t, err)
	must(t, request.CheckSignature())
	country := func(c string) *x509.Certificate {
		s := request.Subject
		s.Country = []string{c}
		return &x509.Certificate{SerialNumber: big.NewInt(7), Subject: s, NotBefore: d.now.Add(-time.Hour), NotAfter: d.now.AddDate(0, 3, 0)}
	}
	ca, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	sign := func(template *x509.Certificate, public any) []byte {
		parent := &x509.Certificate{Subject: pkix.Name{CommonName: "CSCA"}, SerialNumber: big.NewInt(1)}
		der, err := x509.CreateCertificate(rand.Reader, template, parent, public, ca)
		must(t, err)
		return der
	}
	wrongUse, ended := country("CN"), country("CN")
	wrongUse.UnknownExtKeyUsage = append(wrongUse.UnknownExtKeyUsage, usages[Test])
	ended.NotAfter = d.now.Add(-time.Minute)
	for what, der := range map[string][]byte{
		"of another key": sign(country("CN"), ca.Public()), "of another use": sign(wrongUse, request.PublicKey), "ended": sign(ended, request.PublicKey),
		"of another country": sign(country("FR"), request.PublicKey), "not a certificate": []byte("hello"),
	} {
		if _, err := d.Import(t.Context(), key.Name, der); healthcode.CodeOf(err) != healthcode.CodeInvalid {
			t.Errorf("%s: %v", what, err)
		}
	}
	good := sign(country("CN"), request.PublicKey)
	key, err = d.Import(t.Context(), key.Name, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: good}))
	must(t, err)
	if key.State(d.now) != Signing || !key.SignUntil.Equal(d.now.AddDate(0, 3, 0)) {
		t.Errorf("imported: %s until %s", key.State(d.now), key.SignUntil)
	}
	text, _ := d.issue(d.Keys, time.Hour)
	if stage := d.verify(text); stage != "" {
		t.Errorf("stage %q", stage)
	}
}

func TestSampleKeysAreRefused(t *testing.T) {
	d := newDesk(t, nil)
	// RFC 6979 A.2.5 publishes this private key.
	secret, _ := new(big.Int).SetString("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721", 16)
	sample, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), secret.Bytes())
	must(t, err)
	if _, err := d.Generate(t.Context(), Order{Use: Test, Private: sample}); !errors.Is(err, ErrSample) {
		t.Errorf("a sample key is taken: %v", err)
	}
	weak, err := rsa.GenerateKey(rand.Reader, 1024)
	must(t, err)
	if _, err := d.Generate(t.Context(), Order{Use: Test, Private: weak}); healthcode.CodeOf(errors.Unwrap(err)) != healthcode.CodeInvalid {
		t.Errorf("a weak key is taken: %v", err)
	}
	key := d.make(Order{Use: Test})
	must(t, d.Check(t.Context()))
	// A key that became known as a sample after it was stored.
	sum := [32]byte{}
	for s := range samples {
		sum = s
	}
	if len(samples) < 30 || samples[sum] == "" {
		t.Errorf("%d samples are known", len(samples))
	}
	all, err := d.List(t.Context())
	must(t, err)
	stored, err := find(all, key.Name)
	must(t, err)
	if stored.Public, err = x509.MarshalPKIXPublicKey(sample.Public()); err != nil {
		t.Fatal(err)
	}
	must(t, d.put(t.Context(), stored))
	if err := d.Check(t.Context()); !errors.Is(err, ErrSample) || !strings.Contains(err.Error(), key.Name) || !strings.Contains(err.Error(), "RFC 6979") {
		t.Errorf("a stored sample key: %v", err)
	}
}

func TestDemoKeysAreRefused(t *testing.T) {
	d := newDesk(t, nil)
	must(t, d.EnsureDemo(t.Context()))
	must(t, d.EnsureDemo(t.Context()))
	all, err := d.List(t.Context())
	must(t, err)
	if len(all) != len(Uses) {
		t.Errorf("%d keys", len(all))
	}
	if err := d.Check(t.Context()); err == nil || !strings.Contains(err.Error(), "demo") {
		t.Errorf("keys of a demo: %v", err)
	}
	// The mark is in the certificate, too.
	all[1].Demo = false
	if !all[1].hasUnit(demoUnit) || (&Key{}).hasUnit(demoUnit) {
		t.Errorf("subject %s", all[1].Parsed().Subject)
	}
	for _, k := range all {
		_, err := d.Retire(t.Context(), k.Name, true)
		must(t, err)
	}
	must(t, d.Check(t.Context()))
}
