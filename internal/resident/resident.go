// Package resident is what residents do about themselves and those they act
// for: register, sign in, report, upload a photo, ask for others, dispute.
package resident

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"log/slog"
	"net/netip"

	"healthcode"
	"healthcode/internal/access"
	"healthcode/internal/identity"
	"healthcode/policy"
)

// Store is what the service reads and writes.
type Store interface {
	healthcode.People
	healthcode.Access
	healthcode.Relations
	healthcode.Reviews
	healthcode.Ledger
	healthcode.Messages
	healthcode.Doors
	healthcode.Phones
}

// Policies gives the policy of a jurisdiction that is in force now, and what it says.
type Policies interface {
	Policy(jurisdiction string) (*policy.Policy, error)
	Areas(ctx context.Context) (*policy.Areas, error)
	Evaluate(ctx context.Context, person healthcode.PersonID, jurisdiction string) (*policy.Policy, *policy.Evaluation, []healthcode.Fact, error)
}

// Service is what residents call. Each method checks who calls.
type Service struct {
	store    Store
	sealer   healthcode.Sealer
	policies Policies
	access   *access.Service
	limiter  *access.Limiter
	codes    *identity.OneTimeCodes
	clock    healthcode.Clock
	log      *slog.Logger
}

// New returns a service. The key of its one-time codes comes from the sealer.
func New(store Store, sealer healthcode.Sealer, policies Policies, acc *access.Service, clock healthcode.Clock, log *slog.Logger) (*Service, error) {
	codes, err := access.OneTimeCodes(sealer, "one-time code key")
	if err != nil {
		return nil, err
	}
	return &Service{store: store, sealer: sealer, policies: policies, access: acc,
		limiter: access.NewLimiter(store, clock), codes: codes, clock: clock, log: log}, nil
}

// Caller is where a request comes from, for limits and the list of sessions.
type Caller struct {
	Address netip.Addr
	Device  string // such as "Chrome on Android"
}

// today returns the local day in a jurisdiction.
func today(p *policy.Policy, clock healthcode.Clock) identity.Date {
	return identity.DateOf(clock.Now().In(p.Location))
}

func (s *Service) today(jurisdiction string) (identity.Date, *policy.Policy, error) {
	p, err := s.policies.Policy(jurisdiction)
	if err != nil {
		return identity.Date{}, nil, err
	}
	return today(p, s.clock), p, nil
}

func newID() string {
	b := make([]byte, 12)
	rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}

// hashed returns the keyed hash by which limits count a value.
func (s *Service) hashed(purpose, value string) (string, error) {
	h, err := s.sealer.Lookup(purpose, value)
	return base64.RawURLEncoding.EncodeToString(h), err
}

// send issues a one-time code for key and puts the message into the outbox.
// Without a phone it sends nothing, and what it keeps fits no code.
func (s *Service) send(ctx context.Context, p *policy.Policy, lang healthcode.Language, key, phone string, values map[identity.Per]string) error {
	return s.sendAs(ctx, newID(), p, lang, key, phone, values)
}

// sendAs is send with the id of the message.
func (s *Service) sendAs(ctx context.Context, message string, p *policy.Policy, lang healthcode.Language, key, phone string, values map[identity.Per]string) error {
	return s.sendText(ctx, message, func(code string) healthcode.Text {
		return healthcode.Text{
			ZH: fmt.Sprintf("【%s】验证码 %s，5 分钟内有效。请不要告诉任何人，工作人员也不会向您索要。", p.Name.ZH, code),
			EN: fmt.Sprintf("[%s] Your code is %s. It lasts 5 minutes. Tell it to nobody; our staff never ask for it.", p.Name.EN, code),
		}
	}, lang, key, phone, values)
}

// sendText is sendAs with the words around the code.
func (s *Service) sendText(ctx context.Context, message string, text func(code string) healthcode.Text, lang healthcode.Language, key, phone string,
	values map[identity.Per]string) error {
	values[identity.PerPhone] = key
	if phone != "" {
		hash, err := s.hashed("limit.phone", phone)
		if err != nil {
			return err
		}
		values[identity.PerPhone] = hash
	}
	if err := s.limiter.Allow(ctx, identity.ActionSendCode, values); err != nil {
		return err
	}
	now := s.clock.Now()
	code, stored, err := s.codes.Issue(key, now)
	if err != nil {
		return err
	}
	if phone == "" {
		stored.Hash = []byte{0}
	}
	if err := s.store.PutCode(ctx, stored); err != nil {
		return fmt.Errorf("keeping a one-time code: %w", err)
	}
	if phone == "" {
		return nil
	}
	if err := s.store.PutMessage(ctx, healthcode.Message{ID: message, Phone: phone, Body: text(code).In(lang), At: now, Expires: stored.Expires}); err != nil {
		return fmt.Errorf("sending a one-time code: %w", err)
	}
	return nil
}

// try checks a one-time code and uses it up. Of two who do so at the same time, one gets a wrong code.
func (s *Service) try(ctx context.Context, key, typed string, values map[identity.Per]string) error {
	if err := s.check(ctx, key, typed, values); err != nil {
		return err
	}
	err := s.store.DeleteCode(ctx, key)
	if healthcode.CodeOf(err) == healthcode.CodeNotFound && err != nil {
		return s.wrong(key, typed)
	}
	return err
}

// wrong is the answer where nobody was sent a code.
func (s *Service) wrong(key, typed string) error {
	now := s.clock.Now()
	return s.codes.Verify(healthcode.OneTimeCode{Key: key, Expires: now.Add(identity.CodeLifetime)}, typed, now)
}

// check counts a try of a one-time code, and checks it.
func (s *Service) check(ctx context.Context, key, typed string, values map[identity.Per]string) error {
	if _, err := identity.NormaliseCode(typed); err != nil {
		return err // no try is spent on something that can't be a code
	}
	if err := s.limiter.Allow(ctx, identity.ActionTryCode, values); err != nil {
		return err
	}
	stored, err := s.store.TryCode(ctx, key)
	if healthcode.CodeOf(err) == healthcode.CodeNotFound && err != nil {
		return s.wrong(key, typed)
	}
	if err != nil {
		return fmt.Errorf("reading a one-time code: %w", err)
	}
	return s.codes.Verify(stored, typed, s.clock.Now())
}
