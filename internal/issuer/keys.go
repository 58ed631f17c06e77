package issuer

import (
	"context"
	"crypto"
	"crypto/x509"
	"fmt"
	"slices"
	"sync"
	"time"

	"healthcode"
	"healthcode/certificate"
)

// Store is what the keys are kept in.
type Store interface {
	PutTrustRecord(ctx context.Context, r healthcode.TrustRecord) error
	TrustRecords(ctx context.Context, kind string) ([]healthcode.TrustRecord, error)
}

// Token is a PKCS#11 token. Labels are the names of keys.
type Token interface {
	// Generate makes a key that never leaves the token.
	Generate(label string, a Algorithm) (crypto.Signer, error)
	// Signer finds a key. Its error says what to do where the token is gone, or locked.
	Signer(label string) (crypto.Signer, error)
}

// Options say who issues.
type Options struct {
	Country      string // ISO 3166-1 alpha-2, of certificates and of their claims
	Organisation string // in the certificates' subject
	Token        Token  // nil where no token is set up
}

// Keys are the issuer keys. Every process reads them from the store, so a key that one makes is every one's at
// once. It is safe for concurrent use.
type Keys struct {
	store  Store
	sealer healthcode.Sealer
	clock  healthcode.Clock
	Options

	mu      sync.Mutex
	signers map[string]crypto.Signer // of keys in the store; by name
}

// New returns the keys of a store.
func New(store Store, sealer healthcode.Sealer, clock healthcode.Clock, o Options) *Keys {
	return &Keys{store: store, sealer: sealer, clock: clock, Options: o, signers: map[string]crypto.Signer{}}
}

// List gives every key, by use and then by the time from which it signs.
func (k *Keys) List(ctx context.Context) ([]Key, error) {
	records, err := k.store.TrustRecords(ctx, recordKind)
	if err != nil {
		return nil, fmt.Errorf("listing the issuer keys: %w", err)
	}
	all := make([]Key, 0, len(records))
	for _, r := range records {
		key, err := readKey(r)
		if err != nil {
			return nil, err
		}
		all = append(all, key)
	}
	slices.SortStableFunc(all, func(a, b Key) int {
		if d := slices.Index(Uses, a.Use) - slices.Index(Uses, b.Use); d != 0 {
			return d
		}
		return a.SignFrom.Compare(b.SignFrom)
	})
	return all, nil
}

// Issuer gives the key that signs for a use now, ready for package certificate. CodeNotFound: there is none.
func (k *Keys) Issuer(ctx context.Context, use Use) (*certificate.Issuer, error) {
	all, err := k.List(ctx)
	if err != nil {
		return nil, err
	}
	key := signing(all, use, k.clock.Now())
	if key == nil {
		return nil, healthcode.Errorf(healthcode.CodeNotFound, "", "目前没有可用的签发密钥，请稍后再试。",
			"no issuer key may sign a %s now: healthcode keys generate --use %s makes one", use, use)
	}
	signer, err := k.signer(key)
	if err != nil {
		return nil, fmt.Errorf("signing with the issuer key %s: %w", key.Name, err)
	}
	return &certificate.Issuer{Signer: signer, Key: key.parsed, Country: k.Country}, nil
}

// signing gives the key that began to sign last: the one before it stays good in case a clock is behind.
func signing(all []Key, use Use, now time.Time) *Key {
	for i := len(all) - 1; i >= 0; i-- {
		if all[i].Use == use && all[i].State(now) == Signing {
			return &all[i]
		}
	}
	return nil
}

// Published gives the keys that others must know now: those that will sign, that sign, and that signed what
// may still count. The authority is among them where it is ours.
func (k *Keys) Published(ctx context.Context) ([]*certificate.Key, error) {
	all, err := k.List(ctx)
	if err != nil {
		return nil, err
	}
	var list []*certificate.Key
	for i := range all {
		switch all[i].State(k.clock.Now()) {
		case Ahead, Signing, Verifying:
			list = append(list, all[i].parsed)
		}
	}
	return list, nil
}

// signer opens the secret part of a key. One in the token is asked for each time: it may be gone meanwhile.
func (k *Keys) signer(key *Key) (crypto.Signer, error) {
	if key.Token {
		if k.Token == nil {
			return nil, healthcode.Errorf(healthcode.CodeInternal, "", "签发设备没有设置",
				"it is in a PKCS#11 token, and none is set up: name its module and label under issuer.pkcs11 in the configuration")
		}
		return k.Token.Signer(key.Name)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if s, ok := k.signers[key.Name]; ok {
		return s, nil
	}
	plain, err := k.sealer.Open(key.sealed, sealContext(key.Name))
	if err != nil {
		return nil, fmt.Errorf("opening it with the vault's keys: %w", err)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(plain)
	if err != nil {
		return nil, fmt.Errorf("reading it: %w", err)
	}
	s, ok := parsed.(crypto.Signer)
	if !ok {
		return nil, fmt.Errorf("reading it: a %T can't sign", parsed)
	}
	k.signers[key.Name] = s
	return s, nil
}

func sealContext(name string) []byte { return []byte("issuer-key:" + name) }
