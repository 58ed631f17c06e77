package lab

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
)

// Signer signs as a laboratory does, so that one can try its way here before its own software does it.
type Signer struct {
	Key       string // kid
	algorithm string
	private   crypto.Signer
}

// NewSigner takes a private key, Ed25519 or P-256, as PEM of PKCS #8.
func NewSigner(kid string, data []byte) (*Signer, error) {
	if !keyID.MatchString(kid) {
		return nil, fmt.Errorf("kid %q: give 1 to 64 letters, digits, dots, hyphens and underscores", kid)
	}
	block, _ := pem.Decode(data)
	if block == nil || block.Type != "PRIVATE KEY" {
		return nil, fmt.Errorf("the key isn't PEM of PKCS #8 (BEGIN PRIVATE KEY); make one with healthcode lab keygen or openssl genpkey")
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("reading the key: %w", err)
	}
	switch key := key.(type) {
	case ed25519.PrivateKey:
		return &Signer{kid, EdDSA, key}, nil
	case *ecdsa.PrivateKey:
		if key.Curve == elliptic.P256() {
			return &Signer{kid, ES256, key}, nil
		}
	}
	return nil, fmt.Errorf("the key is neither Ed25519 nor P-256; make another")
}

// Public is the PEM of the public key, as the registry takes it.
func (s *Signer) Public() (string, error) {
	der, err := x509.MarshalPKIXPublicKey(s.private.Public())
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})), err
}

// Detached is the value of [Header] for a body.
func (s *Signer) Detached(body []byte) (string, error) {
	head, err := s.head(map[string]any{"b64": false, "crit": []string{"b64"}})
	if err != nil {
		return "", err
	}
	signature, err := s.sign(append([]byte(head+"."), body...))
	return head + ".." + signature, err
}

// Hold is the signed form of a result for the person to hold.
func (s *Signer) Hold(h Held) (string, error) {
	payload, err := json.Marshal(h)
	if err != nil {
		return "", err
	}
	head, err := s.head(map[string]any{})
	if err != nil {
		return "", err
	}
	signed := head + "." + raw64.EncodeToString(payload)
	signature, err := s.sign([]byte(signed))
	return signed + "." + signature, err
}

func (s *Signer) head(fields map[string]any) (string, error) {
	fields["alg"], fields["kid"] = s.algorithm, s.Key
	data, err := json.Marshal(fields)
	return raw64.EncodeToString(data), err
}

func (s *Signer) sign(data []byte) (string, error) {
	switch key := s.private.(type) {
	case *ecdsa.PrivateKey:
		sum := sha256.Sum256(data)
		r, v, err := ecdsa.Sign(rand.Reader, key, sum[:])
		if err != nil {
			return "", err
		}
		return raw64.EncodeToString(append(r.FillBytes(make([]byte, 32)), v.FillBytes(make([]byte, 32))...)), nil
	default:
		signature, err := key.Sign(nil, data, crypto.Hash(0))
		return raw64.EncodeToString(signature), err
	}
}

// NewKeyFile makes an Ed25519 key, as PEM of PKCS #8.
func NewKeyFile() ([]byte, error) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), err
}
