package status

import (
	"context"
	"errors"
	"fmt"
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

// Secrets keeps named secrets, encrypted. Secret returns CodeNotFound.
type Secrets interface {
	Secret(name string) ([]byte, error)
	PutSecret(name string, value []byte) error
}

// Keys holds the pass keys of each jurisdiction and rotates them in time.
type Keys struct {
	secrets Secrets
	mu      sync.Mutex
	sets    map[string]*pass.KeySet
	issuers map[string]*pass.Issuer
	checked map[string]time.Time
}

// NewKeys returns the keys that a vault holds.
func NewKeys(secrets Secrets) *Keys {
	return &Keys{secrets: secrets, sets: make(map[string]*pass.KeySet),
		issuers: make(map[string]*pass.Issuer), checked: make(map[string]time.Time)}
}

// get returns a jurisdiction's keys, made or rotated where it is time.
func (k *Keys) get(jurisdiction string, now time.Time) (*pass.Issuer, *pass.KeySet, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if last, ok := k.checked[jurisdiction]; ok && now.Sub(last).Abs() < time.Hour {
		return k.issuers[jurisdiction], k.sets[jurisdiction], nil
	}
	name := "pass:" + jurisdiction
	set := k.sets[jurisdiction]
	if set == nil {
		secret, err := k.secrets.Secret(name)
		switch {
		case err == nil:
			if set, err = pass.ParseKeySet(secret); err != nil {
				return nil, nil, fmt.Errorf("reading the pass keys of %s: %w", jurisdiction, err)
			}
		case healthcode.CodeOf(err) == healthcode.CodeNotFound:
			if set, err = pass.NewKeySet(); err != nil {
				return nil, nil, err
			}
		default:
			return nil, nil, fmt.Errorf("reading the pass keys of %s: %w", jurisdiction, err)
		}
	}
	set, changed, err := set.Rotate(now, rotation)
	if err != nil {
		return nil, nil, fmt.Errorf("rotating the pass keys of %s: %w", jurisdiction, err)
	}
	if changed {
		secret, err := set.SecretJSON()
		if err != nil {
			return nil, nil, err
		}
		// A key that signed but wasn't kept would leave passes that nobody can open.
		if err := k.secrets.PutSecret(name, secret); err != nil {
			return nil, nil, fmt.Errorf("keeping the pass keys of %s: %w", jurisdiction, err)
		}
	}
	issuer, err := pass.NewIssuer(jurisdiction, set)
	if err != nil {
		return nil, nil, err
	}
	k.sets[jurisdiction], k.issuers[jurisdiction], k.checked[jurisdiction] = set, issuer, now
	return issuer, set, nil
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
	issuer, _, err := s.keys.get(p.Jurisdiction, now)
	if err != nil {
		return Pass{}, err
	}
	state, _, next := e.State(now)
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
	p, evaluation, _, err := s.Evaluate(ctx, a.Person, jurisdiction)
	if err != nil {
		return Pass{}, err
	}
	return s.mint(person, p, evaluation, false)
}

// Claims verifies a pass of one of the jurisdictions here. The error is a *[pass.Failure].
func (s *Service) Claims(text string, jurisdictions ...string) (pass.Claims, error) {
	now := s.clock.Now()
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
func (s *Service) Check(text string) (Public, error) {
	if IsOffline(text) {
		return Public{Failure: OfflineUnread}, nil
	}
	claims, err := s.Claims(text, s.policies.Jurisdictions()...)
	var failure *pass.Failure
	switch {
	case errors.As(err, &failure):
		return Public{Failure: failure.Code}, nil
	case err != nil:
		return Public{}, err
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
