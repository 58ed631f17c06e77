package pass

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/big"
)

// HolderKey is the public P-256 key of a device as a compressed point (SEC 1, section 2.3.3): 2, or 3 where y is
// odd, and x. The zero key is none.
type HolderKey [33]byte

// ParseHolderKey reads a point of P-256, compressed (33 bytes) or as WebCrypto exports it raw (65 bytes).
func ParseHolderKey(point []byte) (HolderKey, error) {
	if len(point) == len(HolderKey{}) {
		key := HolderKey(point)
		if _, err := key.public(); err != nil {
			return HolderKey{}, fmt.Errorf("reading a holder's key: %w", err)
		}
		return key, nil
	}
	public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	if err != nil {
		return HolderKey{}, fmt.Errorf("reading a holder's key: it is no point of P-256, of 33 or 65 bytes")
	}
	return holderOf(public)
}

func holderOf(public *ecdsa.PublicKey) (HolderKey, error) {
	if public.Curve != elliptic.P256() {
		return HolderKey{}, errors.New("reading a holder's key: its curve is not P-256")
	}
	point, err := public.Bytes()
	if err != nil {
		return HolderKey{}, fmt.Errorf("reading a holder's key: %w", err)
	}
	return compressed(point[1:33], point[64]&1 == 1), nil
}

// compressed puts a key together from x, of 32 bytes or nil.
func compressed(x []byte, odd bool) (k HolderKey) {
	k[0] = 2
	if odd {
		k[0] = 3
	}
	copy(k[1:], x)
	return k
}

func (k HolderKey) odd() bool { return k[0] == 3 }

func (k HolderKey) public() (*ecdsa.PublicKey, error) {
	x, y := elliptic.UnmarshalCompressed(elliptic.P256(), k[:])
	if x == nil {
		return nil, errors.New("it is no point of P-256")
	}
	point := make([]byte, 65)
	point[0] = 4
	x.FillBytes(point[1:33])
	y.FillBytes(point[33:])
	return ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
}

// Signed reports whether signature, r and s of 32 bytes each, is the key's ES256 signature of data.
func (k HolderKey) Signed(data, signature []byte) bool {
	public, err := k.public()
	if err != nil || len(signature) != 64 {
		return false
	}
	sum := sha256.Sum256(data)
	return ecdsa.Verify(public, sum[:], new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:]))
}
