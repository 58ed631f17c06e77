package certificate

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
)

// smartKeyID is the length of a SMART key's id: the SHA-256 thumbprint of its JWK (RFC 7638).
const smartKeyID = sha256.Size

// smartIssuer is an issuer of SMART Health Cards with its keys.
type smartIssuer struct {
	Issuer struct {
		Address string `json:"iss"`
		Name    string `json:"name"`
	} `json:"issuer"`
	Address string           `json:"iss"`
	Name    string           `json:"name"`
	Keys    []map[string]any `json:"keys"`
}

// ReadSMARTIssuers reads the issuers of SMART Health Cards that are trusted, in the form of the VCI directory's snapshot,
// {"issuerInfo":[{"issuer":{"iss":…,"name":…},"keys":[JWK…]}]}, or one issuer, {"iss":…,"keys":[…]}. A key counts only for its
// issuer's address and if its kid is its thumbprint. The error says that nothing could be read; bad entries are in the report.
func ReadSMARTIssuers(r io.Reader) (*TrustList, *ImportReport, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxTrustFile+1))
	if err != nil {
		return nil, nil, fmt.Errorf("reading the issuers: %w", err)
	}
	if len(data) > maxTrustFile {
		return nil, nil, fmt.Errorf("reading the issuers: the file is larger than %d MB", maxTrustFile>>20)
	}
	var file smartFile
	if err := json.Unmarshal(data, &file); err != nil {
		return nil, nil, fmt.Errorf("reading the issuers: %w", err)
	}
	i := &importer{list: NewTrustList(), report: ImportReport{Skipped: []SkippedEntry{}}}
	i.smart(file)
	if i.report.Entries == 0 {
		return nil, nil, errors.New("reading the issuers: no key is in the file; give issuerInfo, or iss with keys")
	}
	return i.list, &i.report, nil
}

// smartFile is a directory of issuers, or one issuer.
type smartFile struct {
	Issuers []smartIssuer `json:"issuerInfo"`
	smartIssuer
}

// smartIssuers takes the issuers of SMART Health Cards that an object of a trust list holds, and reports whether it is about them.
func (i *importer) smartIssuers(path string, m map[string]any) bool {
	_, directory := m["issuerInfo"].([]any)
	_, address := m["iss"].(string)
	_, keys := m["keys"].([]any)
	if !directory && !(address && keys) {
		return false
	}
	var file smartFile
	data, err := json.Marshal(m)
	if err == nil {
		err = json.Unmarshal(data, &file)
	}
	if err != nil {
		i.entry(path, nil, fmt.Errorf("reading the issuers: %w", err))
		return true
	}
	i.smart(file)
	return true
}

func (i *importer) smart(file smartFile) {
	if file.Address != "" {
		file.Issuers = append(file.Issuers, file.smartIssuer)
	}
	for _, issuer := range file.Issuers {
		if issuer.Address == "" {
			issuer.Address, issuer.Name = issuer.Issuer.Address, issuer.Issuer.Name
		}
		for n, jwk := range issuer.Keys {
			key, err := issuer.key(jwk)
			i.entry(fmt.Sprintf("%s key %d", issuer.Address, n+1), key, err)
		}
	}
}

// isSMART reports whether a key counts for an issuer of SMART Health Cards alone.
func (k *Key) isSMART() bool {
	return len(k.ID) == smartKeyID && k.DER == nil && strings.HasPrefix(k.Source, "https://")
}

// smartJSON is the key as an entry of issuerInfo.
func smartJSON(k *Key) (any, error) {
	jwk, err := jwkOf(k)
	if err != nil {
		return nil, err
	}
	jwk["kid"], jwk["use"], jwk["alg"] = base64.RawURLEncoding.EncodeToString(k.ID), "sig", "ES256"
	return map[string]any{"issuer": map[string]string{"iss": k.Source, "name": k.Subject}, "keys": []any{jwk}}, nil
}

func (s *smartIssuer) key(jwk map[string]any) (*Key, error) {
	if u, err := url.Parse(s.Address); err != nil || u.Scheme != "https" || u.Host == "" {
		return nil, fmt.Errorf("reading the issuer: %q is no https address", s.Address)
	}
	key, err := keyOfJWK(jwk)
	if err != nil {
		return nil, err
	}
	public, ok := key.Public.(*ecdsa.PublicKey)
	if !ok || public.Curve != elliptic.P256() {
		return nil, errors.New("reading the key: SMART Health Cards are signed with P-256")
	}
	if key.ID, err = thumbprint(public); err != nil {
		return nil, err
	}
	if kid, _ := jwk["kid"].(string); kid != base64.RawURLEncoding.EncodeToString(key.ID) {
		return nil, fmt.Errorf("reading the key: kid %q is not its thumbprint", kid)
	}
	key.Source, key.Subject = strings.TrimSuffix(s.Address, "/"), s.Name
	return key, nil
}

// thumbprint is the SHA-256 of a P-256 key's JWK with its members in the order of RFC 7638.
func thumbprint(public *ecdsa.PublicKey) ([]byte, error) {
	point, err := public.Bytes()
	if err != nil {
		return nil, fmt.Errorf("reading the key: %w", err)
	}
	text := base64.RawURLEncoding.EncodeToString
	sum := sha256.Sum256([]byte(`{"crv":"P-256","kty":"EC","x":"` + text(point[1:33]) + `","y":"` + text(point[33:]) + `"}`))
	return sum[:], nil
}
