package pass

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/tink-crypto/tink-go/v2/daead/subtle"
)

// Overlap is how far a pass may be issued outside its key's time, since the clocks of an issuer's servers differ.
const Overlap = 10 * time.Minute

// KeyID names a key in a pass: the first 4 bytes of the SHA-256 of the public key. It only has to differ
// among the keys of one jurisdiction.
type KeyID [4]byte

// String returns the id as the "kid" of a JSON Web Key: 6 characters of base64url.
func (id KeyID) String() string { return base64.RawURLEncoding.EncodeToString(id[:]) }

func keyID(public ed25519.PublicKey) KeyID {
	sum := sha256.Sum256(public)
	return KeyID(sum[:len(KeyID{})])
}

// PublicKey is what a door knows of a key.
type PublicKey struct {
	ID  KeyID
	Key ed25519.PublicKey
	// It signs from NotBefore until before NotAfter. Both are whole seconds.
	NotBefore, NotAfter time.Time
}

// covers reports whether a pass issued at t may be signed by the key.
func (k PublicKey) covers(t time.Time) bool {
	return !t.Before(k.NotBefore.Add(-Overlap)) && t.Before(k.NotAfter.Add(Overlap))
}

// Key signs passes, and encrypts the person ids in them, for a time. It prints as its id.
type Key struct {
	public   PublicKey
	private  ed25519.PrivateKey
	sealKey  []byte
	personID *subtle.AESSIV
}

// GenerateKey makes a random key that signs from notBefore until before notAfter, cut to whole seconds.
func GenerateKey(notBefore, notAfter time.Time) (*Key, error) {
	seed, sealKey := make([]byte, ed25519.SeedSize), make([]byte, sealKeySize)
	rand.Read(seed)
	rand.Read(sealKey)
	return newKey(seed, sealKey, notBefore, notAfter)
}

func newKey(seed, sealKey []byte, notBefore, notAfter time.Time) (*Key, error) {
	notBefore, notAfter = notBefore.UTC().Truncate(time.Second), notAfter.UTC().Truncate(time.Second)
	if !notBefore.Before(notAfter) {
		return nil, fmt.Errorf("making a pass key: it ends at %s, which is not after its start at %s",
			notAfter.Format(time.RFC3339), notBefore.Format(time.RFC3339))
	}
	if len(seed) != ed25519.SeedSize {
		return nil, fmt.Errorf("making a pass key: the signing key has %d bytes instead of %d", len(seed), ed25519.SeedSize)
	}
	personID, err := subtle.NewAESSIV(sealKey)
	if err != nil {
		return nil, errors.New("making a pass key: the key for person ids does not have 64 bytes")
	}
	private := ed25519.NewKeyFromSeed(seed)
	public := private.Public().(ed25519.PublicKey)
	return &Key{
		public:   PublicKey{ID: keyID(public), Key: public, NotBefore: notBefore, NotAfter: notAfter},
		private:  private,
		sealKey:  sealKey,
		personID: personID,
	}, nil
}

// Public returns what is published of the key.
func (k *Key) Public() PublicKey { return k.public }

// Format keeps the secret out of logs, whatever the verb.
func (k *Key) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "pass key %s", k.public.ID) }
