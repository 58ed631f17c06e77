package pass

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"
)

// jwk is an Ed25519 key as JSON Web Key (RFC 8037), with the times between which it signs.
type jwk struct {
	KeyType   string `json:"kty"`
	Curve     string `json:"crv"`
	Use       string `json:"use,omitempty"`
	Algorithm string `json:"alg,omitempty"`
	ID        string `json:"kid"`
	X         string `json:"x"`
	NotBefore *int64 `json:"nbf"`
	NotAfter  *int64 `json:"exp"`

	Private string `json:"d,omitempty"`
	SealKey string `json:"person_id_key,omitempty"`
}

type jwkSet struct {
	Keys []jwk `json:"keys"`
}

func (k PublicKey) jwk() jwk {
	from, to := k.NotBefore.Unix(), k.NotAfter.Unix()
	return jwk{
		KeyType: "OKP", Curve: "Ed25519", Use: "sig", Algorithm: "EdDSA",
		ID: k.ID.String(), X: base64.RawURLEncoding.EncodeToString(k.Key), NotBefore: &from, NotAfter: &to,
	}
}

func (j jwk) publicKey() (PublicKey, error) {
	x, err := base64.RawURLEncoding.DecodeString(j.X)
	if err != nil || len(x) != ed25519.PublicKeySize {
		return PublicKey{}, errors.New(`"x" is not 32 bytes in base64url`)
	}
	k := PublicKey{ID: keyID(x), Key: x}
	if j.ID != k.ID.String() {
		return PublicKey{}, fmt.Errorf(`"kid" is %q, but "x" gives %q`, j.ID, k.ID)
	}
	for _, t := range []*int64{j.NotBefore, j.NotAfter} {
		if t == nil || *t < 0 || *t > math.MaxUint32 {
			return PublicKey{}, errors.New(`"nbf" and "exp" are needed, as seconds since 1970`)
		}
	}
	if *j.NotBefore >= *j.NotAfter {
		return PublicKey{}, errors.New(`"exp" is not after "nbf"`)
	}
	k.NotBefore, k.NotAfter = time.Unix(*j.NotBefore, 0).UTC(), time.Unix(*j.NotAfter, 0).UTC()
	return k, nil
}

// PublicKeysJSON returns the document for the issuer's well-known address: a JSON Web Key Set (RFC 7517) of
// Ed25519 keys (RFC 8037), each with "kid", "nbf" and "exp".
func PublicKeysJSON(keys []PublicKey) ([]byte, error) {
	set := jwkSet{Keys: make([]jwk, len(keys))}
	for i, k := range keys {
		set.Keys[i] = k.jwk()
	}
	return json.Marshal(set)
}

// ParsePublicKeys reads that document. Keys of another kind or use are passed over, as RFC 7517 asks; a
// document without any key for passes, or with a faulty one, is refused.
func ParsePublicKeys(document []byte) ([]PublicKey, error) {
	var set jwkSet
	if err := json.Unmarshal(document, &set); err != nil {
		return nil, fmt.Errorf("reading public pass keys: %w", err)
	}
	var keys []PublicKey
	for i, j := range set.Keys {
		if j.KeyType != "OKP" || j.Curve != "Ed25519" || j.Use != "" && j.Use != "sig" || j.Algorithm != "" && j.Algorithm != "EdDSA" {
			continue
		}
		k, err := j.publicKey()
		if err != nil {
			return nil, fmt.Errorf("reading public pass keys: key %d: %w", i+1, err)
		}
		keys = append(keys, k)
	}
	if len(keys) == 0 {
		return nil, errors.New("reading public pass keys: the document has none; fetch it again from the issuer's well-known address")
	}
	return keys, nil
}

// SecretJSON returns the whole set, with its secrets, as a JSON Web Key Set. Encrypt it before it is stored.
func (s *KeySet) SecretJSON() ([]byte, error) {
	set := jwkSet{Keys: make([]jwk, len(s.keys))}
	for i, k := range s.keys {
		set.Keys[i] = k.public.jwk()
		set.Keys[i].Private = base64.RawURLEncoding.EncodeToString(k.private.Seed())
		set.Keys[i].SealKey = base64.RawURLEncoding.EncodeToString(k.sealKey)
	}
	return json.Marshal(set)
}

// ParseKeySet reads what SecretJSON returned.
func ParseKeySet(document []byte) (*KeySet, error) {
	var set jwkSet
	if err := json.Unmarshal(document, &set); err != nil {
		return nil, fmt.Errorf("reading secret pass keys: %w", err)
	}
	keys := make([]*Key, len(set.Keys))
	for i, j := range set.Keys {
		public, err := j.publicKey()
		if err != nil {
			return nil, fmt.Errorf("reading secret pass keys: key %d: %w", i+1, err)
		}
		seed, err1 := base64.RawURLEncoding.DecodeString(j.Private)
		sealKey, err2 := base64.RawURLEncoding.DecodeString(j.SealKey)
		if err := errors.Join(err1, err2); err != nil {
			return nil, fmt.Errorf("reading secret pass keys: key %d: a secret is not base64url", i+1)
		}
		if keys[i], err = newKey(seed, sealKey, public.NotBefore, public.NotAfter); err != nil {
			return nil, fmt.Errorf("reading secret pass keys: key %d: %w", i+1, err)
		}
		if keys[i].public.ID != public.ID {
			return nil, fmt.Errorf(`reading secret pass keys: key %d: "d" does not belong to "x"`, i+1)
		}
	}
	return NewKeySet(keys...)
}
