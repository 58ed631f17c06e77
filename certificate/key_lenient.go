package certificate

import (
	"crypto/x509/pkix"
	"encoding/asn1"
	"time"
)

// looseCertificate has the fields of an X.509 certificate that matter here, in their ASN.1 order.
type looseCertificate struct {
	TBS struct {
		Version    int `asn1:"optional,explicit,default:0,tag:0"`
		Serial     asn1.RawValue
		Algorithm  asn1.RawValue
		Issuer     asn1.RawValue
		Validity   struct{ NotBefore, NotAfter time.Time }
		Subject    asn1.RawValue
		PublicKey  asn1.RawValue
		IssuerID   asn1.BitString   `asn1:"optional,tag:1"`
		SubjectID  asn1.BitString   `asn1:"optional,tag:2"`
		Extensions []pkix.Extension `asn1:"omitempty,optional,explicit,tag:3"`
	}
	Algorithm asn1.RawValue
	Signature asn1.BitString
}

var extendedKeyUsage = asn1.ObjectIdentifier{2, 5, 29, 37}

// readLeniently fills k from a certificate that crypto/x509 refuses.
func (k *Key) readLeniently(der []byte) error {
	var c looseCertificate
	if _, err := asn1.Unmarshal(der, &c); err != nil {
		return err
	}
	public, err := parsePublicKey(c.TBS.PublicKey.FullBytes)
	if err != nil {
		return err
	}
	k.Public = public
	k.NotBefore, k.NotAfter = c.TBS.Validity.NotBefore.UTC(), c.TBS.Validity.NotAfter.UTC()
	subject, issuer := looseName(c.TBS.Subject), looseName(c.TBS.Issuer)
	k.Subject = subject.String()
	k.Country = firstCountry(subject.Country, issuer.Country)
	for _, e := range c.TBS.Extensions {
		var oids []asn1.ObjectIdentifier
		if !e.Id.Equal(extendedKeyUsage) {
			continue
		}
		if _, err := asn1.Unmarshal(e.Value, &oids); err != nil {
			return err
		}
		k.Usage = usageOf(oids)
	}
	return nil
}

// looseName reads a name as far as it can be read.
func looseName(raw asn1.RawValue) pkix.Name {
	var sequence pkix.RDNSequence
	var name pkix.Name
	if _, err := asn1.Unmarshal(raw.FullBytes, &sequence); err == nil {
		name.FillFromRDNSequence(&sequence)
	}
	return name
}
