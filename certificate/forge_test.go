package certificate

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"
)

var (
	noon  = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	begin = noon.AddDate(-1, 0, 0)
	end   = noon.AddDate(1, 0, 0)
)

// A signer is a key pair with a certificate around it.
type signer struct {
	crypto.Signer
	key *Key
}

func newSigner(t testing.TB, private crypto.Signer, usages ...asn1.ObjectIdentifier) signer {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), NotBefore: begin, NotAfter: end,
		Subject:            pkix.Name{CommonName: "Test signer", Country: []string{"CN"}},
		UnknownExtKeyUsage: usages,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	key, err := ParseKey(der)
	if err != nil {
		t.Fatal(err)
	}
	return signer{private, key}
}

func newECSigner(t testing.TB, usages ...asn1.ObjectIdentifier) signer {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return newSigner(t, private, usages...)
}

func newRSASigner(t testing.TB, bits int) signer {
	t.Helper()
	private, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	return newSigner(t, private)
}

func (s signer) issuer() *Issuer { return &Issuer{Signer: s, Key: s.key, Country: "CN"} }

func (s signer) verifier() *Verifier { return &Verifier{Trust: NewTrustList(s.key)} }

// forgery is a message whose every part a test may bend.
type forgery struct {
	protected   any // nil: an empty byte string
	unprotected any
	payload     []byte
	tags        []uint64
}

type headers map[int64]any

func marshal(t testing.TB, v any) []byte {
	t.Helper()
	raw, err := cbor.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// vaccinated is the content of a sound EU certificate.
func vaccinated() map[string]any {
	return map[string]any{
		"ver": "1.3.0", "dob": "1979-04-14",
		"nam": map[string]any{"fn": "王", "fnt": "WANG", "gn": "小明", "gnt": "XIAOMING"},
		"v": []any{map[string]any{
			"tg": "840539006", "vp": "1119305005", "mp": "CoronaVac", "ma": "ORG-100000001", "dn": 2, "sd": 2,
			"dt": "2026-03-01", "co": "CN", "is": "National Health Commission", "ci": "URN:UVCI:01:CN:TEST/0001",
		}},
	}
}

// claims gives CWT claims around the content of sub-claim 1.
func claims(content any) map[int64]any {
	return map[int64]any{
		claimIssuer: "CN", claimIssuedAt: noon.Unix(), claimExpires: noon.AddDate(0, 6, 0).Unix(),
		claimHealth: map[int64]any{subDCC: content},
	}
}

func (s signer) headers() headers {
	return headers{headerAlgorithm: int64(ES256), headerKeyID: s.key.ID}
}

// forge signs whatever it is given and wraps it as an HC1 text.
func (s signer) forge(t testing.TB, f forgery) string {
	t.Helper()
	m := &Message{Algorithm: ES256, Payload: f.payload}
	if f.protected != nil {
		m.protected = marshal(t, f.protected)
	}
	signature, err := s.issuer().sign(m)
	if err != nil {
		t.Fatal(err)
	}
	if f.unprotected == nil {
		f.unprotected = headers{}
	}
	protected := m.protected
	if protected == nil {
		protected = []byte{}
	}
	var message any = []any{protected, f.unprotected, f.payload, signature}
	for _, tag := range f.tags {
		message = cbor.Tag{Number: tag, Content: message}
	}
	text, err := wrap(marshal(t, message))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// forgeClaims is forge with sound headers.
func (s signer) forgeClaims(t testing.TB, claims any) string {
	t.Helper()
	return s.forge(t, forgery{protected: s.headers(), payload: marshal(t, claims), tags: []uint64{tagSign1}})
}
