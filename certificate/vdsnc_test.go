package certificate

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"math/big"
	"strings"
	"testing"
)

// The data of a seal as a printer may lay it out, and its canonical form, written out by hand.
const (
	sealData = `{ "msg": {"utci":"U32870", "tr":{"tc":"antibody","r":"positive"}, "pid":{"n":"WANG XIAOMING","dob":"1979-04-14","dn":"E12345678","dt":"P"},
		"sp":{"spn":"Laboratory \u20ac","ctr":"CHN"}, "dat":{"sc":"2026-04-30T09:00:00+08:00","ri":"2026-04-30T15:00:00+08:00"}}, "hdr":{"v":1.0,"t":"icao.test","is":"CHN"} }`
	sealCanonical = `{"hdr":{"is":"CHN","t":"icao.test","v":1},"msg":{"dat":{"ri":"2026-04-30T15:00:00+08:00","sc":"2026-04-30T09:00:00+08:00"},` +
		`"pid":{"dn":"E12345678","dob":"1979-04-14","dt":"P","n":"WANG XIAOMING"},"sp":{"ctr":"CHN","spn":"Laboratory €"},"tr":{"r":"positive","tc":"antibody"},"utci":"U32870"}}`
)

// sealed signs the canonical text and puts data beside the signature.
func sealed(t *testing.T, private *ecdsa.PrivateKey, der []byte, data, canonical string) string {
	t.Helper()
	digest := sha256.Sum256([]byte(canonical))
	r, s, err := ecdsa.Sign(rand.Reader, private, digest[:])
	if err != nil {
		t.Fatal(err)
	}
	signature := append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
	return `{"sig":{"alg":"ES256","cer":"` + base64.RawURLEncoding.EncodeToString(der) + `","sigvl":"` +
		base64.URLEncoding.EncodeToString(signature) + `"},"data":` + data + `}`
}

func TestSealIsVerified(t *testing.T) {
	s := newECSigner(t)
	private := s.Signer.(*ecdsa.PrivateKey)
	good := sealed(t, private, s.key.DER, sealData, sealCanonical)
	for name, c := range map[string]struct {
		text string
		want Stage
	}{
		"good":              {good, ""},
		"white space":       {" \n" + good + "\n", ""},
		"changed":           {strings.Replace(good, "positive", "negative", 1), Signature},
		"stranger":          {sealed(t, private, newECSigner(t).key.DER, sealData, sealCanonical), UnknownKey},
		"unknown algorithm": {strings.Replace(good, "ES256", "RS256", 1), COSE},
		"no signature":      {strings.Replace(good, "sigvl", "sigval", 1), COSE},
		"no certificate":    {strings.Replace(good, "cer", "cert", 1), COSE},
		"a key twice":       {strings.Replace(good, `"utci":`, `"utci":"U1","utci":`, 1), COSE},
		"other JSON":        {`{"data":{"hdr":{"t":"menu"}}}`, NotHC1},
		"cut":               {good[:len(good)-9], NotHC1},
		"no name":           {sealed(t, private, s.key.DER, `{"hdr":{"is":"CHN","t":"icao.vacc"},"msg":{"pid":{}}}`, `{"hdr":{"is":"CHN","t":"icao.vacc"},"msg":{"pid":{}}}`), Schema},
		"unknown type":      {sealed(t, private, s.key.DER, `{"hdr":{"is":"CHN","t":"icao.x"},"msg":{"pid":{"n":"W"}}}`, `{"hdr":{"is":"CHN","t":"icao.x"},"msg":{"pid":{"n":"W"}}}`), Schema},
	} {
		r := s.verifier().Verify(c.text, noon)
		if r.Stage() != c.want {
			t.Errorf("%s: stage %q, want %q (%s)", name, r.Stage(), c.want, describe(r))
		}
		checkReport(t, r)
	}
	r := s.verifier().Verify(good, noon)
	if r.Document.Format != FormatVDSNC || r.Document.Issuer != "CHN" || r.Document.RevocationHashes().UVCI == (RevocationHash{}) {
		t.Errorf("%+v", r.Document)
	}
	if r := s.verifier().Verify(good, end.AddDate(0, 0, 1)); r.Stage() != Expired {
		t.Errorf("after its signer: stage %q", r.Stage())
	}
}

// A trust list may hold the authority that certified the signer in place of the signer.
func TestSealOfASignerThatATrustedAuthorityCertified(t *testing.T) {
	authority, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	root := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: begin, NotAfter: end, Subject: pkix.Name{CommonName: "CSCA", Country: []string{"CN"}},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	rootDER, err := x509.CreateCertificate(rand.Reader, root, root, &authority.PublicKey, authority)
	if err != nil {
		t.Fatal(err)
	}
	leaf := &x509.Certificate{SerialNumber: big.NewInt(2), NotBefore: begin, NotAfter: end, Subject: pkix.Name{CommonName: "Signer", Country: []string{"CN"}}}
	issue := func(by *ecdsa.PrivateKey) []byte {
		der, err := x509.CreateCertificate(rand.Reader, leaf, root, &private.PublicKey, by)
		if err != nil {
			t.Fatal(err)
		}
		return der
	}
	key, err := ParseKey(rootDER)
	if err != nil {
		t.Fatal(err)
	}
	v := Verifier{Trust: NewTrustList(key)}
	if r := v.Verify(sealed(t, private, issue(authority), sealData, sealCanonical), noon); !r.OK() {
		t.Error(describe(r))
	}
	if r := v.Verify(sealed(t, private, issue(private), sealData, sealCanonical), noon); r.Stage() != UnknownKey {
		t.Errorf("a signer that nobody certified: stage %q", r.Stage())
	}
}
