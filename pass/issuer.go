package pass

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"time"
)

// ErrNoSigningKey is returned when no key of the set signs at the time asked for.
var ErrNoSigningKey = errors.New("minting a pass: no key signs at this time; rotate the keys and check the clock")

// Issuer mints the passes of one jurisdiction. It may be used by many goroutines at once.
type Issuer struct {
	jurisdiction string
	keys         *KeySet
}

// NewIssuer takes the jurisdiction as passes name it, such as "beijing": 1 to MaxJurisdiction lower-case
// letters, digits and hyphens.
func NewIssuer(jurisdiction string, keys *KeySet) (*Issuer, error) {
	if err := checkWord("jurisdiction", jurisdiction, MaxJurisdiction); err != nil {
		return nil, fmt.Errorf("making an issuer of passes: %w", err)
	}
	return &Issuer{jurisdiction: jurisdiction, keys: keys}, nil
}

// Mint returns the text of a new pass that is valid from now, to be shown as a QR code. The error is
// ErrNoSigningKey, or says which field of the content does not fit a pass.
func (i *Issuer) Mint(content Content, now time.Time) (string, error) {
	key := i.keys.signing(now)
	if key == nil {
		return "", ErrNoSigningKey
	}
	c, err := i.claims(content, now)
	if err != nil {
		return "", fmt.Errorf("minting a pass: %w", err)
	}
	c.id = seal(key.personID, content.Person, newNonce())
	m := message{key: key.public.ID, payload: c.encoded()}
	m.signature = ed25519.Sign(key.private, m.signed())
	return m.text(), nil
}

// claims returns the claims without the pass id.
func (i *Issuer) claims(content Content, now time.Time) (c claims, err error) {
	if err := checkWord("state", content.State, MaxState); err != nil {
		return c, err
	}
	lifetime, err := content.lifetime()
	if err != nil {
		return c, err
	}
	c.issuer, c.state, c.name = i.jurisdiction, content.State, MaskName(content.Name)
	if c.issued, err = seconds("the time of issue", now); err != nil {
		return c, err
	}
	if c.expires, err = seconds("the end of the pass", now.Add(lifetime)); err != nil {
		return c, err
	}
	if c.hasUntil = !content.Until.IsZero(); c.hasUntil {
		if c.until, err = seconds("the end of the state", content.Until); err != nil {
			return c, err
		}
	}
	if content.Proxy {
		c.flags |= flagProxy
	}
	if content.Unchecked {
		c.flags |= flagUnchecked
	}
	return c, nil
}

// Open returns the person that a pass id of this issuer stands for, or ErrUnknownID.
func (i *Issuer) Open(id ID) (PersonID, error) {
	for _, key := range i.keys.keys {
		if person, ok := open(key.personID, id); ok {
			return person, nil
		}
	}
	return PersonID{}, ErrUnknownID
}
