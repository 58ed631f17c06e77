package lab

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"

	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"healthcode"
	"healthcode/internal/access"
	"healthcode/policy"
)

// Managers are those who keep the registry of their jurisdiction.
var Managers = []healthcode.Role{healthcode.RoleAuthority}

// Readers are the officers who see it.
var Readers = []healthcode.Role{healthcode.RoleAuthority, healthcode.RoleCaseworker, healthcode.RoleAdministrator, healthcode.RoleAuditor}

// Entry is what an officer writes of a laboratory.
type Entry struct {
	ID       string
	Name     healthcode.Text
	Area     string
	Platform bool // of a new one
	Phone    string
	Webhook  string
	Open     bool
}

// NewKey is a key to register.
type NewKey struct {
	ID          string
	Public      string    // PEM of a SubjectPublicKeyInfo, or a JWK
	From, Until time.Time // zero = now, and without end
}

// maxKeys bounds the keys of one laboratory, revoked ones too.
const maxKeys = 20

var (
	labID    = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{0,31}$`)
	keyID    = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)
	labPhone = regexp.MustCompile(`^[0-9+ ()-]{0,30}$`)
)

// Labs lists the laboratories of the officer's jurisdiction.
func (s *Service) Labs(ctx context.Context, a healthcode.Actor) ([]healthcode.Lab, error) {
	if err := access.Require(a, Readers...); err != nil {
		return nil, err
	}
	return s.store.LabsOf(ctx, a.Jurisdiction)
}

// Lab returns one of the officer's jurisdiction. CodeNotFound.
func (s *Service) Lab(ctx context.Context, a healthcode.Actor, id string) (healthcode.Lab, error) {
	if err := access.Require(a, Readers...); err != nil {
		return healthcode.Lab{}, err
	}
	l, err := s.store.Lab(ctx, id)
	if err != nil && healthcode.CodeOf(err) != healthcode.CodeNotFound {
		return l, err
	}
	if err != nil || l.Jurisdiction != a.Jurisdiction {
		return healthcode.Lab{}, healthcode.Errorf(healthcode.CodeNotFound, "", "名录里没有这个检测机构。", "The registry has no such laboratory.")
	}
	return l, nil
}

// Create registers a laboratory. CodeConflict: the id is taken.
func (s *Service) Create(ctx context.Context, a healthcode.Actor, e Entry) (healthcode.Lab, error) {
	if err := access.Require(a, Managers...); err != nil {
		return healthcode.Lab{}, err
	}
	l := healthcode.Lab{ID: e.ID, Jurisdiction: a.Jurisdiction, Platform: e.Platform}
	if !labID.MatchString(e.ID) {
		return l, invalid("id", "编号为 1 至 32 个小写字母、数字、点、横线。", "An id has at most 32 lower-case letters, digits, dots and hyphens, such as bj-0007.")
	}
	e.Open = true
	return s.write(ctx, l, e)
}

// Update changes what is said of a laboratory, closes it or opens it again.
func (s *Service) Update(ctx context.Context, a healthcode.Actor, e Entry) (healthcode.Lab, error) {
	l, err := s.managed(ctx, a, e.ID)
	if err != nil {
		return l, err
	}
	return s.write(ctx, l, e)
}

func (s *Service) managed(ctx context.Context, a healthcode.Actor, id string) (healthcode.Lab, error) {
	if err := access.Require(a, Managers...); err != nil {
		return healthcode.Lab{}, err
	}
	return s.Lab(ctx, a, id)
}

func (s *Service) write(ctx context.Context, l healthcode.Lab, e Entry) (healthcode.Lab, error) {
	p, err := s.policies.Policy(l.Jurisdiction)
	if err != nil {
		return l, err
	}
	l.Name = healthcode.Text{ZH: strings.TrimSpace(e.Name.ZH), EN: strings.TrimSpace(e.Name.EN)}
	l.Area, l.Phone, l.Webhook = e.Area, strings.TrimSpace(e.Phone), strings.TrimSpace(e.Webhook)
	switch {
	case !l.Name.Complete() || len(l.Name.ZH) > 300 || len(l.Name.EN) > 300:
		return l, invalid("name", "请填写中文和英文名称，各不超过 100 字。", "Give the name in Chinese and in English, at most 100 characters each.")
	case l.Area == "" && !l.Platform, l.Area != "" && !ownArea(p, l.Area):
		return l, invalid("area", "请选择本地的县区。", "Choose a county of this jurisdiction.")
	case !labPhone.MatchString(l.Phone):
		return l, invalid("phone", "电话只能有数字、空格、括号、加号和横线。", "A telephone number has digits, spaces, brackets, + and -.")
	case l.Webhook != "" && !webhookAllowed(l.Webhook):
		return l, invalid("webhook", "通知地址须以 https:// 开头。", "A webhook begins with https:// (http:// only on this machine itself).")
	}
	switch {
	case e.Open:
		l.Closed = time.Time{}
	case l.Closed.IsZero():
		l.Closed = s.clock.Now()
	}
	return s.put(ctx, l)
}

func (s *Service) put(ctx context.Context, l healthcode.Lab) (healthcode.Lab, error) {
	if err := s.store.PutLab(ctx, l); err != nil {
		return l, fmt.Errorf("storing a laboratory: %w", err)
	}
	s.forget(l.Jurisdiction)
	return s.store.Lab(ctx, l.ID)
}

func ownArea(p *policy.Policy, area string) bool {
	for _, prefix := range p.Areas {
		if len(area) == 6 && strings.HasPrefix(area, prefix) {
			return true
		}
	}
	return false
}

func webhookAllowed(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || len(address) > 500 {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Scheme == "https" || u.Scheme == "http" && (u.Hostname() == "localhost" || ip != nil && ip.IsLoopback())
}

// AddKey registers a key beside those that are there: for a rotation both are valid until the old one ends or is revoked.
func (s *Service) AddKey(ctx context.Context, a healthcode.Actor, id string, n NewKey) (healthcode.Lab, error) {
	l, err := s.managed(ctx, a, id)
	if err != nil {
		return l, err
	}
	key := healthcode.LabKey{ID: n.ID, From: n.From, Until: n.Until}
	if key.From.IsZero() {
		key.From = s.clock.Now()
	}
	if !keyID.MatchString(n.ID) {
		return l, invalid("kid", "密钥编号为 1 至 64 个字母、数字、点、横线。", "A kid has 1 to 64 letters, digits, dots, hyphens and underscores.")
	}
	if key.Algorithm, key.Public, err = parsePublic(n.Public); err != nil {
		return l, err
	}
	if !key.Until.IsZero() && !key.Until.After(key.From) {
		return l, invalid("until", "失效时间须晚于生效时间。", "The key would end before it begins.")
	}
	for _, k := range l.Keys {
		if k.ID == key.ID {
			return l, healthcode.Errorf(healthcode.CodeConflict, "kid", "这个密钥编号已登记，请换一个。", "The laboratory has a key of this kid already; give the new one another.")
		}
		if bytes.Equal(k.Public, key.Public) {
			return l, healthcode.Errorf(healthcode.CodeConflict, "public", "这个公钥已登记。", "The laboratory has registered this public key already.")
		}
	}
	if len(l.Keys) >= maxKeys {
		return l, invalid("kid", "密钥太多。", "A laboratory has at most %d keys.", maxKeys)
	}
	l.Keys = append(l.Keys, key)
	return s.put(ctx, l)
}

// RevokeKey ends the trust in a key at once.
func (s *Service) RevokeKey(ctx context.Context, a healthcode.Actor, id, kid string) (healthcode.Lab, error) {
	l, err := s.managed(ctx, a, id)
	if err != nil {
		return l, err
	}
	for i := range l.Keys {
		if l.Keys[i].ID == kid {
			if l.Keys[i].Revoked.IsZero() {
				l.Keys[i].Revoked = s.clock.Now()
				return s.put(ctx, l)
			}
			return l, nil
		}
	}
	return l, healthcode.Errorf(healthcode.CodeNotFound, "kid", "没有这个密钥。", "The laboratory has no such key.")
}

// parsePublic reads an Ed25519 or P-256 public key, PEM or JWK (RFC 7517, RFC 8037).
func parsePublic(text string) (algorithm string, der []byte, err error) {
	wrong := func() (string, []byte, error) {
		return "", nil, invalid("public", "公钥须为 Ed25519 或 P-256，PEM 或 JWK 格式；不要提交私钥。",
			"Give an Ed25519 or P-256 public key, as PEM (BEGIN PUBLIC KEY) or JWK. Never send a private key.")
	}
	var public any
	text = strings.TrimSpace(text)
	if block, _ := pem.Decode([]byte(text)); block != nil && block.Type == "PUBLIC KEY" {
		if public, err = x509.ParsePKIXPublicKey(block.Bytes); err != nil {
			return wrong()
		}
	} else if public = parseJWK(text); public == nil {
		return wrong()
	}
	switch key := public.(type) {
	case ed25519.PublicKey:
		algorithm = EdDSA
	case *ecdsa.PublicKey:
		if key.Curve != elliptic.P256() {
			return wrong()
		}
		algorithm = ES256
	default:
		return wrong()
	}
	der, err = x509.MarshalPKIXPublicKey(public)
	return algorithm, der, err
}

// parseJWK returns nil for anything that is no public key of the two kinds.
func parseJWK(text string) any {
	var k struct {
		Type  string `json:"kty"`
		Curve string `json:"crv"`
		X     string `json:"x"`
		Y     string `json:"y"`
		D     string `json:"d"`
	}
	if json.Unmarshal([]byte(text), &k) != nil || k.D != "" {
		return nil
	}
	x, err := raw64.DecodeString(k.X)
	if err != nil {
		return nil
	}
	switch {
	case k.Type == "OKP" && k.Curve == "Ed25519" && len(x) == ed25519.PublicKeySize:
		return ed25519.PublicKey(x)
	case k.Type == "EC" && k.Curve == "P-256":
		y, err := raw64.DecodeString(k.Y)
		if err != nil || len(x) != 32 || len(y) != 32 {
			return nil
		}
		key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), slices.Concat([]byte{4}, x, y))
		if err != nil { // not on the curve
			return nil
		}
		return key
	}
	return nil
}
