package resident

import (
	"context"
	"fmt"
	"slices"

	"healthcode"
	"healthcode/internal/access"
	"healthcode/internal/identity"
	"healthcode/pass"
)

// LossReasons are why no code can reach a number any more, and LossGrounds what an officer can have seen.
var (
	LossReasons = []string{"lost", "stolen", "given-up", "no-signal"}
	LossGrounds = []string{"carrier-record", "seen-in-person", "seen-by-video", "police-record"}
)

// LosePhone asks an officer to confirm that no code can reach one of the resident's phones.
func (s *Service) LosePhone(ctx context.Context, a healthcode.Actor, jurisdiction, id, why string, from Caller) error {
	phone, _, err := s.phone(ctx, a, jurisdiction, id)
	if err != nil {
		return err
	}
	if !slices.Contains(LossReasons, why) {
		return healthcode.Errorf(healthcode.CodeInvalid, "why", "请选择原因。", "Choose a reason.")
	}
	if phone.Loss.State == healthcode.PhoneLossAsked || phone.Loss.State == healthcode.PhoneLossConfirmed {
		return nil
	}
	if err := s.changing(ctx, a, from); err != nil {
		return err
	}
	phone.Loss = healthcode.PhoneLoss{State: healthcode.PhoneLossAsked, Jurisdiction: jurisdiction, Why: why, Asked: s.clock.Now()}
	return s.store.PutPhone(ctx, phone.Phone)
}

// LostPhone is what an officer sees of one: enough to compare it with the carrier's record.
type LostPhone struct {
	healthcode.Phone
	Name     string // masked
	Document healthcode.Document
}

// LostPhones lists the phones whose loss waits for the officer's jurisdiction. Each person sees the look.
func (s *Service) LostPhones(ctx context.Context, a healthcode.Actor) ([]LostPhone, error) {
	if err := access.Require(a, healthcode.RoleCaseworker); err != nil {
		return nil, err
	}
	phones, err := s.store.PhonesLost(ctx, a.Jurisdiction, 100)
	if err != nil {
		return nil, fmt.Errorf("reading lost phones: %w", err)
	}
	list := make([]LostPhone, 0, len(phones))
	for _, p := range phones {
		if err := s.look(ctx, a, p.Person); err != nil {
			return nil, err
		}
		person, err := s.store.Person(ctx, p.Person)
		if err != nil {
			return nil, err
		}
		list = append(list, LostPhone{p, pass.MaskName(person.Name), person.Document()})
	}
	return list, nil
}

func (s *Service) look(ctx context.Context, a healthcode.Actor, person healthcode.PersonID) error {
	err := s.store.PutLook(ctx, healthcode.Look{Person: person, At: s.clock.Now(), Role: a.Role, By: a.Staff,
		Jurisdiction: a.Jurisdiction, Purpose: "phone", Saw: "record"})
	if err != nil {
		return fmt.Errorf("recording the look: %w", err)
	}
	return nil
}

// DecideLoss records what an officer found, on a listed ground. CodeNotFound: another jurisdiction's;
// CodeConflict: somebody has decided already.
func (s *Service) DecideLoss(ctx context.Context, a healthcode.Actor, id string, confirmed bool, ground string) error {
	if err := access.Require(a, healthcode.RoleCaseworker); err != nil {
		return err
	}
	phone, err := s.store.Phone(ctx, id)
	if err != nil {
		return err
	}
	switch {
	case phone.Loss.Jurisdiction != a.Jurisdiction:
		return healthcode.Errorf(healthcode.CodeNotFound, "phone", "没有找到。", "There is no such phone.")
	case phone.Loss.State != healthcode.PhoneLossAsked:
		return healthcode.Errorf(healthcode.CodeConflict, "phone", "已经有人处理过了。", "Somebody has decided already.")
	case confirmed && !slices.Contains(LossGrounds, ground):
		return healthcode.Errorf(healthcode.CodeInvalid, "ground", "请选择核实的依据。", "Choose what you have seen.")
	}
	if err := s.look(ctx, a, phone.Person); err != nil {
		return err
	}
	phone.Loss.State, phone.Loss.Ground = healthcode.PhoneLossRefused, ""
	if confirmed {
		phone.Loss.State, phone.Loss.Ground = healthcode.PhoneLossConfirmed, ground
	}
	phone.Loss.By, phone.Loss.Decided = a.Staff, s.clock.Now()
	if err := s.store.PutPhone(ctx, phone); err != nil {
		return err
	}
	return s.tellLoss(ctx, phone)
}

// tellLoss tells the person, where a message can reach them by another phone.
func (s *Service) tellLoss(ctx context.Context, phone healthcode.Phone) error {
	person, err := s.store.Person(ctx, phone.Person)
	if err != nil || person.Phone == "" || person.Phone == phone.Number {
		return err
	}
	body := healthcode.Text{
		ZH: fmt.Sprintf("号码 %s：工作人员没有确认无法使用，请照常验证或拨打页面上的电话。", identity.Phone(phone.Number).Masked()),
		EN: fmt.Sprintf("Number %s: the office did not confirm its loss. Verify it as usual, or call the number on the page.", identity.Phone(phone.Number).Masked())}
	if phone.Loss.State == healthcode.PhoneLossConfirmed {
		body = healthcode.Text{
			ZH: fmt.Sprintf("号码 %s：已确认无法使用，行程核验不再需要它的验证码。", identity.Phone(phone.Number).Masked()),
			EN: fmt.Sprintf("Number %s: its loss is confirmed; trips need no code from it any more.", identity.Phone(phone.Number).Masked())}
	}
	return s.store.PutMessage(ctx, healthcode.Message{ID: healthcode.PhoneMessages(phone.ID) + newID(), Phone: person.Phone,
		Body: body.In(person.Language), At: s.clock.Now()})
}
