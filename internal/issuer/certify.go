package issuer

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"fmt"
	"math/big"
	"time"

	"healthcode"
	"healthcode/certificate"
)

// usages are the extended key usages of travel certificates. A health statement has none of its own.
var usages = map[Use]asn1.ObjectIdentifier{
	Test:        {1, 3, 6, 1, 4, 1, 1847, 2021, 1, 1},
	Vaccination: {1, 3, 6, 1, 4, 1, 1847, 2021, 1, 2},
	Recovery:    {1, 3, 6, 1, 4, 1, 1847, 2021, 1, 3},
}

// demoUnit stands in the subject of every certificate of a demo.
const demoUnit = "Demo, not valid"

func (k *Keys) subject(key *Key) pkix.Name {
	name := pkix.Name{Country: []string{k.Country}, CommonName: key.Name}
	if k.Organisation != "" {
		name.Organization = []string{k.Organisation}
	}
	if key.Demo {
		name.OrganizationalUnit = []string{demoUnit}
	}
	return name
}

// certifyOwn signs a key's certificate with an authority of our own, or an authority's with itself.
func (k *Keys) certifyOwn(key, authority *Key, signer crypto.Signer) error {
	public, err := x509.ParsePKIXPublicKey(key.Public)
	if err != nil {
		return err
	}
	serial := make([]byte, 16)
	rand.Read(serial)
	serial[0] &= 0x7f
	// A clock that is a little behind elsewhere must not refuse the first certificates.
	template := &x509.Certificate{SerialNumber: new(big.Int).SetBytes(serial), Subject: k.subject(key),
		NotBefore: earlier(key.SignFrom, k.clock.Now()).Add(-time.Hour), NotAfter: key.SignUntil.Add(CountingTime), KeyUsage: x509.KeyUsageDigitalSignature}
	parent := template
	if key.Use == Authority {
		template.NotAfter = key.SignUntil
		template.IsCA, template.BasicConstraintsValid, template.MaxPathLenZero = true, true, true
		template.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign
	} else {
		if parent, err = x509.ParseCertificate(authority.Certificate); err != nil {
			return err
		}
		template.NotAfter = earlier(template.NotAfter, parent.NotAfter)
		if oid, ok := usages[key.Use]; ok {
			template.UnknownExtKeyUsage = []asn1.ObjectIdentifier{oid}
		}
	}
	if authority.Algorithm == PS256 {
		template.SignatureAlgorithm = x509.SHA256WithRSAPSS
	}
	if key.Certificate, err = x509.CreateCertificate(rand.Reader, template, parent, public, signer); err != nil {
		return fmt.Errorf("signing its certificate: %w", err)
	}
	key.parsed, err = certificate.ParseKey(key.Certificate)
	return err
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// Certify gives a waiting key a certificate of our own authority. CodeNotFound: there is no such key, or no authority.
func (k *Keys) Certify(ctx context.Context, name string) (Key, error) {
	all, err := k.List(ctx)
	if err != nil {
		return Key{}, err
	}
	key, err := find(all, name)
	if err != nil {
		return Key{}, err
	}
	authority := signing(all, Authority, k.clock.Now())
	if authority == nil {
		return *key, healthcode.Errorf(healthcode.CodeNotFound, "use", "没有签发机构密钥",
			"there is no authority here: have the certificate request signed, or make one with --use authority")
	}
	signer, err := k.signer(authority)
	if err != nil {
		return *key, fmt.Errorf("certifying the issuer key %s: %w", name, err)
	}
	if err := k.certifyOwn(key, authority, signer); err != nil {
		return *key, fmt.Errorf("certifying the issuer key %s: %w", name, err)
	}
	return *key, k.put(ctx, key)
}

// Request gives the PKCS #10 certificate request of a key, PEM. CodeNotFound.
func (k *Keys) Request(ctx context.Context, name string) ([]byte, error) {
	all, err := k.List(ctx)
	if err != nil {
		return nil, err
	}
	key, err := find(all, name)
	if err != nil {
		return nil, err
	}
	signer, err := k.signer(key)
	if err != nil {
		return nil, fmt.Errorf("requesting a certificate for %s: %w", name, err)
	}
	template := &x509.CertificateRequest{Subject: k.subject(key)}
	if key.Algorithm == PS256 {
		template.SignatureAlgorithm = x509.SHA256WithRSAPSS
	}
	if oid, ok := usages[key.Use]; ok {
		value, err := asn1.Marshal([]asn1.ObjectIdentifier{oid})
		if err != nil {
			return nil, err
		}
		template.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 37}, Value: value}}
	}
	der, err := x509.CreateCertificateRequest(rand.Reader, template, signer)
	if err != nil {
		return nil, fmt.Errorf("requesting a certificate for %s: %w", name, err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der}), nil
}

// Import gives a key the certificate that an authority made for it, PEM or DER. The certificate must be of
// this key, allow its use and not have ended.
func (k *Keys) Import(ctx context.Context, name string, data []byte) (Key, error) {
	all, err := k.List(ctx)
	if err != nil {
		return Key{}, err
	}
	key, err := find(all, name)
	if err != nil {
		return Key{}, err
	}
	if block, _ := pem.Decode(data); block != nil {
		data = block.Bytes
	}
	parsed, err := certificate.ParseKey(data)
	if err != nil {
		return *key, invalid("certificate", "证书无法读取", "importing the certificate: %v", err)
	}
	public, err := x509.MarshalPKIXPublicKey(parsed.Public)
	if err != nil || !bytes.Equal(public, key.Public) {
		return *key, invalid("certificate", "证书不属于这个密钥", "importing the certificate: it is of another key than %s: choose the certificate of this request", name)
	}
	if kind := kinds[key.Use]; !parsed.Usage.Allows(kind) {
		return *key, invalid("certificate", "证书用途不符", "importing the certificate: it doesn't allow the use %s", key.Use)
	}
	if parsed.Expired(k.clock.Now()) {
		return *key, invalid("certificate", "证书已过期", "importing the certificate: it ended at %s", parsed.NotAfter.Format(time.RFC3339))
	}
	if parsed.Country != k.Country {
		return *key, invalid("certificate", "证书的国家不符", "importing the certificate: its country is %q, and this service issues for %s", parsed.Country, k.Country)
	}
	key.Certificate, key.parsed = data, parsed
	key.SignUntil = earlier(key.SignUntil, parsed.NotAfter)
	return *key, k.put(ctx, key)
}

var kinds = map[Use]certificate.Usage{Test: certificate.UsageTest, Vaccination: certificate.UsageVaccination, Recovery: certificate.UsageRecovery}

func find(all []Key, name string) (*Key, error) {
	for i := range all {
		if all[i].Name == name {
			return &all[i], nil
		}
	}
	return nil, healthcode.Errorf(healthcode.CodeNotFound, "name", "没有这个密钥", "there is no issuer key %q: healthcode keys list names them", name)
}
