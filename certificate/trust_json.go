package certificate

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"
)

// certificateFields are the names under which lists keep a certificate.
var certificateFields = []string{"rawData", "certificate", "cert", "publicKeyPem", "publicKey", "x509", "der", "pem"}

// minCertificateText is shorter than the base64 of any real certificate, and longer than a key id or a hash.
const minCertificateText = 200

// walk looks for keys at every level of a JSON list, deepest lists of lists aside.
func (i *importer) walk(path string, v any, depth int) {
	if depth > maxDepth {
		i.entry(path, nil, errors.New("reading the entry: nested too deep"))
		return
	}
	switch v := v.(type) {
	case string:
		if len(v) >= minCertificateText {
			key, err := parseKeyText(v)
			i.entry(path, key, err)
		}
	case []any:
		for n, item := range v {
			i.walk(fmt.Sprintf("%s[%d]", path, n), item, depth+1)
		}
	case map[string]any:
		i.walkObject(path, v, depth)
	}
}

func (i *importer) walkObject(path string, m map[string]any, depth int) {
	smart := i.smartIssuers(path, m)
	if methods, ok := m["verificationMethod"].([]any); ok {
		i.didDocument(path, m, methods)
		return
	}
	if smart {
		return
	}
	if jwk, ok := m["publicKeyJwk"].(map[string]any); ok {
		i.keyEntry(nameOf(path, m), m, jwk)
		return
	}
	if _, ok := m["kty"].(string); ok {
		i.keyEntry(nameOf(path, m), m, m)
		return
	}
	for _, field := range certificateFields {
		text, ok := m[field].(string)
		if !ok || len(text) < minCertificateText {
			continue
		}
		key, err := parseKeyText(text)
		i.aliasedEntry(nameOf(path, m), declaredKeyID(m, nil), key, err)
		return
	}
	for _, k := range slices.Sorted(maps.Keys(m)) {
		i.walk(path+"."+k, m[k], depth+1)
	}
}

// didDocument reads a DID document: its verification methods, and methods that its assertionMethod embeds.
func (i *importer) didDocument(path string, m map[string]any, methods []any) {
	if proof, ok := m["proof"].(map[string]any); ok {
		if created, ok := proof["created"].(string); ok {
			if t, err := time.Parse(time.RFC3339, created); err == nil {
				i.list.Published = t
			}
		}
	}
	if asserted, ok := m["assertionMethod"].([]any); ok {
		for _, a := range asserted {
			if _, embedded := a.(map[string]any); embedded {
				methods = append(methods[:len(methods):len(methods)], a)
			}
		}
	}
	for n, method := range methods {
		name := fmt.Sprintf("%s.verificationMethod[%d]", path, n)
		switch method := method.(type) {
		case string:
			i.entry(method, nil, errors.New("reading the entry: it only refers to another document: import that one"))
		case map[string]any:
			jwk, _ := method["publicKeyJwk"].(map[string]any)
			i.keyEntry(nameOf(name, method), method, jwk)
		default:
			i.entry(name, nil, fmt.Errorf("reading the entry: it is a %T, not a verification method", method))
		}
	}
}

func (i *importer) keyEntry(name string, entry, jwk map[string]any) {
	key, err := keyOfEntry(entry, jwk)
	i.aliasedEntry(name, declaredKeyID(entry, jwk), key, err)
}

func nameOf(path string, m map[string]any) string {
	for _, field := range []string{"id", "kid", "keyId"} {
		if name, ok := m[field].(string); ok && name != "" {
			return name
		}
	}
	return path
}

// keyOfEntry reads a list entry: its certificate (x5c) if that can be read, else the bare key beside it. In
// lists in use the coordinates are often a byte too long, and the certificate is right.
func keyOfEntry(entry, jwk map[string]any) (*Key, error) {
	var certificateErr error
	for _, m := range []map[string]any{jwk, entry} {
		text := firstText(m["x5c"])
		if text == "" {
			continue
		}
		key, err := parseKeyText(text)
		if err == nil {
			return key, nil
		}
		certificateErr = err
	}
	key, err := keyOfJWK(jwk)
	if err != nil {
		if certificateErr != nil {
			err = fmt.Errorf("%w; and of the bare key: %w", certificateErr, err)
		}
		return nil, err
	}
	if key.ID = declaredKeyID(entry, jwk); key.ID == nil {
		return nil, errors.New("reading the entry: it has no certificate and no key id of 8 bytes")
	}
	return key, nil
}

func firstText(v any) string {
	if list, ok := v.([]any); ok && len(list) > 0 {
		v = list[0]
	}
	s, _ := v.(string)
	return s
}

// declaredKeyID reads the key id that an entry names: in kid, or behind the # of its id.
func declaredKeyID(entry, jwk map[string]any) []byte {
	candidates := []string{firstText(jwk["kid"]), firstText(entry["kid"])}
	if _, fragment, ok := strings.Cut(firstText(entry["id"]), "#"); ok {
		candidates = append(candidates, fragment)
	}
	for _, text := range candidates {
		if plain, err := url.PathUnescape(text); err == nil {
			text = plain
		}
		if id, err := decodeBase64(text); err == nil && len(id) == KeyIDLength {
			return id
		}
	}
	return nil
}
