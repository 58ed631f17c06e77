package lab

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"slices"
	"strings"
	"time"

	"healthcode"
)

// The algorithms of keys (RFC 7518, RFC 8037).
const (
	EdDSA = "EdDSA" // Ed25519
	ES256 = "ES256" // P-256 and SHA-256
)

// The codes of signatures and keys that aren't accepted.
const (
	CodeUnsigned   healthcode.Code = "signature_missing"
	CodeSignature  healthcode.Code = "signature_invalid"
	CodeUnknownKey healthcode.Code = "key_unknown"
	CodeKeyOver    healthcode.Code = "key_not_valid" // expired, not valid yet, or revoked
	CodeClosed     healthcode.Code = "lab_closed"
)

// Header is the request header of a detached signature: a JWS (RFC 7515) without its payload, which is the body as it is sent
// (RFC 7797, "b64":false), or base64url of it where b64 is absent.
const Header = "X-JWS-Signature"

// jws is a signature and what it says of itself.
type jws struct {
	protected, payload string
	signature          []byte
	header             struct {
		Algorithm string   `json:"alg"`
		Key       string   `json:"kid"`
		B64       *bool    `json:"b64"`
		Critical  []string `json:"crit"`
	}
}

var raw64 = base64.RawURLEncoding.Strict()

func unreadable(en string) error {
	return healthcode.Errorf(CodeSignature, Header, "签名格式不正确，请按接口文档生成 JWS。", "%s; make a JWS in compact form (RFC 7515)", en)
}

// readJWS takes a JWS in compact form apart.
func readJWS(text string) (*jws, error) {
	parts := strings.Split(text, ".")
	if len(parts) != 3 || len(text) > 8<<10 {
		return nil, unreadable("the signature isn't three parts with dots between them")
	}
	j := &jws{protected: parts[0], payload: parts[1]}
	head, err := raw64.DecodeString(parts[0])
	if err == nil {
		err = json.Unmarshal(head, &j.header)
	}
	if err != nil {
		return nil, unreadable("its protected header isn't base64url of a JSON object")
	}
	if j.signature, err = raw64.DecodeString(parts[2]); err != nil {
		return nil, unreadable("its third part isn't base64url")
	}
	h := &j.header
	switch {
	case h.Key == "":
		return nil, unreadable("its header names no kid")
	case h.Algorithm != EdDSA && h.Algorithm != ES256:
		return nil, unreadable("its alg is neither EdDSA nor ES256")
	case h.B64 != nil && !slices.Contains(h.Critical, "b64"):
		return nil, unreadable(`its header has b64 and no "crit":["b64"]`)
	case len(h.Critical) > 1, len(h.Critical) == 1 && (h.Critical[0] != "b64" || h.B64 == nil):
		return nil, unreadable("its crit names what this service doesn't know")
	}
	return j, nil
}

// signs reports whether the signature is the key's over a body.
func (j *jws) signs(key healthcode.LabKey, body []byte) bool {
	if key.Algorithm != j.header.Algorithm {
		return false
	}
	signed := []byte(j.protected + ".")
	if j.header.B64 != nil && !*j.header.B64 {
		signed = append(signed, body...)
	} else {
		signed = raw64.AppendEncode(signed, body)
	}
	public, err := x509.ParsePKIXPublicKey(key.Public)
	if err != nil {
		return false
	}
	switch public := public.(type) {
	case ed25519.PublicKey:
		return len(j.signature) == ed25519.SignatureSize && ed25519.Verify(public, signed, j.signature)
	case *ecdsa.PublicKey:
		if len(j.signature) != 64 {
			return false
		}
		sum := sha256.Sum256(signed)
		return ecdsa.Verify(public, sum[:], new(big.Int).SetBytes(j.signature[:32]), new(big.Int).SetBytes(j.signature[32:]))
	}
	return false
}

// Signed returns the laboratory whose key has signed a body. The key must be one of that laboratory's and valid now. Body is read only
// once laboratory and key are known.
func (s *Service) Signed(ctx context.Context, id, signature string, body func() ([]byte, error)) (healthcode.Lab, []byte, error) {
	l, err := s.store.Lab(ctx, id)
	if healthcode.CodeOf(err) == healthcode.CodeNotFound && err != nil {
		return l, nil, healthcode.Errorf(healthcode.CodeNotFound, "lab", "名录里没有这个检测机构。", "The registry has no such laboratory.")
	}
	if err != nil {
		return l, nil, err
	}
	if signature == "" {
		return l, nil, healthcode.Errorf(CodeUnsigned, Header, "请求没有签名，请用登记的密钥签名。", "The request isn't signed: sign the body by a registered key and send the detached JWS in this header.")
	}
	j, err := readJWS(signature)
	if err != nil {
		return l, nil, err
	}
	if j.payload != "" {
		return l, nil, unreadable("the signature carries a payload, and should be detached: its second part is empty")
	}
	key, err := s.key(&l, j)
	if err != nil {
		return l, nil, err
	}
	data, err := body()
	if err != nil {
		return l, nil, err
	}
	if !j.signs(key, data) {
		return l, nil, healthcode.Errorf(CodeSignature, Header, "签名与内容不符：内容在签名后被改动，或用了别的密钥。",
			"The signature doesn't fit the body: it was changed after it was signed, or another key signed it. Sign the very bytes that are sent.")
	}
	return l, data, nil
}

// key finds the key that a signature names, and refuses one that isn't valid now.
func (s *Service) key(l *healthcode.Lab, j *jws) (healthcode.LabKey, error) {
	now := s.clock.Now()
	key, ok := l.Key(j.header.Key)
	refused := func(code healthcode.Code, zh, en string, args ...any) (healthcode.LabKey, error) {
		return key, healthcode.Errorf(code, Header, zh, en, args...)
	}
	switch {
	case !l.Closed.IsZero() && !now.Before(l.Closed):
		return refused(CodeClosed, "这个检测机构已从名录中停用。", "This laboratory is closed in the registry; ask the health authority.")
	case !ok:
		return refused(CodeUnknownKey, "该机构没有登记这个密钥（kid）。", "This laboratory has no key of this kid in the registry. Have it registered by the health authority first.")
	case !key.Revoked.IsZero():
		return refused(CodeKeyOver, "这个密钥已被撤销，请换用新密钥。", "This key was revoked; sign by another.")
	case now.Before(key.From):
		return refused(CodeKeyOver, "这个密钥还没有生效。", "This key is valid from %s only.", key.From.Format(time.RFC3339))
	case !key.Until.IsZero() && !now.Before(key.Until):
		return refused(CodeKeyOver, "这个密钥已经过期，请换用新密钥。", "This key expired at %s; sign by another.", key.Until.Format(time.RFC3339))
	}
	return key, nil
}
