package certificate

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"
)

func readList(t *testing.T, data []byte) (*TrustList, *ImportReport) {
	t.Helper()
	list, report, err := ReadTrustList(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return list, report
}

func TestTrustListForms(t *testing.T) {
	ec, rsaKey := newECSigner(t), newRSASigner(t, 2048)
	b64 := func(s signer) string { return base64.StdEncoding.EncodeToString(s.key.DER) }
	blocks := append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: ec.key.DER}),
		pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: rsaKey.key.DER})...)
	did, err := ExportDID("did:web:example.org", []*Key{ec.key, rsaKey.key})
	if err != nil {
		t.Fatal(err)
	}
	folded := strings.Join([]string{b64(ec)[:64], b64(ec)[64:]}, "\r\n")
	for name, data := range map[string][]byte{
		"PEM":                 blocks,
		"DER after DER":       append(append([]byte{}, ec.key.DER...), rsaKey.key.DER...),
		"base64 a line":       []byte("# our keys\n" + b64(ec) + "\n\n" + b64(rsaKey) + "\n"),
		"JSON list":           marshalJSON(t, []string{b64(ec), b64(rsaKey)}),
		"JSON list of PEM":    marshalJSON(t, []string{string(blocks[:len(blocks)/2+1]), b64(rsaKey), b64(ec)}),
		"JSON by key id":      marshalJSON(t, map[string]string{ec.key.IDText(): b64(ec), rsaKey.key.IDText(): b64(rsaKey)}),
		"gateway's rawData":   marshalJSON(t, []m{{"kid": "x", "country": "CN", "rawData": folded, "signature": strings.Repeat("QUJD", 80)}, {"rawData": b64(rsaKey)}}),
		"certificates":        marshalJSON(t, m{"certificates": []m{{"kid": ec.key.IDText(), "rawData": b64(ec)}, {"rawData": b64(rsaKey)}}}),
		"JWK set with x5c":    marshalJSON(t, m{"keys": []m{{"kty": "EC", "x5c": []string{b64(ec)}}, {"kty": "RSA", "x5c": b64(rsaKey)}}}),
		"DID document":        did,
		"list of DIDs":        []byte("[" + string(did) + "]"),
		"DID in a resolution": []byte(`{"didDocument":` + string(did) + `}`),
	} {
		list, _ := readList(t, data)
		for _, s := range []signer{ec, rsaKey} {
			if found := list.Lookup(s.key.ID); len(found) != 1 || !bytes.Equal(found[0].DER, s.key.DER) {
				t.Errorf("%s: key %x: %d found", name, s.key.ID, len(found))
			}
		}
	}
}

func marshalJSON(t *testing.T, v any) []byte {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// A list like those of the WHO network: coordinates a byte too long, a broken certificate, other key types,
// references, an entry of the wrong shape. Good entries come in, bad ones are listed, the list never fails.
func TestDIDDocumentWithBadEntries(t *testing.T) {
	whole, bare, overlong := newECSigner(t), newECSigner(t), newECSigner(t)
	ed, _, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	jwk := func(s signer, change func(m)) m {
		j, err := jwkOf(s.key)
		if err != nil {
			t.Fatal(err)
		}
		change(j)
		return j
	}
	longer := func(j m, field string) {
		raw, err := decodeBase64(j[field].(string))
		if err != nil {
			t.Fatal(err)
		}
		j[field] = base64.RawURLEncoding.EncodeToString(append([]byte{0}, raw...))
	}
	entry := func(id string, j any) m {
		return m{"id": id, "type": "JsonWebKey2020", "controller": "did:web:x", "publicKeyJwk": j}
	}
	document := m{
		"id": "did:web:x", "proof": m{"created": "2026-04-20T08:00:00Z", "jws": strings.Repeat("A", 300)},
		"verificationMethod": []any{
			entry("did:web:x#whole", jwk(whole, func(j m) { longer(j, "x"); longer(j, "y") })),
			entry("did:web:x#"+strings.ReplaceAll(bare.key.IDText(), "=", "%3D"), jwk(bare, func(j m) { delete(j, "x5c"); delete(j, "kid") })),
			entry("did:web:x#broken-x5c", jwk(overlong, func(j m) { j["x5c"] = []string{strings.Repeat("QUJD", 100)}; longer(j, "x") })),
			entry("did:web:x#no-id", jwk(whole, func(j m) { delete(j, "x5c"); delete(j, "kid") })),
			entry("did:web:x#off-curve", m{"kty": "EC", "crv": "P-256", "kid": "AAAAAAAAAAA=", "x": "AQ", "y": "AQ"}),
			entry("did:web:x#ed25519", m{"kty": "OKP", "crv": "Ed25519", "x": base64.RawURLEncoding.EncodeToString(ed)}),
			entry("did:web:x#short-rsa", m{"kty": "RSA", "n": "AQAB", "e": "AQAB", "kid": "AAAAAAAAAAA="}),
			"did:web:x:CHN#elsewhere",
			entry("did:web:x#empty", nil),
			42,
		},
	}
	list, report := readList(t, marshalJSON(t, document))
	if report.Entries != 10 || report.Imported != 3 || len(report.Skipped) != 7 {
		t.Errorf("%d entries, %d imported, skipped %+v", report.Entries, report.Imported, report.Skipped)
	}
	for _, s := range []signer{whole, bare, overlong} {
		v := Verifier{Trust: list}
		if r := v.Verify(s.forgeClaims(t, claims(vaccinated())), noon); !r.OK() {
			t.Errorf("signed by an imported key: %s", describe(r))
		}
	}
	if want := time.Date(2026, 4, 20, 8, 0, 0, 0, time.UTC); !list.Published.Equal(want) {
		t.Errorf("published %v, want %v", list.Published, want)
	}
	for _, s := range report.Skipped {
		if s.Entry == "" || s.Reason == "" {
			t.Errorf("skipped without a word: %+v", s)
		}
	}
}

func TestAListMayNameKeysByItsOwnID(t *testing.T) {
	s := newECSigner(t)
	list, _ := readList(t, marshalJSON(t, []m{{"kid": "AQIDBAUGBwg=", "rawData": base64.StdEncoding.EncodeToString(s.key.DER)}}))
	f := forgery{protected: headers{1: -7, 4: []byte{1, 2, 3, 4, 5, 6, 7, 8}}, payload: marshal(t, claims(vaccinated()))}
	v := Verifier{Trust: list}
	if r := v.Verify(s.forge(t, f), noon); !r.OK() {
		t.Error(describe(r))
	}
	if list.Len() != 1 {
		t.Errorf("the list holds %d keys, want 1", list.Len())
	}
}

func TestTrustListRefusesWhatHoldsNoKey(t *testing.T) {
	if list, _ := readList(t, marshalJSON(t, base64.StdEncoding.EncodeToString(newECSigner(t).key.DER))); list.Len() != 1 {
		t.Errorf("a single text in JSON gave %d keys", list.Len())
	}
	for _, data := range []string{"", " \n", "{}", "[]", "{", `{"keys":[]}`, `["short"]`} {
		if list, _, err := ReadTrustList(strings.NewReader(data)); err == nil {
			t.Errorf("%q was read as a list of %d", data, list.Len())
		}
	}
	for _, data := range []string{"hello", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "\x30\x03\x01\x01"} {
		list, report, err := ReadTrustList(strings.NewReader(data))
		if err != nil || list.Len() != 0 || len(report.Skipped) != 1 {
			t.Errorf("%q: %v, %+v", data, err, report)
		}
	}
}

func TestExpiredKeysStayAndAreMarked(t *testing.T) {
	s := newECSigner(t)
	list := NewTrustList(s.key, s.key)
	if list.Len() != 1 {
		t.Fatalf("one key added twice is %d keys", list.Len())
	}
	if n := len(list.Expired(noon)); n != 0 {
		t.Errorf("%d expired at noon", n)
	}
	after := end.Add(time.Second)
	if n := len(list.Expired(after)); n != 1 {
		t.Errorf("%d expired after the end", n)
	}
	v := Verifier{Trust: list}
	text := s.forgeClaims(t, claims(vaccinated()))
	if r := v.Verify(text, after); r.Stage() != Expired || r.Signer == nil {
		t.Errorf("a signature of an expired key: stage %q", r.Stage())
	}
}

func TestBothKeysAreGoodDuringARotation(t *testing.T) {
	before, after := newECSigner(t), newRSASigner(t, 2048)
	did, err := ExportDID("did:web:example.cn:keys", []*Key{before.key, after.key})
	if err != nil {
		t.Fatal(err)
	}
	list, report := readList(t, did)
	if report.Imported != 2 || len(report.Skipped) != 0 {
		t.Fatalf("%+v", report)
	}
	for _, s := range []signer{before, after} {
		text, err := s.issuer().Issue(soundDCC(), noon, sixMonths)
		if err != nil {
			t.Fatal(err)
		}
		v := Verifier{Trust: list}
		if r := v.Verify(text, noon); !r.OK() {
			t.Error(describe(r))
		}
	}
	// Without their certificates the bare keys say the same.
	bare := bytes.ReplaceAll(did, []byte(`"x5c"`), []byte(`"x5c-gone"`))
	list, _ = readList(t, bare)
	for _, s := range []signer{before, after} {
		if found := list.Lookup(s.key.ID); len(found) != 1 || !samePublic(found[0], s.key) {
			t.Errorf("bare key %x not found", s.key.ID)
		}
	}
}

// A certificate that crypto/x509 refuses for a rule that says nothing of its key.
func TestOddCertificateIsReadAllTheSame(t *testing.T) {
	s := newECSigner(t)
	der := bytes.Clone(s.key.DER)
	serial := bytes.Index(der, []byte{0xa0, 3, 2, 1, 2, 2}) + 7 // after the version: INTEGER, length, value
	der[serial] |= 0x80
	if _, err := x509.ParseCertificate(der); err == nil {
		t.Fatal("crypto/x509 reads it: the test has lost its point")
	}
	key, err := ParseKey(der)
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprint(key.NotBefore, key.NotAfter, key.Country, key.Subject, key.Usage)
	if want := fmt.Sprint(s.key.NotBefore, s.key.NotAfter, s.key.Country, s.key.Subject, s.key.Usage); got != want {
		t.Errorf("read as %s\nwant %s", got, want)
	}
	if !key.Public.(*ecdsa.PublicKey).Equal(s.key.Public) {
		t.Error("another public key was read")
	}
}

// Keys whose form crypto/x509 does not read.
func TestOddPublicKeysAreRead(t *testing.T) {
	ec, rsaKey := newECSigner(t), newRSASigner(t, 2048)
	point, err := ec.key.Public.(*ecdsa.PublicKey).Bytes()
	if err != nil {
		t.Fatal(err)
	}
	curve := elliptic.P256().Params()
	explicit := func(prime *big.Int) []byte {
		type field struct {
			Type  asn1.ObjectIdentifier
			Prime *big.Int
		}
		parameters := marshalASN1(t, struct {
			Version int
			Field   field
			Curve   struct{ A, B []byte }
			Base    []byte
			Order   *big.Int
		}{1, field{oidPrimeField, prime}, struct{ A, B []byte }{[]byte{1}, []byte{2}}, point, curve.N})
		return marshalASN1(t, publicKeyInfo{pkix.AlgorithmIdentifier{Algorithm: oidECPublic, Parameters: asn1.RawValue{FullBytes: parameters}}, asn1.BitString{Bytes: point, BitLength: 8 * len(point)}})
	}
	pkcs1 := x509.MarshalPKCS1PublicKey(rsaKey.key.Public.(*rsa.PublicKey))
	pss := marshalASN1(t, publicKeyInfo{pkix.AlgorithmIdentifier{Algorithm: oidRSASSAPSS}, asn1.BitString{Bytes: pkcs1, BitLength: 8 * len(pkcs1)}})
	for name, c := range map[string]struct {
		der  []byte
		want *Key
	}{"P-256 spelt out": {explicit(curve.P), ec.key}, "RSA for PSS": {pss, rsaKey.key}} {
		if _, err := x509.ParsePKIXPublicKey(c.der); err == nil {
			t.Errorf("%s: crypto/x509 reads it: the test has lost its point", name)
		}
		if public, err := parsePublicKey(c.der); err != nil || !samePublic(c.want, &Key{Public: public}) {
			t.Errorf("%s: %v, %v", name, public, err)
		}
	}
	if public, err := parsePublicKey(explicit(big.NewInt(23))); err == nil {
		t.Errorf("an unknown curve was read as %v", public)
	}
}

// A whole certificate with such a key: the algorithm's name is changed in place.
func TestCertificateWithAKeyForPSS(t *testing.T) {
	s := newRSASigner(t, 2048)
	info, err := x509.MarshalPKIXPublicKey(s.key.Public)
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.Index(s.key.DER, info)
	der := bytes.Clone(s.key.DER)
	rsaEncryption := marshalASN1(t, asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1})
	der[at+bytes.Index(info, rsaEncryption)+len(rsaEncryption)-1] = 10
	key, err := ParseKey(der)
	if err != nil || !samePublic(key, s.key) || !key.NotAfter.Equal(s.key.NotAfter) {
		t.Errorf("%+v, %v", key, err)
	}
}

func marshalASN1(t *testing.T, v any) []byte {
	t.Helper()
	raw, err := asn1.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}
