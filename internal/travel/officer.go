package travel

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"healthcode"
	"healthcode/certificate"
	"healthcode/internal/access"
	"healthcode/internal/change"
)

// Officers are those who may revoke other people's certificates: one proposes, another agrees.
var Officers = []healthcode.Role{healthcode.RoleCaseworker, healthcode.RoleAuthority}

const (
	maxEvidence = 4000 // bytes
	waitingAsk  = 200
)

// Find returns a certificate of the officer's jurisdiction by its identifier, with or without the check character, as paper
// shows it. The look is recorded. CodeNotFound; CodeInvalid: the check character doesn't fit.
func (s *Service) Find(ctx context.Context, a healthcode.Actor, identifier string) (healthcode.TravelCertificate, error) {
	if err := access.Require(a, Officers...); err != nil {
		return healthcode.TravelCertificate{}, err
	}
	identifier = strings.ToUpper(strings.TrimSpace(identifier))
	if err := certificate.CheckUVCI(identifier); err != nil {
		return healthcode.TravelCertificate{}, healthcode.Errorf(healthcode.CodeInvalid, "identifier", "编号最后的校验字符不符，请对照纸面重新输入。",
			"The check character at the end doesn't fit; type the identifier again as on the paper.")
	}
	identifier, _, _ = strings.Cut(identifier, "#")
	c, err := s.store.TravelCertificate(ctx, identifier[strings.LastIndex(identifier, "/")+1:])
	if err == nil && (c.Jurisdiction != a.Jurisdiction || identifier != c.Identifier && identifier != c.ID) {
		err = noCertificate()
	}
	if err != nil {
		return healthcode.TravelCertificate{}, err
	}
	if err := s.look(ctx, a, c); err != nil {
		return healthcode.TravelCertificate{}, err
	}
	return c, nil
}

func (s *Service) look(ctx context.Context, a healthcode.Actor, c healthcode.TravelCertificate) error {
	if err := s.store.PutLook(ctx, healthcode.Look{Person: c.Person, At: s.clock.Now(), Role: a.Role, By: a.Staff, Jurisdiction: a.Jurisdiction,
		Purpose: "certificate", Saw: "record"}); err != nil {
		return fmt.Errorf("recording the look: %w", err)
	}
	return nil
}

// Waiting lists the certificates of the officer's jurisdiction that somebody proposed to revoke.
func (s *Service) Waiting(ctx context.Context, a healthcode.Actor) ([]healthcode.TravelCertificate, error) {
	if err := access.Require(a, Officers...); err != nil {
		return nil, err
	}
	return s.store.TravelCertificatesWaiting(ctx, a.Jurisdiction, waitingAsk)
}

// Propose asks for a certificate to be revoked on one of the policy's grounds. Nothing changes until a second officer agrees.
func (s *Service) Propose(ctx context.Context, a healthcode.Actor, identifier, ground, evidence string) (healthcode.TravelCertificate, error) {
	c, err := s.Find(ctx, a, identifier)
	if err != nil {
		return c, err
	}
	if _, ok := s.Policy.Ground(ground); !ok {
		return c, healthcode.Errorf(change.CodeNoGround, "ground", "请从列表中选择吊销的理由。", "%q is no ground to revoke a certificate; choose one of the list", ground)
	}
	evidence = strings.TrimSpace(evidence)
	if evidence == "" || len(evidence) > maxEvidence || !utf8.ValidString(evidence) {
		return c, healthcode.Errorf(healthcode.CodeInvalid, "evidence", "请写明依据，最多 4000 字节。", "Say what shows it, in at most %d bytes.", maxEvidence)
	}
	proposal := healthcode.TravelProposal{Ground: ground, Evidence: evidence, By: a.Staff, At: s.clock.Now().UTC()}
	return s.decide(ctx, c.ID, func(c *healthcode.TravelCertificate) error {
		if c.Proposal != nil {
			return healthcode.Errorf(healthcode.CodeConflict, "", "已有人提出吊销，正在等待第二人同意。", "Somebody has proposed to revoke it already; it waits for a second officer.")
		}
		c.Proposal = &proposal
		return nil
	})
}

// Agree revokes a certificate that another officer proposed to revoke, and tells its holder.
func (s *Service) Agree(ctx context.Context, a healthcode.Actor, id string) (healthcode.TravelCertificate, error) {
	if err := s.proposed(ctx, a, id); err != nil {
		return healthcode.TravelCertificate{}, err
	}
	now := s.clock.Now()
	c, err := s.decide(ctx, id, func(c *healthcode.TravelCertificate) error {
		if c.Proposal == nil {
			return noProposal()
		}
		if c.Proposal.By == a.Staff {
			return healthcode.Errorf(change.CodeSameHand, "", "提出的人不能自己同意，请由另一位工作人员处理。", "Whoever proposes can't agree; another officer must.")
		}
		ground := c.Proposal.Ground
		end(c, now, ground)
		c.EndedBy = a.Staff
		return nil
	})
	if err != nil {
		return c, err
	}
	s.log.InfoContext(ctx, "certificate revoked", "jurisdiction", c.Jurisdiction, "ground", c.Why, "agreed", a.Staff)
	if err := s.publish(ctx, c); err != nil {
		return c, err
	}
	return c, s.tell(ctx, &c)
}

// Refuse drops a proposal. Whoever made it may take it back so too.
func (s *Service) Refuse(ctx context.Context, a healthcode.Actor, id string) (healthcode.TravelCertificate, error) {
	if err := s.proposed(ctx, a, id); err != nil {
		return healthcode.TravelCertificate{}, err
	}
	return s.decide(ctx, id, func(c *healthcode.TravelCertificate) error {
		if c.Proposal == nil {
			return noProposal()
		}
		c.Proposal = nil
		return nil
	})
}

func noProposal() error {
	return healthcode.Errorf(healthcode.CodeConflict, "", "这张证书没有待处理的吊销提议。", "Nobody proposes to revoke this certificate, or it has been decided already.")
}

// proposed refuses whoever may not decide on a certificate, and records the look.
func (s *Service) proposed(ctx context.Context, a healthcode.Actor, id string) error {
	if err := access.Require(a, Officers...); err != nil {
		return err
	}
	c, err := s.store.TravelCertificate(ctx, id)
	if err == nil && c.Jurisdiction != a.Jurisdiction {
		err = noCertificate()
	}
	if err != nil {
		return err
	}
	return s.look(ctx, a, c)
}

// decide changes a certificate that hasn't ended, and returns it as it is then.
func (s *Service) decide(ctx context.Context, id string, change func(*healthcode.TravelCertificate) error) (after healthcode.TravelCertificate, err error) {
	now := s.clock.Now()
	err = s.store.ChangeTravelCertificate(ctx, id, func(c *healthcode.TravelCertificate) error {
		if !c.Stands(now) {
			return healthcode.Errorf(healthcode.CodeConflict, "", "这张证书已经失效。", "This certificate has ended already.")
		}
		err := change(c)
		after = *c
		return err
	})
	return after, err
}
