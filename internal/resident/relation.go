package resident

import (
	"context"
	"fmt"
	"time"

	"healthcode"
	"healthcode/internal/access"
	"healthcode/internal/identity"
	"healthcode/pass"
	"healthcode/policy"
)

// Asking is one person's wish to show another's code.
type Asking struct {
	Jurisdiction string
	Name         string
	Document     healthcode.Document
	Kind         healthcode.RelationKind
	Birth        string // 2006-01-02, of a child whose document doesn't state it
	Photo        []byte // of the key page; needed for a minor child, who need not consent
}

// Related is a relation as one of its two sides sees it.
type Related struct {
	healthcode.Relation
	Other string // the other side's masked name; "" for an asker who has no consent yet
	Mine  bool   // the resident is the asker
	Minor bool   // rests on parenthood, not on consent
	Ends  time.Time
}

// Ask asks to show another person's code. Name and number alone never show
// anything: the other consents from their own account, or is the asker's minor child
// whose key page an officer compares. The answer is the same whether or not the other is known.
func (s *Service) Ask(ctx context.Context, a healthcode.Actor, q Asking) error {
	if err := access.Require(a, healthcode.RoleResident); err != nil {
		return err
	}
	day, p, err := s.today(q.Jurisdiction)
	if err != nil {
		return err
	}
	name, err := identity.CleanName(q.Name)
	if err != nil {
		return err
	}
	checked, err := identity.CheckDocument(q.Document, day)
	if err != nil {
		return err
	}
	if checked.Birth.IsZero() && q.Kind == healthcode.RelationChild {
		if checked.Birth, err = parseBirth(q.Birth, day); err != nil {
			return err
		}
	}
	if len(q.Photo) > 0 {
		if _, err := identity.CheckPhoto(q.Photo); err != nil {
			return err
		}
	}
	existing, err := s.relations(ctx, a.Person)
	if err != nil {
		return err
	}
	subject, err := s.subject(ctx, q, name, checked, p)
	if err != nil {
		return err
	}
	now := s.clock.Now().In(p.Location)
	r, err := identity.Ask(identity.Request{ID: newID(), Jurisdiction: q.Jurisdiction, Asker: a.Person, Subject: subject.ID,
		Kind: q.Kind, Birth: birthOf(subject), KeyPage: len(q.Photo) > 0},
		identity.RelationRules{Kinds: p.People.Relations, Max: p.People.Max}, existing, now)
	if err != nil {
		return err
	}
	if err := s.limiter.Allow(ctx, identity.ActionAskRelation, map[identity.Per]string{
		identity.PerPerson: a.Person.String(), identity.PerSubject: subject.ID.String()}); err != nil {
		return err
	}
	if err := s.store.PutRelation(ctx, r.Relation); err != nil {
		return fmt.Errorf("asking for a relation: %w", err)
	}
	switch {
	case r.Basis(p.Location) == identity.BasisMinorChild:
		// The photo has the relation's id: whose it is decides who may show the child's code.
		return s.keepPhoto(ctx, r.ID, subject.ID, q.Jurisdiction, q.Photo)
	case subject.Name != name:
		return nil // no message to somebody whom the asker doesn't know by name
	}
	return s.tell(ctx, a, subject, p)
}

// subject returns the person asked for. A minor child without a code gets one here.
func (s *Service) subject(ctx context.Context, q Asking, name string, checked identity.Checked, p *policy.Policy) (healthcode.Person, error) {
	ids, err := s.store.EnsurePersons(ctx, []healthcode.Document{checked.Document})
	if err != nil {
		return healthcode.Person{}, fmt.Errorf("finding the other person: %w", err)
	}
	subject, err := s.store.Person(ctx, ids[0])
	if err != nil || !subject.Registered.IsZero() {
		return subject, err
	}
	now := s.clock.Now()
	subject.Birth = checked.Birth.In(time.UTC)
	if identity.BasisFor(q.Kind, checked.Birth, today(p, s.clock)) != identity.BasisMinorChild || len(q.Photo) == 0 {
		return subject, nil
	}
	child := healthcode.Person{Name: name, Birth: subject.Birth, Language: healthcode.ZH, Identity: healthcode.IdentityUnchecked,
		Registered: now, Documents: []healthcode.PersonDocument{{Document: checked.Document, Added: now}}}
	child.ID, err = s.store.CreatePerson(ctx, child, healthcode.Registration{Jurisdiction: q.Jurisdiction,
		Declaration: p.Declaration.Version, Language: healthcode.ZH, Channel: "parent", At: now})
	return child, err
}

// tell sends the person asked for a message; they answer from their own account.
func (s *Service) tell(ctx context.Context, a healthcode.Actor, subject healthcode.Person, p *policy.Policy) error {
	if subject.Phone == "" {
		return nil
	}
	asker, err := s.store.Person(ctx, a.Person)
	if err != nil {
		return err
	}
	who := pass.MaskName(asker.Name)
	body := healthcode.Text{
		ZH: fmt.Sprintf("【%s】%s 请求代您出示健康码。请登录后同意或拒绝；不处理则不会展示您的任何信息。", p.Name.ZH, who),
		EN: fmt.Sprintf("[%s] %s asks to show your code. Sign in to agree or decline; nothing of yours is shown until you agree.", p.Name.EN, who),
	}.In(subject.Language)
	return s.store.PutMessage(ctx, healthcode.Message{ID: newID(), Phone: subject.Phone, Body: body, At: s.clock.Now()})
}

// Relations lists the relations of the signed-in resident, on either side.
func (s *Service) Relations(ctx context.Context, a healthcode.Actor) ([]Related, error) {
	if err := access.Require(a, healthcode.RoleResident); err != nil {
		return nil, err
	}
	relations, err := s.relations(ctx, a.Person)
	if err != nil {
		return nil, err
	}
	var out []Related
	for _, r := range relations {
		p, err := s.policies.Policy(r.Jurisdiction)
		if err != nil {
			continue // a code that is no longer in use shows nobody
		}
		now := s.clock.Now().In(p.Location)
		other := r.Subject
		if r.Subject == a.Person {
			other = r.Asker
		}
		person, err := s.store.Person(ctx, other)
		if err != nil {
			return nil, err
		}
		view := Related{Relation: r.Relation, Other: pass.MaskName(person.Name), Mine: r.Asker == a.Person,
			Minor: r.Basis(p.Location) == identity.BasisMinorChild, Ends: r.Ends(p.Location)}
		if view.State = r.StateAt(now); view.Mine && view.State != identity.RelationConsented {
			view.Other = "" // else it would tell who has this document
		}
		out = append(out, view)
	}
	return out, nil
}

// relations reads a person's relations with the birth dates on which they rest.
func (s *Service) relations(ctx context.Context, person healthcode.PersonID) ([]identity.Relation, error) {
	stored, err := s.store.RelationsOf(ctx, person)
	if err != nil {
		return nil, fmt.Errorf("reading relations: %w", err)
	}
	out := make([]identity.Relation, len(stored))
	for i, r := range stored {
		subject, err := s.store.Person(ctx, r.Subject)
		if err != nil {
			return nil, err
		}
		out[i] = identity.Relation{Relation: r, Birth: birthOf(subject)}
	}
	return out, nil
}

// Answer applies what one of the two sides does: consent, decline or remove.
func (s *Service) Answer(ctx context.Context, a healthcode.Actor, id string, event identity.RelationEvent) error {
	if err := access.Require(a, healthcode.RoleResident); err != nil {
		return err
	}
	stored, err := s.store.Relation(ctx, id)
	if err != nil {
		return err
	}
	if stored.Asker != a.Person && stored.Subject != a.Person {
		return healthcode.Errorf(healthcode.CodeNotFound, "", "没有这条记录。", "There is no such relation.")
	}
	subject, err := s.store.Person(ctx, stored.Subject)
	if err != nil {
		return err
	}
	p, err := s.policies.Policy(stored.Jurisdiction)
	if err != nil {
		return err
	}
	r, err := identity.Relation{Relation: stored, Birth: birthOf(subject)}.Apply(event, a, s.clock.Now().In(p.Location))
	if err != nil {
		return err
	}
	return s.store.PutRelation(ctx, r.Relation)
}

func birthOf(p healthcode.Person) identity.Date {
	if p.Birth.IsZero() {
		return identity.Date{}
	}
	return identity.DateOf(p.Birth)
}
