package resident

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"healthcode"
	"healthcode/internal/identity"
)

// ReasonNotMyPhone is the reason of the retractions that follow from somebody else using a phone.
const ReasonNotMyPhone = "not-my-phone"

// PhoneUser is who really uses a phone.
type PhoneUser struct {
	Name string
	Kind healthcode.RelationKind
}

func (u *PhoneUser) check() (err error) {
	if u.Name, err = identity.CleanName(u.Name); err != nil {
		return err
	}
	if !slices.Contains(healthcode.RelationKinds, u.Kind) {
		return healthcode.Errorf(healthcode.CodeInvalid, "kind", "请选择这个人与您的关系。", "Choose who that is to you.")
	}
	return nil
}

// NotMyPhone records that somebody else uses one of the resident's phones. The code that the number received is the evidence. The
// stays that a carrier reported of the number are taken back, and it reports no more. It returns how many were.
func (s *Service) NotMyPhone(ctx context.Context, a healthcode.Actor, jurisdiction, id string, user PhoneUser, code string, from Caller) (int, error) {
	phone, list, err := s.phone(ctx, a, jurisdiction, id)
	if err != nil {
		return 0, err
	}
	if err := user.check(); err != nil {
		return 0, err
	}
	next := -1
	if phone.Main {
		next = slices.IndexFunc(list, func(p MyPhone) bool { return p.ID != id && p.IsBound() })
		if next < 0 {
			return 0, healthcode.Errorf(CodePhoneLast, "phone", "登录验证码要发到这个号码。请先绑定您自己使用的号码。",
				"The codes for signing in go to this number. Bind the one that you use yourself first.")
		}
	}
	if err := s.answered(ctx, a, id, code, from); err != nil {
		return 0, err
	}
	if err := s.changing(ctx, a, from); err != nil {
		return 0, err
	}
	if next >= 0 {
		if err := s.makeMain(ctx, a, list[next].Number); err != nil {
			return 0, err
		}
	}
	// First the phone: a stay that arrives now is refused already.
	phone.User, phone.UserKind, phone.UserSince = user.Name, user.Kind, s.clock.Now()
	if err := s.store.PutPhone(ctx, phone.Phone); err != nil {
		return 0, err
	}
	return s.takeBack(ctx, phone)
}

// takeBack retracts the stays that name a phone. Running it again retracts nothing twice.
func (s *Service) takeBack(ctx context.Context, phone MyPhone) (int, error) {
	stays, err := s.staysOf(ctx, phone)
	if err != nil || len(stays) == 0 {
		return 0, err
	}
	rows := make([]healthcode.PersonFact, len(stays))
	for i, f := range stays {
		ref := f.Ref()
		rows[i] = healthcode.PersonFact{Person: phone.Person, Fact: healthcode.Fact{ID: ReasonNotMyPhone + "/" + ref.Source + "/" + ref.ID,
			Source: SourcePerson, Kind: healthcode.KindRetraction, Retracts: &ref, Reason: ReasonNotMyPhone, Recorded: s.clock.Now()}}
	}
	if _, err := s.store.Append(ctx, rows); err != nil {
		return 0, fmt.Errorf("taking back the stays of a phone: %w", err)
	}
	return len(rows), nil
}

// staysOf lists the stays that name a phone and are not retracted.
func (s *Service) staysOf(ctx context.Context, phone MyPhone) ([]healthcode.Fact, error) {
	name, err := identity.PhoneBook{Store: s.store, Sealer: s.sealer}.Name(identity.Phone(phone.Number))
	if err != nil {
		return nil, err
	}
	facts, err := s.store.Facts(ctx, phone.Person)
	if err != nil {
		return nil, fmt.Errorf("reading the facts: %w", err)
	}
	return slices.DeleteFunc(standing(facts), func(f healthcode.Fact) bool {
		return f.Kind != healthcode.KindStay || !identity.NamesPhone(f.ID, name)
	}), nil
}

// standing leaves out the facts that were retracted.
func standing(facts []healthcode.Fact) []healthcode.Fact {
	gone := map[healthcode.FactRef]bool{}
	for _, f := range facts {
		if f.Kind == healthcode.KindRetraction && f.Retracts != nil {
			gone[*f.Retracts] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(facts), func(f healthcode.Fact) bool { return gone[f.Ref()] })
}

// DisputePhone is for when nobody can read the code to the resident: each reason of their status that rests on the number
// is disputed, and a person looks at it. CodeNotFound: no reason rests on it now.
func (s *Service) DisputePhone(ctx context.Context, a healthcode.Actor, jurisdiction, id string, user PhoneUser, statement string) ([]healthcode.Dispute, error) {
	phone, _, err := s.phone(ctx, a, jurisdiction, id)
	if err != nil {
		return nil, err
	}
	if err := user.check(); err != nil {
		return nil, err
	}
	stays, err := s.staysOf(ctx, phone)
	if err != nil {
		return nil, err
	}
	_, evaluation, _, err := s.policies.Evaluate(ctx, a.Person, jurisdiction)
	if err != nil {
		return nil, err
	}
	status := evaluation.At(s.clock.Now())
	rules := map[string][]healthcode.FactRef{}
	var order []string
	rest := func(rule string, refs []healthcode.FactRef) {
		for _, ref := range refs {
			if slices.ContainsFunc(stays, func(f healthcode.Fact) bool { return f.Ref() == ref }) {
				if rules[rule] == nil {
					order = append(order, rule)
				}
				rules[rule] = append(rules[rule], ref)
			}
		}
	}
	for _, r := range status.Reasons {
		rest(r.Rule, r.Facts)
	}
	for _, h := range status.Holds {
		for _, r := range h.Reasons {
			rest(r.Rule, r.Facts)
		}
	}
	if len(order) == 0 {
		return nil, healthcode.Errorf(healthcode.CodeNotFound, "phone", "您现在的状态与这个号码无关，不需要申诉。", "Nothing of your present state rests on this number; there is nothing to dispute.")
	}
	said := fmt.Sprintf("号码 %s 由 %s（%s）使用，不能回复验证码。", identity.Phone(phone.Number).Masked(), user.Name, identity.RelationLabel(user.Kind).ZH)
	said = strings.TrimSpace(said + statement)
	if n := utf8.RuneCountInString(said); n > MaxStatement {
		return nil, healthcode.Errorf(healthcode.CodeInvalid, "statement", "说明太长，请缩短。", "The statement is too long; please shorten it.")
	}
	var made []healthcode.Dispute
	for _, rule := range order {
		d, err := s.Dispute(ctx, a, jurisdiction, rule, rules[rule], said)
		if err != nil {
			return made, err
		}
		made = append(made, d)
	}
	return made, nil
}
