package resident

import (
	"context"
	"fmt"
	"slices"
	"time"

	"healthcode"
	"healthcode/internal/access"
	"healthcode/internal/identity"
)

// UnboundDays is for how many full days an unbound number still has to be
// declared, before it is deleted for good. MaxPhones bounds a person's list.
const (
	UnboundDays = 14
	MaxPhones   = 10
)

// The error codes of phones.
const (
	CodePhoneBound healthcode.Code = "phone_bound" // the person has it already
	CodePhoneMany  healthcode.Code = "phone_many"
	CodePhoneLast  healthcode.Code = "phone_last" // no other phone could receive the codes
)

// MyPhone is one of a resident's phones.
type MyPhone struct {
	healthcode.Phone
	Main     bool // receives the codes for signing in
	DaysLeft int  // of an unbound one: full days until it is deleted
}

// IsBound reports whether the person uses the phone and hasn't unbound it.
func (p *MyPhone) IsBound() bool { return p.Unbound.IsZero() && !p.Others() }

// Phones lists a resident's phones in the order of display. The one of the registration is bound since then.
func (s *Service) Phones(ctx context.Context, a healthcode.Actor, jurisdiction string) ([]MyPhone, error) {
	if err := access.Require(a, healthcode.RoleResident); err != nil {
		return nil, err
	}
	day, pol, err := s.today(jurisdiction)
	if err != nil {
		return nil, err
	}
	person, err := s.store.Person(ctx, a.Person)
	if err != nil {
		return nil, err
	}
	phones, err := s.store.PhonesOf(ctx, a.Person)
	if err != nil {
		return nil, fmt.Errorf("reading the phones: %w", err)
	}
	if person.Phone != "" && !slices.ContainsFunc(phones, func(p healthcode.Phone) bool { return p.Number == person.Phone }) {
		err := s.store.PutPhone(ctx, healthcode.Phone{ID: newID(), Person: person.ID, Number: person.Phone, Bound: person.Registered})
		if err != nil && healthcode.CodeOf(err) != healthcode.CodeConflict { // somebody else has just done so
			return nil, fmt.Errorf("binding the phone of the registration: %w", err)
		}
		if phones, err = s.store.PhonesOf(ctx, a.Person); err != nil {
			return nil, fmt.Errorf("reading the phones: %w", err)
		}
	}
	now := s.clock.Now()
	list := make([]MyPhone, 0, len(phones))
	for _, p := range phones {
		mine := MyPhone{Phone: p, Main: p.Number == person.Phone}
		if !p.Unbound.IsZero() {
			if !p.DeleteAfter.After(now) {
				continue // the deletion is due, and only waits for the next sweep
			}
			mine.DaysLeft = int(p.DeleteAfter.Sub(day.In(pol.Location))/(24*time.Hour)) - 1
		}
		list = append(list, mine)
	}
	// Of two that were bound in the same moment the one of the registration is first.
	slices.SortStableFunc(list, func(p, q MyPhone) int {
		switch c := p.Bound.Compare(q.Bound); {
		case c != 0 || p.Main == q.Main:
			return c
		case p.Main:
			return -1
		}
		return 1
	})
	return list, nil
}

// phone returns one of the resident's phones. CodeNotFound.
func (s *Service) phone(ctx context.Context, a healthcode.Actor, jurisdiction, id string) (MyPhone, []MyPhone, error) {
	list, err := s.Phones(ctx, a, jurisdiction)
	if err != nil {
		return MyPhone{}, nil, err
	}
	for _, p := range list {
		if p.ID == id {
			return p, list, nil
		}
	}
	return MyPhone{}, nil, healthcode.Errorf(healthcode.CodeNotFound, "phone", "您的号码中没有这一个。", "You have no such phone.")
}

// BindPhone sends a one-time code to a number that the resident wants to add, and returns the number in full. Whether
// somebody else has the number is never told, and doesn't matter: a family may share one.
func (s *Service) BindPhone(ctx context.Context, a healthcode.Actor, jurisdiction, typed string, lang healthcode.Language, from Caller) (string, error) {
	list, err := s.Phones(ctx, a, jurisdiction)
	if err != nil {
		return "", err
	}
	number, err := identity.NormalisePhone(typed)
	if err != nil {
		return "", err
	}
	if _, err := addable(list, string(number)); err != nil {
		return "", err
	}
	if err := s.changing(ctx, a, from); err != nil {
		return "", err
	}
	key, err := s.phoneKey("bind", a.Person, string(number))
	if err != nil {
		return "", err
	}
	p, err := s.policies.Policy(jurisdiction)
	if err != nil {
		return "", err
	}
	return string(number), s.send(ctx, p, lang, key, string(number), perCaller(a, from))
}

// addable refuses a number that needs no binding, and one too many. It returns the unbound phone that has the number.
func addable(list []MyPhone, number string) (MyPhone, error) {
	for _, p := range list {
		if p.Number != number {
			continue
		}
		if p.IsBound() {
			return p, healthcode.Errorf(CodePhoneBound, "phone", "这个号码已经在您的列表中。", "This number is on your list already.")
		}
		return p, nil
	}
	if len(list) >= MaxPhones {
		return MyPhone{}, healthcode.Errorf(CodePhoneMany, "phone", fmt.Sprintf("最多 %d 个号码，请先解绑不用的。", MaxPhones),
			"At most %d numbers; unbind one that you don't use first.", MaxPhones)
	}
	return MyPhone{}, nil
}

// ConfirmPhone binds a number that received the code. One that had been unbound, or was somebody else's, is bound again.
func (s *Service) ConfirmPhone(ctx context.Context, a healthcode.Actor, jurisdiction, typed, code string, from Caller) error {
	list, err := s.Phones(ctx, a, jurisdiction)
	if err != nil {
		return err
	}
	number, err := identity.NormalisePhone(typed)
	if err != nil {
		return err
	}
	old, err := addable(list, string(number))
	if err != nil {
		return err
	}
	key, err := s.phoneKey("bind", a.Person, string(number))
	if err != nil {
		return err
	}
	if err := s.try(ctx, key, code, perCaller(a, from)); err != nil {
		return err
	}
	phone := healthcode.Phone{ID: newID(), Person: a.Person, Number: string(number), Bound: s.clock.Now()}
	if old.ID != "" {
		phone.ID, phone.Bound = old.ID, old.Bound
	}
	err = s.store.PutPhone(ctx, phone)
	if err != nil && healthcode.CodeOf(err) == healthcode.CodeConflict { // bound in another window meanwhile
		return nil
	}
	return err
}

// UnbindPhone takes a number out of use. It still has to be declared for UnboundDays full days, and is deleted for good
// then. It takes a fresh sign-in, unless an officer has confirmed that the number is lost. The codes for signing in go
// to the next bound phone; CodePhoneLast where there is none.
func (s *Service) UnbindPhone(ctx context.Context, a healthcode.Actor, session healthcode.Session, jurisdiction, id string, from Caller) error {
	phone, list, err := s.phone(ctx, a, jurisdiction, id)
	if err != nil {
		return err
	}
	if !phone.Unbound.IsZero() {
		return nil
	}
	if phone.Loss.State != healthcode.PhoneLossConfirmed {
		if err := s.access.Fresh(session); err != nil {
			return err
		}
	}
	if err := s.changing(ctx, a, from); err != nil {
		return err
	}
	if phone.Main {
		next := slices.IndexFunc(list, func(p MyPhone) bool { return p.ID != id && p.IsBound() })
		if next < 0 {
			return healthcode.Errorf(CodePhoneLast, "phone", "这是您唯一的号码，登录验证码要发到这里。请先绑定新的号码。",
				"This is your only number, and the codes for signing in go there. Bind the new one first.")
		}
		if err := s.makeMain(ctx, a, list[next].Number); err != nil {
			return err
		}
	}
	day, p, err := s.today(jurisdiction)
	if err != nil {
		return err
	}
	phone.Unbound = s.clock.Now()
	phone.DeleteAfter = day.In(p.Location).AddDate(0, 0, UnboundDays+1)
	return s.store.PutPhone(ctx, phone.Phone)
}

// MainPhone has the codes for signing in sent to another bound phone. It takes a fresh sign-in.
func (s *Service) MainPhone(ctx context.Context, a healthcode.Actor, session healthcode.Session, jurisdiction, id string) error {
	phone, _, err := s.phone(ctx, a, jurisdiction, id)
	if err != nil {
		return err
	}
	if err := s.access.Fresh(session); err != nil {
		return err
	}
	if !phone.IsBound() {
		return healthcode.Errorf(healthcode.CodeInvalid, "phone", "只能选择您正在使用的号码。", "Choose a number that is bound and that you use.")
	}
	return s.makeMain(ctx, a, phone.Number)
}

func (s *Service) makeMain(ctx context.Context, a healthcode.Actor, number string) error {
	person, err := s.store.Person(ctx, a.Person)
	if err != nil {
		return err
	}
	person.Phone = number
	return s.store.UpdatePerson(ctx, person, "resident", s.clock.Now())
}

// AskPhone sends a one-time code to one of the resident's phones, for [Service.NotMyPhone] or a trip.
func (s *Service) AskPhone(ctx context.Context, a healthcode.Actor, jurisdiction, id string, lang healthcode.Language, from Caller) error {
	phone, _, err := s.phone(ctx, a, jurisdiction, id)
	if err != nil {
		return err
	}
	p, err := s.policies.Policy(jurisdiction)
	if err != nil {
		return err
	}
	key, err := s.phoneKey("ask", a.Person, phone.ID)
	if err != nil {
		return err
	}
	return s.sendAs(ctx, healthcode.PhoneMessages(phone.ID)+newID(), p, lang, key, phone.Number, perCaller(a, from))
}

// answered checks the code that [Service.AskPhone] sent.
func (s *Service) answered(ctx context.Context, a healthcode.Actor, id, code string, from Caller) error {
	key, err := s.phoneKey("ask", a.Person, id)
	if err != nil {
		return err
	}
	return s.try(ctx, key, code, perCaller(a, from))
}

func (s *Service) phoneKey(purpose string, person healthcode.PersonID, about string) (string, error) {
	return s.hashed("code.phone."+purpose, person.String()+" "+about)
}

// changing counts a change of a resident's phones.
func (s *Service) changing(ctx context.Context, a healthcode.Actor, from Caller) error {
	return s.limiter.Allow(ctx, identity.ActionChangePhone, perCaller(a, from))
}

func perCaller(a healthcode.Actor, from Caller) map[identity.Per]string {
	return map[identity.Per]string{identity.PerPerson: a.Person.String(), identity.PerAddress: identity.AddressKey(from.Address)}
}
