package boarding

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"healthcode"
	"healthcode/internal/identity"
)

// Form is what a foreign national enters to apply or to come back: a person without an account gets one, bound to the
// passport and the telephone that receives the code.
type Form struct {
	Mission string              `json:"mission"`
	Name    string              `json:"name"`
	Number  string              `json:"number"`
	Country string              `json:"country"`
	Birth   string              `json:"birth"` // YYYY-MM-DD
	Phone   string              `json:"phone"`
	Lang    healthcode.Language `json:"lang"`
}

// sealedForm is a form between typing it and typing the code.
type sealedForm struct {
	Form
	Birth identity.Date `json:"day"`
	Until time.Time     `json:"until"`
}

const (
	formContext = "boarding.form"
	// FormLife is how long a sealed form can be completed.
	FormLife = 30 * time.Minute
)

// CodeForm says that a form is too old.
const CodeForm healthcode.Code = "form_expired"

// CodeOtherPhone says that the passport is registered with another telephone.
const CodeOtherPhone healthcode.Code = "other_phone"

// Begin checks a form, sends a one-time code to its telephone, and returns the form sealed. Address counts for limits.
// The error joins what is wrong with each field.
func (s *Service) Begin(ctx context.Context, f Form, address string) (string, error) {
	m, ok := s.rules.Mission(f.Mission)
	if !ok {
		return "", wrong("mission", "请从列表中选择使领馆。", "Choose a mission from the list.")
	}
	now := s.Clock.Now()
	today := identity.DateOf(now.In(m.Zone))
	name, noName := identity.CleanName(f.Name)
	checked, noDocument := identity.CheckDocument(healthcode.Document{Type: healthcode.DocumentPassport, Number: f.Number, Country: f.Country}, today)
	birth, noBirth := identity.ParseDate(f.Birth)
	if noBirth != nil || today.Before(birth) || identity.Age(birth, today) > 130 {
		noBirth = wrong("birth", "请按护照填写出生日期。", "Enter the date of birth as in the passport.")
	}
	phone, noPhone := identity.NormalisePhone(f.Phone)
	if err := errors.Join(noName, noDocument, noBirth, noPhone); err != nil {
		return "", err
	}
	f.Name, f.Number, f.Country, f.Phone = name, checked.Document.Number, checked.Document.Country, string(phone)
	form := sealedForm{Form: f, Birth: birth, Until: now.Add(FormLife)}
	key, err := s.codeKey(&form)
	if err != nil {
		return "", err
	}
	hash, err := s.Sealer.Lookup("limit.phone", f.Phone)
	if err != nil {
		return "", err
	}
	limits := map[identity.Per]string{identity.PerPhone: base64.RawURLEncoding.EncodeToString(hash), identity.PerAddress: address}
	if err := s.limiter.Allow(ctx, identity.ActionRegister, limits); err != nil {
		return "", err
	}
	if err := s.limiter.Allow(ctx, identity.ActionSendCode, limits); err != nil {
		return "", err
	}
	if err := s.sendCode(ctx, m, &form, key, now); err != nil {
		return "", err
	}
	plain, err := json.Marshal(form)
	if err != nil {
		return "", err
	}
	sealed, err := s.Sealer.Seal(plain, []byte(formContext))
	return base64.RawURLEncoding.EncodeToString(sealed), err
}

// codeKey names the code of a passport and a telephone.
func (s *Service) codeKey(f *sealedForm) (string, error) {
	h, err := s.Sealer.Lookup("boarding.code", f.Country+"\n"+f.Number+"\n"+f.Phone)
	return base64.RawURLEncoding.EncodeToString(h), err
}

func (s *Service) sendCode(ctx context.Context, m *Mission, f *sealedForm, key string, now time.Time) error {
	code, stored, err := s.codes.Issue(key, now)
	if err != nil {
		return err
	}
	if err := s.store.PutCode(ctx, stored); err != nil {
		return fmt.Errorf("keeping a one-time code: %w", err)
	}
	body := healthcode.Text{
		ZH: fmt.Sprintf("【%s】验证码 %s，5 分钟内有效。请不要告诉任何人，工作人员也不会向您索要。", m.Name.ZH, code),
		EN: fmt.Sprintf("[%s] Your code is %s. It lasts 5 minutes. Tell it to nobody; our staff never ask for it.", m.Name.EN, code),
	}.In(f.Lang)
	if err := s.store.PutMessage(ctx, healthcode.Message{ID: newID(), Phone: f.Phone, Body: body, At: now, Expires: stored.Expires}); err != nil {
		return fmt.Errorf("sending a one-time code: %w", err)
	}
	return nil
}

func (s *Service) unseal(sealed string) (sealedForm, error) {
	var f sealedForm
	gone := healthcode.Errorf(CodeForm, "", "登记已超时，请重新填写。", "This form has expired; please fill it in again.")
	data, err := base64.RawURLEncoding.DecodeString(sealed)
	if err != nil {
		return f, gone
	}
	plain, err := s.Sealer.Open(data, []byte(formContext))
	if err != nil || json.Unmarshal(plain, &f) != nil || s.Clock.Now().After(f.Until) {
		return f, gone
	}
	return f, nil
}

// Pending returns what a sealed form says. CodeForm: it is too old.
func (s *Service) Pending(sealed string) (Form, error) {
	f, err := s.unseal(sealed)
	return f.Form, err
}

// Complete exchanges a sealed form and its code for a session's token. Who has an account with this passport and telephone
// is signed in; nobody's passport gets an account. CodeOtherPhone: it is registered with another telephone.
func (s *Service) Complete(ctx context.Context, sealed, code, device, address string) (string, error) {
	f, err := s.unseal(sealed)
	if err != nil {
		return "", err
	}
	key, err := s.codeKey(&f)
	if err != nil {
		return "", err
	}
	if err := s.tryCode(ctx, key, code, address); err != nil {
		return "", err
	}
	id, err := s.person(ctx, &f)
	if err != nil {
		return "", err
	}
	return s.Access.OpenResident(ctx, id, device)
}

// tryCode checks a one-time code and uses it up.
func (s *Service) tryCode(ctx context.Context, key, typed, address string) error {
	if _, err := identity.NormaliseCode(typed); err != nil {
		return err // no try is spent on something that can't be a code
	}
	if err := s.limiter.Allow(ctx, identity.ActionTryCode, map[identity.Per]string{identity.PerPerson: key, identity.PerAddress: address}); err != nil {
		return err
	}
	now := s.Clock.Now()
	stored, err := s.store.TryCode(ctx, key)
	if err != nil && healthcode.CodeOf(err) != healthcode.CodeNotFound {
		return fmt.Errorf("reading a one-time code: %w", err)
	}
	if err != nil {
		stored = healthcode.OneTimeCode{Key: key, Expires: now.Add(identity.CodeLifetime)} // nothing fits it
	}
	if err := s.codes.Verify(stored, typed, now); err != nil {
		return err
	}
	return s.store.DeleteCode(ctx, key)
}

// person finds or makes the person of a form whose telephone has answered.
func (s *Service) person(ctx context.Context, f *sealedForm) (healthcode.PersonID, error) {
	document := healthcode.Document{Type: healthcode.DocumentPassport, Number: f.Number, Country: f.Country}
	now := s.Clock.Now()
	id, err := s.store.CreatePerson(ctx, healthcode.Person{Name: f.Name, Language: f.Lang, Phone: f.Phone, Birth: f.Birth.In(time.UTC),
		Identity: healthcode.IdentityUnchecked, Registered: now, Documents: []healthcode.PersonDocument{{Document: document, Entry: true, Added: now}}},
		healthcode.Registration{Jurisdiction: f.Mission, Declaration: declaration, Language: f.Lang, Channel: "web", At: now})
	if err == nil || healthcode.CodeOf(err) != healthcode.CodeConflict {
		return id, err
	}
	if id, err = s.store.FindPerson(ctx, document); err != nil {
		return id, fmt.Errorf("finding a person: %w", err)
	}
	p, err := s.store.Person(ctx, id)
	if err != nil {
		return id, fmt.Errorf("reading a person: %w", err)
	}
	if p.Phone != f.Phone {
		return id, healthcode.Errorf(CodeOtherPhone, "phone", "这本护照登记的是另一个手机号码。请用那个号码，或联系使领馆。",
			"This passport is registered with another telephone number. Use that one, or ask the mission.")
	}
	return id, nil
}

// declaration is the version of what is accepted with an application.
const declaration = "boarding-1"
