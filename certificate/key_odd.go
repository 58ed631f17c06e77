package certificate

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
)

var (
	oidRSASSAPSS  = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 10}
	oidECPublic   = asn1.ObjectIdentifier{1, 2, 840, 10045, 2, 1}
	oidPrimeField = asn1.ObjectIdentifier{1, 2, 840, 10045, 1, 1}
)

type publicKeyInfo struct {
	Algorithm pkix.AlgorithmIdentifier
	Key       asn1.BitString
}

// parsePublicKey reads a SubjectPublicKeyInfo, with two forms that crypto/x509 leaves out and travel document
// signers use: RSA keys marked as for PSS alone, and NIST curves spelt out in full instead of named.
func parsePublicKey(der []byte) (crypto.PublicKey, error) {
	public, err := x509.ParsePKIXPublicKey(der)
	if err == nil {
		return public, nil
	}
	var info publicKeyInfo
	if _, asnErr := asn1.Unmarshal(der, &info); asnErr != nil {
		return nil, err
	}
	switch {
	case info.Algorithm.Algorithm.Equal(oidRSASSAPSS):
		return x509.ParsePKCS1PublicKey(info.Key.RightAlign())
	case info.Algorithm.Algorithm.Equal(oidECPublic):
		return explicitCurveKey(info)
	}
	return nil, err
}

// curveParameters is ECParameters of ANSI X9.62, as far as it tells curves apart.
type curveParameters struct {
	Version int
	Field   struct {
		Type  asn1.ObjectIdentifier
		Prime *big.Int
	}
	Curve    asn1.RawValue
	Base     []byte
	Order    *big.Int
	Cofactor *big.Int `asn1:"optional"`
}

func explicitCurveKey(info publicKeyInfo) (*ecdsa.PublicKey, error) {
	var p curveParameters
	if _, err := asn1.Unmarshal(info.Algorithm.Parameters.FullBytes, &p); err != nil {
		return nil, fmt.Errorf("reading the key's curve: %w", err)
	}
	for _, curve := range []elliptic.Curve{elliptic.P256(), elliptic.P384(), elliptic.P521()} {
		known := curve.Params()
		if p.Field.Type.Equal(oidPrimeField) && p.Field.Prime.Cmp(known.P) == 0 && p.Order.Cmp(known.N) == 0 {
			return ecdsa.ParseUncompressedPublicKey(curve, info.Key.RightAlign())
		}
	}
	return nil, errors.New("reading the key's curve: it is not P-256, P-384 or P-521")
}
