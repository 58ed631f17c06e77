package pass

import (
	"crypto/ed25519"
	"fmt"
	"time"
)

const (
	// BoundLifetime is how long a credential is valid when its content does not say otherwise.
	BoundLifetime = 2 * time.Hour
	// MaxBoundLifetime is the longest that a credential can be valid. A door without a connection learns nothing
	// before it ends. [Rotation.Keep] must be longer where credentials are issued.
	MaxBoundLifetime = 12 * time.Hour
	// Grain is what the times of a credential are rounded to, so that its seconds tell nobody apart: the time of
	// issue down to a whole Grain.
	Grain = 5 * time.Minute
)

// Bind returns a credential for a device: what the device that has the holder's key shows, signed anew each time
// (see [Present]). Content.Lifetime is counted from the time of issue, which is now rounded down to a whole Grain; 0
// means BoundLifetime. Content.Until, where it is earlier, ends the credential. No two credentials may have one key.
func (i *Issuer) Bind(content Content, device DeviceID, holder HolderKey, now time.Time) (credential []byte, expires time.Time, err error) {
	fail := func(err error) ([]byte, time.Time, error) {
		return nil, time.Time{}, fmt.Errorf("binding a pass to a device: %w", err)
	}
	key := i.keys.signing(now)
	if key == nil {
		return nil, time.Time{}, ErrNoSigningKey
	}
	if _, err := holder.public(); err != nil {
		return fail(fmt.Errorf("the holder's key: %w", err))
	}
	life := content.Lifetime
	if life == 0 {
		life = BoundLifetime
	}
	if life < time.Second || life > MaxBoundLifetime || life%time.Second != 0 {
		return fail(fmt.Errorf("a lifetime of %v is not 1 s to %v in whole seconds", life, MaxBoundLifetime))
	}
	content.Lifetime = 0
	issued := now.Truncate(Grain)
	c, err := i.claims(content, issued)
	if err != nil {
		return fail(err)
	}
	expires = issued.Add(life)
	if !content.Until.IsZero() && content.Until.Before(expires) {
		expires = content.Until
	}
	if c.expires, err = seconds("the end of the credential", expires); err != nil {
		return fail(err)
	}
	if !now.Before(time.Unix(int64(c.expires), 0)) {
		return fail(fmt.Errorf("it would have ended at %s, before it is issued", expires.Format(time.RFC3339)))
	}
	c.bound, c.holder = true, holder
	c.id = sealBound(key.personID, content.Person, device, holder)
	m := message{key: key.public.ID, claims: c, payload: c.encoded()}
	m.signature = ed25519.Sign(key.private, m.signed())
	return m.encoded(), time.Unix(int64(c.expires), 0).UTC(), nil
}

// OpenBound returns the person and the device that a verified pass of the device-bound form stands for, or ErrUnknownID.
func (i *Issuer) OpenBound(c Claims) (PersonID, DeviceID, error) {
	for _, key := range i.keys.keys {
		if person, device, ok := openBound(key.personID, c.ID, c.Holder); ok {
			return person, device, nil
		}
	}
	return PersonID{}, DeviceID{}, ErrUnknownID
}
