package pass

import (
	"crypto/ed25519"
	"crypto/rand"
	_ "crypto/sha256"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"
	"github.com/veraison/go-cose"
)

var benchTime = time.Date(2022, 4, 28, 9, 0, 0, 0, time.UTC)

func benchIssuer(b *testing.B) (*Issuer, *Verifier) {
	b.Helper()
	key, err := GenerateKey(benchTime.Add(-time.Hour), benchTime.Add(time.Hour))
	if err != nil {
		b.Fatal(err)
	}
	keys, err := NewKeySet(key)
	if err != nil {
		b.Fatal(err)
	}
	issuer, err := NewIssuer("beijing", keys)
	if err != nil {
		b.Fatal(err)
	}
	verifier, err := NewVerifier(map[string][]PublicKey{"beijing": keys.Public()})
	if err != nil {
		b.Fatal(err)
	}
	return issuer, verifier
}

var benchContent = Content{State: "green", Name: "Zhang San", Until: benchTime.Add(72 * time.Hour)}

func BenchmarkMint(b *testing.B) {
	issuer, _ := benchIssuer(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := issuer.Mint(benchContent, benchTime); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerify(b *testing.B) {
	issuer, verifier := benchIssuer(b)
	text, err := issuer.Mint(benchContent, benchTime)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := verifier.Verify(text, benchTime); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOpen(b *testing.B) {
	issuer, verifier := benchIssuer(b)
	text, err := issuer.Mint(benchContent, benchTime)
	if err != nil {
		b.Fatal(err)
	}
	claims, err := verifier.Verify(text, benchTime)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := issuer.Open(claims.ID); err != nil {
			b.Fatal(err)
		}
	}
}

// The bare signature, for comparison: nothing can be faster.

func BenchmarkBareSign(b *testing.B) {
	_, private, _ := ed25519.GenerateKey(rand.Reader)
	text := make([]byte, 115)
	for b.Loop() {
		ed25519.Sign(private, text)
	}
}

func BenchmarkBareVerify(b *testing.B) {
	public, private, _ := ed25519.GenerateKey(rand.Reader)
	text := make([]byte, 115)
	signature := ed25519.Sign(private, text)
	for b.Loop() {
		if !ed25519.Verify(public, text, signature) {
			b.Fatal("not verified")
		}
	}
}

// The same claims through the COSE library, without pass id, base45 and checks.

func BenchmarkLibrarySign(b *testing.B) {
	_, private, _ := ed25519.GenerateKey(rand.Reader)
	signer, err := cose.NewSigner(cose.AlgorithmEdDSA, private)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		librarySign(b, signer)
	}
}

func BenchmarkLibraryVerify(b *testing.B) {
	public, private, _ := ed25519.GenerateKey(rand.Reader)
	signer, err := cose.NewSigner(cose.AlgorithmEdDSA, private)
	if err != nil {
		b.Fatal(err)
	}
	data := librarySign(b, signer)
	verifier, err := cose.NewVerifier(cose.AlgorithmEdDSA, public)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		var m cose.Sign1Message
		if err := m.UnmarshalCBOR(data); err != nil {
			b.Fatal(err)
		}
		if err := m.Verify(nil, verifier); err != nil {
			b.Fatal(err)
		}
		var p cwt
		if err := cbor.Unmarshal(m.Payload, &p); err != nil {
			b.Fatal(err)
		}
	}
}

func librarySign(b *testing.B, signer cose.Signer) []byte {
	b.Helper()
	claims, err := cbor.Marshal(cwt{Issuer: "beijing", Expires: 1 << 30, Issued: 1 << 30, ID: make([]byte, 40),
		Health: cwtHealth{State: "green", Name: "Z*** S***"}})
	if err != nil {
		b.Fatal(err)
	}
	m := cose.NewSign1Message()
	m.Headers.Protected.SetAlgorithm(cose.AlgorithmEdDSA)
	m.Headers.Protected[cose.HeaderLabelKeyID] = []byte{1, 2, 3, 4}
	m.Payload = claims
	if err := m.Sign(rand.Reader, nil, signer); err != nil {
		b.Fatal(err)
	}
	data, err := m.MarshalCBOR()
	if err != nil {
		b.Fatal(err)
	}
	return data
}
