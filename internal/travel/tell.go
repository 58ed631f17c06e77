package travel

import (
	"context"
	"fmt"

	"healthcode"
)

// tell sends the holder a short message that somebody else ended a certificate of theirs. It names no content: others may
// see the phone. Whoever has no phone sees it on their page.
func (s *Service) tell(ctx context.Context, c *healthcode.TravelCertificate) error {
	why := text("依据的检测或接种记录已被来源撤回", "the record that it rests on was taken back by its source")
	if g, ok := s.Policy.Ground(c.Why); ok {
		why = g.Name
	}
	person, err := s.store.Person(ctx, c.Person)
	if err != nil || person.Phone == "" {
		return err
	}
	p, err := s.places.Policy(c.Jurisdiction)
	if err != nil {
		return err
	}
	at := c.Ended.In(p.Location)
	body := text(
		fmt.Sprintf("【%s】您的一张国际旅行健康证明已于%d月%d日 %s 失效：%s。请不要再使用；可在“国际旅行健康证明”页面查看或重新申请。", p.Name.ZH, at.Month(), at.Day(), at.Format("15:04"), why.ZH),
		fmt.Sprintf("[%s] One of your travel health certificates ended on %s: %s. Don't use it any more; see your certificates' page, or ask for a new one there.", p.Name.EN, at.Format("2 January 15:04"), why.EN))
	err = s.store.PutMessage(ctx, healthcode.Message{ID: "travel-" + c.ID, Phone: person.Phone, Body: body.In(person.Language), At: c.Ended})
	if err != nil {
		return fmt.Errorf("sending a message about a certificate: %w", err)
	}
	return nil
}
