package notice

import (
	"context"
	"fmt"
	"time"

	"healthcode"
	"healthcode/internal/identity"
	"healthcode/policy"
)

// MessageTTL is how long a short message about a status is worth sending.
const MessageTTL = 12 * time.Hour

// send queues the short message of a notice, once, to the person, or, for a child without a phone, to the parents who show its code.
func (s *Service) send(ctx context.Context, id healthcode.PersonID, p *policy.Policy, notice string, body healthcode.Text, now time.Time) error {
	person, err := s.store.Person(ctx, id)
	if err != nil {
		return err
	}
	if person.Phone != "" {
		return s.store.PutMessage(ctx, healthcode.Message{ID: "notice:" + notice, Phone: person.Phone, Body: body.In(person.Language),
			At: now, Expires: now.Add(MessageTTL)})
	}
	relations, err := s.store.RelationsOf(ctx, id)
	if err != nil {
		return fmt.Errorf("reading relations: %w", err)
	}
	for _, r := range relations {
		with := identity.Relation{Relation: r, Birth: identity.Date{}}
		if !person.Birth.IsZero() {
			with.Birth = identity.DateOf(person.Birth)
		}
		if r.Subject != id || r.Jurisdiction != p.Jurisdiction || r.Kind != healthcode.RelationChild ||
			with.StateAt(now.In(p.Location)) != identity.RelationConsented {
			continue
		}
		parent, err := s.store.Person(ctx, r.Asker)
		if err != nil {
			return err
		}
		if parent.Phone == "" {
			continue
		}
		text := healthcode.Text{ZH: "关于您代为出示健康码的孩子：" + body.ZH, EN: "About the child whose code you show: " + body.EN}
		err = s.store.PutMessage(ctx, healthcode.Message{ID: "notice:" + notice + ":" + r.ID, Phone: parent.Phone, Body: text.In(parent.Language),
			At: now, Expires: now.Add(MessageTTL)})
		if err != nil {
			return err
		}
	}
	return nil
}
