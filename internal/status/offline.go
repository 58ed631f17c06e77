package status

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"time"

	"healthcode"
	"healthcode/internal/access"
	"healthcode/internal/base45"
	"healthcode/internal/identity"
	"healthcode/pass"
	"healthcode/policy"
)

// A code on paper is a random token that says nothing of its holder. Only a door
// that is signed in can ask what it stands for, so it shows no state by itself.
const (
	OfflinePrefix = "HCO1:"
	OfflineLife   = 180 * 24 * time.Hour
	offlineToken  = 16 // bytes
)

// Why a code on paper is not taken, beside the failures of a pass.
const (
	OfflineUnread pass.Code = "offline-code" // whoever asks is no door, or has no connection
	OfflineVoid   pass.Code = "offline-void" // lost, replaced, expired, or never printed
)

// OfflineSheet is what a code on paper shows. Text is known while it is printed, and never again.
type OfflineSheet struct {
	Text    string
	Name    string // masked
	Policy  *policy.Policy
	Issued  time.Time
	Expires time.Time
}

// IsOffline reports whether a text is, or begins as, a code on paper.
func IsOffline(text string) bool { return strings.HasPrefix(strings.TrimSpace(text), OfflinePrefix) }

// PrintOffline makes a code on paper, the actor's own or (relation not "") that of the person it is
// about, who sees that it was printed. The one before is void at once.
func (s *Service) PrintOffline(ctx context.Context, a healthcode.Actor, jurisdiction, relation string) (OfflineSheet, error) {
	subject, p, err := s.paperOf(ctx, a, jurisdiction, relation)
	if err != nil {
		return OfflineSheet{}, err
	}
	if err := s.limiter.Allow(ctx, identity.ActionPrintPaper, map[identity.Per]string{
		identity.PerPerson: a.Person.String(), identity.PerSubject: subject.ID.String()}); err != nil {
		return OfflineSheet{}, err
	}
	if relation != "" {
		asker, err := s.store.Person(ctx, a.Person)
		if err != nil {
			return OfflineSheet{}, err
		}
		if err := s.store.PutLook(ctx, healthcode.Look{Person: subject.ID, At: s.clock.Now(), Role: healthcode.RoleResident,
			By: mask(asker.Name), Jurisdiction: jurisdiction, Purpose: "offline", Saw: "paper"}); err != nil {
			return OfflineSheet{}, fmt.Errorf("recording the look: %w", err)
		}
	}
	return s.sheet(ctx, subject, p, relation)
}

// sheet makes a code on paper; the person's one before is void at once.
func (s *Service) sheet(ctx context.Context, subject healthcode.Person, p *policy.Policy, relation string) (OfflineSheet, error) {
	now := s.clock.Now()
	token := make([]byte, offlineToken)
	rand.Read(token)
	sheet := OfflineSheet{OfflinePrefix + base45.Encode(token), mask(subject.Name), p, now, now.Add(OfflineLife)}
	hash, err := s.offlineHash(token)
	if err != nil {
		return OfflineSheet{}, err
	}
	if err := s.store.PutOfflineCode(ctx, healthcode.OfflineCode{Token: hash, Person: subject.ID, Jurisdiction: p.Jurisdiction,
		Relation: relation, Issued: sheet.Issued, Expires: sheet.Expires}); err != nil {
		return OfflineSheet{}, fmt.Errorf("keeping a code on paper: %w", err)
	}
	return sheet, nil
}

// OfflineSheet returns the sheet of a code that has just been printed, to print it in another
// form. CodeNotFound: it isn't that person's, or stands no longer.
func (s *Service) OfflineSheet(ctx context.Context, a healthcode.Actor, jurisdiction, relation, text string) (OfflineSheet, error) {
	subject, p, err := s.paperOf(ctx, a, jurisdiction, relation)
	if err != nil {
		return OfflineSheet{}, err
	}
	c, err := s.offlineCode(ctx, text)
	if err != nil {
		return OfflineSheet{}, err
	}
	if c == nil || c.Person != subject.ID || c.Jurisdiction != jurisdiction || !c.Stands(s.clock.Now()) {
		return OfflineSheet{}, healthcode.Errorf(healthcode.CodeNotFound, "code", "这个离线码已失效，请重新打印。", "This printed code stands no longer; print a new one.")
	}
	return OfflineSheet{strings.TrimSpace(text), mask(subject.Name), p, c.Issued, c.Expires}, nil
}

// Offline lists the codes on paper of the actor, or of the person that a relation is about, in
// a jurisdiction, and gives that person's masked name.
func (s *Service) Offline(ctx context.Context, a healthcode.Actor, jurisdiction, relation string) (name string, codes []healthcode.OfflineCode, err error) {
	subject, _, err := s.paperOf(ctx, a, jurisdiction, relation)
	if err != nil {
		return "", nil, err
	}
	all, err := s.store.OfflineCodesOf(ctx, subject.ID)
	if err != nil {
		return "", nil, fmt.Errorf("reading codes on paper: %w", err)
	}
	for _, c := range all {
		if c.Jurisdiction == jurisdiction {
			codes = append(codes, c)
		}
	}
	return mask(subject.Name), codes, nil
}

// LoseOffline voids the code on paper at once. Doing it twice does no harm.
func (s *Service) LoseOffline(ctx context.Context, a healthcode.Actor, jurisdiction, relation string) error {
	subject, _, err := s.paperOf(ctx, a, jurisdiction, relation)
	if err != nil {
		return err
	}
	_, err = s.store.VoidOfflineCodes(ctx, subject.ID, jurisdiction, s.clock.Now())
	return err
}

// ResolveOffline returns whom a code on paper stands for at a door of a jurisdiction. The
// error is a *[pass.Failure] where it isn't taken.
func (s *Service) ResolveOffline(ctx context.Context, text, jurisdiction string) (Ticket, error) {
	c, err := s.offlineCode(ctx, text)
	if err != nil {
		return Ticket{}, err
	}
	now := s.clock.Now()
	switch {
	case c == nil || !c.Stands(now):
		return Ticket{}, &pass.Failure{Code: OfflineVoid, Reason: "no such code on paper stands"}
	case c.Jurisdiction != jurisdiction:
		return Ticket{}, &pass.Failure{Code: pass.OtherJurisdiction, Reason: "the code on paper is another jurisdiction's"}
	}
	person, err := s.store.Person(ctx, c.Person)
	if err != nil {
		return Ticket{}, err
	}
	if c.Relation != "" {
		if ok, err := s.consented(ctx, c.Relation, person); err != nil || !ok {
			if err == nil {
				err = &pass.Failure{Code: OfflineVoid, Reason: "the relation by which it was printed has ended"}
			}
			return Ticket{}, err
		}
	}
	return Ticket{c.Person, jurisdiction, mask(person.Name), person.Identity != healthcode.IdentityChecked, c.Issued}, nil
}

// paperOf returns whose code on paper the actor may handle.
func (s *Service) paperOf(ctx context.Context, a healthcode.Actor, jurisdiction, relation string) (healthcode.Person, *policy.Policy, error) {
	if err := access.Require(a, healthcode.RoleResident); err != nil {
		return healthcode.Person{}, nil, err
	}
	if relation != "" {
		r, subject, p, err := s.related(ctx, a, relation)
		if err == nil && r.Jurisdiction != jurisdiction {
			err = noConsent()
		}
		return subject, p, err
	}
	p, err := s.Policy(jurisdiction)
	if err != nil {
		return healthcode.Person{}, nil, err
	}
	person, err := s.registered(ctx, a.Person, jurisdiction)
	return person, p, err
}

// offlineCode finds what was printed; nil where nothing like it was.
func (s *Service) offlineCode(ctx context.Context, text string) (*healthcode.OfflineCode, error) {
	encoded, _ := strings.CutPrefix(strings.TrimSpace(text), OfflinePrefix)
	token, err := base45.Decode(encoded)
	if err != nil || len(token) != offlineToken {
		return nil, nil
	}
	hash, err := s.offlineHash(token)
	if err != nil {
		return nil, err
	}
	c, err := s.store.OfflineCode(ctx, hash)
	switch {
	case err == nil:
		return &c, nil
	case healthcode.CodeOf(err) == healthcode.CodeNotFound:
		return nil, nil
	}
	return nil, fmt.Errorf("reading a code on paper: %w", err)
}

func (s *Service) offlineHash(token []byte) ([]byte, error) {
	return s.sealer.Lookup("offline code", string(token))
}
