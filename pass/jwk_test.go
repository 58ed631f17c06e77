package pass

import (
	"crypto/ed25519"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestPublicKeysDocument(t *testing.T) {
	keys := rotate(t, rotate(t, &KeySet{}, noon, daily), noon.Add(20*time.Hour), daily)
	document, err := PublicKeysJSON(keys.Public())
	if err != nil {
		t.Fatal(err)
	}
	again, err := ParsePublicKeys(document)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(again, keys.Public()) {
		t.Errorf("read  %v\nwrote %v", again, keys.Public())
	}

	// The members of RFC 7517 and RFC 8037, and nothing secret.
	var raw struct{ Keys []map[string]any }
	if err := json.Unmarshal(document, &raw); err != nil {
		t.Fatal(err)
	}
	for i, key := range raw.Keys {
		public := keys.keys[i].Public()
		want := map[string]any{
			"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": public.ID.String(), "x": key["x"],
			"nbf": float64(public.NotBefore.Unix()), "exp": float64(public.NotAfter.Unix()),
		}
		if !reflect.DeepEqual(key, want) {
			t.Errorf("key %d is %v, want %v", i, key, want)
		}
	}
}

// TestParsePublicKeysOfRFC8037 reads the key of RFC 8037, appendix A.2, whose secret half is in A.1.
func TestParsePublicKeysOfRFC8037(t *testing.T) {
	key := PublicKey{Key: ed25519.NewKeyFromSeed([]byte(
		"\x9d\x61\xb1\x9d\xef\xfd\x5a\x60\xba\x84\x4a\xf4\x92\xec\x2c\xc4\x44\x49\xc5\x69\x7b\x32\x69\x19\x70\x3b\xac\x03\x1c\xae\x7f\x60",
	)).Public().(ed25519.PublicKey)}
	key.ID, key.NotBefore, key.NotAfter = keyID(key.Key), noon, noon.Add(time.Hour)
	document := `{"issuer":"someone","keys":[
		{"kty":"RSA","kid":"1","n":"AQAB","e":"AQAB"},
		{"kty":"EC","crv":"P-256","kid":"2","x":"AA","y":"AA"},
		{"kty":"OKP","crv":"X25519","kid":"3","x":"AA"},
		{"kty":"OKP","crv":"Ed25519","kid":"4","x":"AA","use":"enc"},
		{"kty":"OKP","crv":"Ed25519","kid":"` + key.ID.String() + `","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","nbf":1651118400,"exp":1651122000,"note":"x"}]}`
	keys, err := ParsePublicKeys([]byte(document))
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(keys, []PublicKey{key}) {
		t.Errorf("read %v, want %v", keys, key)
	}
	for _, c := range []struct{ from, to, want string }{
		{`"11qY`, `"11q`, `key 5: "x" is not 32 bytes`},
		{`"11qY`, `"21qY`, `key 5: "kid" is "` + key.ID.String()},
		{`"11qY`, `"!!`, `key 5: "x" is not 32 bytes`},
		{`1651118400`, `"2022"`, "public pass keys: json"},
		{`1651118400`, `1651122000`, `"exp" is not after "nbf"`},
		{`1651118400`, `null`, `"nbf" and "exp" are needed`},
		{`1651122000`, `4294967296`, `"nbf" and "exp" are needed`},
		{`"crv":"Ed25519"`, `"crv":"Ed448"`, "well-known address"},
		{`]}`, `]`, "public pass keys: unexpected end"},
		{`]}`, `]}}`, "public pass keys: invalid character"},
	} {
		faulty := strings.ReplaceAll(document, c.from, c.to)
		if _, err := ParsePublicKeys([]byte(faulty)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s for %s: %v, want … %s", c.to, c.from, err, c.want)
		}
	}
	for _, empty := range []string{`{}`, `{"keys":[]}`, `null`, ``} {
		if _, err := ParsePublicKeys([]byte(empty)); err == nil {
			t.Errorf("%q is not refused", empty)
		}
	}
}
