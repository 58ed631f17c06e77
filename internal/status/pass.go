package status

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"healthcode"
	"healthcode/internal/access"
	"healthcode/pass"
	"healthcode/policy"
)

// rotation: a key signs for a week, is published two days before it first
// does, and its pass ids can be opened for a day after it last did.
var rotation = pass.Rotation{Period: 7 * 24 * time.Hour, Ahead: 48 * time.Hour, Keep: 24 * time.Hour}

// Secrets keeps named secrets, encrypted. Secret returns CodeNotFound, and PutSecret CodeConflict where another process
// has put one of that name since Secret was called.
type Secrets interface {
	Secret(name string) ([]byte, error)
	PutSecret(name string, value []byte) error
}

// Keys holds the pass keys of each jurisdiction and rotates them in time. What it keeps in memory is at most keysAge old: another
// process may have rotated them, which nobody notices, since keys are published long before they sign.
type Keys struct {
	secrets Secrets
	mu      sync.Mutex
	read    map[string]*readKeys
}

// readKeys are a jurisdiction's keys as they were read at a time.
type readKeys struct {
	set      *pass.KeySet
	issuer   *pass.Issuer
	verifier *pass.Verifier // of this jurisdiction's passes alone
	at       time.Time
}

// keysAge is for how long keys are used that were read.
const keysAge = 2 * time.Second

// keysTries bounds how often keys are rotated anew because another process was faster.
const keysTries = 5

// NewKeys returns the keys that a vault or a database holds.
func NewKeys(secrets Secrets) *Keys {
	return &Keys{secrets: secrets, read: make(map[string]*readKeys)}
}

// get returns a jurisdiction's keys, made or rotated where it is time.
func (k *Keys) get(jurisdiction string, now time.Time) (*pass.Issuer, *pass.KeySet, error) {
	r, err := k.all(jurisdiction, now)
	if err != nil {
		return nil, nil, err
	}
	return r.issuer, r.set, nil
}

func (k *Keys) all(jurisdiction string, now time.Time) (*readKeys, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	r := k.read[jurisdiction]
	if r == nil || now.Sub(r.at).Abs() >= keysAge {
		set, err := k.rotated(jurisdiction, now)
		if err != nil {
			return nil, err
		}
		issuer, err := pass.NewIssuer(jurisdiction, set)
		if err != nil {
			return nil, err
		}
		verifier, err := pass.NewVerifier(map[string][]pass.PublicKey{jurisdiction: set.Public()})
		if err != nil {
			return nil, err
		}
		r = &readKeys{set, issuer, verifier, now}
		k.read[jurisdiction] = r
	}
	return r, nil
}

// renew reads the keys anew that were read before now: a key came that isn't known.
func (k *Keys) renew(jurisdiction string, now time.Time) (renewed bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	r := k.read[jurisdiction]
	if r == nil || now.Sub(r.at).Abs() < time.Second {
		return false // so that made-up codes don't ask the database each time
	}
	delete(k.read, jurisdiction)
	return true
}

// rotated reads the keys, and stores them with the keys that it is time for.
func (k *Keys) rotated(jurisdiction string, now time.Time) (*pass.KeySet, error) {
	return k.change(jurisdiction, func(set *pass.KeySet) (*pass.KeySet, bool, error) { return set.Rotate(now, rotation) })
}

// Revoke takes a key out of a jurisdiction's, because others may have learned it, and makes those that sign instead. Every process
// uses them within keysAge; a door, when it next fetches the public keys. CodeNotFound.
func (k *Keys) Revoke(jurisdiction, id string, now time.Time) error {
	_, err := k.change(jurisdiction, func(set *pass.KeySet) (*pass.KeySet, bool, error) {
		public := set.Public()
		i := slices.IndexFunc(public, func(p pass.PublicKey) bool { return p.ID.String() == id })
		if i < 0 {
			return nil, false, healthcode.Errorf(healthcode.CodeNotFound, "id", "没有这个密钥", "there is no key %s of %s", id, jurisdiction)
		}
		next, _, err := set.Without(public[i].ID).Rotate(now, rotation)
		return next, true, err
	})
	if err == nil {
		k.mu.Lock()
		delete(k.read, jurisdiction)
		k.mu.Unlock()
	}
	return err
}

// change stores what f makes of the keys, unless another process changes them meanwhile: then it begins anew with what that one left.
func (k *Keys) change(jurisdiction string, f func(*pass.KeySet) (*pass.KeySet, bool, error)) (*pass.KeySet, error) {
	name := "pass:" + jurisdiction
	for try := 1; ; try++ {
		set, err := pass.NewKeySet()
		secret, found := k.secrets.Secret(name)
		switch {
		case found == nil:
			if set, err = pass.ParseKeySet(secret); err != nil {
				return nil, fmt.Errorf("reading the pass keys of %s: %w", jurisdiction, err)
			}
		case healthcode.CodeOf(found) != healthcode.CodeNotFound:
			return nil, fmt.Errorf("reading the pass keys of %s: %w", jurisdiction, found)
		case err != nil:
			return nil, err
		}
		next, changed, err := f(set)
		if err != nil {
			return nil, fmt.Errorf("changing the pass keys of %s: %w", jurisdiction, err)
		}
		if !changed {
			return next, nil
		}
		if secret, err = next.SecretJSON(); err != nil {
			return nil, err
		}
		// A key that signed but wasn't kept would leave passes that nobody can open.
		err = k.secrets.PutSecret(name, secret)
		if err == nil {
			return next, nil
		}
		if healthcode.CodeOf(err) != healthcode.CodeConflict || try == keysTries {
			return nil, fmt.Errorf("keeping the pass keys of %s: %w", jurisdiction, err)
		}
	}
}

// Public returns a jurisdiction's public keys, for its well-known address.
func (k *Keys) Public(jurisdiction string, now time.Time) ([]pass.PublicKey, error) {
	_, set, err := k.get(jurisdiction, now)
	if err != nil {
		return nil, err
	}
	return set.Public(), nil
}

// Pass is a minted pass.
type Pass struct {
	Text    string
	Issued  time.Time
	Expires time.Time
	State   string
}

// mint makes the pass of an evaluated person. It expires early where the state changes before.
func (s *Service) mint(person healthcode.Person, p *policy.Policy, e *policy.Evaluation, proxy bool) (Pass, error) {
	now := s.clock.Now()
	state, _, next := e.State(now)
	return s.sign(person, p, now, state, next, proxy)
}

// sign makes the pass of a person who has a state from now until next.
func (s *Service) sign(person healthcode.Person, p *policy.Policy, now time.Time, state string, next time.Time, proxy bool) (Pass, error) {
	issuer, _, err := s.keys.get(p.Jurisdiction, now)
	if err != nil {
		return Pass{}, err
	}
	life := time.Duration(p.Pass.Valid) * time.Second
	if left := next.Sub(now).Truncate(time.Second); !next.IsZero() && left < life {
		life = max(left, time.Second)
	}
	text, err := issuer.Mint(pass.Content{Person: pass.PersonID(person.ID), State: state, Name: person.Name, Proxy: proxy,
		Unchecked: person.Identity != healthcode.IdentityChecked, Until: next, Lifetime: life}, now)
	if err != nil {
		return Pass{}, fmt.Errorf("minting a pass: %w", err)
	}
	return Pass{Text: text, Issued: now, Expires: now.Add(life), State: state}, nil
}

// Renew mints a new pass: the actor's own, or (relation not "") that of the person it is about.
func (s *Service) Renew(ctx context.Context, a healthcode.Actor, jurisdiction, relation string) (Pass, error) {
	if relation != "" {
		o, err := s.OfRelation(ctx, a, relation)
		return o.Pass, err
	}
	if err := access.Require(a, healthcode.RoleResident); err != nil {
		return Pass{}, err
	}
	person, err := s.registered(ctx, a.Person, jurisdiction)
	if err != nil {
		return Pass{}, err
	}
	k, now, err := s.standing(ctx, a.Person, jurisdiction)
	if err != nil {
		return Pass{}, err
	}
	return s.sign(person, k.policy, now, k.state, k.next, false)
}

// Claims verifies a pass of one of the jurisdictions here. The error is a *[pass.Failure].
func (s *Service) Claims(text string, jurisdictions ...string) (pass.Claims, error) {
	now := s.clock.Now()
	claims, err := s.claims(text, now, jurisdictions)
	var failure *pass.Failure
	if !errors.As(err, &failure) || failure.Code != pass.UnknownKey {
		return claims, err
	}
	renewed := false
	for _, j := range jurisdictions {
		renewed = s.keys.renew(j, now) || renewed
	}
	if renewed {
		return s.claims(text, now, jurisdictions)
	}
	return claims, err
}

func (s *Service) claims(text string, now time.Time, jurisdictions []string) (pass.Claims, error) {
	if len(jurisdictions) == 1 {
		r, err := s.keys.all(jurisdictions[0], now)
		if err != nil {
			return pass.Claims{}, err
		}
		return r.verifier.Verify(text, now)
	}
	accepted := make(map[string][]pass.PublicKey)
	for _, j := range jurisdictions {
		keys, err := s.keys.Public(j, now)
		if err != nil {
			return pass.Claims{}, err
		}
		accepted[j] = keys
	}
	verifier, err := pass.NewVerifier(accepted)
	if err != nil {
		return pass.Claims{}, err
	}
	return verifier.Verify(text, now)
}

// PersonOf returns the person that a verified pass stands for. Only the issuer can tell.
func (s *Service) PersonOf(c pass.Claims) (healthcode.PersonID, error) {
	issuer, _, err := s.keys.get(c.Jurisdiction, s.clock.Now())
	if err != nil {
		return healthcode.PersonID{}, err
	}
	id, err := issuer.Open(c.ID)
	return healthcode.PersonID(id), err
}

// Public is the answer to anybody who was shown a code: genuine or not, the
// state, until when, and nothing more.
type Public struct {
	Genuine      bool
	Failure      pass.Code // why not
	Jurisdiction string
	State        string
	Until        time.Time // zero where not known
	Unchecked    bool
}

// Check answers anybody who was shown a pass.
func (s *Service) Check(ctx context.Context, text string) (Public, error) {
	if IsOffline(text) {
		return Public{Failure: OfflineUnread}, nil
	}
	claims, err := s.Claims(text, s.policies.Jurisdictions()...)
	var person healthcode.PersonID
	if err == nil && claims.Bound {
		person, err = s.Holder(ctx, claims)
	}
	var failure *pass.Failure
	switch {
	case errors.As(err, &failure):
		return Public{Failure: failure.Code}, nil
	case err != nil:
		return Public{}, err
	}
	if claims.Bound { // its credential may be hours old
		_, evaluation, err := s.Evaluation(ctx, person, claims.Jurisdiction)
		if err != nil {
			return Public{}, err
		}
		claims.State, _, claims.Until = evaluation.State(s.clock.Now())
	}
	return Public{Genuine: true, Jurisdiction: claims.Jurisdiction, State: claims.State, Until: claims.Until, Unchecked: claims.Unchecked}, nil
}

// PublicKeys returns a jurisdiction's key document for its well-known address.
func (s *Service) PublicKeys(jurisdiction string) ([]byte, error) {
	keys, err := s.keys.Public(jurisdiction, s.clock.Now())
	if err != nil {
		return nil, err
	}
	return pass.PublicKeysJSON(keys)
}

func mask(name string) string { return pass.MaskName(name) }
