package issuer

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"healthcode"
	"healthcode/certificate"
)

// Use is what a key signs.
type Use string

// The uses.
const (
	Test        Use = "test"
	Vaccination Use = "vaccination"
	Recovery    Use = "recovery"
	Statement   Use = "statement" // health statements of foreign nationals
	// Authority signs the certificates of the other keys (CSCA). A country that keeps its authority elsewhere has none here.
	Authority Use = "authority"
)

// Uses lists the uses in the order in which they are shown.
var Uses = []Use{Authority, Test, Vaccination, Recovery, Statement}

// Algorithm is how a key signs.
type Algorithm string

// The algorithms that readers of health certificates must know.
const (
	ES256 Algorithm = "ES256"
	PS256 Algorithm = "PS256"
)

// State says what a key does now.
type State string

// The states, in the order in which a key passes through them.
const (
	Waiting   State = "waiting"   // it has no certificate yet
	Ahead     State = "ahead"     // published, and doesn't sign yet
	Signing   State = "signing"   // it may sign; of several the one that began last does
	Verifying State = "verifying" // it signs no more, and what it signed still counts
	Ended     State = "ended"     // its certificate has ended
	Withdrawn State = "withdrawn" // compromised: nothing that it signed counts
)

// Key is an issuer key without its secret part.
type Key struct {
	Name      string // unique; the use, the day it was made, and the start of its public key's hash
	Use       Use
	Algorithm Algorithm
	Made      time.Time
	SignFrom  time.Time
	SignUntil time.Time
	Withdrawn time.Time // zero unless compromised
	Token     bool      // in the PKCS#11 token
	Demo      bool      // made for a demo: a public service refuses it
	Public    []byte    // SubjectPublicKeyInfo, DER
	// Certificate is the X.509 certificate, DER; nil while it waits for one.
	Certificate []byte

	sealed  []byte // PKCS #8, sealed; nil where the token holds it
	version int64  // of its record
	parsed  *certificate.Key
}

// Parsed gives the certificate as readers use it; nil while there is none.
func (k *Key) Parsed() *certificate.Key { return k.parsed }

// ID gives the key id in base64, as trust lists write it; "" while there is no certificate.
func (k *Key) ID() string {
	if k.parsed == nil {
		return ""
	}
	return k.parsed.IDText()
}

// State tells what the key does at an instant.
func (k *Key) State(now time.Time) State {
	switch {
	case !k.Withdrawn.IsZero():
		return Withdrawn
	case k.parsed == nil:
		return Waiting
	case k.parsed.Expired(now):
		return Ended
	case now.Before(k.SignFrom) || now.Before(k.parsed.NotBefore):
		return Ahead
	case now.Before(k.SignUntil):
		return Signing
	}
	return Verifying
}

const recordKind = "issuer-key"

// record is a Key as it is stored.
type record struct {
	Use         Use        `json:"use"`
	Algorithm   Algorithm  `json:"algorithm"`
	Made        time.Time  `json:"made"`
	SignFrom    time.Time  `json:"sign_from"`
	SignUntil   time.Time  `json:"sign_until"`
	Withdrawn   *time.Time `json:"withdrawn,omitempty"`
	Token       bool       `json:"token,omitempty"`
	Demo        bool       `json:"demo,omitempty"`
	Public      []byte     `json:"public"`
	Certificate []byte     `json:"certificate,omitempty"`
	Sealed      []byte     `json:"sealed,omitempty"`
}

func readKey(r healthcode.TrustRecord) (Key, error) {
	var in record
	if err := json.Unmarshal(r.Body, &in); err != nil {
		return Key{}, fmt.Errorf("reading the issuer key %s: %w", r.Name, err)
	}
	k := Key{Name: r.Name, Use: in.Use, Algorithm: in.Algorithm, Made: in.Made, SignFrom: in.SignFrom, SignUntil: in.SignUntil,
		Token: in.Token, Demo: in.Demo, Public: in.Public, Certificate: in.Certificate, sealed: in.Sealed, version: r.Version}
	if in.Withdrawn != nil {
		k.Withdrawn = *in.Withdrawn
	}
	if k.Certificate == nil {
		return k, nil
	}
	var err error
	if k.parsed, err = certificate.ParseKey(k.Certificate); err != nil {
		return k, fmt.Errorf("reading the issuer key %s: %w", r.Name, err)
	}
	return k, nil
}

func (k *Key) record(now time.Time) (healthcode.TrustRecord, error) {
	out := record{Use: k.Use, Algorithm: k.Algorithm, Made: k.Made, SignFrom: k.SignFrom, SignUntil: k.SignUntil, Token: k.Token,
		Demo: k.Demo, Public: k.Public, Certificate: k.Certificate, Sealed: k.sealed}
	if !k.Withdrawn.IsZero() {
		out.Withdrawn = &k.Withdrawn
	}
	body, err := json.Marshal(out)
	return healthcode.TrustRecord{Kind: recordKind, Name: k.Name, Body: body, Updated: now, Version: k.version}, err
}

// ParseUse reads a use as an operator names it.
func ParseUse(s string) (Use, error) {
	if u := Use(s); slices.Contains(Uses, u) {
		return u, nil
	}
	return "", healthcode.Errorf(healthcode.CodeInvalid, "use", "用途不对", "%q is no use of a key; use one of %v", s, Uses)
}
