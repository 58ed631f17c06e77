package certificate

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/asn1"
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
)

// keyOfJWK reads a bare public key (RFC 7517). Coordinates may be longer or shorter than the curve's size.
func keyOfJWK(jwk map[string]any) (*Key, error) {
	if jwk == nil {
		return nil, errors.New("reading the entry: it has neither a certificate nor a key")
	}
	var public crypto.PublicKey
	var err error
	switch kty, _ := jwk["kty"].(string); kty {
	case "EC":
		public, err = ecKeyOfJWK(jwk)
	case "RSA":
		public, err = rsaKeyOfJWK(jwk)
	default:
		err = fmt.Errorf("reading the JWK: key type %q cannot sign a certificate", kty)
	}
	if err != nil {
		return nil, err
	}
	return &Key{Public: public}, checkPublic(public)
}

func ecKeyOfJWK(jwk map[string]any) (*ecdsa.PublicKey, error) {
	var curve elliptic.Curve
	switch name, _ := jwk["crv"].(string); name {
	case "P-256":
		curve = elliptic.P256()
	case "P-384":
		curve = elliptic.P384()
	case "P-521":
		curve = elliptic.P521()
	default:
		return nil, fmt.Errorf("reading the JWK: curve %q is not P-256, P-384 or P-521", name)
	}
	x, errX := jwkNumber(jwk, "x")
	y, errY := jwkNumber(jwk, "y")
	if err := errors.Join(errX, errY); err != nil {
		return nil, err
	}
	size := (curve.Params().BitSize + 7) / 8
	if len(x.Bytes()) > size || len(y.Bytes()) > size {
		return nil, errors.New("reading the JWK: a coordinate is longer than its curve allows")
	}
	point := make([]byte, 1+2*size)
	point[0] = 4
	x.FillBytes(point[1 : 1+size])
	y.FillBytes(point[1+size:])
	key, err := ecdsa.ParseUncompressedPublicKey(curve, point)
	if err != nil {
		return nil, fmt.Errorf("reading the JWK: %w", err)
	}
	return key, nil
}

func rsaKeyOfJWK(jwk map[string]any) (*rsa.PublicKey, error) {
	n, errN := jwkNumber(jwk, "n")
	e, errE := jwkNumber(jwk, "e")
	if err := errors.Join(errN, errE); err != nil {
		return nil, err
	}
	if !e.IsInt64() || e.Int64() < 3 || e.Int64() > 1<<31-1 {
		return nil, errors.New("reading the JWK: the exponent e is out of range")
	}
	return &rsa.PublicKey{N: n, E: int(e.Int64())}, nil
}

func jwkNumber(jwk map[string]any, name string) (*big.Int, error) {
	text, _ := jwk[name].(string)
	raw, err := decodeBase64(text)
	if err != nil || len(raw) == 0 {
		return nil, fmt.Errorf("reading the JWK: %s is not a number in base64url", name)
	}
	return new(big.Int).SetBytes(raw), nil
}

// jwkOf writes a key as a JWK, its certificate with it.
func jwkOf(k *Key) (map[string]any, error) {
	jwk := map[string]any{"kid": k.IDText()}
	if k.DER != nil {
		jwk["x5c"] = []string{base64.StdEncoding.EncodeToString(k.DER)}
	}
	text := base64.RawURLEncoding.EncodeToString
	switch public := k.Public.(type) {
	case *ecdsa.PublicKey:
		point, err := public.Bytes()
		if err != nil {
			return nil, fmt.Errorf("writing the JWK: %w", err)
		}
		half := (len(point) - 1) / 2
		jwk["kty"], jwk["crv"] = "EC", public.Curve.Params().Name
		jwk["x"], jwk["y"] = text(point[1:1+half]), text(point[1+half:])
	case *rsa.PublicKey:
		jwk["kty"] = "RSA"
		jwk["n"], jwk["e"] = text(public.N.Bytes()), text(big.NewInt(int64(public.E)).Bytes())
	default:
		return nil, fmt.Errorf("writing the JWK: a key of type %T cannot be written", public)
	}
	return jwk, nil
}

// splitDER cuts the first ASN.1 value off data.
func splitDER(data []byte) (one, rest []byte, err error) {
	var raw asn1.RawValue
	rest, err = asn1.Unmarshal(data, &raw)
	if err != nil {
		return nil, nil, fmt.Errorf("reading the DER certificate: %w", err)
	}
	return raw.FullBytes, rest, nil
}
