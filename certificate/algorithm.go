package certificate

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	_ "crypto/sha256" // the hashes that the algorithms name
	_ "crypto/sha512"
	"fmt"
	"math/big"
)

// Algorithm is a COSE signature algorithm (RFC 9053).
type Algorithm int64

const (
	ES256 Algorithm = -7
	ES384 Algorithm = -35
	ES512 Algorithm = -36
	PS256 Algorithm = -37
	PS384 Algorithm = -38
	PS512 Algorithm = -39
)

func (a Algorithm) String() string {
	if d, ok := algorithms[a]; ok {
		return d.name
	}
	return fmt.Sprintf("COSE algorithm %d", int64(a))
}

type algorithm struct {
	name string
	hash crypto.Hash
	rsa  bool
}

var algorithms = map[Algorithm]algorithm{
	ES256: {"ES256", crypto.SHA256, false},
	ES384: {"ES384", crypto.SHA384, false},
	ES512: {"ES512", crypto.SHA512, false},
	PS256: {"PS256", crypto.SHA256, true},
	PS384: {"PS384", crypto.SHA384, true},
	PS512: {"PS512", crypto.SHA512, true},
}

// verifySignature reports whether public made the message's signature. ECDSA takes its hash from the
// algorithm and its curve from the key, as RFC 9053 has it: ES256 under a P-384 key is in use.
func verifySignature(m *Message, public crypto.PublicKey) error {
	a, known := algorithms[m.Algorithm]
	if !known {
		return fmt.Errorf("%v is not supported; certificates are signed with ES256 or PS256", m.Algorithm)
	}
	hasher := a.hash.New()
	hasher.Write(m.signed())
	digest := hasher.Sum(nil)
	switch key := public.(type) {
	case *ecdsa.PublicKey:
		size := (key.Curve.Params().BitSize + 7) / 8
		if a.rsa || len(m.Signature) != 2*size {
			return fmt.Errorf("a signature of %d bytes with %v is not one of an ECDSA key on %s", len(m.Signature), m.Algorithm, key.Curve.Params().Name)
		}
		r := new(big.Int).SetBytes(m.Signature[:size])
		s := new(big.Int).SetBytes(m.Signature[size:])
		if !ecdsa.Verify(key, digest, r, s) {
			return fmt.Errorf("the signature is not this key's, or the content was changed")
		}
		return nil
	case *rsa.PublicKey:
		if !a.rsa {
			return fmt.Errorf("%v is not an algorithm of an RSA key", m.Algorithm)
		}
		if err := rsa.VerifyPSS(key, a.hash, digest, m.Signature, nil); err != nil {
			return fmt.Errorf("the signature is not this key's, or the content was changed: %w", err)
		}
		return nil
	}
	return fmt.Errorf("a key of type %T cannot sign a certificate", public)
}
