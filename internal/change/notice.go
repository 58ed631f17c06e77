package change

import (
	"context"
	"fmt"
	"time"

	"healthcode"
)

// Announce queues the notice to the person, once: a phone without a number gets none, and the
// person's page shows the change all the same. Before, it tells whoever else has to know.
func (s *Service) Announce(ctx context.Context, c healthcode.Change) error {
	if s.Applied != nil {
		if err := s.Applied(ctx, c); err != nil {
			return fmt.Errorf("following a change: %w", err)
		}
	}
	person, err := s.store.Person(ctx, c.Person)
	if err != nil {
		return fmt.Errorf("announcing a change: %w", err)
	}
	if person.Phone == "" {
		return nil
	}
	zone := s.zone(c.Jurisdiction)
	info, _ := Ground(c.Ground).Info()
	at := c.Decided.In(zone)
	text := healthcode.Text{
		ZH: fmt.Sprintf("您的健康码记录于%d月%d日 %s 由工作人员变更，理由：%s。两名工作人员已确认。如不属实，请打开健康码页面提出异议。",
			at.Month(), at.Day(), at.Format("15:04"), info.Text.ZH),
		EN: fmt.Sprintf("Your health code record was changed by an officer on %s. Ground: %s. If this isn't right, open your code's page and say so.",
			at.Format("2 January 15:04"), info.Text.EN)}
	if c.Agreed == healthcode.SystemOfficer {
		text = healthcode.Text{
			ZH: fmt.Sprintf("系统于%d月%d日 %s 对您的健康码记录作了有利于您的处理，理由：%s。", at.Month(), at.Day(), at.Format("15:04"), info.Text.ZH),
			EN: fmt.Sprintf("Your health code record was changed in your favour on %s. Ground: %s.", at.Format("2 January 15:04"), info.Text.EN)}
	}
	return s.store.PutMessage(ctx, healthcode.Message{ID: "change:" + c.ID, Phone: person.Phone, Body: text.In(person.Language), At: c.Decided})
}

func (s *Service) zone(jurisdiction string) *time.Location {
	if p, err := s.status.Policy(jurisdiction); err == nil {
		return p.Location
	}
	return time.UTC
}
