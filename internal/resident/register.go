package resident

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"healthcode"
	"healthcode/internal/access"
	"healthcode/internal/identity"
)

// The error codes of registering.
const (
	CodeDeclaration healthcode.Code = "declaration_not_accepted"
	CodeRegistered  healthcode.Code = "already_registered"
	CodeForm        healthcode.Code = "form_expired"
)

// Form is what a person types to register.
type Form struct {
	Jurisdiction string
	Language     healthcode.Language
	Declaration  string // the version that was accepted
	Channel      string // never an input of a rule
	Name         string
	Document     healthcode.Document
	Birth        string // 2006-01-02; where the document doesn't state it
	Phone        string
}

// pending is a checked form on its way to the one-time code. It travels sealed
// in the page, so that nothing of an unfinished registration is stored.
type pending struct {
	Form
	ID    string // the one-time code fits this form alone
	Birth identity.Date
	Until time.Time
}

const (
	pendingContext = "registration"
	formLife       = time.Hour
)

// codeKey names the one-time code of a form.
func (f pending) codeKey(s *Service) (string, error) {
	return s.hashed("code.register", f.ID+" "+f.Phone)
}

// Begin checks a form, sends a one-time code to its phone, and returns the sealed form for
// [Service.Complete]. Errors name the field; several at once are joined.
func (s *Service) Begin(ctx context.Context, f Form, from Caller) (string, error) {
	day, p, err := s.today(f.Jurisdiction)
	if err != nil {
		return "", err
	}
	if f.Declaration != p.Declaration.Version {
		return "", healthcode.Errorf(CodeDeclaration, "declaration", "请先阅读并同意声明。", "Please read and accept the declaration first.")
	}
	name, noName := identity.CleanName(f.Name)
	checked, noDocument := identity.CheckDocument(f.Document, day)
	birth, noBirth := checked.Birth, error(nil)
	if noDocument == nil && birth.IsZero() {
		birth, noBirth = parseBirth(f.Birth, day)
	}
	phone, noPhone := identity.NormalisePhone(f.Phone)
	if err := errors.Join(noName, noDocument, noBirth, noPhone); err != nil {
		return "", err
	}
	f.Name, f.Document = name, checked.Document
	f.Phone = string(phone)
	address := identity.AddressKey(from.Address)
	hash, err := s.hashed("limit.phone", f.Phone)
	if err != nil {
		return "", err
	}
	if err := s.limiter.Allow(ctx, identity.ActionRegister, map[identity.Per]string{identity.PerPhone: hash, identity.PerAddress: address}); err != nil {
		return "", err
	}
	form := pending{f, newID(), birth, s.clock.Now().Add(formLife)}
	key, err := form.codeKey(s)
	if err != nil {
		return "", err
	}
	if err := s.send(ctx, p, f.Language, key, f.Phone, map[identity.Per]string{identity.PerAddress: address}); err != nil {
		return "", err
	}
	plain, err := json.Marshal(form)
	if err != nil {
		return "", err
	}
	sealed, err := s.sealer.Seal(plain, []byte(pendingContext))
	return encode(sealed), err
}

func parseBirth(typed string, today identity.Date) (identity.Date, error) {
	birth, err := identity.ParseDate(typed)
	if err != nil || today.Before(birth) || identity.Age(birth, today) > 130 {
		return birth, healthcode.Errorf(healthcode.CodeInvalid, "birth", "请按证件填写出生日期。", "Enter the date of birth as in the document.")
	}
	return birth, nil
}

// Pending returns what a sealed form says, for the page that asks for the code. CodeForm: it is too old.
func (s *Service) Pending(sealed string) (Form, error) {
	f, err := s.unseal(sealed)
	return f.Form, err
}

func (s *Service) unseal(sealed string) (pending, error) {
	var f pending
	gone := healthcode.Errorf(CodeForm, "", "登记已超时，请重新填写。", "This form has expired; please fill it in again.")
	data, err := decode(sealed)
	if err != nil {
		return f, gone
	}
	plain, err := s.sealer.Open(data, []byte(pendingContext))
	if err != nil {
		return f, gone
	}
	if err := json.Unmarshal(plain, &f); err != nil || s.clock.Now().After(f.Until) {
		return f, gone
	}
	return f, nil
}

// Resend sends the one-time code of a sealed form once more.
func (s *Service) Resend(ctx context.Context, sealed string, from Caller) error {
	f, err := s.unseal(sealed)
	if err != nil {
		return err
	}
	p, err := s.policies.Policy(f.Jurisdiction)
	if err != nil {
		return err
	}
	key, err := f.codeKey(s)
	if err != nil {
		return err
	}
	return s.send(ctx, p, f.Language, key, f.Phone, map[identity.Per]string{identity.PerAddress: identity.AddressKey(from.Address)})
}

// Complete registers the person of a sealed form whose phone received the code,
// and returns the token of a session. Doing it twice, as with a button pressed twice, registers once and signs in
// twice: until it expires, the code goes on fitting this form alone. CodeRegistered: the document has a code already.
func (s *Service) Complete(ctx context.Context, sealed, code string, from Caller) (token string, err error) {
	f, err := s.unseal(sealed)
	if err != nil {
		return "", err
	}
	key, err := f.codeKey(s)
	if err != nil {
		return "", err
	}
	if err := s.check(ctx, key, code, map[identity.Per]string{identity.PerAddress: identity.AddressKey(from.Address)}); err != nil {
		return "", err
	}
	now := s.clock.Now()
	person := healthcode.Person{Name: f.Name, Language: f.Language, Phone: f.Phone, Birth: f.Birth.In(time.UTC),
		Identity: healthcode.IdentityUnchecked, Registered: now,
		Documents: []healthcode.PersonDocument{{Document: f.Document, Entry: true, Added: now}}}
	id, err := s.store.CreatePerson(ctx, person, healthcode.Registration{Jurisdiction: f.Jurisdiction,
		Declaration: f.Declaration, Language: f.Language, Channel: f.Channel, At: now})
	if err != nil && healthcode.CodeOf(err) == healthcode.CodeConflict {
		id, err = s.completed(ctx, f)
	}
	if err != nil {
		return "", fmt.Errorf("registering: %w", err)
	}
	return s.access.OpenResident(ctx, id, from.Device)
}

// completed returns the person whom a form has registered before. CodeRegistered: another form did.
func (s *Service) completed(ctx context.Context, f pending) (healthcode.PersonID, error) {
	person, ok, err := s.registeredPerson(ctx, f.Document)
	if err != nil {
		return person.ID, err
	}
	if begun := f.Until.Add(-formLife); !ok || person.Phone != f.Phone || person.Name != f.Name || person.Registered.Before(begun) {
		return person.ID, healthcode.Errorf(CodeRegistered, "document.number", "这个证件已经申领过。请用证件和验证码登录；如果不是您本人申领的，请拨打页面上的电话。",
			"This document has a code already. Sign in with the document and a one-time code; if it wasn't you who registered, call the number on the page.")
	}
	return person.ID, nil
}

// Enrol gives a registered resident the code of one more jurisdiction, or records
// the acceptance of a newer declaration. Channel is that of [Form].
func (s *Service) Enrol(ctx context.Context, a healthcode.Actor, jurisdiction, declaration string, lang healthcode.Language, channel string) error {
	if err := access.Require(a, healthcode.RoleResident); err != nil {
		return err
	}
	p, err := s.policies.Policy(jurisdiction)
	if err != nil {
		return err
	}
	if declaration != p.Declaration.Version {
		return healthcode.Errorf(CodeDeclaration, "declaration", "请先阅读并同意声明。", "Please read and accept the declaration first.")
	}
	return s.store.Register(ctx, healthcode.Registration{Person: a.Person, Jurisdiction: jurisdiction,
		Declaration: declaration, Language: lang, Channel: channel, At: s.clock.Now()})
}
