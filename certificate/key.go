package certificate

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"time"
)

// KeyIDLength is the length of a key id: the first bytes of the SHA-256 of the certificate's DER form.
const KeyIDLength = 8

// Key is a signer's public key with what its certificate says of it. Do not change a Key in a TrustList.
type Key struct {
	ID        []byte // 8 bytes
	Public    crypto.PublicKey
	NotBefore time.Time // zero where only a bare key is known
	NotAfter  time.Time // zero where only a bare key is known
	Country   string    // the subject's or, failing that, the issuer's; ISO 3166-1 alpha-2, may be empty
	Subject   string
	Usage     Usage  // what it may sign
	DER       []byte // the X.509 certificate; nil for a bare key
	Source    string // the identifier of its entry in the list that it came from; may be empty
}

// KeyID gives the key id of a certificate in DER form.
func KeyID(der []byte) []byte {
	sum := sha256.Sum256(der)
	return sum[:KeyIDLength]
}

// IDText gives the key id as trust lists write it: base64.
func (k *Key) IDText() string { return base64.StdEncoding.EncodeToString(k.ID) }

// Expired reports whether the certificate's own time is over.
func (k *Key) Expired(at time.Time) bool { return !k.NotAfter.IsZero() && at.After(k.NotAfter) }

// ParseKey reads an X.509 certificate in DER form. A certificate that breaks a rule that does not matter
// here, such as a negative serial number, is read all the same.
func ParseKey(der []byte) (*Key, error) {
	k := &Key{ID: KeyID(der), DER: der}
	c, err := x509.ParseCertificate(der)
	if err == nil && c.PublicKey != nil {
		k.Public, k.NotBefore, k.NotAfter = c.PublicKey, c.NotBefore, c.NotAfter
		k.Subject = c.Subject.String()
		k.Usage = usageOf(c.UnknownExtKeyUsage)
		k.Country = firstCountry(c.Subject.Country, c.Issuer.Country)
	} else if lenientErr := k.readLeniently(der); lenientErr != nil {
		return nil, fmt.Errorf("reading the X.509 certificate: %w", errors.Join(err, lenientErr))
	}
	if err := checkPublic(k.Public); err != nil {
		return nil, err
	}
	return k, nil
}

func checkPublic(public crypto.PublicKey) error {
	switch p := public.(type) {
	case *ecdsa.PublicKey:
		return nil
	case *rsa.PublicKey:
		if p.N.BitLen() < 1024 {
			return fmt.Errorf("reading the key: RSA with %d bits is too weak to trust", p.N.BitLen())
		}
		return nil
	}
	return fmt.Errorf("reading the key: a key of type %T cannot sign a certificate", public)
}

func firstCountry(lists ...[]string) string {
	for _, list := range lists {
		for _, c := range list {
			if c != "" {
				return normalCountry(c)
			}
		}
	}
	return ""
}

// normalCountry maps the code that Greece uses within the EU to its ISO 3166-1 code.
func normalCountry(code string) string {
	if code == "EL" {
		return "GR"
	}
	return code
}
