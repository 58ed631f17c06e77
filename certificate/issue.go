package certificate

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/fxamacker/cbor/v2"
)

// Issuer signs certificates with one key.
type Issuer struct {
	Signer  crypto.Signer // P-256 (ES256) or RSA of at least 2048 bits (PS256); may be a hardware key
	Key     *Key          // the signer's certificate, from ParseKey
	Country string        // the iss claim: ISO 3166-1 alpha-2
}

// MinRSABits is the shortest RSA key that may issue.
const MinRSABits = 2048

// Issue signs content and returns the HC1 text for the QR code (alphanumeric mode, error correction Q). It
// refuses what another country could not accept: content off its schema, an end past the signer's own, a
// signer that may not sign this kind. The finished text is read back and verified before it is returned.
func (i *Issuer) Issue(content Content, issued, expires time.Time) (string, error) {
	text, err := i.issue(content, issued, expires)
	if err != nil {
		return "", fmt.Errorf("issuing the certificate: %w", err)
	}
	return text, nil
}

func (i *Issuer) issue(content Content, issued, expires time.Time) (string, error) {
	algorithm, err := i.check(issued, expires)
	if err != nil {
		return "", err
	}
	label, _, value := content.subClaim()
	payload, err := canonical.Marshal(map[int64]any{
		claimIssuer:   i.Country,
		claimIssuedAt: issued.Unix(),
		claimExpires:  expires.Unix(),
		claimHealth:   map[int64]any{label: value},
	})
	if err != nil {
		return "", fmt.Errorf("encoding the claims: %w", err)
	}
	protected, err := canonical.Marshal(map[int64]any{headerAlgorithm: int64(algorithm), headerKeyID: i.Key.ID})
	if err != nil {
		return "", fmt.Errorf("encoding the header: %w", err)
	}
	m := &Message{Algorithm: algorithm, KeyID: i.Key.ID, Payload: payload, protected: protected}
	if m.Signature, err = i.sign(m); err != nil {
		return "", err
	}
	text, err := wrap(m.encode())
	if err != nil {
		return "", fmt.Errorf("compressing the message: %w", err)
	}
	return text, i.readBack(text, m, issued)
}

// canonical writes the deterministic encoding of RFC 8949, so that the same content gives the same bytes.
var canonical = func() cbor.EncMode {
	mode, err := cbor.CoreDetEncOptions().EncMode()
	if err != nil {
		panic(err)
	}
	return mode
}()

// check refuses keys and times that a reader elsewhere would refuse.
func (i *Issuer) check(issued, expires time.Time) (Algorithm, error) {
	if i.Signer == nil || i.Key == nil {
		return 0, errors.New("the issuer has no key: give a signer and its certificate")
	}
	if public, ok := i.Signer.Public().(interface{ Equal(crypto.PublicKey) bool }); !ok || !public.Equal(i.Key.Public) {
		return 0, errors.New("the signing key does not belong to the certificate: give the certificate of this key")
	}
	if !alpha2.MatchString(i.Country) {
		return 0, fmt.Errorf("the issuing country %q is not an ISO 3166-1 alpha-2 code", i.Country)
	}
	switch {
	case !expires.After(issued):
		return 0, errors.New("the end is not after the issue")
	case issued.Before(i.Key.NotBefore):
		return 0, fmt.Errorf("it would be issued before the signer's certificate begins at %s", i.Key.NotBefore.Format(shown))
	case expires.After(i.Key.NotAfter):
		return 0, fmt.Errorf("it would end after the signer's certificate does, at %s: shorten it or sign with a newer key", i.Key.NotAfter.Format(shown))
	}
	switch public := i.Key.Public.(type) {
	case *ecdsa.PublicKey:
		if public.Curve == elliptic.P256() {
			return ES256, nil
		}
	case *rsa.PublicKey:
		if public.N.BitLen() >= MinRSABits {
			return PS256, nil
		}
	}
	return 0, fmt.Errorf("the signing key must be P-256, or RSA of at least %d bits", MinRSABits)
}

func (i *Issuer) sign(m *Message) ([]byte, error) {
	hasher := crypto.SHA256.New()
	hasher.Write(m.signed())
	digest := hasher.Sum(nil)
	if m.Algorithm == PS256 {
		signature, err := i.Signer.Sign(rand.Reader, digest, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: crypto.SHA256})
		if err != nil {
			return nil, fmt.Errorf("signing: %w", err)
		}
		return signature, nil
	}
	der, err := i.Signer.Sign(rand.Reader, digest, crypto.SHA256)
	if err != nil {
		return nil, fmt.Errorf("signing: %w", err)
	}
	var pair struct{ R, S *big.Int }
	if rest, err := asn1.Unmarshal(der, &pair); err != nil || len(rest) > 0 || pair.R.BitLen() > 256 || pair.S.BitLen() > 256 {
		return nil, errors.New("signing: the key did not return an ECDSA signature")
	}
	signature := make([]byte, 64)
	pair.R.FillBytes(signature[:32])
	pair.S.FillBytes(signature[32:])
	return signature, nil
}

// readBack takes the finished text apart, as a reader elsewhere will, and checks it to the letter.
func (i *Issuer) readBack(text string, m *Message, issued time.Time) error {
	d, failure := decode(text)
	if failure != nil {
		return fmt.Errorf("reading the certificate back: %w", failure)
	}
	if !bytes.Equal(d.Message.Payload, m.Payload) {
		return errors.New("reading the certificate back: the content changed on the way")
	}
	if failure := d.checkSchema(issuedStrictly); failure != nil {
		return fmt.Errorf("the content is not what its format asks: %s", failure.Reason)
	}
	trust := Verifier{Trust: NewTrustList(i.Key)}
	// Content may begin later than its certificate: a vaccination protects only after some days.
	for _, failure := range trust.VerifyDocument(d, issued).Failures {
		if failure.Stage != NotYetValid || d.contentBegin(issued.Location()).IsZero() {
			return fmt.Errorf("the certificate would not verify: %w", failure)
		}
	}
	return nil
}
