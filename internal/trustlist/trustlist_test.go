package trustlist

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"healthcode"
	"healthcode/certificate"
	"healthcode/internal/servicetest"
)

// directory is a directory of issuers of SMART Health Cards with one key.
func directory(t *testing.T) []byte {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	point, err := private.PublicKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	text := base64.RawURLEncoding.EncodeToString
	x, y := text(point[1:33]), text(point[33:])
	id := sha256.Sum256([]byte(`{"crv":"P-256","kty":"EC","x":"` + x + `","y":"` + y + `"}`))
	data, err := json.Marshal(map[string]any{"issuerInfo": []any{map[string]any{"issuer": map[string]string{"iss": "https://lab.example.org/", "name": "A lab"},
		"keys": []any{map[string]string{"kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": text(id[:]), "x": x, "y": y}}}}})
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// A directory of SMART issuers goes the way of every list, and its keys are in the bundle of verifiers without a connection.
func TestSMARTIssuersAreAList(t *testing.T) {
	h := servicetest.New(t)
	none := func(context.Context) ([]*certificate.Key, error) { return nil, nil }
	lists := New(h.Store, h.Clock, none)
	list, err := lists.Import(h.Context(), "smart", "file", directory(t))
	h.Must(err)
	if list.Keys != 1 || len(list.Skipped) != 0 {
		t.Errorf("imported %+v", list)
	}
	bundle, err := lists.Bundle(h.Context())
	h.Must(err)
	keys, _, err := certificate.ReadTrustList(strings.NewReader(string(bundle.Keys)))
	h.Must(err)
	if keys.Len() != 1 || keys.Keys()[0].Source != "https://lab.example.org" || len(keys.Keys()[0].ID) != sha256.Size {
		t.Errorf("the bundle's keys: %+v", keys.Keys())
	}
	_, err = lists.Import(h.Context(), "smart", "file", []byte(`{"issuerInfo":[{"issuer":{"iss":"http://lab.example.org"},"keys":[{"kty":"EC"}]}]}`))
	h.WantCode(err, healthcode.CodeInvalid)
	if all, err := lists.All(h.Context()); err != nil || len(all) != 1 || all[0].Keys != 1 {
		t.Errorf("after a list without a key: %+v, %v", all, err)
	}
	h.Must(lists.Remove(h.Context(), "smart"))
	h.WantCode(lists.Remove(h.Context(), "smart"), healthcode.CodeNotFound)
}
