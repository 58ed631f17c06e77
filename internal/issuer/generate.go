package issuer

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"fmt"
	"time"

	"healthcode"
)

// Default times of a key: it signs for half a year, and what it signs may count for a year and some more.
const (
	SigningTime  = 180 * 24 * time.Hour
	CountingTime = 400 * 24 * time.Hour
	// authorityTime is for how long an authority of our own lasts.
	authorityTime = 10 * 365 * 24 * time.Hour
)

// Order says which key to make.
type Order struct {
	Use       Use
	Algorithm Algorithm     // "" = ES256
	Token     bool          // in the PKCS#11 token
	From      time.Time     // when it begins to sign; zero = now
	For       time.Duration // how long it signs; 0 = SigningTime
	// Private is a key that exists already; nil = a fresh one.
	Private crypto.Signer
	// Demo marks a key that no public service may use.
	Demo bool
}

// Generate makes a key. It waits for its certificate, except for an authority, which certifies itself.
func (k *Keys) Generate(ctx context.Context, o Order) (Key, error) {
	key, err := k.generate(ctx, o)
	if err != nil {
		return Key{}, fmt.Errorf("making an issuer key: %w", err)
	}
	return key, nil
}

func (k *Keys) generate(ctx context.Context, o Order) (Key, error) {
	now := k.clock.Now()
	if o.Algorithm == "" {
		o.Algorithm = ES256
	}
	if o.For == 0 {
		o.For = SigningTime
		if o.Use == Authority {
			o.For = authorityTime
		}
	}
	if o.From.IsZero() {
		o.From = now
	}
	key := Key{Use: o.Use, Algorithm: o.Algorithm, Made: now, SignFrom: o.From, SignUntil: o.From.Add(o.For), Token: o.Token, Demo: o.Demo}
	if o.For < 0 || !key.SignUntil.After(now) {
		return key, invalid("for", "签发期限已过", "it would end to sign at %s, which is past", key.SignUntil.Format(time.RFC3339))
	}
	signer, err := k.newSigner(&key, o)
	if err != nil {
		return key, err
	}
	if key.Public, err = x509.MarshalPKIXPublicKey(signer.Public()); err != nil {
		return key, err
	}
	if key.Name == "" {
		key.Name = fmt.Sprintf("%s-%s-%x", key.Use, now.Format("20060102"), sha256.Sum256(key.Public))[:len(key.Use)+10+8]
	}
	if err := checkSample(key.Public); err != nil {
		return key, err
	}
	if !key.Token {
		plain, err := x509.MarshalPKCS8PrivateKey(signer)
		if err != nil {
			return key, err
		}
		if key.sealed, err = k.sealer.Seal(plain, sealContext(key.Name)); err != nil {
			return key, fmt.Errorf("sealing it: %w", err)
		}
	}
	if key.Use == Authority {
		if err := k.certifyOwn(&key, &key, signer); err != nil {
			return key, err
		}
	}
	return key, k.put(ctx, &key)
}

func (k *Keys) put(ctx context.Context, key *Key) error {
	r, err := key.record(k.clock.Now())
	if err == nil {
		err = k.store.PutTrustRecord(ctx, r)
	}
	if err != nil {
		return fmt.Errorf("storing the issuer key %s: %w", key.Name, err)
	}
	key.version++
	return nil
}

// newSigner makes the pair, or takes the one that the order brings.
func (k *Keys) newSigner(key *Key, o Order) (crypto.Signer, error) {
	switch {
	case o.Algorithm != ES256 && o.Algorithm != PS256:
		return nil, invalid("algorithm", "算法不对", "%q can't sign a health certificate; use ES256 or PS256", o.Algorithm)
	case o.Private != nil && o.Token:
		return nil, invalid("token", "不能放入设备", "a key that exists outside can't be put into the token: make one there")
	case o.Private != nil:
		a, err := algorithmOf(o.Private.Public())
		key.Algorithm = a
		return o.Private, err
	case o.Token && k.Token == nil:
		return nil, invalid("token", "没有设置设备", "no PKCS#11 token is set up: name its module and label under issuer.pkcs11 in the configuration")
	case o.Token:
		// The token needs a name before there is a public key to name it by.
		var random [4]byte
		rand.Read(random[:])
		key.Name = fmt.Sprintf("%s-%s-%x", key.Use, key.Made.Format("20060102"), random)
		return k.Token.Generate(key.Name, o.Algorithm)
	case o.Algorithm == PS256:
		return rsa.GenerateKey(rand.Reader, 3072)
	}
	return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
}

func algorithmOf(public crypto.PublicKey) (Algorithm, error) {
	switch p := public.(type) {
	case *ecdsa.PublicKey:
		if p.Curve == elliptic.P256() {
			return ES256, nil
		}
	case *rsa.PublicKey:
		if p.N.BitLen() >= 2048 {
			return PS256, nil
		}
	}
	return "", invalid("key", "密钥种类不对", "the key must be P-256, or RSA of at least 2048 bits")
}

func invalid(field, zh, format string, args ...any) error {
	return healthcode.Errorf(healthcode.CodeInvalid, field, zh, format, args...)
}
