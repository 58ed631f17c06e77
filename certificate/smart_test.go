package certificate

import (
	"bytes"
	"compress/flate"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

const smartAddress = "https://lab.example.org/cards"

// smartCard is a card of one immunization that began at noon; edit changes its claims.
func smartCard(t testing.TB, private *ecdsa.PrivateKey, edit func(claims map[string]any)) string {
	t.Helper()
	claims := map[string]any{}
	if err := json.Unmarshal([]byte(fmt.Sprintf(`{"iss":%q,"nbf":%d.5,"vc":{"type":["https://smarthealth.cards#health-card","https://smarthealth.cards#immunization"],
		"credentialSubject":{"fhirVersion":"4.0.1","fhirBundle":{"resourceType":"Bundle","type":"collection","entry":[
		{"fullUrl":"resource:0","resource":{"resourceType":"Patient","name":[{"family":"Eriksson","given":["Anna","Maria"]}],"birthDate":"1974-08-12"}},
		{"fullUrl":"resource:1","resource":{"resourceType":"Immunization","status":"completed","vaccineCode":{"coding":[{"system":"http://hl7.org/fhir/sid/cvx","code":"208"}]},"occurrenceDateTime":"2026-03-01"}}]}}}}`,
		smartAddress, noon.Unix()-1)), &claims); err != nil {
		t.Fatal(err)
	}
	if edit != nil {
		edit(claims)
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	return smartSigned(t, private, payload)
}

func smartSigned(t testing.TB, private *ecdsa.PrivateKey, payload []byte) string {
	t.Helper()
	id, err := thumbprint(&private.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer
	w, _ := flate.NewWriter(&packed, flate.BestCompression)
	w.Write(payload)
	w.Close()
	text := base64.RawURLEncoding.EncodeToString
	input := text([]byte(`{"zip":"DEF","alg":"ES256","kid":"`+text(id)+`"}`)) + "." + text(packed.Bytes())
	digest := sha256.Sum256([]byte(input))
	r, s, err := ecdsa.Sign(rand.Reader, private, digest[:])
	if err != nil {
		t.Fatal(err)
	}
	signature := make([]byte, 64)
	r.FillBytes(signature[:32])
	s.FillBytes(signature[32:])
	var digits strings.Builder
	for _, c := range []byte(input + "." + text(signature)) {
		fmt.Fprintf(&digits, "%02d", c-45)
	}
	return SMARTPrefix + digits.String()
}

// smartFileOf is the issuers' file with one key.
func smartFileOf(t testing.TB, private *ecdsa.PrivateKey, address string) string {
	t.Helper()
	jwk, err := jwkOf(&Key{Public: &private.PublicKey})
	if err != nil {
		t.Fatal(err)
	}
	id, err := thumbprint(&private.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	jwk["kid"], jwk["use"], jwk["alg"] = base64.RawURLEncoding.EncodeToString(id), "sig", "ES256"
	file, err := json.Marshal(map[string]any{"issuerInfo": []any{map[string]any{"issuer": map[string]any{"iss": address, "name": "A lab"}, "keys": []any{jwk}}}})
	if err != nil {
		t.Fatal(err)
	}
	return string(file)
}

func newSMART(t testing.TB) (*ecdsa.PrivateKey, *TrustList) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	trust, report, err := ReadSMARTIssuers(strings.NewReader(smartFileOf(t, private, smartAddress)))
	if err != nil || report.Imported != 1 {
		t.Fatalf("%+v, %v", report, err)
	}
	return private, trust
}

func TestSMARTHealthCards(t *testing.T) {
	private, trust := newSMART(t)
	other, _ := newSMART(t)
	elsewhere, _, err := ReadSMARTIssuers(strings.NewReader(smartFileOf(t, private, "https://other.example.org")))
	if err != nil {
		t.Fatal(err)
	}
	good := smartCard(t, private, nil)
	set := func(name string, value any) func(map[string]any) { return func(c map[string]any) { c[name] = value } }
	bomb := smartSigned(t, private, append([]byte(`{"iss":"`), bytes.Repeat([]byte("a"), 1<<20)...))
	last := len(good) - 20
	for name, c := range map[string]struct {
		text  string
		trust *TrustList
		want  Stage
	}{
		"good":                  {good, trust, ""},
		"nobody trusted":        {good, NewTrustList(), UnknownKey},
		"another key":           {smartCard(t, other, nil), trust, UnknownKey},
		"key of another issuer": {good, elsewhere, UnknownKey},
		"claims another's name": {smartCard(t, private, set("iss", "https://ministry.example.org")), trust, UnknownKey},
		"begins later":          {smartCard(t, private, set("nbf", noon.Unix()+60)), trust, NotYetValid},
		"ended":                 {smartCard(t, private, set("exp", noon.Unix()-60)), trust, Expired},
		"no begin":              {smartCard(t, private, set("nbf", "today")), trust, Schema},
		"no bundle":             {smartCard(t, private, set("vc", map[string]any{"type": []any{"https://smarthealth.cards#health-card"}})), trust, Schema},
		"not a health card":     {smartCard(t, private, set("vc", 7)), trust, Schema},
		"time out of range":     {smartCard(t, private, set("nbf", 1e300)), trust, COSE},
		"changed signature":     {good[:last] + "12" + good[last+2:], trust, Signature},
		"bomb":                  {bomb, trust, Zlib},
		"odd":                   {good + "1", trust, Base45},
		"letters":               {SMARTPrefix + "ab", trust, Base45},
		"out of the alphabet":   {SMARTPrefix + "99", trust, Base45},
		"nothing":               {SMARTPrefix, trust, Base45},
		"one of several":        {SMARTPrefix + "1/2/" + good[len(SMARTPrefix):], trust, Base45},
		"no JWS":                {SMARTPrefix + "5555", trust, COSE},
		"white space around it": {" " + good + "\n", trust, ""},
	} {
		r := (&Verifier{Trust: c.trust}).Verify(c.text, noon)
		if r.Stage() != c.want {
			t.Errorf("%s: %q (%v), want %q", name, r.Stage(), r.Failures, c.want)
		}
		checkReport(t, r)
	}
	r := (&Verifier{Trust: trust}).Verify(good, noon)
	if got := r.Document.SMARTResources("Immunization"); len(got) != 1 || got[0]["occurrenceDateTime"] != "2026-03-01" || r.Signer.Subject != "A lab" {
		t.Errorf("%+v, %+v", got, r.Signer)
	}
}

func TestSMARTIssuersThatDoNotCount(t *testing.T) {
	private, _ := newSMART(t)
	file := smartFileOf(t, private, smartAddress)
	for name, c := range map[string]string{
		"kid isn't the thumbprint": strings.Replace(file, `"kid":"`, `"kid":"x`, 1),
		"no https":                 strings.Replace(file, "https://", "http://", 1),
		"another curve":            strings.Replace(file, "P-256", "P-384", 1),
	} {
		list, report, err := ReadSMARTIssuers(strings.NewReader(c))
		if err != nil || list.Len() != 0 || len(report.Skipped) != 1 || report.Skipped[0].Reason == "" {
			t.Errorf("%s: %v, %+v, %v", name, list, report, err)
		}
	}
	for _, text := range []string{"", "[]", "{}", `{"issuerInfo":[]}`, `{"issuerInfo":7}`} {
		if _, _, err := ReadSMARTIssuers(strings.NewReader(text)); err == nil {
			t.Errorf("%q was read", text)
		}
	}
}

// The worked example of RFC 7638 is RSA; this P-256 key and its thumbprint are of the SMART Health Cards framework's examples.
func TestThumbprintOfAPublishedKey(t *testing.T) {
	key, err := keyOfJWK(map[string]any{"kty": "EC", "crv": "P-256", "x": "11XvRWy1I2S0EyJlyf_bWfw_TQ5CJJNLw78bHXNxcgw", "y": "eZXwxvO1hvCY0KucrPfKo7yAyMT6Ajc3N7OkAB6VYy8"})
	if err != nil {
		t.Fatal(err)
	}
	id, err := thumbprint(key.Public.(*ecdsa.PublicKey))
	if got := base64.RawURLEncoding.EncodeToString(id); err != nil || got != "3Kfdg-XwP-7gXyywtUfUADwBumDOPKMQx-iELL11W9s" {
		t.Errorf("%s, %v", got, err)
	}
}

func FuzzSMART(f *testing.F) {
	private, trust := newSMART(f)
	f.Add(smartCard(f, private, nil))
	f.Add(smartCard(f, private, func(c map[string]any) { c["vc"] = nil }))
	f.Add(SMARTPrefix + "5676")
	v := Verifier{Trust: trust}
	f.Fuzz(func(t *testing.T, text string) {
		r := v.Verify(text, noon)
		if r.OK() && r.Signer == nil {
			t.Fatal("passed without a signer")
		}
		r.Report()
		if r.Document != nil {
			r.Document.SMARTResources("Patient")
			r.Document.RevocationHashes()
		}
	})
}

// SMART keys survive the export and the ordinary import, bound to their issuer as before.
func TestSMARTKeysInTrustLists(t *testing.T) {
	private, _ := newSMART(t)
	list, report, err := ReadTrustList(strings.NewReader(smartFileOf(t, private, smartAddress)))
	if err != nil || list.Len() != 1 || len(report.Skipped) != 0 {
		t.Fatalf("%d keys, %+v, %v", list.Len(), report, err)
	}
	_, other := newSMART(t)
	list.Merge(other)
	document, err := ExportDID("did:web:localhost", list.Keys())
	if err != nil {
		t.Fatal(err)
	}
	again, report, err := ReadTrustList(bytes.NewReader(document))
	if err != nil || again.Len() != 2 || len(report.Skipped) != 0 {
		t.Fatalf("%d keys, %+v, %v", again.Len(), report, err)
	}
	for n, k := range again.Keys() {
		if before := list.Keys()[n]; k.Source != before.Source || k.Subject != before.Subject || !bytes.Equal(k.ID, before.ID) || !samePublic(k, before) {
			t.Errorf("key %d is %+v, and was %+v", n, k, before)
		}
	}
	if r := (&Verifier{Trust: again}).Verify(smartCard(t, private, nil), noon); !r.OK() {
		t.Errorf("%+v", r.Report())
	}
}
