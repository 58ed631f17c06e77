package resident

import (
	"context"
	"fmt"
	"slices"

	"healthcode"
	"healthcode/internal/access"
	"healthcode/internal/identity"
	"healthcode/pass"
	"healthcode/policy"
)

// NewMain is how somebody who has lost the only phone, and with it every way to sign in, gets another one: an officer enters the
// document and the new number, and the code that the new number receives.
type NewMain struct {
	Document healthcode.Document
	Phone    string // as typed
	Code     string
	Why      string // one of [LossReasons]
	Ground   string // one of [LossGrounds]
}

// Owner is what the officer sees of the person before the number changes: enough to compare it with the document.
type Owner struct {
	Name  string // masked
	Old   string // the number of now, masked
	Phone string // the new one, in full
}

// AskNewMain sends a one-time code to the new number of somebody registered in the officer's jurisdiction. The person sees the look.
// CodeNotFound: nobody is registered there with this document; CodeConflict: a parent registered the person, and no code ever went to them.
func (s *Service) AskNewMain(ctx context.Context, a healthcode.Actor, n NewMain, from Caller) (Owner, error) {
	r, err := s.replacing(ctx, a, n)
	if err != nil {
		return Owner{}, err
	}
	if err := s.limiter.Allow(ctx, identity.ActionReplacePhone, r.values(a)); err != nil {
		return Owner{}, err
	}
	owner := Owner{Name: pass.MaskName(r.person.Name), Old: identity.Phone(r.person.Phone).Masked(), Phone: r.number}
	text := func(code string) healthcode.Text {
		return healthcode.Text{
			ZH: fmt.Sprintf("【%s】工作人员正在把您的登录号码更换为这个号码。验证码 %s，5 分钟内有效，请当场告诉为您办理的工作人员。如果您没有申请，请不要告诉任何人。", r.policy.Name.ZH, code),
			EN: fmt.Sprintf("[%s] An officer is making this the number you sign in with. Code %s, for 5 minutes: tell it to the officer who is helping you now. If you didn't ask for this, tell it to nobody.", r.policy.Name.EN, code)}
	}
	return owner, s.sendText(ctx, newID(), text, r.person.Language, r.key, r.number, map[identity.Per]string{identity.PerPerson: r.person.ID.String(),
		identity.PerAddress: identity.AddressKey(from.Address)})
}

// ReplaceMain makes the number that received the code the person's main one. The old one is lost, as the officer confirms on a listed
// ground: it still has to be declared for [UnboundDays] full days without a code. Every session ends, and both numbers are told. Doing it again
// completes what was interrupted.
func (s *Service) ReplaceMain(ctx context.Context, a healthcode.Actor, n NewMain, from Caller) error {
	r, err := s.replacing(ctx, a, n)
	if err != nil {
		return err
	}
	switch {
	case !slices.Contains(LossReasons, n.Why):
		return healthcode.Errorf(healthcode.CodeInvalid, "why", "请选择原因。", "Choose a reason.")
	case !slices.Contains(LossGrounds, n.Ground):
		return healthcode.Errorf(healthcode.CodeInvalid, "ground", "请选择核实的依据。", "Choose what you have seen.")
	}
	err = s.try(ctx, r.key, n.Code, map[identity.Per]string{identity.PerPerson: r.person.ID.String(), identity.PerAddress: identity.AddressKey(from.Address)})
	if err != nil {
		return err
	}
	phones, err := s.store.PhonesOf(ctx, r.person.ID)
	if err != nil {
		return fmt.Errorf("reading the phones: %w", err)
	}
	now := s.clock.Now()
	bound := healthcode.Phone{ID: newID(), Person: r.person.ID, Number: r.number, Bound: now}
	if have, ok := numbered(phones, r.number); ok {
		bound.ID, bound.Bound = have.ID, have.Bound
	}
	if err := s.store.PutPhone(ctx, bound); err != nil {
		return fmt.Errorf("binding a new number: %w", err)
	}
	told := []healthcode.Phone{bound}
	if r.person.Phone != r.number {
		old, ok := numbered(phones, r.person.Phone)
		if !ok {
			old = healthcode.Phone{ID: newID(), Person: r.person.ID, Number: r.person.Phone, Bound: r.person.Registered}
		}
		old.Unbound, old.DeleteAfter = now, today(r.policy, s.clock).In(r.policy.Location).AddDate(0, 0, UnboundDays+1)
		old.Loss = healthcode.PhoneLoss{State: healthcode.PhoneLossConfirmed, Jurisdiction: a.Jurisdiction, Why: n.Why, Asked: now,
			Ground: n.Ground, By: a.Staff, Decided: now}
		if err := s.store.PutPhone(ctx, old); err != nil {
			return fmt.Errorf("unbinding the lost number: %w", err)
		}
		told = append(told, old)
		r.person.Phone = r.number
		if err := s.store.UpdatePerson(ctx, r.person, healthcode.ManualSource+a.Staff, now); err != nil {
			return fmt.Errorf("changing the main number: %w", err)
		}
	}
	if err := s.store.DeleteSessions(ctx, r.person.ID, ""); err != nil {
		return fmt.Errorf("ending the sessions: %w", err)
	}
	s.log.InfoContext(ctx, "main number replaced", "jurisdiction", a.Jurisdiction, "ground", n.Ground, "why", n.Why, "by", a.Staff)
	return s.tellReplaced(ctx, r, told)
}

// tellReplaced tells the new number and, so that nobody loses theirs unseen, the old one.
func (s *Service) tellReplaced(ctx context.Context, r replacing, told []healthcode.Phone) error {
	call, _ := r.policy.OfficeFor(policy.Wheres[0], policy.Stays[0])
	if call.Phone == "" {
		call = r.policy.Contacts[0]
	}
	for i, p := range told {
		text := healthcode.Text{
			ZH: fmt.Sprintf("【%s】这个号码现在接收您的登录验证码。为了安全，以前的登录都已退出，请重新登录。", r.policy.Name.ZH),
			EN: fmt.Sprintf("[%s] Codes for signing in go to this number now. To be safe you were signed out everywhere; please sign in again.", r.policy.Name.EN)}
		if i > 0 {
			text = healthcode.Text{
				ZH: fmt.Sprintf("【%s】工作人员已按申请把登录号码换成另一个，这个号码不再接收登录验证码。如果不是您本人申请，请马上拨打 %s。", r.policy.Name.ZH, call.Phone),
				EN: fmt.Sprintf("[%s] As was asked for, an officer has moved your sign-in to another number; this one gets no codes any more. If it wasn't you, call %s at once.", r.policy.Name.EN, call.Phone)}
		}
		err := s.store.PutMessage(ctx, healthcode.Message{ID: healthcode.PhoneMessages(p.ID) + newID(), Phone: p.Number,
			Body: text.In(r.person.Language), At: s.clock.Now()})
		if err != nil {
			return fmt.Errorf("telling about a new number: %w", err)
		}
	}
	return nil
}

// replacing is whose main number an officer replaces, and by which.
type replacing struct {
	policy *policy.Policy
	person healthcode.Person
	number string
	key    string // of the one-time code
}

// values are what replacements are counted by.
func (r *replacing) values(a healthcode.Actor) map[identity.Per]string {
	return map[identity.Per]string{identity.PerStaff: a.Staff, identity.PerSubject: r.person.ID.String()}
}

// replacing checks who asks and what they typed. Nobody learns of people of another jurisdiction.
func (s *Service) replacing(ctx context.Context, a healthcode.Actor, n NewMain) (r replacing, err error) {
	if err := access.Require(a, healthcode.RoleCaseworker); err != nil {
		return r, err
	}
	day, p, err := s.today(a.Jurisdiction)
	if err != nil {
		return r, err
	}
	checked, err := identity.CheckDocument(n.Document, day)
	if err != nil {
		return r, err
	}
	number, err := identity.NormalisePhone(n.Phone)
	if err != nil {
		return r, err
	}
	r = replacing{policy: p, number: string(number)}
	nobody := healthcode.Errorf(healthcode.CodeNotFound, "document.number", "这里没有登记这个证件。", "Nobody is registered here with this document.")
	id, err := s.store.FindPerson(ctx, checked.Document)
	if err != nil {
		if healthcode.CodeOf(err) == healthcode.CodeNotFound {
			err = nobody
		}
		return r, err
	}
	registrations, err := s.store.Registrations(ctx, id)
	if err != nil {
		return r, fmt.Errorf("reading registrations: %w", err)
	}
	if !slices.ContainsFunc(registrations, func(e healthcode.Registration) bool { return e.Jurisdiction == a.Jurisdiction }) {
		return r, nobody
	}
	if err := s.look(ctx, a, id); err != nil {
		return r, err
	}
	if r.person, err = s.store.Person(ctx, id); err != nil {
		return r, err
	}
	if r.person.Phone == "" {
		return r, healthcode.Errorf(healthcode.CodeConflict, "document.number", "此人由家长登记，没有自己的登录号码。请由家长登录办理。",
			"A parent registered this person, who has no number to sign in with. The parent can sign in and act for them.")
	}
	r.key, err = s.phoneKey("replace", id, r.number)
	return r, err
}

// numbered returns the phone of a number.
func numbered(phones []healthcode.Phone, number string) (healthcode.Phone, bool) {
	i := slices.IndexFunc(phones, func(p healthcode.Phone) bool { return p.Number == number })
	if i < 0 {
		return healthcode.Phone{}, false
	}
	return phones[i], true
}
