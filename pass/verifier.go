package pass

import (
	"crypto/ed25519"
	"fmt"
	"time"
)

// Verifier checks passes without a connection. It may be used by many goroutines at once; make a new one
// whenever the published keys were fetched again.
type Verifier struct {
	keys map[string]map[KeyID]PublicKey // by jurisdiction
}

// NewVerifier takes, for each jurisdiction whose passes are accepted, the keys from its own well-known
// address. A key of one jurisdiction is never tried on a pass of another.
func NewVerifier(accepted map[string][]PublicKey) (*Verifier, error) {
	v := &Verifier{keys: map[string]map[KeyID]PublicKey{}}
	for jurisdiction, keys := range accepted {
		if err := checkWord("jurisdiction", jurisdiction, MaxJurisdiction); err != nil {
			return nil, fmt.Errorf("making a verifier of passes: %w", err)
		}
		byID := map[KeyID]PublicKey{}
		for _, k := range keys {
			if len(k.Key) != ed25519.PublicKeySize {
				return nil, fmt.Errorf("making a verifier of passes: key %s of %s has %d bytes instead of %d",
					k.ID, jurisdiction, len(k.Key), ed25519.PublicKeySize)
			}
			if _, twice := byID[k.ID]; twice {
				return nil, fmt.Errorf("making a verifier of passes: key %s of %s is there twice", k.ID, jurisdiction)
			}
			byID[k.ID] = k
		}
		v.keys[jurisdiction] = byID
	}
	return v, nil
}

// Verify returns what a pass says, if it is genuine and valid at now. Its error is always a *Failure. A
// pass never begins or ends with a space, so white space around what a scanner typed may be cut first; inside
// the text a space is data.
func (v *Verifier) Verify(text string, now time.Time) (Claims, error) {
	m, err := parse(text)
	if err != nil {
		return Claims{}, &Failure{NotAPass, "this is not a health pass: " + err.Error()}
	}
	claims := m.claims.exported()
	keys, accepted := v.keys[claims.Jurisdiction]
	if !accepted {
		return Claims{}, &Failure{OtherJurisdiction, "it says it is from " + claims.Jurisdiction + ", which is not accepted here; ask for the local code"}
	}
	key, known := keys[m.key]
	if !known {
		return Claims{}, &Failure{UnknownKey, fmt.Sprintf("key %s of %s is not known; fetch the published keys again", m.key, claims.Jurisdiction)}
	}
	if !ed25519.Verify(key.Key, m.signed(), m.signature) {
		return Claims{}, &Failure{BadSignature, fmt.Sprintf("key %s of %s did not sign it; it is forged or damaged", m.key, claims.Jurisdiction)}
	}
	if m.shown != nil && !m.shown.by(claims.Holder) {
		return Claims{}, &Failure{NotTheHolder, "its credential belongs to another device, which did not sign this; it is copied"}
	}
	switch {
	case !key.covers(claims.Issued):
		return Claims{}, &Failure{UnknownKey, fmt.Sprintf("key %s of %s was not in use when it was issued", m.key, claims.Jurisdiction)}
	case claims.Issued.After(now.Add(Leeway)):
		return Claims{}, &Failure{FromTheFuture, fmt.Sprintf("it is issued %v ahead of this clock; set the clock", claims.Issued.Sub(now).Round(time.Second))}
	case !now.Before(claims.Expires):
		return Claims{}, &Failure{Expired, fmt.Sprintf("it expired %v ago; ask for a fresh one", now.Sub(claims.Expires).Round(time.Second))}
	}
	if m.shown != nil {
		claims.Shown = m.shown.time()
		if failure := m.shown.fresh(now); failure != nil {
			return Claims{}, failure
		}
	}
	return claims, nil
}
